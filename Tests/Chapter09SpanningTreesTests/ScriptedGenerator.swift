/// Random numbers that are known in advance; when they are used up, pseudo-random ones, so that every walk ends.
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
    if asked < words.count { return words[asked] }
    // SplitMix64 (Steele, Lea and Flood 2014).
    var word = UInt64(asked) &* 0x9e37_79b9_7f4a_7c15
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
