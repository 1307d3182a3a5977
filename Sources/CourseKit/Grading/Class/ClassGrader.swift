import Foundation

/// Grades a folder of submissions, one after another in one build folder, so that all but a student's own files is compiled once.
///
/// Each submission's grades are written as soon as they are there. A run that was killed goes on where it was: what is written
/// is not graded again, and what isn't was not finished.
public struct ClassGrader: Sendable {
  let course: Course
  let build: PackageBuild
  /// Holds a folder a submission.
  public let submissions: URL
  let out: ClassFolder
  /// Of the tests' random inputs; `nil` for the one that students see.
  public let seed: UInt64?
  /// An instructor's own tests.
  let hiddenTests: HiddenTests?
  /// How many exercises are tested at once.
  let jobs: Int

  /// - Parameter seed: a random one is drawn once, and kept in `seed.txt`: the whole class gets the same inputs, also if
  ///   the grading is stopped and goes on another day.
  /// - Throws: ``CourseError`` if `out` can't be written.
  public init(
    course: Course, build: PackageBuild, submissions: URL, out: URL, seed: GradingSeed? = nil,
    hiddenTests: HiddenTests? = nil, jobs: Int
  ) throws {
    self.course = course
    self.build = build
    self.submissions = submissions
    self.out = ClassFolder(url: out)
    self.seed = seed == .random ? try self.out.seed() : seed?.value
    self.hiddenTests = hiddenTests
    self.jobs = jobs
  }

  /// Where the reports go.
  public var folder: URL { out.url }

  /// How far a run is.
  public struct Progress: Sendable {
    public var done: Int
    public var total: Int
    /// Whose turn it is.
    public var name: String
    /// Seconds that the rest will take if it takes as long as what this run has graded; `nil` before the first.
    public var remaining: Double?
  }

  /// The outcome of a run.
  public struct Outcome: Sendable {
    /// In the order of their names.
    public var graded: [GradedSubmission]
    /// The names of those that this run has graded; the others were there.
    public var new: [String]
    /// Those that couldn't be graded, with the reasons: no fault of theirs, and the next run tries them again.
    public var failed: [(name: String, error: CourseError)]
    /// Submissions in an hour, over this run; `nil` if it has graded none.
    public var perHour: Double?
  }

  /// The names of the submissions: the folders that are no links and aren't hidden.
  public func names() throws -> [String] {
    let manager = FileManager.default
    guard let entries = try? manager.contentsOfDirectory(atPath: submissions.path) else {
      throw CourseError(
        .unknownName, "There is no folder \(submissions.path): give one that holds a folder a submission")
    }
    let names = entries.filter { name in
      let path = submissions.appending(path: name).path
      let type = try? manager.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      return type == .typeDirectory && !name.hasPrefix(".")
    }
    guard !names.isEmpty else {
      throw CourseError(.unknownName, "\(submissions.path) holds no folders: one a submission is needed")
    }
    return names.sorted()
  }

