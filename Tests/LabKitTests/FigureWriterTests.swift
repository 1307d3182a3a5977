import ArgumentParser
import Figures
import Foundation
import LabKit
import XCTest

@testable import Exercises

final class FigureWriterTests: XCTestCase {
  private var folder = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("figure-writer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDown() { try? FileManager.default.removeItem(at: folder) }

  private struct Record: Decodable {
    let chapter: String
    let figure: String
    let kind: String
    let seed: UInt64
    let quick: Bool
    let data: String?
    let metrics: [String: Double?]
  }

  func testAPictureKnowsWhereItComesFrom() throws {
    let writer = try FigureWriter(
      chapter: "Chapter05EDM", folder: folder.appendingPathComponent("a/b"), seed: 7, isQuick: true,
      data: "/x/my \"data\"")
    let image = Image(width: 9, height: 4, format: .rgb, fill: 77)
    let url = try writer.write(
      image, as: "sigma-grid", kind: .exact, metrics: ["nfe": 35, "digit-FID": 4.25, "broken": .nan])
    let back = try PNG.read(url)
    XCTAssertEqual(back.image, image)
    XCTAssertEqual(back.text["chapter"], "Chapter05EDM")
    XCTAssertEqual(back.text["figure"], "sigma-grid")
    XCTAssertEqual(back.text["kind"], "exact")
    XCTAssertEqual(back.text["seed"], "7")
    XCTAssertEqual(back.text["quick"], "true")
    XCTAssertEqual(back.text["metrics"], #"{"broken": null, "digit-FID": 4.25, "nfe": 35.0}"#)
    let json = url.deletingPathExtension().appendingPathExtension("json")
    let record = try JSONDecoder().decode(Record.self, from: Data(contentsOf: json))
    XCTAssertEqual(record.chapter, "Chapter05EDM")
    XCTAssertEqual(record.seed, 7)
    XCTAssertTrue(record.quick)
    XCTAssertEqual(record.data, "my \"data\"")
    XCTAssertEqual(record.metrics["digit-FID"], 4.25)
    XCTAssertEqual(record.metrics["broken"], .some(nil))
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: writer.folder.path).sorted(),
      ["sigma-grid.json", "sigma-grid.png"])
  }

  func testASheetCanBeCutUpAgain() throws {
    let tiles = (0..<6).map { Image(width: 5, height: 5, format: .gray, fill: UInt8($0 * 40)) }
    let writer = try FigureWriter(chapter: "C", folder: folder, seed: 1)
    let url = try writer.write(ContactSheet(tiles, columns: 3, title: "samples"), as: "samples")
    let contents = try PNG.read(url)
    XCTAssertEqual(contents.text["kind"], "samples")
    XCTAssertEqual(try ContactSheet.tiles(in: contents).map { $0.toGray() }, tiles)
  }

  func testAFolderThatCannotBeWrittenFailsBeforeTheTraining() throws {
    // A file stands where the folder should be; this fails for root too.
    let file = folder.appendingPathComponent("Output")
    try AtomicFile.write([1], to: file)
    XCTAssertThrowsError(try FigureWriter(chapter: "C", folder: file.appendingPathComponent("C"), seed: 1)) { error in
      XCTAssertTrue("\(error)".contains("Output/C: pictures cannot be written to this folder"), "\(error)")
      XCTAssertTrue("\(error)".contains("--output"), "\(error)")
    }
  }

  func testAPictureThatCannotBeWrittenIsNotLost() throws {
    let writer = try FigureWriter(
      chapter: "rescue-\(UUID().uuidString)", folder: folder.appendingPathComponent("x"), seed: 1)
    try FileManager.default.removeItem(at: writer.folder)
    try AtomicFile.write([1], to: writer.folder)
    let image = Image(width: 3, height: 3, format: .gray, fill: 5)
    var text = "no error"
    do { try writer.write(image, as: "f", kind: .exact) } catch { text = "\(error)" }
    XCTAssertTrue(text.contains("f.png was not written"), text)
    let range = try XCTUnwrap(text.range(of: "put at "), text)
    let path = String(text[range.upperBound...].prefix { $0 != " " })
    defer { try? FileManager.default.removeItem(at: URL(fileURLWithPath: path).deletingLastPathComponent()) }
    XCTAssertEqual(try PNG.read(path: path).image, image)
  }

  func testOptions() throws {
    let options = try LabOptions.parse(["--quick", "--seed", "9", "--data", "digits", "--threads", "1", "--resume"])
    XCTAssertTrue(options.quick)
    XCTAssertTrue(options.resume)
    XCTAssertEqual(options.seed, 9)
    XCTAssertEqual(options.data, "digits")
    XCTAssertEqual(try options.run { 3 }, 3)
    XCTAssertEqual(
      options.resumeCommand(chapter: 5), "swift run course run 5 --resume --quick --data digits --seed 9")
    // Not by `unsolved`, which makes a skip of it in a test.
    let toDo = Unsolved(exercise: "5.2", file: "/x/Chapters/C/S.swift", line: 7)
    XCTAssertThrowsError(try options.run { throw toDo }) { error in
      XCTAssertEqual("\(error)", "The lab needs your answer. Exercise 5.2 is to do: Chapters/C/S.swift:7")
    }
    let none = try LabOptions.parse([])
    XCTAssertNil(try none.pictures())
    XCTAssertFalse(none.quick)
    XCTAssertEqual(none.seed, 1)
    XCTAssertNil(none.output)
    XCTAssertThrowsError(try LabOptions.parse(["--threads", "0"]))
    XCTAssertThrowsError(try LabOptions.parse(["--seed", "many"]))
  }

  func testTheCoursesFolderIsFound() throws {
    let root = try PackageRoot.find(from: "/")
    XCTAssertTrue(FileManager.default.fileExists(atPath: root.appendingPathComponent("Package.swift").path))
    let other = folder.appendingPathComponent("course")
    try AtomicFile.write([], to: other.appendingPathComponent("Package.swift"))
    try AtomicFile.write([], to: other.appendingPathComponent("Chapters/C/Lesson.md"))
    XCTAssertEqual(
      try PackageRoot.find(from: other.path + "/Chapters/C").resolvingSymlinksInPath().path,
      other.resolvingSymlinksInPath().path)
    XCTAssertThrowsError(try PackageRoot.find(from: "/", sourceFile: "/nowhere/else.swift")) { error in
      XCTAssertTrue("\(error)".contains("--output"))
    }
  }
}
