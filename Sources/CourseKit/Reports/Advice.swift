/// What to do after a test, in a sentence.
public struct Advice {
  let results: [ExerciseResult]
  let chapter: Chapter

  public init(results: [ExerciseResult], chapter: Chapter) {
    self.results = results
    self.chapter = chapter
  }

  public var sentence: String? {
    if let result = results.first(where: { !$0.isRight && $0.status != .toDo }) {
      return "Next: mend \(result.id) in \(path(of: result)). `swift run course hint \(result.id)` gives a nudge."
    }
    if let result = results.first(where: { $0.status == .toDo }) {
      return "Next: write \(result.id) in \(path(of: result)). `swift run course hint \(result.id)` gives a nudge."
    }
    guard results.count == chapter.exercises.count else { return nil }
    return "All of chapter \(chapter.number) is right. `swift run course run \(chapter.number)` draws its pictures."
  }

  private func path(of result: ExerciseResult) -> String {
    chapter.exercises.first { $0.id.description == result.id }.map(chapter.file) ?? chapter.exercisesPath
  }
}
