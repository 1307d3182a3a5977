import Foundation

/// The hostile submissions of Tests/HostileSubmissions, and whether the grader withstands them.
///
/// A build takes far longer than a test, so that many are graded at once: each is one file of a chapter, and the files of
/// several make one submission, whose other files are the solutions'. So it also shows that none costs a neighbour a point.
public struct HostileCorpus: Sendable {
  /// What became of some of them, graded as one submission.
  public struct Round: Sendable {
    public let verdicts: [HostileVerdict]
    /// Exercises with the right answer that didn't get all their points, or were flagged; files of the course that were
    /// changed.
    public let harm: [String]
    public let seconds: Double
  }

  let course: Course
  let build: PackageBuild
  public let submissions: [HostileSubmission]

  /// Seconds of processor time for each compiler: a chapter takes it some seconds, and all else is built before.
  private static let compilerTime = 40

  /// - Parameter names: of those to try; all of them if there is none.
  /// - Throws: ``CourseError`` if the corpus has errors, or a name isn't in it.
  public init(course: Course, build: PackageBuild, names: [String] = []) throws {
    self.course = course
    self.build = build
    let folder = course.root.appending(path: "Tests/HostileSubmissions")
    let all = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    for name in names where !all.contains(name) {
      let guess = Spelling.nearest(to: name, among: all).map { "; did you mean \($0)?" } ?? ""
      throw CourseError(.unknownName, "There is no hostile submission \(name)\(guess)")
    }
    submissions = try all.filter { names.isEmpty || names.contains($0) }.map { name in
      let submission = try HostileSubmission(folder: folder.appending(path: name))
      _ = try course.selectExercise(submission.exercise.description)
      return submission
    }
  }

  /// Which submissions are graded together: those of different exercises, each in the first round that has a place. Those
  /// that must not come through the build come first, so that few rounds are built again without them.
  var rounds: [[HostileSubmission]] {
    var rounds: [[HostileSubmission]] = []
    let (refused, others) = (submissions.filter(\.isRefused), submissions.filter { !$0.isRefused })
    for submission in refused + others {
      if let place = rounds.firstIndex(where: { $0.allSatisfy { $0.exercise != submission.exercise } }) {
        rounds[place].append(submission)
      } else {
        rounds.append([submission])
      }
    }
    return rounds
  }

  /// Grades all of them.
  ///
  /// - Parameter onRound: is told each round when it is done.
  public func run(jobs: Int, onRound: (Round) -> Void) async throws -> [Round] {
    try await build.demand(TestBundle.product, from: .solutions)
    let hasSandbox = await Sandbox.find() != nil
    var done: [Round] = []
    for submissions in rounds {
      let round = try await grade(submissions.filter { hasSandbox || !$0.needsSandbox }, jobs: jobs)
      let left = submissions.filter { !hasSandbox && $0.needsSandbox }.map { HostileVerdict($0, result: nil) }
      done.append(Round(verdicts: round.verdicts + left, harm: round.harm, seconds: round.seconds))
      onRound(done[done.count - 1])
    }
    return done
  }

  private func grade(_ submissions: [HostileSubmission], jobs: Int) async throws -> Round {
    let start = ContinuousClock.now
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appending(path: "hostile-\(UUID().uuidString)")
    defer { try? manager.removeItem(at: folder) }
    let byExercise = Dictionary(uniqueKeysWithValues: submissions.map { ($0.exercise, $0) })
    var selections: [Selection] = []
    for chapter in course.chapters where chapter.exercises.contains(where: { byExercise[$0.id] != nil }) {
      let exercises = folder.appending(path: chapter.exercisesPath)
      try manager.createDirectory(at: exercises, withIntermediateDirectories: true)
      let solutions = try chapter.solutionTexts()
      for exercise in chapter.exercises {
        let file = exercises.appending(path: exercise.file)
        if let submission = byExercise[exercise.id] {
          try submission.put(into: folder, as: file, course: course.root)
        } else {
          try Data((solutions[exercise.file] ?? "").utf8).write(to: file)
        }
      }
      selections.append(.chapter(chapter.limited { byExercise[$0]?.timeLimit }))
    }
    let before = courseFiles()
    let grader = try Grader(
      build: build, submission: folder, jobs: jobs, secondChances: false, compilerTime: HostileCorpus.compilerTime)
    let report = try await grader.grade(selections)
    let results = report.chapters.flatMap(\.exercises)
    var harm = courseFiles().changes(since: before)
    for result in results where !submissions.contains(where: { $0.exercise.description == result.id }) {
      if !result.isRight {
        let why = result.errors.first?.message ?? result.detail ?? ""
        harm.append("\(result.id), a right answer, is \(result.status.rawValue): \(why)")
      }
      if let flags = result.flags { harm.append("\(result.id), a right answer, is flagged: \(flags)") }
    }
    let verdicts = submissions.map { submission in
      HostileVerdict(submission, result: results.first { $0.id == submission.exercise.description })
    }
    return Round(verdicts: verdicts, harm: harm, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// The size and the time of every file of the course itself.
  private func courseFiles() -> CourseFiles { CourseFiles(root: course.root) }
}

extension Chapter {
  /// The same with other time limits for some exercises.
  fileprivate func limited(_ limit: (ExerciseID) -> Double?) -> Chapter {
    var manifest = manifest
    for index in manifest.exercises.indices {
      if let time = limit(manifest.exercises[index].id) { manifest.exercises[index].timeLimit = time }
    }
    return Chapter(manifest: manifest, root: root)
  }
}
