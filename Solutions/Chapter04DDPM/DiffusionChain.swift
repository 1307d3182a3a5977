import Exercises

/// The forward chain of T steps, xₜ = √αₜ·xₜ₋₁ + √βₜ·zₜ with αₜ = 1 − βₜ, as its cumulative products ᾱₜ = α₁ ⋯ αₜ say it.
/// Ho et al. 2020, eq. 2 and 4.
///
/// Times count as in the paper: t = 1 … T are noisy, t = 0 is the data, ᾱ₀ = 1. All numbers are Doubles: a cumulative
/// product in Float32 is off by 2·10⁻⁴ where 1 − ᾱ is small.
///
/// DDIM's paper writes α for what is ᾱ here.
public struct DiffusionChain: Equatable, Sendable {
  /// ᾱ₀ = 1, ᾱ₁, …, ᾱ_T.
  private let products: [Double]
  /// β₁ … β_T.
  private let steps: [Double]

  /// The chain with these ᾱ₁ > ᾱ₂ > … > ᾱ_T, all between 0 and 1; βₜ = 1 − ᾱₜ/ᾱₜ₋₁.
  public init(alphaBars: [Double]) throws {
    try InvalidArgument.require(!alphaBars.isEmpty, "a chain needs at least one step")
    for (previous, next) in zip([1] + alphaBars, alphaBars) {
      try InvalidArgument.require(
        next > 0 && next < previous, "alphaBars must fall and stay between 0 and 1, but \(next) follows \(previous)")
    }
    products = [1] + alphaBars
    steps = zip(products, alphaBars).map { 1 - $1 / $0 }
  }

  /// T.
  public var count: Int { steps.count }

  /// ᾱₜ for t in 0…T; ᾱ₀ = 1.
  public func alphaBar(_ t: Int) throws -> Double {
    try InvalidArgument.require(t >= 0 && t <= count, "alphaBar is known for t in 0…\(count), but t is \(t)")
    return products[t]
  }

  /// βₜ for t in 1…T: the variance of the noise that step t adds.
  public func beta(_ t: Int) throws -> Double {
    try requireStep(t)
    return steps[t - 1]
  }

  /// αₜ = 1 − βₜ for t in 1…T.
  public func alpha(_ t: Int) throws -> Double { 1 - (try beta(t)) }

  /// Throws `InvalidArgument` unless t is in 1…T.
  public func requireStep(_ t: Int) throws {
    try InvalidArgument.require(t >= 1 && t <= count, "the chain's steps are 1…\(count), but t is \(t)")
  }

  /// The shorter chain that visits only these times, in rising order, of this one: its i-th step goes from times[i − 1]
  /// to times[i] at once. Nichol and Dhariwal 2021, §4.
  ///
  /// A noise predictor for this chain serves the shorter one if it is asked at `times[i − 1]` for step i.
  public func respaced(to times: [Int]) throws -> DiffusionChain {
    try requireRising(times)
    return try DiffusionChain(alphaBars: times.map { try alphaBar($0) })
  }

  /// Throws `InvalidArgument` unless these times rise and are steps of this chain: what a sampler can visit.
  public func requireRising(_ times: [Int]) throws {
    try InvalidArgument.require(!times.isEmpty, "a sampler needs at least one time")
    for t in times { try requireStep(t) }
    for (previous, next) in zip(times, times.dropFirst()) {
      try InvalidArgument.require(next > previous, "times must rise, but \(next) follows \(previous)")
    }
  }
}
