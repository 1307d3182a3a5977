#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

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
  public mutating func nextNormal() -> Double { normalPairs(1).0 }

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

  /// The next `count` words of 64 random bits.
  mutating func words(_ count: Int) -> [UInt64] { (0..<count).map { _ in next() } }

  private mutating func normalPairs(_ count: UInt64) -> (Double, Double) {
    alignToBlock()
    defer { position &+= 2 * count }
    return Self.normalPair(key: key, block: position >> 1)
  }

  /// Tensors are filled by whole blocks, each of two words, which lets threads start anywhere.
  private mutating func alignToBlock() { position = (position &+ 1) & ~1 }

  mutating func fillNormal(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    alignToBlock()
    let first = position >> 1
    let key = key
    let pairs = (count + 1) / 2
    parallelFor(pairs, grain: 2048) { range in
      for pair in range {
        let (a, b) = Self.normalPair(key: key, block: first &+ UInt64(pair))
        pointer[2 * pair] = Float(a)
        if 2 * pair + 1 < count { pointer[2 * pair + 1] = Float(b) }
      }
    }
    position &+= 2 * UInt64(pairs)
  }

  mutating func fillUniform(_ pointer: UnsafeMutablePointer<Float>, count: Int, low: Float, high: Float) {
    alignToBlock()
    let first = position >> 1
    let key = key
    let blocks = (count + 3) / 4
    parallelFor(blocks, grain: 4096) { range in
      for block in range {
        let words = Self.block(key: key, counter: first &+ UInt64(block), domain: 0)
        for lane in 0..<min(4, count - 4 * block) {
          // 24 bits are all that a Float32 in [0, 1) can hold.
          let uniform = Float(words[lane] >> 8) * 0x1p-24
          pointer[4 * block + lane] = min(low + (high - low) * uniform, high.nextDown)
        }
      }
    }
    position &+= 2 * UInt64(blocks)
  }

  private static func normalPair(key: UInt64, block: UInt64) -> (Double, Double) {
    let bits = words(key: key, counter: block, domain: 0)
    let radius = (-2 * log(Double((bits.0 >> 11) + 1) * 0x1p-53)).squareRoot()
    let angle = 2 * Double.pi * (Double(bits.1 >> 11) * 0x1p-53)
    return (radius * cos(angle), radius * sin(angle))
  }

  // MARK: The block function

  private static func words(key: UInt64, counter: UInt64, domain: UInt64) -> (UInt64, UInt64) {
    let words = block(key: key, counter: counter, domain: domain)
    return (UInt64(words[1]) << 32 | UInt64(words[0]), UInt64(words[3]) << 32 | UInt64(words[2]))
  }

  /// Philox 4×32-10 of a 128-bit counter (`counter` is its low half, `domain` its high half) under a 64-bit key.
  static func block(key: UInt64, counter: UInt64, domain: UInt64) -> SIMD4<UInt32> {
    var c0 = UInt32(truncatingIfNeeded: counter)
    var c1 = UInt32(truncatingIfNeeded: counter >> 32)
    var c2 = UInt32(truncatingIfNeeded: domain)
    var c3 = UInt32(truncatingIfNeeded: domain >> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(c0) * 0xd251_1f53
      let p1 = UInt64(c2) * 0xcd9e_8d57
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

extension Tensor {
  /// Independent numbers of the law N(0, 1).
  public static func normal(_ shape: [Int], using rng: inout RandomStream) -> Tensor {
    Tensor(shape: shape) { rng.fillNormal($0, count: shape.reduce(1, *)) }
  }

  /// Independent numbers of the uniform law on [low, high).
  public static func uniform(
    _ shape: [Int], low: Float = 0, high: Float = 1, using rng: inout RandomStream
  ) -> Tensor {
    Tensor(shape: shape) { rng.fillUniform($0, count: shape.reduce(1, *), low: low, high: high) }
  }
}
