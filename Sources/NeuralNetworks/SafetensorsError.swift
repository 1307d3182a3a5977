import Foundation

/// A safetensors file that cannot be read as one.
public struct SafetensorsError: LocalizedError, CustomStringConvertible {
  /// The file, or what stood in for one.
  public let file: String
  /// The tensor that is wrong; nil if it is the file as a whole.
  public let tensor: String?
  /// What is wrong.
  public let problem: String

  /// File, tensor and problem in one sentence.
  public var description: String {
    let place = tensor.map { ", tensor \"\($0)\"" } ?? ""
    return "\(file)\(place): \(problem)"
  }

  /// The same text, for callers that print `localizedDescription`.
  public var errorDescription: String? { description }
}
