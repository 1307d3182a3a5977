import Foundation

/// Grades the student's files of one's own tree, or those of a submission. Every exercise answers for itself alone: a crash,
/// a hang, an early exit, even a file that doesn't compile costs that exercise and no other; and what isn't right only because
/// another exercise isn't is graded once more beside the solution of that one.
public struct Grader: Sendable {
  let build: PackageBuild
  /// Of the random inputs; `nil` for the fixed one.
  let seed: UInt64?
  /// What was handed in; `nil` for the files in the course's own folders.
  let submission: URL?
  /// An instructor's own tests.
  let hiddenTests: HiddenTests?

  /// How many exercises are tested at once.
  let jobs: Int
  /// Whether an exercise that isn't right gets its second chance.
  let givesSecondChances: Bool
  /// Seconds of processor time that each compiler gets for what was handed in. The course's own slowest file takes a few.
  let compilerTime: Int

  /// - Parameter submission: a folder that holds `Chapters/…/Exercises`, a chapter's folder, or its `Exercises`.
  /// - Throws: ``CourseError`` if there is no such folder.
  public init(
    build: PackageBuild, seed: UInt64? = nil, submission: URL? = nil, hiddenTests: HiddenTests? = nil, jobs: Int = 1,
    secondChances: Bool = true, compilerTime: Int = 300
  ) throws {
    self.build = build
    self.seed = seed
    self.submission = submission
    self.hiddenTests = hiddenTests
    self.jobs = jobs
    givesSecondChances = secondChances
    self.compilerTime = compilerTime
    var isFolder: ObjCBool = false
    if let submission,
      !FileManager.default.fileExists(atPath: submission.path, isDirectory: &isFolder) || !isFolder.boolValue
    {
      throw CourseError(.unknownName, "There is no folder \(submission.path): give the folder that was handed in")
    }
  }

  /// - Parameters:
  ///   - selections: what to grade, at most one of each chapter.
  ///   - onStart: is told which exercise's tests begin.
  /// - Throws: ``CourseError`` if the package doesn't build for reasons that lie outside the exercises.
  public func grade(
    _ selections: [Selection], onStart: @escaping @Sendable (Manifest.Exercise) -> Void = { _ in }
  ) async throws -> GradeReport {
    try BuildFolderLock.take(in: build.root)
    let (submissions, flags) = try await compile(selections.map(\.chapter))
    let sandbox = submission == nil ? nil : await Sandbox.find()
    let runner = ExerciseRunner(bundle: TestBundle(build: build), sandbox: sandbox, hiddenTests: hiddenTests)
    try await runner.checkSandbox()
    var graded: [(chapter: Chapter, results: [ExerciseResult])] = []
    for (selection, submission) in zip(selections, submissions) {
      let results = try await selection.exercises.concurrentMap(limit: jobs) { exercise in
        onStart(exercise)
        if let rejection = submission.rejection(of: exercise) {
          return hiddenTests?.tests[exercise.id].map { rejection.adding($0, nil) } ?? rejection
        }
        return try await runner.run(exercise, of: selection.chapter, seed: seed)
      }
      graded.append((selection.chapter, results))
    }
    if givesSecondChances {
      try await giveSecondChances(selections, submissions, &graded, runner, onStart)
    }
    for (index, selection) in selections.enumerated() {
      for (place, exercise) in selection.exercises.enumerated() {
        graded[index].results[place].flags = flags[selection.chapter.module]?[exercise.file]
      }
    }
    let isolation = submission == nil ? nil : sandbox == nil ? GradeReport.Isolation.none : .bubblewrap
    return GradeReport(graded.map { ($0.chapter, $0.results) }, isolation: isolation, seed: seed)
  }

  /// Proves that the solutions pass the hidden tests. One that they don't pass would cost everybody its points.
  public func checkHiddenTests() async throws {
    guard let hiddenTests, !hiddenTests.tests.isEmpty else { return }
    try BuildFolderLock.take(in: build.root)
    switch try await TestBundle(build: build).build(from: try source([:])) {
    case .built: break
    case .failed(let errors, let output):
      throw CourseError(
        .buildFailed,
        "The hidden tests don't compile with the solutions:\n"
          + PackageBuild.complaint(errors: errors, output: output))
    }
    let runner = ExerciseRunner(bundle: TestBundle(build: build))
    for (chapter, test) in hiddenTests.all {
      let result = try await runner.run(test, of: chapter, seed: seed)
      guard result.isRight else {
        throw CourseError(
          .brokenCourse,
          "The solution of \(test.id) fails the hidden tests, so nobody can pass them:\n"
            + ResultText(style: .plain).describe(result))
      }
    }
  }

