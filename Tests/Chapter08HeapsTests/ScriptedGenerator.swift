/// Random numbers that are known in advance; when they are used up, always the same one, of the middle.
struct ScriptedGenerator: RandomNumberGenerator {
  private let words: [UInt64]
  /// How many words have been asked for.
  private(set) var asked = 0

  init(_ words: [UInt64]) { self.words = words }

  mutating func next() -> UInt64 {
    defer { asked += 1 }
    return asked < words.count ? words[asked] : 1 << 63
  }
}
