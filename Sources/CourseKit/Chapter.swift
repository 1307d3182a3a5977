import Foundation

/// A chapter of the course: its manifest, and where its files lie.
public struct Chapter: Equatable, Sendable {
  public let manifest: Manifest
  /// The package's root.
  let root: URL

  public var number: Int { manifest.number }
  public var module: String { manifest.module }
  public var exercises: [Manifest.Exercise] { manifest.exercises }

  /// `05`: how Package.swift and the environment variable `SOLUTIONS` number the chapter.
  var digits: String { number < 10 ? "0\(number)" : "\(number)" }

  var exercisesPath: String { "Chapters/\(module)/Exercises" }
  var solutionsPath: String { "Solutions/\(module)" }
  var testTarget: String { "\(module)Tests" }
  var labProduct: String { "\(module)Lab" }
  var referencesPath: String { "\(solutionsPath)/Figures" }
  /// Where the lab writes its pictures unless it is told otherwise.
  public var outputPath: String { "Output/\(module)" }
  public var lessonPath: String { "Chapters/\(module)/Lesson.md" }
  var manifestPath: String { "Chapters/\(module)/chapter.yml" }

  /// The file that a student fills in, from the package's root.
  public func file(of exercise: Manifest.Exercise) -> String { "\(exercisesPath)/\(exercise.file)" }
  func solution(of exercise: Manifest.Exercise) -> String { "\(solutionsPath)/\(exercise.file)" }
  func testFile(of exercise: Manifest.Exercise) -> String { "Tests/\(testTarget)/\(exercise.test).swift" }

  func url(_ path: String) -> URL { root.appending(path: path) }

  public func exercise(_ id: ExerciseID) -> Manifest.Exercise? { exercises.first { $0.id == id } }
}
