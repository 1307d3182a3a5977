/// What became of one rung of an exercise's ladder.
public struct RungResult: Codable, Equatable, Sendable {
  public enum Status: String, Codable, Sendable {
    case right
    case wrong
    /// It met a stub.
    case toDo = "to-do"
    case crashed
    case hung
    /// The process ended itself in the middle of it.
    case endedEarly = "ended-early"
    /// It never began.
    case notRun = "not-run"
    /// It passed without having asserted anything.
    case unproven
  }

  /// One failure, and where.
  public struct Message: Codable, Equatable, Sendable, CustomStringConvertible {
    public var text: String
    public var file: String?
    public var line: Int?

    public var description: String { file.map { "\($0):\(line ?? 0): \(text)" } ?? text }
  }

  /// `test1_Shapes`.
  public var name: String
  /// What the manifest says it demands.
  public var title: String
  public var status: Status
  public var messages: [Message]
  /// Whether it is one of an instructor's own tests, of which nobody is told more than the title and the status.
  public var hidden: Bool?
}
