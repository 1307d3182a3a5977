/// A plan together with the potentials that prove it to be the best.
///
/// If fᵢ + gⱼ ≤ Cᵢⱼ everywhere, then Σ fᵢpᵢ + Σ gⱼqⱼ ≤ ⟨C, γ⟩ for *every* plan γ (weak duality). So a plan that costs as
/// little as its potentials earn can't be beaten, and nobody has to trust the program that found it.
public struct TransportSolution: Equatable, Sendable {
  /// γ: how much goes from each point of p to each of q; of shape [n, m].
  public let plan: [[Double]]
  /// f: the potential on the points of p, n numbers.
  public let f: [Double]
  /// g: the potential on the points of q, m numbers.
  public let g: [Double]
  /// ⟨C, γ⟩.
  public let value: Double

  public init(plan: [[Double]], f: [Double], g: [Double], value: Double) {
    self.plan = plan
    self.f = f
    self.g = g
    self.value = value
  }
}
