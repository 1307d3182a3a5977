import Foundation

/// The hints of each exercise, one step further each time one asks.
public struct Hints: Sendable {
  private let file: StateFile<[String: Int]>

  public init(course: Course) { file = StateFile(root: course.root, name: "hints") }

  /// One hint: which of how many, and its text.
  public struct Hint: Equatable, Sendable {
    public let number: Int
    public let count: Int
    public let text: String
  }

  /// The next hint; after the last one, the last one again.
  public func next(for exercise: Manifest.Exercise) throws -> Hint? {
    var given = file.value ?? [:]
    let key = exercise.id.description
    let number = min((given[key] ?? 0) + 1, exercise.hints.count)
    guard number > 0 else { return nil }
    given[key] = number
    try file.save(given)
    return Hint(number: number, count: exercise.hints.count, text: exercise.hints[number - 1])
  }

  /// Begins again with the first hint.
  public func reset(_ exercise: Manifest.Exercise) throws {
    var given = file.value ?? [:]
    given[exercise.id.description] = nil
    try file.save(given)
  }
}
