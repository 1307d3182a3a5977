import XCTest

@testable import CourseKit

final class SliceTests: XCTestCase {
  func testEverySubmissionIsInOneSlice() throws {
    let names = (1...10).map { "s\($0)" }
    let slices = try (1...4).map { try XCTUnwrap(Slice(argument: "\($0)/4")).names(of: names) }
    XCTAssertEqual(slices.flatMap(\.self).sorted(), names.sorted())
    XCTAssertEqual(slices.map(\.count), [3, 3, 2, 2])
  }

  func testWhatIsNoSlice() {
    for argument in ["0/4", "5/4", "1", "1/", "/4", "1/4/4", "a/4", "-1/4"] {
      XCTAssertNil(Slice(argument: argument), argument)
    }
    XCTAssertEqual(Slice(argument: "4/4")?.description, "4/4")
  }

  func testSeeds() {
    XCTAssertEqual(GradingSeed(argument: "17"), .number(17))
    XCTAssertEqual(GradingSeed(argument: "random"), .random)
    XCTAssertNil(GradingSeed(argument: "-1"))
    XCTAssertEqual(GradingSeed.number(17).value, 17)
    XCTAssertGreaterThan(Set((0..<8).map { _ in GradingSeed.random.value }).count, 1)
  }

  func testARandomSeedIsDrawnOnceForAClass() throws {
    let folder = ClassFolder(url: try TemporaryFolder(of: self).url)
    let seed = try folder.seed()
    for _ in 0..<4 { XCTAssertEqual(try folder.seed(), seed) }
    try Data("x".utf8).write(to: folder.url.appending(path: "seed.txt"))
    XCTAssertThrowsError(try folder.seed())
  }
}
