import Foundation

/// Numbers that do not fit the model they were meant for.
public struct ModelLoadingError: LocalizedError, CustomStringConvertible {
  /// One thing that does not fit.
  public enum Problem: Equatable, Sendable {
    /// The model has this parameter, the file does not.
    case missing(key: String, shape: [Int])
    /// The file has this tensor, the model does not.
    case unknown(key: String, shape: [Int])
    /// Both have it, in different shapes.
    case shape(key: String, model: [Int], file: [Int])
  }

  /// The model's type.
  public let model: String
  /// Where the numbers came from, if known.
  public let source: String?
  /// All that does not fit.
  public let problems: [Problem]

  /// Every problem on a line of its own (the first twelve), and what to do.
  public var description: String {
    var lines = [
      "\(source ?? "The given tensors") cannot be loaded into \(model): \(problems.count) of the keys do not fit."
    ]
    for problem in problems.prefix(12) {
      switch problem {
      case .missing(let key, let shape): lines.append("  missing: \(key), which the model has in shape \(shape)")
      case .unknown(let key, let shape):
        lines.append(
          "  unknown: \(key) of shape \(shape), which the model does not have")
      case .shape(let key, let model, let file):
        lines.append(
          "  shape:   \(key) is \(model) in the model and \(file) in the file")
      }
    }
    if problems.count > 12 { lines.append("  … and \(problems.count - 12) more") }
    lines.append(
      "Build the model with the configuration that the numbers were saved from, or load with "
        + "strict: false to skip keys.")
    return lines.joined(separator: "\n")
  }

  /// The same text, for callers that print `localizedDescription`.
  public var errorDescription: String? { description }
}