  /// Grades those of these submissions that aren't graded yet.
  public func grade(
    _ names: [String], _ selections: [Selection], onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws -> Outcome {
    var outcome = Outcome(graded: [], new: [], failed: [], perHour: nil)
    var spent = 0.0
    var isProven = false
    let course = courseFingerprint(selections)
    for (index, name) in names.enumerated() {
      let folder = submissions.appending(path: name)
      let fingerprint = fingerprint(of: folder, selections, course: course)
      if let kept = out.graded(name, fingerprint) {
        outcome.graded.append(kept)
        continue
      }
      let open = names.count - index
      let mean = outcome.new.isEmpty ? nil : spent / Double(outcome.new.count)
      onProgress(Progress(done: index, total: names.count, name: name, remaining: mean.map { $0 * Double(open) }))
      if !isProven {
        // What is wrong with them is no submission's fault.
        try await Grader(build: build, seed: seed, hiddenTests: hiddenTests).checkHiddenTests()
        isProven = true
      }
      let start = ContinuousClock.now
      do {
        let grader = try Grader(build: build, seed: seed, submission: folder, hiddenTests: hiddenTests, jobs: jobs)
        let report = try await grader.grade(selections)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let graded = GradedSubmission(name: name, fingerprint: fingerprint, report: report, seconds: seconds)
        try out.save(graded)
        outcome.graded.append(graded)
        outcome.new.append(name)
        spent += seconds
      } catch let error as CourseError where error.kind != .environment {
        outcome.failed.append((name, error))
      }
    }
    if spent > 0 { outcome.perHour = 3600 * Double(outcome.new.count) / spent }
    return outcome
  }

  /// Writes the table and the page of the whole class.
  ///
  /// - Parameter times: when each was handed in, for the policy.
  public func write(_ graded: [GradedSubmission], policy: GradingPolicy?, times: [String: Date]) throws -> ClassReport {
    let reports = graded.map { submission in
      (
        submission.name,
        policy.map { submission.report.applying($0, submittedAt: times[submission.name]) } ?? submission.report
      )
    }
    let texts = Dictionary(
      uniqueKeysWithValues: graded.map { ($0.name, exerciseTexts(in: submissions.appending(path: $0.name))) })
    let report = ClassReport(reports, similar: Similarity.pairs(of: texts, known: try knownTexts()))
    try out.write(report.csv(), to: "class.csv")
    try out.write(try report.html(), to: "class.html")
    return report
  }

  /// What is there of these submissions' grades, and the names of those that still have to be graded.
  public func kept(_ names: [String], _ selections: [Selection]) -> (graded: [GradedSubmission], missing: [String]) {
    let course = courseFingerprint(selections)
    var result: (graded: [GradedSubmission], missing: [String]) = ([], [])
    for name in names {
      let fingerprint = fingerprint(of: submissions.appending(path: name), selections, course: course)
      if let kept = out.graded(name, fingerprint) {
        result.graded.append(kept)
      } else {
        result.missing.append(name)
      }
    }
    return result
  }

  private func courseFingerprint(_ selections: [Selection]) -> Fingerprint {
    var print = Fingerprint()
    if let seed { print.add("\(seed)".utf8) }
    hiddenTests?.add(to: &print)
    for selection in selections {
      for exercise in selection.exercises { print.add(exercise.id.description.utf8) }
      for folder in [selection.chapter.solutionsPath, "Tests/\(selection.chapter.testTarget)"] {
        print.add(selection.chapter.url(folder).swiftFiles)
      }
      print.add(
        FileManager.default.contents(atPath: selection.chapter.url(selection.chapter.manifestPath).path) ?? Data())
    }
    return print
  }

  private func fingerprint(of folder: URL, _ selections: [Selection], course: Fingerprint) -> Fingerprint {
    var print = course
    for selection in selections {
      guard let source = Submission.folder(of: selection.chapter, in: folder) else { continue }
      for exercise in selection.exercises {
        print.add(exercise.file.utf8)
        print.add("\(SubmittedFile(exercise.file, in: source))".utf8)
      }
    }
    return print
  }

  private func exerciseTexts(in folder: URL) -> [String] {
    course.chapters.flatMap { chapter -> [String] in
      guard let source = Submission.folder(of: chapter, in: folder) else { return [] }
      return Set(chapter.exercises.map(\.file)).compactMap { name in
        if case .text(let text) = SubmittedFile(name, in: source) { text } else { nil }
      }
    }
  }

  private func knownTexts() throws -> [String] {
    try course.chapters.flatMap { try $0.solutionFiles().map(\.stub) }
  }
}

extension Fingerprint {
  fileprivate mutating func add(_ files: [(name: String, data: Data)]) {
    for file in files {
      add(file.name.utf8)
      add(file.data)
    }
  }
}

extension URL {
  /// The Swift files in a folder, in the order of their names.
  fileprivate var swiftFiles: [(name: String, data: Data)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
      (name, FileManager.default.contents(atPath: appending(path: name).path) ?? Data())
    }
  }
}