  /// These folders for these chapters, the solutions for the others, and the hidden tests if there are any.
  private func source(_ folders: [String: String]) throws -> ExerciseSource {
    .folders(folders, tests: try hiddenTests?.fill() ?? [:])
  }

  /// Grades once more what isn't right beside what isn't right. The first rounds of all chapters are built together, then all
  /// second ones: what takes the time is the build, not how much is in it.
  private func giveSecondChances(
    _ selections: [Selection], _ submissions: [Submission],
    _ graded: inout [(chapter: Chapter, results: [ExerciseResult])],
    _ runner: ExerciseRunner, _ onStart: @escaping @Sendable (Manifest.Exercise) -> Void
  ) async throws {
    var chances: [SecondChance] = []
    for (index, submission) in submissions.enumerated() {
      chances.append(
        SecondChance(
          selections[index].exercises, of: submission.chapter, results: graded[index].results, files: submission.files,
          solutions: try submission.chapter.solutionTexts(), untouched: submission.untouched))
    }
    for number in 0..<(chances.map(\.rounds.count).max() ?? 0) {
      var rounds: [Int: SecondChance.Round] = [:]
      for (index, chance) in chances.enumerated() where number < chance.rounds.count {
        rounds[index] = chance.rounds[number]
      }
      for index in try await build(rounds, of: submissions) {
        guard let round = rounds[index] else { continue }
        let chapter = submissions[index].chapter
        let second = try await round.exercises.concurrentMap(limit: jobs) { exercise in
          onStart(exercise)
          return try await runner.run(exercise, of: chapter, seed: seed)
        }
        for (exercise, result) in zip(round.exercises, second) {
          guard let place = selections[index].exercises.firstIndex(of: exercise) else { continue }
          graded[index].results[place] = graded[index].results[place]
            .improved(by: result, beside: chances[index].blamed[exercise.id] ?? [])
        }
      }
    }
  }

  /// Builds chapters from their solutions but for the files of a round's exercises. The other chapters stay as they were
  /// built before, so that nothing of theirs is compiled.
  ///
  /// - Parameter rounds: with the submissions' indices as keys.
  /// - Returns: the indices of those that could be built. A file that compiles only beside the student's other ones has had its
  ///   chance.
  private func build(_ rounds: [Int: SecondChance.Round], of submissions: [Submission]) async throws -> [Int] {
    var open = rounds
    let folders = Dictionary(uniqueKeysWithValues: submissions.map { ($0.chapter.digits, workspace($0.chapter).path) })
    for (index, round) in rounds {
      let submission = submissions[index]
      let own = submission.files.filter { file in round.exercises.contains { $0.file == file.key } }
      try workspace(submission.chapter).fill(with: submission.chapter.solutionTexts().merging(own) { $1 })
    }
    while !open.isEmpty {
      let result = try await TestBundle(build: limitedBuild).build(from: try source(folders))
      guard case .failed(let errors, _) = result else {
        return open.keys.sorted()
      }
      let failed = open.keys.filter { index in
        let chapter = submissions[index].chapter
        let own = [chapter.exercisesPath, "Tests/\(chapter.testTarget)"].map { $0 + "/" }
        return errors.map { hiddenTests?.redacted($0) ?? $0 }.map(workspace(chapter).original)
          .contains { error in own.contains(where: error.file.hasPrefix) }
      }
      // An error that is nobody's.
      guard !failed.isEmpty else { return [] }
      for index in failed {
        open[index] = nil
        try workspace(submissions[index].chapter).fill(with: submissions[index].files)
      }
    }
    return []
  }

