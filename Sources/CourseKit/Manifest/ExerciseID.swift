/// The name of an exercise: chapter and number, written `5.2`. Ordered as people count: 5.9 before 5.10.
public struct ExerciseID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let chapter: Int
  public let number: Int

  public init(chapter: Int, number: Int) {
    self.chapter = chapter
    self.number = number
  }

  /// Reads `5.2`; `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let chapter = Int(parts[0]), let number = Int(parts[1]), chapter > 0, number > 0 else {
      return nil
    }
    self.init(chapter: chapter, number: number)
  }

  public var description: String { "\(chapter).\(number)" }

  public static func < (left: Self, right: Self) -> Bool {
    (left.chapter, left.number) < (right.chapter, right.number)
  }
}
