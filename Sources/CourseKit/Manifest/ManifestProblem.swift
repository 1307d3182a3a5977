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
