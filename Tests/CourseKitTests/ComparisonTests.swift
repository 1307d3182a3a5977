import Figures
import XCTest

@testable import CourseKit

final class ComparisonTests: XCTestCase {
  func testVerdicts() throws {
    let (folder, chapter) = try course()
    XCTAssert(ChapterComparison(chapter).hasNothing)

    try draw(folder, "Output/Chapter07Sums/line.png", gray: 10)
    XCTAssertEqual(verdicts(chapter), [.noReference, .missing])

    try draw(folder, "Solutions/Chapter07Sums/Figures/line.png", gray: 10)
    XCTAssertEqual(verdicts(chapter), [.same, .missing])

    try draw(folder, "Output/Chapter07Sums/line.png", gray: 90)
    XCTAssertEqual(verdicts(chapter), [.differs, .missing])

    try draw(folder, "Output/Chapter07Sums/line.png", gray: 90, text: ["quick": "true"])
    XCTAssertEqual(verdicts(chapter), [.quick, .missing])

    try draw(folder, "Output/Chapter07Sums/line.png", gray: 10, width: 21)
    guard case .unusable(let why) = verdicts(chapter)[0] else { return XCTFail("sizes differ") }
    XCTAssert(why.contains("differ in size"), why)

    try folder.write("no PNG", to: "Output/Chapter07Sums/line.png")
    guard case .unusable = verdicts(chapter)[0] else { return XCTFail("this is no PNG") }
  }

  func testSamplesAreComparedAsSets() throws {
    let (folder, chapter) = try course()
    try sheet(folder, "Solutions/Chapter07Sums/Figures/dots.png", around: 60)
    // The same tiles in another order.
    try sheet(folder, "Output/Chapter07Sums/dots.png", around: 60, rotation: 5)
    let same = ChapterComparison(chapter).figures[1]
    XCTAssertEqual(same.verdict, .same)
    XCTAssertEqual(same.measure, "tile-set distance")
    try sheet(folder, "Output/Chapter07Sums/dots.png", around: 160)
    XCTAssertEqual(ChapterComparison(chapter).figures[1].verdict, .differs)
  }

  func testPlotsOfMeasurementsAreComparedByTheirMetrics() throws {
    let (folder, chapter) = try course()
    let reference = "Solutions/Chapter07Sums/Figures/dots.png"
    let yours = "Output/Chapter07Sums/dots.png"
    try draw(folder, reference, gray: 10, text: ["metrics": #"{"loss": 0.50, "old": 1, "hole": null}"#])
    try draw(folder, yours, gray: 99, text: ["metrics": #"{"loss": 0.55, "new": 7}"#])
    let near = ChapterComparison(chapter).figures[1]
    XCTAssertEqual(near.verdict, .same)
    XCTAssertEqual(try XCTUnwrap(near.value), 2 * 0.05 / 1.05, accuracy: 1e-12)
    XCTAssertEqual(near.note, "loss: 0.55, was 0.5")
    try draw(folder, yours, gray: 10, text: ["metrics": #"{"loss": 1}"#])
    XCTAssertEqual(ChapterComparison(chapter).figures[1].verdict, .differs)
    try draw(folder, yours, gray: 10)
    guard case .unusable = ChapterComparison(chapter).figures[1].verdict else {
      return XCTFail("nothing in common can't pass")
    }
  }

  func testThePageNeedsNoOtherFile() throws {
    let (folder, chapter) = try course()
    try draw(folder, "Output/Chapter07Sums/line.png", gray: 10, text: ["seed": "<1>"])
    try draw(folder, "Solutions/Chapter07Sums/Figures/line.png", gray: 10)
    let page = try String(contentsOf: ChapterComparison(chapter).writePage(), encoding: .utf8)
    XCTAssertEqual(page.ranges(of: "<img ").count, 1)
    XCTAssertEqual(page.ranges(of: "src=\"data:image/png;base64,").count, 1)
    XCTAssertFalse(page.contains("http"))
    XCTAssert(page.contains("seed: &lt;1&gt;"))
    XCTAssert(page.contains("not drawn yet"))
    let triptych = try PNG.read(folder.url.appending(path: "Output/Chapter07Sums/compare/line.png"))
    XCTAssertGreaterThan(triptych.image.width, 3 * 20)
  }

  func testFolderThatCannotBeWritten() throws {
    let (folder, chapter) = try course()
    try folder.write("", to: "file")
    let comparison = ChapterComparison(chapter, output: folder.url.appending(path: "file/below"))
    XCTAssertThrowsError(try comparison.writePage()) { error in
      XCTAssertEqual((error as? CourseError)?.kind, .environment)
    }
  }

  func testOnlyWholePicturesOfTheCourseBecomeReferences() throws {
    let (folder, chapter) = try course()
    let good = ["figure": "line", "chapter": "Chapter07Sums", "kind": "exact"]
    for (key, value, objection) in [
      ("quick", "true", "drawn with --quick"), ("figure", "dots", "says that it is the figure dots"),
      ("chapter", "Chapter08", "says that it is of Chapter08"),
      ("data", "mine", "drawn from other data than the course's"),
      ("kind", "samples", "is of the kind samples, not exact"),
    ] {
      try draw(folder, "Output/Chapter07Sums/line.png", gray: 10, text: good.merging([key: value]) { $1 })
      XCTAssertEqual(ReferenceFigures(chapter).candidates()[0].objection, objection)
    }
    try draw(folder, "Output/Chapter07Sums/line.png", gray: 10, text: good)
    let candidates = ReferenceFigures(chapter).candidates()
    XCTAssertNil(candidates[0].objection)
    XCTAssertNotNil(candidates[1].objection)
    try ReferenceFigures(chapter).adopt(candidates)
    XCTAssertEqual(verdicts(chapter), [.same, .missing])
  }

  private func course() throws -> (TemporaryFolder, Chapter) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return (folder, try Course(root: folder.url).chapters[0])
  }

  private func verdicts(_ chapter: Chapter) -> [FigureComparison.Verdict] {
    ChapterComparison(chapter).figures.map(\.verdict)
  }

  private func draw(
    _ folder: TemporaryFolder, _ path: String, gray: UInt8, width: Int = 20, text: [String: String] = [:]
  ) throws {
    try folder.write("", to: path)
    try PNG.write(Image(width: width, height: 15, fill: gray), to: folder.url.appending(path: path), text: text)
  }

  private func sheet(_ folder: TemporaryFolder, _ path: String, around gray: Int, rotation: Int = 0) throws {
    let tiles = (0..<16).map { index in
      Image(width: 4, height: 4, format: .gray, fill: UInt8(gray + (index + rotation) % 16 * 2))
    }
    let sheet = ContactSheet(tiles, columns: 4)
    try folder.write("", to: path)
    try PNG.write(sheet.image(), to: folder.url.appending(path: path), text: sheet.provenance)
  }
}
