import Foundation
import Yams

/// The mistakes of one exercise, as `Solutions/Chapter05EDM/Mistakes/5.2.yml` lists them.
enum MistakeFile {
  static let keys = ["name", "title", "why", "find", "replace", "message"]

  /// Reads a list of mistakes.
  ///
  /// - Throws: ``ManifestError`` with everything that is wrong in the file.
  static func mistakes(yaml: String, file: String) throws(ManifestError) -> [Mistake] {
    let problems = ManifestFields.Problems(file: file)
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw ManifestError(problems: [ManifestProblem(yamlError: error, file: file)])
    }
    guard let list = root?.sequence else {
      throw ManifestError(problems: [
        ManifestProblem(
          file: file, line: 1, message: "this must be a list of mistakes: `- name: forgets-rho` and so on")
      ])
    }
    let mistakes = list.compactMap { Mistake($0, problems) }
    for (index, mistake) in mistakes.enumerated() where mistakes[..<index].contains(where: { $0.name == mistake.name })
    {
      problems.add(list[index].line, "the mistake \(mistake.name) occurs twice")
    }
    guard problems.all.isEmpty else { throw ManifestError(problems: problems.all) }
    return mistakes
  }
}

extension Mistake {
  fileprivate init?(_ node: Node, _ problems: ManifestFields.Problems) {
    let subject = node.mapping?["name"]?.scalar.map { "the mistake \($0.string)" } ?? "a mistake"
    guard let fields = ManifestFields(node, subject: subject, keys: MistakeFile.keys, problems: problems) else {
      return nil
    }
    self.init(
      name: fields.text("name", example: "forgets-rho"),
      title: fields.text("title", example: "\"Interpolates the levels, not their roots\""),
      why: fields.text("why", example: "\"what leads people there\""),
      find: fields.text("find", example: "\"pow(a, rho)\""),
      replace: fields.text("replace", example: "\"a\""),
      message: fields.text("message", example: "\"ρ-th roots\""))
    if !name.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "-" }) {
      fields.problem("name", "`name` is written in small letters with hyphens, like forgets-rho")
    }
    if fields.mapping["message"] != nil, message.isEmpty {
      fields.problem("message", "`message` must be part of a failure message")
    }
  }
}

extension Chapter {
  func mistakesPath(of exercise: Manifest.Exercise) -> String { "\(solutionsPath)/Mistakes/\(exercise.id).yml" }

  /// The mistakes of an exercise; none if there is no file.
  func mistakes(of exercise: Manifest.Exercise) throws -> [Mistake] {
    let path = mistakesPath(of: exercise)
    guard let data = FileManager.default.contents(atPath: url(path).path) else { return [] }
    return try MistakeFile.mistakes(yaml: String(decoding: data, as: UTF8.self), file: path)
  }
}
