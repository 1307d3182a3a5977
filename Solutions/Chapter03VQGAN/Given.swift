import Exercises
import Tensors

/// A codebook that is a moving average of the vectors it stands for: K codes of d numbers.
public struct CodebookState {
  /// N_k: how many vectors a batch code k stands for, averaged over the last batches. K numbers.
  public var counts: [Double]
  /// m_k: the sum of those vectors, averaged in the same way; of shape [K, d].
  public var sums: Tensor
  /// e_k: the codes themselves, of shape [K, d].
  public var codebook: Tensor

  /// Every code stands for one vector, which is the code itself: N_k = 1, m_k = e_k.
  public init(codebook: Tensor) {
    self.codebook = codebook.detached()
    sums = codebook.detached()
    counts = Array(repeating: 1, count: codebook.ndim == 2 ? codebook.dim(0) : 0)
  }

  /// Throws unless there are K counts, and K sums as long as the K codes.
  func requireConsistent() throws {
    try InvalidArgument.requireMatrix(codebook, "the codebook", "[K, d]")
    try InvalidArgument.require(
      counts.count == codebook.dim(0) && sums.shape == codebook.shape,
      "a codebook of shape \(codebook.shape) needs as many counts and sums, but has \(counts.count) counts and sums of "
        + "shape \(sums.shape)")
  }
}

/// How codes are drawn from a prior's logits: temperature first, then top-k, then the nucleus.
public struct SamplingSettings: Sendable, Equatable {
  /// T: logits are divided by it.
  public var temperature: Double
  /// k: only the k most probable codes may be drawn; all if `nil`.
  public var topK: Int?
  /// p: only the fewest codes that have this much probability together may be drawn; all if `nil`.
  public var topP: Double?

  /// Settings; left out, they change nothing.
  public init(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }

  /// Throws unless T > 0, k ≥ 1 and 0 < p ≤ 1.
  func requireValid() throws {
    try InvalidArgument.requirePositive(temperature, "the temperature")
    if let topK { try InvalidArgument.require(topK >= 1, "top-k needs k ≥ 1, but k is \(topK)") }
    if let topP { try InvalidArgument.require(topP > 0 && topP <= 1, "p must lie in (0, 1], but is \(topP)") }
  }
}

extension InvalidArgument {
  /// Throws unless the tensor is a matrix with at least one row and one column.
  static func requireMatrix(_ x: Tensor, _ name: String, _ shape: String) throws {
    try require(
      x.ndim == 2 && x.scalarCount > 0, "\(name) should have shape \(shape) and not be empty, but has \(x.shape)")
  }

  /// Throws unless all the indices lie in 0 ..< count.
  static func requireIndices(_ indices: [Int], below count: Int) throws {
    if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) {
      throw InvalidArgument("there are codes 0 to \(count - 1), but an index is \(wrong)")
    }
  }
}
