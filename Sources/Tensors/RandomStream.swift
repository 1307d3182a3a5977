/// A stream of random numbers: a counter run through the block function Philox 4×32-10.
///
/// The state is a key and a position, so equal seeds give equal bits on every platform and with any number of
/// threads, a stream can be saved in two numbers, and independent streams cost nothing: `stream("noise")` and
/// `stream("data")` of one seed never disturb each other, however much is drawn from either.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable, Codable {
  private var key: UInt64
  /// How many 64-bit words have been drawn.
  private var position: UInt64

  /// The stream of a seed.
  public init(seed: UInt64) {
    key = seed
    position = 0
  }

  // MARK: Streams from streams

  /// An independent stream that depends on this stream's key and on the name alone, not on what was drawn before.
  public func stream(_ name: String) -> RandomStream {
    // FNV-1a turns the name into a counter; Philox turns key and counter into the new key. The third word keeps these
    // blocks apart from those that numbers are drawn from.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return RandomStream(seed: Self.words(key: key, counter: hash, domain: 1).0)
  }

  /// A new independent stream; this one moves on, so the next split gives another.
  public mutating func split() -> RandomStream {
    let seed = Self.words(key: key, counter: position, domain: 2).0
    position &+= 1
    return RandomStream(seed: seed)
  }

  /// All there is to save.
  public var state: [UInt64] { [key, position] }

  /// A stream that goes on where one with this ``state`` stopped; nil if it is not two words.
  public init?(state: [UInt64]) {
    guard state.count == 2 else { return nil }
    key = state[0]
    position = state[1]
  }

  // MARK: Drawing

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    let words = Self.words(key: key, counter: position >> 1, domain: 0)
    defer { position &+= 1 }
    return position & 1 == 0 ? words.0 : words.1
  }

  /// A number of the uniform law on [0, 1), of 53 random bits.
  public mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the law N(0, 1), by Box and Muller's transform in Double.
  public mutating func nextNormal() -> Double {
    let (key, block) = takeBlocks(1)
    let bits = Self.words(key: key, counter: block, domain: 0)
    return Self.normalPair(bits.0, bits.1).0
  }

  /// A number of the uniform law on 0 ..< bound, without bias.
  public mutating func integer(below bound: Int) -> Int {
    guard bound > 0 else { fatalError("integer(below:): the bound is \(bound), it must be positive.") }
    return Int.random(in: 0..<bound, using: &self)
  }

  /// 0 ..< n in a random order, each order equally likely (Fisher and Yates).
  public mutating func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<n)
    guard n > 1 else { return order }
    for last in stride(from: n - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
    return order
  }

  /// The elements in a random order, each order equally likely.
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    permutation(elements.count).map { elements[$0] }
  }

  /// Tensors are filled by whole blocks, each of two words, which lets threads start anywhere.
  private mutating func alignToBlock() { position = (position &+ 1) & ~1 }

  /// Makes room for `count` blocks, whose numbers are drawn by their own counters: the first one's.
  mutating func takeBlocks(_ count: Int) -> (key: UInt64, first: UInt64) {
    alignToBlock()
    defer { position &+= 2 * UInt64(count) }
    return (key, position >> 1)
  }

  // MARK: The block function

  @inline(__always)
  static func words(key: UInt64, counter: UInt64, domain: UInt64) -> (UInt64, UInt64) {
    let words = block(key: key, counter: counter, domain: domain)
    return (UInt64(words[1]) << 32 | UInt64(words[0]), UInt64(words[3]) << 32 | UInt64(words[2]))
  }

  /// Philox 4×32-10 of a 128-bit counter (`counter` is its low half, `domain` its high half) under a 64-bit key.
  @inline(__always)
  static func block(key: UInt64, counter: UInt64, domain: UInt64) -> SIMD4<UInt32> {
    var c0 = UInt32(truncatingIfNeeded: counter)
    var c1 = UInt32(truncatingIfNeeded: counter >> 32)
    var c2 = UInt32(truncatingIfNeeded: domain)
    var c3 = UInt32(truncatingIfNeeded: domain >> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(c0) &* 0xd251_1f53
      let p1 = UInt64(c2) &* 0xcd9e_8d57
      c0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
      c2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
      c1 = UInt32(truncatingIfNeeded: p1)
      c3 = UInt32(truncatingIfNeeded: p0)
      k0 &+= 0x9e37_79b9
      k1 &+= 0xbb67_ae85
    }
    return SIMD4(c0, c1, c2, c3)
  }
}
