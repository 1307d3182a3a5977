import Yams

/// One thing that is wrong in a manifest, where it is, and what to write instead.
public struct ManifestProblem: Hashable, Sendable, CustomStringConvertible {
  public let file: String
  public let line: Int?
  public let message: String

  public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(message)" }
}

/// All that is wrong in a manifest.
public struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
  public let problems: [ManifestProblem]

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension ManifestProblem {
  /// Why a text is not YAML.
  init(yamlError error: any Error, file: String) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(file: file, line: mark.line, message: "this is not YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map { "`\($0)`" }.joined(separator: ", ")
      self.init(file: file, line: context.mark.line, message: "the key \(keys) occurs twice in one block")
    default:
      self.init(file: file, line: nil, message: "this is not YAML: \(error)")
    }
  }
}
