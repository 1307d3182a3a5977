import Foundation

/// How far one has come: what earlier tests said of the files as they are now, and which stubs are still there.
public struct Survey: Sendable {
  /// Where an exercise stands.
  public enum Standing: Equatable, Sendable {
    case right
    case wrong(ExerciseResult.Status)
    /// A stub is still there, on this line of the file.
    case toDo(line: Int)
    /// Changed since it was last tested.
    case untested
  }

  public struct Entry: Equatable, Sendable {
    public let exercise: Manifest.Exercise
    public let standing: Standing
  }

  private struct Memory: Codable {
    var fingerprint: Fingerprint
    var statuses: [String: ExerciseResult.Status]
  }

  private let course: Course
  private let file: StateFile<[String: Memory]>

  public init(course: Course) {
    self.course = course
    file = StateFile(root: course.root, name: "results")
  }

  /// Remembers what tests of the student's files said.
  public func remember(_ results: [ExerciseResult], of chapter: Chapter) throws {
    var memories = file.value ?? [:]
    let print = chapter.fingerprint
    var memory = memories[chapter.module] ?? Memory(fingerprint: print, statuses: [:])
    if memory.fingerprint != print { memory = Memory(fingerprint: print, statuses: [:]) }
    for result in results { memory.statuses[result.id] = result.status }
    memories[chapter.module] = memory
    try file.save(memories)
  }

  /// Where each exercise of a chapter stands.
  public func entries(of chapter: Chapter) -> [Entry] {
    let memory = file.value?[chapter.module]
    let known = memory?.fingerprint == chapter.fingerprint ? memory?.statuses : nil
    return chapter.exercises.map { exercise in
      Entry(exercise: exercise, standing: standing(of: exercise, in: chapter, known: known?[exercise.id.description]))
    }
  }

  /// The first exercise of the course that isn't right, and its chapter.
  public func next() -> (chapter: Chapter, entry: Entry)? {
    for chapter in course.chapters {
      if let entry = entries(of: chapter).first(where: { $0.standing != .right }) { return (chapter, entry) }
    }
    return nil
  }

  private func standing(
    of exercise: Manifest.Exercise, in chapter: Chapter, known: ExerciseResult.Status?
  ) -> Standing {
    let stub = chapter.firstStub(of: exercise)
    switch known {
    case .right?: return .right
    case .toDo?: return .toDo(line: stub ?? 1)
    case let status?: return .wrong(status)
    case nil: return stub.map { .toDo(line: $0) } ?? .untested
    }
  }
}

extension Chapter {
  /// The line, counted from 1, of the exercise's first `throw unsolved("5.2")` in the student's file.
  func firstStub(of exercise: Manifest.Exercise) -> Int? {
    guard let data = FileManager.default.contents(atPath: url(file(of: exercise)).path) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let stub = "throw unsolved(\"\(exercise.id)\")"
    return lines.firstIndex { $0.drop { $0 == " " }.hasPrefix(stub) }.map { $0 + 1 }
  }
}
