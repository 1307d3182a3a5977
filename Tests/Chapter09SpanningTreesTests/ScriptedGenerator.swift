/// Random numbers that are known in advance; when they are used up, always the same one, of the middle.
struct ScriptedGenerator: RandomNumberGenerator {
  private let words: [UInt64]
  /// How many words have been asked for.
  private(set) var asked = 0

  init(_ words: [UInt64]) { self.words = words }

  /// Answers a question for one of `count` things by the `choice`-th: `Int.random(in: 0..<count)` gives `choice`.
  init(choices: [(choice: Int, count: Int)]) {
    words = choices.map { UInt64.max / UInt64($0.count) * UInt64($0.choice) + UInt64.max / UInt64(2 * $0.count) }
  }

  mutating func next() -> UInt64 {
    defer { asked += 1 }
    return asked < words.count ? words[asked] : 1 << 63
  }
}
