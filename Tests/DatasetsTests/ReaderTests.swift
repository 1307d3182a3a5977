import Datasets
import Figures
import Foundation
import XCTest

final class ReaderTests: XCTestCase {
  private var folder = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("readers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDown() { try? FileManager.default.removeItem(at: folder) }

  private func put(_ bytes: [UInt8], _ name: String) throws -> String {
    let url = folder.appendingPathComponent(name)
    try AtomicFile.write(bytes, to: url)
    return url.path
  }

  private func problem(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      XCTAssertTrue(error is FileError, "\(type(of: error))")
      XCTAssertTrue("\(error)".contains("What to do: "), "\(error)")
      return "\(error)"
    }
  }

  private func problem(_ path: String) -> String { problem { _ = try ImageDataset.load(from: path) } }

  private func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }

  private func idxImages(_ count: Int, _ height: Int, _ width: Int) -> [UInt8] {
    word(0x803) + word(count) + word(height) + word(width) + (0..<count * height * width).map { UInt8($0 % 251) }
  }

  // MARK: - IDX

  func testIDX() throws {
    let path = try put(idxImages(3, 2, 4), "train-images-idx3-ubyte")
    let bare = try ImageDataset.load(from: path)
    XCTAssertEqual([bare.count, bare.channels, bare.height, bare.width], [3, 1, 2, 4])
    XCTAssertEqual(bare.bytes, (0..<24).map { UInt8($0) })
    XCTAssertFalse(bare.isLabelled)
    XCTAssertEqual(bare.images([1]).scalars[0], Float(8.0 / 127.5 - 1))

    _ = try put(word(0x801) + word(3) + [4, 0, 9], "train-labels-idx1-ubyte")
    XCTAssertEqual(try ImageDataset.load(from: path).labels, [4, 0, 9])
    XCTAssertEqual(try ImageDataset.load(from: folder.path).labels, [4, 0, 9], "the folder holds both")
    XCTAssertEqual(try ImageDataset.load(from: folder.path).classCount, 10)
  }

  func testDamagedIDX() throws {
    let images = idxImages(3, 2, 4)
    let short = problem(try put(Array(images.dropLast(5)), "short"))
    XCTAssertTrue(short.contains("short: the header promises 3 × 2 × 4 = 24 bytes; only 19 follow it"), short)
    XCTAssertTrue(problem(try put(images + [1], "long")).contains("24 bytes; 25 follow it"))
    XCTAssertTrue(problem(try put(Array(images[..<10]), "header")).contains("16 bytes of header; this one has 10"))
    XCTAssertTrue(problem(try put(word(0x801) + word(1) + [3], "labels")).contains("give the images, not the labels"))
    XCTAssertTrue(problem(try put(word(0x80d) + word(1) + [3], "floats")).contains("0x00000803; found 0x0000080d"))
    XCTAssertTrue(problem(try put([0x1f, 0x8b, 8, 0, 0], "a.gz")).contains("gunzip a.gz"))
    XCTAssertTrue(
      problem(try put(word(0x803) + word(0xffff_ffff) + word(4000) + word(4000), "huge")).contains("only 0 follow"))
    XCTAssertTrue(problem(try put(word(0x803) + word(0) + word(2) + word(2), "none")).contains("0 images"))

    let path = try put(images, "x-images-idx3-ubyte")
    _ = try put(word(0x801) + word(2) + [1, 2], "x-labels-idx1-ubyte")
    XCTAssertTrue(problem(path).contains("it has 2 labels; x-images-idx3-ubyte has 3 images"))
  }

  // MARK: - CIFAR-10

  func testCIFAR10() throws {
    let record: (UInt8) -> [UInt8] = { label in [label] + (0..<3072).map { UInt8(($0 + Int(label)) % 256) } }
    let path = try put(record(3) + record(9), "data_batch_1.bin")
    let data = try ImageDataset.load(from: path)
    XCTAssertEqual([data.count, data.channels, data.height, data.width, data.classCount], [2, 3, 32, 32, 10])
    XCTAssertEqual(data.labels, [3, 9])
    // Red, green and blue of the second pixel lie 1024 bytes apart.
    XCTAssertEqual(data.picture(0)[1, 0], [UInt8(4), UInt8((1025 + 3) % 256), UInt8((2049 + 3) % 256)])
    _ = try put(record(5), "data_batch_2.bin")
    _ = try put(record(1), "test_batch.bin")
    XCTAssertEqual(try ImageDataset.load(from: folder.path).labels, [3, 9, 5], "a folder is its training batches")

    let cut = problem(try put(Array((record(3) + record(9)).dropLast(1000)), "cut.bin"))
    XCTAssertTrue(cut.contains("cut.bin: CIFAR-10 binary files hold records of 3073 bytes"), cut)
    XCTAssertTrue(cut.contains("1 records and 2073 bytes more"), cut)
    XCTAssertTrue(problem(try put(record(1) + record(77), "wrong.bin")).contains("record 1 has the label 77"))
    XCTAssertTrue(problem(try put([], "empty.bin")).contains("0 bytes"))
  }

  // MARK: - PNGs

  private func png(_ width: Int, _ height: Int, _ format: Image.Format = .gray, value: UInt8) throws -> [UInt8] {
    try PNG.encode(Image(width: width, height: height, format: format, fill: value))
  }

  func testAFolderOfPNGs() throws {
    _ = try put(png(4, 3, value: 20), "pics/b.png")
    _ = try put(png(4, 3, value: 10), "pics/a.PNG")
    _ = try put(Array("not a picture".utf8), "pics/readme.txt")
    _ = try put(Array("hidden".utf8), "pics/.hidden.png")
    let gray = try ImageDataset.load(from: folder.path + "/pics")
    XCTAssertEqual([gray.count, gray.channels, gray.height, gray.width], [2, 1, 3, 4])
    XCTAssertEqual(gray.bytes, [UInt8](repeating: 10, count: 12) + [UInt8](repeating: 20, count: 12))
    _ = try put(png(4, 3, .rgb, value: 30), "pics/c.png")
    let colour = try ImageDataset.load(from: folder.path + "/pics")
    XCTAssertEqual(colour.channels, 3)
    XCTAssertEqual(colour.count, 3)

    _ = try put(png(5, 3, value: 1), "pics/d.png")
    let mixed = problem(folder.path + "/pics")
    XCTAssertTrue(mixed.contains("a.PNG is 4 × 3, d.png is 5 × 3"), mixed)
    _ = try put(Array(try png(4, 3, value: 1).dropLast(9)), "pics/d.png")
    XCTAssertTrue(problem(folder.path + "/pics").contains("d.png: the PNG is cut off"))
  }

  func testFoldersAreClasses() throws {
    for (k, name) in ["cats/1.png", "cats/2.png", "dogs/1.png"].enumerated() {
      _ = try put(png(2, 2, value: UInt8(k)), "animals/" + name)
    }
    let data = try ImageDataset.load(from: folder.path + "/animals")
    XCTAssertEqual(data.labels, [0, 0, 1])
    XCTAssertEqual(data.classCount, 2)
  }

  func testAContactSheetIsADataSet() throws {
    let sheet = ContactSheet(
      (0..<7).map { Image(width: 3, height: 2, format: .gray, fill: UInt8($0 * 30)) }, columns: 4)
    let path = folder.appendingPathComponent("sheet.png").path
    try PNG.write(sheet.image(), path: path, text: sheet.provenance)
    let data = try ImageDataset.load(from: path)
    XCTAssertEqual([data.count, data.height, data.width], [7, 2, 3])
    XCTAssertTrue(problem(try put(png(9, 9, value: 1), "single.png")).contains("no text “tile”"))
  }

  func testWhatIsNothingOfThis() throws {
    XCTAssertTrue(problem(folder.path + "/nowhere").contains("there is no such file or folder"))
    XCTAssertTrue(problem(folder.path).contains("there are no PNG files in this folder"))
    XCTAssertTrue(problem(try put(Array("hello".utf8), "note.txt")).contains("neither IDX"))
    XCTAssertTrue(problem(try put([], "nothing")).contains("neither IDX"))
  }

  // MARK: - Text

  func testText() throws {
    let text = try TextDataset.load(from: put(Array("\u{FEFF}bäh\r\nab".utf8), "a.txt"))
    XCTAssertEqual(text.text, "bäh\nab")
    XCTAssertEqual(text.vocabulary, ["\n", "a", "b", "h", "ä"].sorted())
    XCTAssertEqual(text.decode(text.tokens), text.text)
    XCTAssertEqual(text.encode("hab").map(text.decode), "hab")
    XCTAssertNil(text.encode("xyz"))
  }

  func testTextThatIsNot() throws {
    let latin = problem {
      _ = try TextDataset.load(from: put(Array("one\ntwo\ngr".utf8) + [0xfc] + Array("n".utf8), "l.txt"))
    }
    XCTAssertTrue(latin.contains("l.txt: the text is not UTF-8: byte 10 (line 3) is 0xfc"), latin)
    XCTAssertTrue(problem { _ = try TextDataset.load(from: put([0xe2, 0x82], "cut.txt")) }.contains("not UTF-8"))
    XCTAssertTrue(problem { _ = try TextDataset.load(from: put([], "e.txt")) }.contains("the file is empty"))
    XCTAssertTrue(problem { _ = try TextDataset.load(from: folder.path + "/none") }.contains("no such file"))
    XCTAssertTrue(problem { _ = try TextDataset.load(from: folder.path) }.contains("this is a folder"))
  }

  // MARK: - Parts of a data set

  func testSplitting() {
    let data = ImageDataset(
      name: "x", channels: 1, height: 1, width: 1, bytes: (0..<20).map { UInt8($0) }, labels: (0..<20).map { $0 % 2 })
    let (train, heldOut) = data.split(heldOutShare: 0.2)
    XCTAssertEqual(train.count, 16)
    XCTAssertEqual(heldOut.bytes, [16, 17, 18, 19])
    XCTAssertEqual(heldOut.labels, [0, 1, 0, 1])
    XCTAssertEqual(data.ofClass(1).bytes, (0..<10).map { UInt8(2 * $0 + 1) })
    XCTAssertEqual(data.standardDeviation, (33.25).squareRoot() / 127.5, accuracy: 1e-12)
  }
}
