import Foundation

/// Tries every mistake of a chapter on the tests: one build, then one short process a mistake.
public struct MistakeGallery: Sendable {
  let chapter: Chapter
  let build: PackageBuild

  public init(chapter: Chapter, build: PackageBuild) {
    self.chapter = chapter
    self.build = build
  }

  /// - Parameters:
  ///   - exercises: whose mistakes to try.
  ///   - jobs: how many processes at once.
  ///   - onVerdict: is told each verdict as it comes, in any order.
  /// - Returns: the verdicts in the order of the files.
  /// - Throws: ``CourseError`` if a mistake can't be put in place or doesn't compile, or if the answers themselves don't
  ///   pass in the transformed chapter.
  public func tryAll(
    of exercises: [Manifest.Exercise], jobs: Int, onVerdict: @escaping @Sendable (MistakeVerdict) -> Void = { _ in }
  ) async throws -> [MistakeVerdict] {
    // All mistakes of the chapter are built whatever is asked for, so that the next question needs no build.
    let mistakes = try chapter.exercises.map { ($0, try chapter.mistakes(of: $0)) }
    let gallery = try Gallery(solutions: chapter.solutionFiles(), mistakes: mistakes)
    let workspace = Workspace(root: chapter.root, prefix: ".build/course/mistakes", chapter: chapter)
    try workspace.fill(with: gallery.files)
    let bundle = TestBundle(build: build)
    if case .failed(let errors, let output) = try await bundle.build(from: .folders([chapter.digits: workspace.path])) {
      let complaint = PackageBuild.complaint(errors: errors.map(workspace.original), output: output)
      throw CourseError(.buildFailed, complaint)
    }
    let runner = ExerciseRunner(bundle: bundle)
    for exercise in exercises {
      let result = try await runner.run(exercise, of: chapter)
      guard result.isRight else {
        throw CourseError(
          .brokenCourse,
          "Exercise \(exercise.id)'s own answer fails its tests, so mistakes can't be told from it: "
            + "see `SOLUTIONS=\(chapter.digits) swift run course test \(exercise.id)`")
      }
    }
    let wanted = gallery.exhibits.filter { exhibit in exercises.contains { $0.id == exhibit.exercise.id } }
    return try await wanted.concurrentMap(limit: jobs) { exhibit in
      let environment: [String: String?] = [Gallery.variable: "\(exhibit.number)"]
      let result = try await runner.run(exhibit.exercise, of: chapter, environment: environment)
      let verdict = MistakeVerdict(
        exercise: exhibit.exercise.id, name: exhibit.mistake.name, title: exhibit.mistake.title,
        promised: exhibit.mistake.message, outcome: .init(result, promised: exhibit.mistake.message),
        result: result)
      onVerdict(verdict)
      return verdict
    }
  }
}
