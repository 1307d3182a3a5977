import Foundation
import Tensors

/// A made-up class of which every score is known before it is graded: each exercise is answered by its solution, its stub, one of
/// its known mistakes, a file that doesn't compile, or not at all.
///
/// What a mistake is worth is what its exercise's tests made of it in the gallery, with all other exercises solved. The
/// other exercises of the submission are worth what they would be alone: that is what the grader promises.
public struct SampleClass: Sendable {
  /// What stands in the place of an exercise's answer.
  enum Answer: Equatable, Sendable {
    case solution
    case stub
    case mistake(Mistake, points: Double)
    /// The file has an error.
    case broken
    /// The file isn't there.
    case missing

    var name: String {
      switch self {
      case .solution: "solution"
      case .stub: "stub"
      case .mistake(let mistake, _): mistake.name
      case .broken: "broken"
      case .missing: "missing"
      }
    }
  }

  /// One chapter of one submission.
  struct Work: Equatable, Sendable {
    var answers: [ExerciseID: Answer]

    func points(of exercise: Manifest.Exercise) -> Double {
      switch answers[exercise.id] {
      case .solution: Double(exercise.points)
      case .mistake(_, let points): points
      default: 0
      }
    }
  }

  let chapters: [Chapter]
  /// The mistakes that may be made, with the points they leave.
  let mistakes: [ExerciseID: [(mistake: Mistake, points: Double)]]

  /// - Parameter verdicts: of the gallery. Mistakes that hang are left out, for they would take the grader's time.
  public init(chapters: [Chapter], verdicts: [MistakeVerdict]) throws {
    self.chapters = chapters
    var mistakes: [ExerciseID: [(mistake: Mistake, points: Double)]] = [:]
    for chapter in chapters {
      for exercise in chapter.exercises {
        mistakes[exercise.id] = try chapter.mistakes(of: exercise).compactMap { mistake in
          let verdict = verdicts.first { $0.exercise == exercise.id && $0.name == mistake.name }
          guard let result = verdict?.result, !result.isRight, result.status != .hung else { return nil }
          return (mistake, result.points)
        }
      }
    }
    self.mistakes = mistakes
  }

  /// Writes `submissions/`, a folder a submission, `expected.csv`, as the grader must write its table, and `answers.csv`, which
  /// says what stands where.
  ///
  /// - Throws: ``CourseError`` if the folder isn't empty or can't be written.
  public func write(count: Int, seed: UInt64, to folder: URL) throws {
    let manager = FileManager.default
    if let names = try? manager.contentsOfDirectory(atPath: folder.path), !names.isEmpty {
      throw CourseError(.environment, "\(folder.path) isn't empty: give a folder that is, or a new one")
    }
    let out = ClassFolder(url: folder)
    let solutions = try chapters.map { try $0.solutionFiles() }
    var reports: [(name: String, report: GradeReport)] = []
    var answers = [CSV.line(["submission", "exercise", "answer"])]
    let digits = max(3, "\(count)".count)
    for number in 1...max(count, 1) {
      let name = "s" + String(repeating: "0", count: max(0, digits - "\(number)".count)) + "\(number)"
      var random = RandomStream(seed: seed).stream(name)
      let diligence = Double.random(in: 0.3...1, using: &random)
      let layout = Int.random(in: 0..<3, using: &random)
      try manager.createDirectory(
        at: folder.appending(path: "submissions/\(name)"), withIntermediateDirectories: true)
      var results: [(chapter: Chapter, results: [ExerciseResult])] = []
      for (chapter, solutions) in zip(chapters, solutions) {
        let work = draw(chapter, solutions, number: number, diligence: diligence, &random)
        let path = "submissions/\(name)/" + SampleClass.path(of: chapter, layout: layout)
        for (file, text) in SampleClass.files(work, of: chapter, solutions) {
          try out.write(text, to: "\(path)/\(file)")
        }
        results.append((chapter, chapter.exercises.map { SampleClass.result($0, work.points(of: $0)) }))
        answers += chapter.exercises.map {
          CSV.line([name, $0.id.description, work.answers[$0.id]?.name ?? ""])
        }
      }
      reports.append((name, GradeReport(results)))
    }
    try out.write(ClassReport(reports).csv(), to: "expected.csv")
    try out.write(answers.joined(), to: "answers.csv")
  }

  /// Where a chapter's files may lie in what is handed in.
  private static func path(of chapter: Chapter, layout: Int) -> String {
    [chapter.exercisesPath, "\(chapter.module)/Exercises", chapter.module][layout]
  }

