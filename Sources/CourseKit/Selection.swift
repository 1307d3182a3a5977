/// What somebody means by `5`, `Chapter05EDM` or `5.2`.
public enum Selection: Equatable, Sendable {
  case chapter(Chapter)
  case exercise(Chapter, Manifest.Exercise)

  public var chapter: Chapter {
    switch self {
    case .chapter(let chapter), .exercise(let chapter, _): chapter
    }
  }

  /// All of the chapter's exercises, or the one.
  public var exercises: [Manifest.Exercise] {
    switch self {
    case .chapter(let chapter): chapter.exercises
    case .exercise(_, let exercise): [exercise]
    }
  }
}

extension Course {
  /// Finds a chapter (`5`, `05`, `Chapter05EDM`, `edm`) or an exercise (`5.2`).
  ///
  /// - Throws: ``CourseError`` that says what was probably meant.
  public func select(_ name: String) throws -> Selection {
    if let id = ExerciseID(name) {
      if let chapter = chapters.first(where: { $0.number == id.chapter }), let exercise = chapter.exercise(id) {
        return .exercise(chapter, exercise)
      }
    } else if let chapter = chapters.first(where: { $0.answers(to: name) }) {
      return .chapter(chapter)
    }
    throw unknown(name)
  }

  /// What the options `--chapter` and `--exercise` ask for: every chapter if neither is given.
  public func select(chapter: String?, exercise: String?) throws -> [Selection] {
    if let exercise {
      let (chapter, exercise) = try selectExercise(exercise)
      return [.exercise(chapter, exercise)]
    }
    return try chapter.map { [.chapter(try selectChapter($0))] } ?? chapters.map { .chapter($0) }
  }

  /// As ``select(_:)``, for what must be one exercise.
  public func selectExercise(_ name: String) throws -> (Chapter, Manifest.Exercise) {
    guard case .exercise(let chapter, let exercise) = try select(name) else {
      throw CourseError(.unknownName, "\(name) is a whole chapter: name one of its exercises, like \(exampleExercise)")
    }
    return (chapter, exercise)
  }

  /// As ``select(_:)``, for what must be a chapter.
  public func selectChapter(_ name: String) throws -> Chapter {
    guard case .chapter(let chapter) = try select(name) else {
      throw CourseError(.unknownName, "\(name) is one exercise: name a chapter, like \(ExerciseID(name)?.chapter ?? 5)")
    }
    return chapter
  }

  private var exampleExercise: String { chapters.first?.exercises.first?.id.description ?? "5.1" }

  private func unknown(_ name: String) -> CourseError {
    let exercises = chapters.flatMap(\.exercises).map(\.id.description)
    let names = chapters.map { "\($0.number)" } + exercises + chapters.map(\.module)
    let looksLikeExercise = name.contains { ".,_-".contains($0) }
    if let guess = Spelling.nearest(to: name, among: looksLikeExercise ? exercises : names) {
      return CourseError(.unknownName, "There is no \(name). Did you mean \(guess)?")
    }
    let known = chapters.map { "\($0.number) (\($0.module))" }.joined(separator: ", ")
    return CourseError(
      .unknownName, "There is no \(name). The chapters are: \(known). `swift run course list` shows the exercises.")
  }
}

extension Chapter {
  fileprivate func answers(to name: String) -> Bool {
    let name = name.lowercased()
    let title = module.lowercased()
    return Int(name) == number || title == name || title == "chapter\(digits)\(name)" || "chapter\(digits)" == name
  }
}
