import Exercises

/// All S^L sequences of L states, numbered: small enough to go through one by one.
///
/// The first position counts most, as in a decimal number: the sequence x has the index Σᵢ xᵢ·S^(L−1−i). So a law on
/// the space is an array of S^L probabilities.
public struct SequenceSpace: Equatable, Sendable {
  /// S.
  public let stateCount: Int
  /// L.
  public let length: Int
  /// S^L.
  public let count: Int

  /// Throws `InvalidArgument` unless S ≥ 2, L ≥ 1 and S^L ≤ 2²⁰.
  public init(stateCount: Int, length: Int) throws {
    try InvalidArgument.require(stateCount >= 2, "a token needs at least 2 states, but stateCount is \(stateCount)")
    try InvalidArgument.require(length >= 1, "a sequence needs at least 1 position, but length is \(length)")
    var count = 1
    for _ in 0..<length where count <= 1 << 20 { count *= min(stateCount, 1 << 21) }
    try InvalidArgument.require(
      count <= 1 << 20, "\(stateCount)^\(length) sequences are too many to go through; at most 2^20 can be")
    self.stateCount = stateCount
    self.length = length
    self.count = count
  }

  /// How far apart the indices of two sequences are whose states at `position` differ by 1: S^(L−1−position).
  public func stride(of position: Int) -> Int {
    (position + 1..<length).reduce(1) { product, _ in product * stateCount }
  }

  /// The sequence with this index.
  public func sequence(at index: Int) -> [Int] {
    var rest = index
    var reversed: [Int] = []
    for _ in 0..<length {
      reversed.append(rest % stateCount)
      rest /= stateCount
    }
    return reversed.reversed()
  }

  /// The index of this sequence of L states.
  public func index(of sequence: [Int]) -> Int {
    sequence.reduce(0) { $0 * stateCount + $1 }
  }

  /// All of them, by index.
  public var sequences: [[Int]] { (0..<count).map { sequence(at: $0) } }
}