  /// The first submission is the key, the second one holds stubs only, and the third one no file; the others are drawn.
  private func draw(
    _ chapter: Chapter, _ solutions: [SolutionFile], number: Int, diligence: Double, _ random: inout RandomStream
  ) -> Work {
    var answers: [ExerciseID: Answer] = [:]
    for file in Set(chapter.exercises.map(\.file)).sorted() {
      let luck = Double.random(in: 0..<1, using: &random)
      for id in chapter.exercises(inFile: file) {
        let mistake = mistakes[id]?.randomElement(using: &random).map { Answer.mistake($0.mistake, points: $0.points) }
        // Of what isn't solved half is wrong, a quarter untouched, an eighth doesn't compile, an eighth isn't there.
        let misfortune = (1 - luck) / (1 - diligence)
        answers[id] =
          switch (number, misfortune) {
          case (1, _): .solution
          case (2, _): .stub
          case (3, _): .missing
          case (_, 1...): .solution
          case (_, 0.5...): mistake ?? .solution
          case (_, 0.25...): .stub
          case (_, 0.125...): .broken
          default: .missing
          }
      }
    }
    var work = Work(answers: answers)
    separateMistakes(in: &work, of: chapter, solutions)
    return work
  }

  /// Two mistakes of which one uses the other's function may hide each other, and then nobody knows the score: the one that
  /// uses the other gives way to the solution.
  private func separateMistakes(in work: inout Work, of chapter: Chapter, _ solutions: [SolutionFile]) {
    func isMistake(_ exercise: Manifest.Exercise) -> Bool {
      if case .mistake = work.answers[exercise.id] { true } else { false }
    }
    let key = Dictionary(uniqueKeysWithValues: solutions.map { ($0.name, $0.lines.joined(separator: "\n")) })
    let own = SampleClass.files(work, of: chapter, solutions)
    let dependencies = FileDependencies(key.mapValues { [$0] }.merging(own.mapValues { [$0] }) { $0 + $1 })
    for exercise in chapter.exercises where isMistake(exercise) {
      let used = dependencies.all(of: exercise.file)
      if chapter.exercises.contains(where: { used.contains($0.file) && $0.file != exercise.file && isMistake($0) }) {
        work.answers[exercise.id] = .solution
      }
    }
  }

  /// Name and text of each file that is handed in.
  static func files(_ work: Work, of chapter: Chapter, _ solutions: [SolutionFile]) -> [String: String] {
    var files: [String: String] = [:]
    for solution in solutions {
      let ids = chapter.exercises(inFile: solution.name)
      guard !ids.isEmpty, !ids.contains(where: { work.answers[$0] == .missing }) else { continue }
      files[solution.name] = solution.replacingAnswers { answer in
        let right = Array(solution.lines[answer.region.body])
        let margin = answer.region.indentation
        switch work.answers[answer.exercise] ?? .stub {
        case .solution, .missing: return right
        case .stub: return ["\(margin)throw unsolved(\"\(answer.exercise)\")"]
        case .mistake(let mistake, _): return Transplant(answer: right).applying(mistake) ?? right
        case .broken:
          return ["\(margin)let number: Int = \"no number\"", "\(margin)throw unsolved(\"\(answer.exercise)\")"]
        }
      }
    }
    return files
  }

  private static func result(_ exercise: Manifest.Exercise, _ points: Double) -> ExerciseResult {
    ExerciseResult(
      id: exercise.id.description, title: exercise.title,
      status: points == Double(exercise.points) ? .right : .wrong, points: points, maxPoints: Double(exercise.points),
      detail: nil, rungs: [], errors: [])
  }

  /// Where a table of grades isn't what was expected, cell by cell; empty if they are equal.
  ///
  /// - Parameters:
  ///   - folder: what ``write(count:seed:to:)`` wrote.
  ///   - grades: where the class was graded.
  public static func differences(between folder: URL, and grades: URL) throws -> [String] {
    func table(_ file: URL) throws -> [[String]] {
      guard let data = FileManager.default.contents(atPath: file.path) else {
        throw CourseError(.unknownName, "There is no \(file.path)")
      }
      return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
        line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
    }
    let expected = try table(folder.appending(path: "expected.csv"))
    let found = try table(grades.appending(path: "class.csv"))
    let answers = Dictionary(
      try table(folder.appending(path: "answers.csv")).map { ("\($0[0]) \($0[1])", $0[2]) }, uniquingKeysWith: { $1 })
    return differences(expected, found, answers)
  }

  static func differences(_ expected: [[String]], _ found: [[String]], _ answers: [String: String]) -> [String] {
    guard let header = expected.first, found.first == header else {
      return ["the columns aren't the same: \(expected.first ?? []), \(found.first ?? [])"]
    }
    var differences: [String] = []
    let names = Set((expected + found).dropFirst().map { $0[0] }).subtracting([header[0]]).sorted()
    for name in names {
      let wanted = expected.filter { $0[0] == name }
      let got = found.filter { $0[0] == name }
      guard wanted.count == 1, got.count == 1 else {
        differences.append("\(name) has \(got.count) lines, and should have \(wanted.count)")
        continue
      }
      guard wanted[0].count == header.count, got[0].count == header.count else {
        differences.append("\(name) has \(got[0].count) columns, and should have \(header.count)")
        continue
      }
      for (column, (want, have)) in zip(header, zip(wanted[0], got[0])) where want != have {
        let answer = answers["\(name) \(column)"].map { " (\($0))" } ?? ""
        differences.append("\(name): \(column)\(answer) is \(have), and should be \(want)")
      }
    }
    return differences
  }
}
