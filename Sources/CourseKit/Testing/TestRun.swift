/// Runs exercises' tests on the package as it stands, and tells each result as it comes.
public struct TestRun: Sendable {
  let build: PackageBuild
  let source: ExerciseSource

  /// - Parameter source: whose files are built; ``ExerciseSource/inherited`` follows the environment.
  public init(build: PackageBuild, source: ExerciseSource = .inherited) {
    self.build = build
    self.source = source
  }

  /// - Throws: ``CourseError`` with the compiler's errors if the package doesn't build.
  public func run(
    _ exercises: [Manifest.Exercise], of chapter: Chapter, onStart: (Manifest.Exercise) -> Void = { _ in },
    onResult: (ExerciseResult) -> Void = { _ in }
  ) async throws -> [ExerciseResult] {
    try await build.demand(TestBundle.product, from: source)
    let runner = ExerciseRunner(bundle: TestBundle(build: build))
    var results: [ExerciseResult] = []
    for exercise in exercises {
      onStart(exercise)
      let result = try await runner.run(exercise, of: chapter)
      onResult(result)
      results.append(result)
    }
    return results
  }
}
