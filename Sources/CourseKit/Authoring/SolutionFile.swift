import Foundation

/// A file of a chapter's solutions: given code with answers in marked regions.
struct SolutionFile: Equatable {
  /// `HeunSampler.swift`.
  let name: String
  let lines: [String]
  /// Each region with the exercise that it answers.
  let answers: [Answer]

  struct Answer: Equatable {
    let region: MarkedRegion
    let exercise: ExerciseID
  }

  /// - Parameter exercises: the exercises whose file this is.
  /// - Throws: ``MarkError`` for a mark without partner, or a region of no exercise.
  init(name: String, path: String, text: String, exercises: [ExerciseID]) throws(MarkError) {
    self.name = name
    self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var answers: [Answer] = []
    for region in try MarkedRegion.all(in: lines, file: path) {
      guard let exercise = region.id ?? (exercises.count == 1 ? exercises[0] : nil), exercises.contains(exercise) else {
        let message =
          exercises.isEmpty
          ? "the manifest names no exercise with this file: add `file: \(name)` to one, or remove the mark"
          : "say which exercise this answers, one of \(exercises.map(\.description).joined(separator: ", ")): "
            + "`\(MarkedRegion.begin) \(exercises[0])`"
        throw MarkError(file: path, line: region.lines.lowerBound + 1, message: message)
      }
      answers.append(Answer(region: region, exercise: exercise))
    }
    self.answers = answers
  }

  /// What a student starts from: each answer replaced by `throw unsolved("5.2")`. Given code stays as it is.
  var stub: String {
    replacingAnswers { answer in ["\(answer.region.indentation)throw unsolved(\"\(answer.exercise)\")"] }
  }

  /// The file with each answer, marks included, replaced by other lines.
  func replacingAnswers(_ replacement: (Answer) -> [String]) -> String {
    var result: [String] = []
    var next = 0
    for answer in answers {
      result += lines[next..<answer.region.lines.lowerBound]
      result += replacement(answer)
      next = answer.region.lines.upperBound + 1
    }
    result += lines[next...]
    return result.joined(separator: "\n")
  }
}

extension Chapter {
  /// The exercises that are to be done in the file with this name.
  func exercises(inFile name: String) -> [ExerciseID] { exercises.filter { $0.file == name }.map(\.id) }

  /// The chapter's solutions in the order of their names.
  func solutionFiles() throws -> [SolutionFile] {
    let folder = url(solutionsPath)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
    return try names.sorted().map { name in
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      return try SolutionFile(
        name: name, path: "\(solutionsPath)/\(name)", text: text, exercises: exercises(inFile: name))
    }
  }

  /// The text of each of the solutions' files.
  func solutionTexts() throws -> [String: String] {
    Dictionary(uniqueKeysWithValues: try solutionFiles().map { ($0.name, $0.lines.joined(separator: "\n")) })
  }
}
