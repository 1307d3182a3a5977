import XCTest

@testable import CourseKit

/// A small chapter with two exercises, as text and in files.
enum Samples {
  static let manifest = """
    number: 7
    title: "Sums: a sample"
    module: Chapter07Sums
    hours: 1.5
    requires: [4, 5]
    summary: Adding up.
    exercises:
      - id: "7.1"
        title: "The sum"
        file: Sum.swift
        test: Exercise7_1_Sum
        points: 10
        rungs:
          - test1_Small: "by hand"
          - test2_Large: "many numbers"
          - test3_None: "no numbers"
        hints: ["add", "in a loop", "reduce(0, +)"]
      - id: "7.2"
        title: "The mean"
        file: Mean.swift
        test: Exercise7_2_Mean
        points: 5
        timeLimit: 3
        rungs:
          - test1_Small: "by hand"
        hints: ["divide", "by the count", "sum / count"]
    figures:
      - name: line
        kind: exact
        caption: A line.
      - name: dots
        kind: samples
        limit: 0.2
        caption: Some dots.
    """

  static let sumSolution = """
    import Exercises

    /// Σ x
    public func sum(_ numbers: [Int]) throws -> Int {
      // BEGIN SOLUTION
      var total = 0
      for number in numbers {
        total += number
      }
      return total
      // END SOLUTION
    }

    """

  static let sumStub = """
    import Exercises

    /// Σ x
    public func sum(_ numbers: [Int]) throws -> Int {
      throw unsolved("7.1")
    }

    """

  static let meanSolution = """
    import Exercises

    public func mean(_ numbers: [Int]) throws -> Double {
      let total = try sum(numbers)
      // BEGIN SOLUTION
      return Double(total) / Double(numbers.count)
      // END SOLUTION
    }

    """

  static func parsed() throws -> Manifest { try Manifest(yaml: manifest, file: "chapter.yml") }

  /// The whole course in a folder.
  static func write(to folder: TemporaryFolder) throws {
    try folder.write("", to: "Package.swift")
    try folder.write(manifest, to: "Chapters/Chapter07Sums/chapter.yml")
    try folder.write(sumSolution, to: "Solutions/Chapter07Sums/Sum.swift")
    try folder.write(meanSolution, to: "Solutions/Chapter07Sums/Mean.swift")
    try folder.write("let given = 1\n", to: "Solutions/Chapter07Sums/Given.swift")
    try folder.write("final class Exercise7_1_Sum {}", to: "Tests/Chapter07SumsTests/Exercise7_1_Sum.swift")
    try folder.write("final class Exercise7_2_Mean {}", to: "Tests/Chapter07SumsTests/Exercise7_2_Mean.swift")
  }

  /// Grades of that chapter: a rung of three is right, and a file doesn't compile.
  static func report(of test: XCTestCase) throws -> GradeReport {
    let folder = try TemporaryFolder(of: test)
    try write(to: folder)
    let chapter = try Course(root: folder.url).chapters[0]
    let rungs = [
      RungResult(name: "test1_Small", title: "by hand", status: .right, messages: []),
      RungResult(
        name: "test2_Large", title: "many numbers", status: .wrong,
        messages: [
          RungResult.Message(text: "got 3, want 4: did you skip the last one?", file: "Tests/T.swift", line: 9)
        ]),
      RungResult(name: "test3_None", title: "no numbers", status: .notRun, messages: []),
    ]
    let error = Diagnostic(
      file: "Chapters/C/Mean.swift", line: 4, column: 2, severity: .error, message: "missing return")
    return GradeReport([
      (
        chapter,
        [
          ExerciseResult(
            id: "7.1", title: "The sum", status: .wrong, points: 3.33, maxPoints: 10, detail: nil, rungs: rungs,
            errors: []),
          ExerciseResult(
            id: "7.2", title: "The mean", status: .didNotCompile, points: 0, maxPoints: 5, detail: nil, rungs: [],
            errors: [error]),
        ]
      )
    ])
  }
}
