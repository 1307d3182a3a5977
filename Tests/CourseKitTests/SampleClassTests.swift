import XCTest

@testable import CourseKit

final class SampleClassTests: XCTestCase {
  func testWhatStandsInTheFiles() throws {
    let (chapter, _) = try course()
    let solutions = try chapter.solutionFiles()
    func files(_ sum: SampleClass.Answer, _ mean: SampleClass.Answer) -> [String: String] {
      let ids = chapter.exercises.map(\.id)
      return SampleClass.files(.init(answers: [ids[0]: sum, ids[1]: mean]), of: chapter, solutions)
    }
    let mixed = files(.mistake(mistake, points: 3.33), .stub)
    XCTAssertEqual(mixed.keys.sorted(), ["Mean.swift", "Sum.swift"], "given files aren't handed in")
    XCTAssert(mixed["Sum.swift"]?.contains("  return total - 1\n") == true, "\(mixed)")
    XCTAssertEqual(mixed["Mean.swift"], solutions.first { $0.name == "Mean.swift" }?.stub)
    let other = files(.missing, .broken)
    XCTAssertNil(other["Sum.swift"])
    XCTAssert(other["Mean.swift"]?.contains("let number: Int = \"no number\"") == true)
    let key = files(.solution, .solution)
    XCTAssert(key.values.allSatisfy { !$0.contains("SOLUTION") && !$0.contains("unsolved") }, "\(key)")
  }

  func testTheTableThatIsExpected() throws {
    let (chapter, folder) = try course()
    let sample = try SampleClass(chapters: [chapter], verdicts: [verdict(chapter, .wrong)])
    let out = folder.url.appending(path: "class")
    try sample.write(count: 40, seed: 3, to: out)
    let expected = try folder.read("class/expected.csv").split(whereSeparator: \.isNewline)
    XCTAssertEqual(expected[0], "submission,points,max_points,penalty,chapter_7,7.1,7.2")
    XCTAssertEqual(expected[1], "s001,15,15,0,15,10,5", "the key")
    XCTAssertEqual(expected[2], "s002,0,15,0,0,0,0", "stubs")
    XCTAssertEqual(expected[3], "s003,0,15,0,0,0,0", "nothing")
    XCTAssertEqual(expected.count, 41)
    XCTAssertEqual(Set(expected.dropFirst().map { $0.split(separator: ",")[5] }), ["0", "3.33", "10"])
    let answers = try folder.read("class/answers.csv").split(whereSeparator: \.isNewline).dropFirst()
    XCTAssertEqual(
      Set(answers.map { String($0.split(separator: ",")[2]) }),
      ["solution", "stub", "forgets-one", "broken", "missing"])
    XCTAssertThrowsError(try sample.write(count: 1, seed: 3, to: out), "it overwrites nothing")
    try sample.write(count: 40, seed: 3, to: folder.url.appending(path: "again"))
    XCTAssertEqual(try folder.read("again/answers.csv"), try folder.read("class/answers.csv"))
    try sample.write(count: 40, seed: 4, to: folder.url.appending(path: "other"))
    XCTAssertNotEqual(try folder.read("other/answers.csv"), try folder.read("class/answers.csv"))
  }

  /// The mean calls the sum: whoever has both wrong may have both right.
  func testNoMistakeUsesAnother() throws {
    let (chapter, folder) = try course()
    let mean = Mistake(
      name: "adds-one", title: "", why: "", find: "Double(numbers.count)", replace: "Double(numbers.count + 1)",
      message: "")
    try folder.write(yaml(mean), to: "Solutions/Chapter07Sums/Mistakes/7.2.yml")
    var other = verdict(chapter, .wrong)
    other = MistakeVerdict(
      exercise: chapter.exercises[1].id, name: "adds-one", title: "", promised: "", outcome: .survived,
      result: other.result)
    let sample = try SampleClass(chapters: [chapter], verdicts: [verdict(chapter, .wrong), other])
    try sample.write(count: 200, seed: 1, to: folder.url.appending(path: "class"))
    let lines = try folder.read("class/answers.csv").split(whereSeparator: \.isNewline)
    let makers = { (name: String) in Set(lines.filter { $0.hasSuffix(",\(name)") }.map { $0.prefix(4) }) }
    XCTAssertFalse(makers("adds-one").isEmpty)
    XCTAssertFalse(makers("forgets-one").isEmpty)
    XCTAssert(makers("adds-one").isDisjoint(with: makers("forgets-one")))
  }

  func testMistakesThatHangAreLeftOut() throws {
    let (chapter, _) = try course()
    let sample = try SampleClass(chapters: [chapter], verdicts: [verdict(chapter, .hung)])
    XCTAssertEqual(sample.mistakes[chapter.exercises[0].id]?.count, 0)
  }

  func testDifferencesAreTold() {
    let expected = [["submission", "points", "7.1"], ["s1", "5", "5"], ["s2", "3", "3"]]
    XCTAssertEqual(SampleClass.differences(expected, expected, [:]), [])
    XCTAssertEqual(
      SampleClass.differences(expected, [expected[0], expected[1], ["s2", "3", "2"]], ["s2 7.1": "forgets-one"]),
      ["s2: 7.1 (forgets-one) is 2, and should be 3"])
    XCTAssertEqual(
      SampleClass.differences(expected, Array(expected.dropLast()), [:]), ["s2 has 0 lines, and should have 1"])
    XCTAssertEqual(
      SampleClass.differences(expected, expected + [expected[1]], [:]), ["s1 has 2 lines, and should have 1"])
    XCTAssertEqual(SampleClass.differences(expected, [["submission"]], [:]).count, 1)
  }

  private let mistake = Mistake(
    name: "forgets-one", title: "", why: "", find: "return total", replace: "return total - 1", message: "")

  private func yaml(_ mistake: Mistake) -> String {
    """
    - name: \(mistake.name)
      title: "t"
      why: "w"
      find: "\(mistake.find)"
      replace: "\(mistake.replace)"
      message: "m"

    """
  }

  private func course() throws -> (Chapter, TemporaryFolder) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    try folder.write(yaml(mistake), to: "Solutions/Chapter07Sums/Mistakes/7.1.yml")
    return (try Course(root: folder.url).chapters[0], folder)
  }

  private func verdict(_ chapter: Chapter, _ status: ExerciseResult.Status) -> MistakeVerdict {
    let result = ExerciseResult(
      id: "7.1", title: "", status: status, points: 3.33, maxPoints: 10, detail: nil, rungs: [], errors: [])
    return MistakeVerdict(
      exercise: chapter.exercises[0].id, name: "forgets-one", title: "", promised: "", outcome: .survived,
      result: result)
  }
}
