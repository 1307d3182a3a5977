import Foundation

/// Whose answers a chapter is built from. People who forget that `SOLUTIONS` is set believe that their own code works.
public struct Whose {
  let chapter: Chapter
  public let isSolved: Bool

  public init(_ chapter: Chapter, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.chapter = chapter
    isSolved = ExerciseSource.solves(chapter, in: environment)
  }

  public var sentence: String {
    isSolved
      ? "With the reference solutions in \(chapter.solutionsPath), because SOLUTIONS is set."
      : "With your files in \(chapter.exercisesPath)."
  }
}
