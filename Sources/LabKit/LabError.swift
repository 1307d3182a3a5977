import Foundation

/// Something that a lab cannot go on without: what it is, and what to do.
public struct LabError: Error, CustomStringConvertible, LocalizedError {
  public let description: String
  public var errorDescription: String? { description }
  public init(_ description: String) { self.description = description }
}
