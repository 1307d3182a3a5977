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
}