  /// Builds the chapters' submissions together, replacing files that don't compile, or that may not be handed in, by their
  /// stubs until the rest does.
  ///
  /// - Returns: with what there is to flag, by module and file.
  private func compile(_ chapters: [Chapter]) async throws -> ([Submission], flags: [String: [String: [String]]]) {
    var submissions = try chapters.map { try Submission(chapter: $0, from: submission) }
    if submission != nil {
      for index in submissions.indices { try await inspectTexts(of: &submissions[index]) }
    }
    while true {
      var folders: [String: String] = [:]
      for submission in submissions {
        let workspace = self.workspace(submission.chapter)
        try workspace.fill(with: submission.files)
        folders[submission.chapter.digits] = workspace.path
      }
      let result = try await TestBundle(build: limitedBuild).build(from: try source(folders))
      var isMended = false
      guard case .failed(let errors, let output) = result else {
        guard submission != nil else { return (submissions, [:]) }
        var flags: [String: [String: [String]]] = [:]
        for index in submissions.indices {
          let suspicions = try await inspectObjects(of: submissions[index])
          for (name, suspicion) in suspicions where !suspicion.refusals.isEmpty {
            isMended = submissions[index].refuse([name], because: suspicion.refusal) || isMended
          }
          flags[submissions[index].chapter.module] = suspicions.mapValues(\.flags).filter { !$0.value.isEmpty }
        }
        if isMended { continue }
        return (submissions, flags)
      }
      // What a public declaration does to the tests shows as errors in other exercises' tests: so first who declares what.
      if submission != nil, errors.contains(where: { $0.file.hasPrefix("Tests/") }) {
        for index in submissions.indices {
          for (name, suspicion) in try await inspectObjects(of: submissions[index]) where !suspicion.refusals.isEmpty {
            isMended = submissions[index].refuse([name], because: suspicion.refusal) || isMended
          }
        }
        if isMended { continue }
      }
      for index in submissions.indices {
        let workspace = self.workspace(submissions[index].chapter)
        let rejected = submissions[index].reject(
          for: errors.map { hiddenTests?.redacted($0) ?? $0 }.map(workspace.original))
        let stopped = submissions[index].refuse(
          workspace.culprits(in: output),
          because: "the compiler crashes on this file, or needs more time than it is given: write it in simpler steps")
        isMended = isMended || rejected || stopped
      }
      if isMended { continue }
      // Nobody says where it lies. If the course itself builds, it lies in what was handed in: then all of that goes.
      let complaint = PackageBuild.complaint(errors: errors, output: output)
      guard submission != nil, case .built = try await TestBundle(build: build).build(from: .solutions) else {
        throw CourseError(.buildFailed, complaint)
      }
      for index in submissions.indices {
        let message = "the package doesn't build with what was handed in, and the compiler names no file: \(complaint)"
        isMended = submissions[index].refuse(submissions[index].suspects, because: message) || isMended
      }
      if !isMended { throw CourseError(.buildFailed, complaint) }
    }
  }

  /// The build with a limit on each compiler, if it compiles what was handed in.
  private var limitedBuild: PackageBuild {
    var build = self.build
    if submission != nil { build.compilerTime = compilerTime }
    return build
  }

  /// Refuses the files that say or import what they may not.
  private func inspectTexts(of submission: inout Submission) async throws {
    for name in submission.suspects {
      guard let found = ForbiddenWords.first(in: submission.files[name] ?? "") else { continue }
      _ = submission.refuse([name], because: found.message, line: found.line)
    }
    let workspace = self.workspace(submission.chapter)
    try workspace.fill(with: submission.files)
    func forbidden(_ names: [String]) async throws -> [String] {
      guard !names.isEmpty else { return [] }
      let files = names.map { build.root.appending(path: "\(workspace.path)/\($0)") }
      return try await ImportedModules.forbidden(in: files, root: build.root)
    }
    // All at once: mostly there is nothing to find.
    guard try await !forbidden(submission.suspects).isEmpty else { return }
    for name in submission.suspects {
      let modules = try await forbidden([name])
      guard !modules.isEmpty else { continue }
      let allowed = ImportedModules.allowed.sorted().joined(separator: ", ")
      let message = "an exercise may not import \(modules.joined(separator: ", ")), only \(allowed)"
      _ = submission.refuse([name], because: message)
    }
  }

  /// What there is to say about the files that were compiled, by their names.
  private func inspectObjects(of submission: Submission) async throws -> [String: Suspicion] {
    let module = submission.chapter.module
    let folder = build.root.appending(path: workspace(submission.chapter).path)
    let paths = submission.suspects.map { ($0, build.object(of: $0, in: module)) }.filter { name, object in
      // One that is older than the file is of another file.
      func time(_ path: String) -> Date? {
        (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate]) as? Date
      }
      guard let made = time(object), let written = time(folder.appending(path: name).path) else { return false }
      return made >= written
    }
    let objects = try await ObjectFile.read(Dictionary(uniqueKeysWithValues: paths), in: build.root)
    var suspicions: [String: Suspicion] = [:]
    for (name, object) in objects {
      let exports = submission.exportsMore(name) ? try await object.namesInSwift(in: build.root) : []
      suspicions[name] = Suspicion(object, module: module, exports: exports)
    }
    return suspicions
  }

  private func workspace(_ chapter: Chapter) -> Workspace {
    Workspace(root: chapter.root, prefix: ".build/course/grading", chapter: chapter)
  }
}
