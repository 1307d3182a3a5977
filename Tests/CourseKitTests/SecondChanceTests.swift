import XCTest

@testable import CourseKit

final class SecondChanceTests: XCTestCase {
  func testDependenciesGoAllTheWay() {
    let files = [
      "A.swift": ["func first() {}"], "B.swift": ["func second() { first() }"],
      "C.swift": ["struct Third { let x = second() }  // fourth"], "D.swift": ["func fourth() {}\nlet y = Third()"],
    ]
    let dependencies = FileDependencies(files)
    XCTAssertEqual(dependencies.all(of: "A.swift"), [])
    XCTAssertEqual(dependencies.all(of: "C.swift"), ["A.swift", "B.swift"], "a comment is no use")
    XCTAssertEqual(dependencies.all(of: "D.swift"), ["A.swift", "B.swift", "C.swift"])
  }

  func testCirclesEnd() {
    let dependencies = FileDependencies(["A.swift": ["func a() { b() }"], "B.swift": ["func b() { a() }"]])
    XCTAssertEqual(dependencies.all(of: "A.swift"), ["B.swift"])
  }

  func testWhoGetsASecondChance() throws {
    let (chapter, files) = try sample(mean: "func mean() { sum() }")
    XCTAssertEqual(try rounds(chapter, files, .wrong, .wrong), [["7.2"]], "7.2 uses 7.1, and not the other way round")
    XCTAssertEqual(try rounds(chapter, files, .toDo, .crashed), [["7.2"]])
    XCTAssertEqual(try rounds(chapter, files, .right, .wrong), [], "7.1 is not to blame")
    XCTAssertEqual(try rounds(chapter, files, .wrong, .right), [], "there is nothing to gain")
    XCTAssertEqual(try rounds(chapter, files, .wrong, .didNotCompile), [], "it answers for its own errors")
  }

  func testAStubIsNotTestedTwice() throws {
    let (chapter, files) = try sample(mean: "func mean() { sum() }")
    let results = [result("7.1", .toDo, points: 0), result("7.2", .toDo, points: 0)]
    let chance = SecondChance(
      chapter.exercises, of: chapter, results: results, files: files, solutions: try chapter.solutionTexts(),
      untouched: ["Mean.swift"])
    XCTAssertEqual(chance.rounds, [])
  }

  func testThoseThatUseEachOtherAreTestedApart() throws {
    let (chapter, files) = try sample(mean: "func mean() { sum() }", sum: "func sum() { mean() }")
    XCTAssertEqual(try rounds(chapter, files, .wrong, .wrong), [["7.1"], ["7.2"]])
  }

  func testTheBetterResultCounts() {
    let first = result("7.2", .wrong, points: 2)
    let better = first.improved(by: result("7.2", .right, points: 5), beside: [ExerciseID(chapter: 7, number: 1)])
    XCTAssertEqual(better.points, 5)
    XCTAssertEqual(better.detail, "graded beside the solutions of 7.1, which it may use and which aren't right")
    XCTAssertEqual(first.improved(by: result("7.2", .hung, points: 0), beside: []), first)
  }

  private func sample(mean: String, sum: String = "func sum() {}") throws -> (Chapter, [String: String]) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return (try Course(root: folder.url).chapters[0], ["Sum.swift": sum, "Mean.swift": mean])
  }

  private func rounds(
    _ chapter: Chapter, _ files: [String: String], _ first: ExerciseResult.Status, _ second: ExerciseResult.Status
  ) throws -> [[String]] {
    let results = [result("7.1", first, points: 0), result("7.2", second, points: 0)]
    let chance = SecondChance(
      chapter.exercises, of: chapter, results: results, files: files, solutions: try chapter.solutionTexts())
    return chance.rounds.map { $0.exercises.map(\.id.description) }
  }

  private func result(_ id: String, _ status: ExerciseResult.Status, points: Double) -> ExerciseResult {
    ExerciseResult(id: id, title: "", status: status, points: points, maxPoints: 5, detail: nil, rungs: [], errors: [])
  }
}
