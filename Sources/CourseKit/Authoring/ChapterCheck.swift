import Foundation

/// Proves that a chapter is whole: what it promises is there, its stubs are its solutions' stubs and stop where they
/// should, and its solutions pass.
public struct ChapterCheck: Sendable {
  /// One thing that was looked at, and all that is wrong with it.
  public struct Finding: Equatable, Sendable {
    public let title: String
    public let problems: [String]

    public var isFine: Bool { problems.isEmpty }
  }

  static let fewestHints = 3
  static let fewestMistakes = 3

  let chapter: Chapter
  let build: PackageBuild

  public init(chapter: Chapter, build: PackageBuild) {
    self.chapter = chapter
    self.build = build
  }

  /// All checks in order; each finding is told as it comes.
  public func run(onFinding: (Finding) -> Void) async throws -> [Finding] {
    var findings: [Finding] = []
    func report(_ title: String, _ problems: [String]) {
      let finding = Finding(title: title, problems: problems)
      findings.append(finding)
      onFinding(finding)
    }
    report(
      "every exercise has an answer, \(ChapterCheck.fewestHints) hints and \(ChapterCheck.fewestMistakes) mistakes",
      try inventory())
    report("every figure has its reference", missingFigures())
    report("the stubs are in step with the solutions", try await stubsOutOfStep())
    report("the stubs compile without a warning", try await buildStubs())
    report("on stubs every rung stops at its own exercise", try await runStubs())
    report("on solutions every rung passes", try await runSolutions())
    return findings
  }

  private func inventory() throws -> [String] {
    let answered = Set(try chapter.solutionFiles().flatMap { $0.answers.map(\.exercise) })
    return try chapter.exercises.flatMap { exercise -> [String] in
      let mistakes = try chapter.mistakes(of: exercise).count
      var problems: [String] = []
      if !answered.contains(exercise.id) {
        problems.append("\(exercise.id): no region of \(chapter.solution(of: exercise)) answers it")
      }
      if exercise.hints.count < ChapterCheck.fewestHints {
        problems.append("\(exercise.id): \(exercise.hints.count) hints in \(chapter.manifestPath)")
      }
      if mistakes < ChapterCheck.fewestMistakes {
        problems.append("\(exercise.id): \(mistakes) mistakes in \(chapter.mistakesPath(of: exercise))")
      }
      return problems
    }
  }

  private func missingFigures() -> [String] {
    chapter.manifest.figures.map { "\(chapter.referencesPath)/\($0.name).png" }
      .filter { !FileManager.default.fileExists(atPath: chapter.url($0).path) }
      .map { "\($0) is missing: `swift run course author figures \(chapter.number)` takes it from a run" }
  }

  private func stubsOutOfStep() async throws -> [String] {
    try await StubWriter(chapter: chapter).stubs().compactMap { stub in
      switch stub.state {
      case .inStep: nil
      case .stale: "\(stub.path) is out of date: `swift run course author stubs` writes it anew"
      case .edited: "\(stub.path) isn't the stub of its solution"
      case .orphan: "\(stub.path) has no solution"
      }
    }
  }

  private var workspace: Workspace { Workspace(root: chapter.root, prefix: ".build/course/stubs", chapter: chapter) }

  /// Compiles the generated stubs afresh, so that the compiler repeats its warnings.
  private func buildStubs() async throws -> [String] {
    try workspace.fill(with: [:])
    let files = try chapter.solutionFiles().map { ($0.name, $0.stub) }
    try workspace.fill(with: Dictionary(uniqueKeysWithValues: files))
    switch try await TestBundle(build: build).build(from: .folders([chapter.digits: workspace.path])) {
    case .built(let warnings):
      return warnings.map(workspace.original).filter { $0.file.hasPrefix(chapter.exercisesPath) }.map(\.description)
    case .failed(let errors, let output):
      return [PackageBuild.complaint(errors: errors.map(workspace.original), output: output)]
    }
  }

  private func runStubs() async throws -> [String] {
    guard case .built = try await TestBundle(build: build).build(from: .folders([chapter.digits: workspace.path]))
    else {
      return ["the stubs don't build"]
    }
    return try await results().flatMap { result in
      result.rungs.filter { rung in
        let stops = rung.messages.first?.text.hasPrefix("Exercise \(result.id) is to do") == true
        return rung.status != .toDo || !stops
      }.map { rung in
        let instead = rung.messages.first?.text ?? rung.status.rawValue
        return "\(result.id) \(rung.name) doesn't stop at \(result.id): \(instead)"
      } + [result.detail].compactMap { $0.map { "\(result.id): \($0)" } }
    }
  }

  private func runSolutions() async throws -> [String] {
    switch try await TestBundle(build: build).build(from: .solutions) {
    case .failed(let errors, let output): return [PackageBuild.complaint(errors: errors, output: output)]
    case .built: break
    }
    let text = ResultText(style: .plain)
    return try await results().filter { !$0.isRight }.map { text.describe($0) }
  }

  private func results() async throws -> [ExerciseResult] {
    let runner = ExerciseRunner(bundle: TestBundle(build: build))
    return try await chapter.exercises.concurrentMap(limit: ProcessInfo.processInfo.activeProcessorCount) {
      try await runner.run($0, of: chapter)
    }
  }
}
