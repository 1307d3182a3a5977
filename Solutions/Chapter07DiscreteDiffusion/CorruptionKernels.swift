// Exercise 7.1: how a token is corrupted

import Exercises
import Foundation
import Tensors

/// The rates at which a token jumps, Q: `rates[y][x]` is the rate from state x to state y ≠ x, and the diagonal makes
/// every column sum to 0. It drives dp/dσ = Q·p.
///
///     uniform:    Q[y][x] = 1/N              for y ≠ x,      Q[x][x] = 1/N − 1
///     absorbing:  Q[mask][x] = 1             for x ≠ mask,   Q[x][x] = −1,   the mask's column is 0
///
/// So both have events at rate 1 (a uniform event may pick the token that is there already), and σ counts expected
/// events. This is the normalisation of SEDD's code. The paper's eq. 15 has Q[y][x] = 1 for the uniform graph, which
/// is N times as fast.
///
/// Lou, Meng and Ermon 2024 (SEDD), eq. 15 and 16. Throws `InvalidArgument` unless N ≥ 2.
public func rateMatrix(_ graph: TokenGraph) throws -> Kernel {
  try InvalidArgument.require(graph.tokenCount >= 2, "a graph needs at least 2 tokens, but has \(graph.tokenCount)")
  // BEGIN SOLUTION
  let count = graph.stateCount
  var rates = Array(repeating: Array(repeating: 0.0, count: count), count: count)
  switch graph {
  case .uniform(let tokens):
    for y in 0..<tokens {
      for x in 0..<tokens { rates[y][x] = 1 / Double(tokens) - (y == x ? 1 : 0) }
    }
  case .absorbing(let tokens):
    for x in 0..<tokens {
      rates[x][x] = -1
      rates[tokens][x] = 1
    }
  }
  return rates
  // END SOLUTION
}

/// The law of a token after noise σ, in closed form: K(σ) = exp(σQ), with `kernel[y][x]` the probability of being in
/// state y after having started in state x.
///
///     uniform:    K = e^(−σ)·I + (1 − e^(−σ))/N in every entry
///     absorbing:  K[x][x] = e^(−σ),   K[mask][x] = 1 − e^(−σ),   K[mask][mask] = 1
///
/// The probability 1 − e^(−σ) of at least one event must keep all its digits when σ is tiny, where 1 − exp(−σ) would
/// lose them: −expm1(−σ) does.
///
/// SEDD, eq. 14 to 16, in the normalisation of ``rateMatrix(_:)``.
///
/// - Parameter sigma: σ, the total noise. It may be infinite: then the kernel leads to the stationary law. A negative
///   σ gives the inverse K(−σ) = K(σ)⁻¹, whose entries are no probabilities, but which a sampler of exercise 7.7 needs.
/// - Throws: `InvalidArgument` unless N ≥ 2 and σ is a number above −∞.
public func transitionKernel(_ graph: TokenGraph, sigma: Double) throws -> Kernel {
  try InvalidArgument.require(graph.tokenCount >= 2, "a graph needs at least 2 tokens, but has \(graph.tokenCount)")
  try InvalidArgument.require(sigma > -.infinity, "sigma must be a number above −∞, but is \(sigma)")
  // BEGIN SOLUTION
  let kept = exp(-sigma)
  let moved = -expm1(-sigma)
  let count = graph.stateCount
  var kernel = Array(repeating: Array(repeating: 0.0, count: count), count: count)
  switch graph {
  case .uniform(let tokens):
    for y in 0..<tokens {
      for x in 0..<tokens { kernel[y][x] = moved / Double(tokens) + (y == x ? kept : 0) }
    }
  case .absorbing(let tokens):
    for x in 0..<tokens {
      kernel[x][x] = kept
      kernel[tokens][x] = moved
    }
    kernel[tokens][tokens] = 1
  }
  return kernel
  // END SOLUTION
}

/// A draw of the corrupted sequence xₜ given the clean x₀: every position on its own, with the law K(σ)[·][x₀ᵢ].
///
/// With probability 1 − e^(−σ) at least one event happened at a position. Then it is any of the N tokens, each equally
/// likely and the old one among them (uniform), or the mask (absorbing).
///
/// - Parameters:
///   - tokens: x₀, states of the graph.
///   - sigma: σ ≥ 0; at ∞ nothing is left of x₀.
/// - Throws: `InvalidArgument` for a state that the graph has not, or σ < 0.
/// - Complexity: O(L), whatever N is: no kernel is built.
public func corrupt(
  _ tokens: [Int], graph: TokenGraph, sigma: Double, using rng: inout RandomStream
) throws -> [Int] {
  try InvalidArgument.require(graph.tokenCount >= 2, "a graph needs at least 2 tokens, but has \(graph.tokenCount)")
  try InvalidArgument.require(sigma >= 0, "sigma must be at least 0, but is \(sigma)")
  for token in tokens { try InvalidArgument.requireState(token, below: graph.stateCount, "a token") }
  // BEGIN SOLUTION
  let moved = -expm1(-sigma)
  return tokens.map { token in
    guard rng.nextUniform() < moved else { return token }
    return graph.mask ?? rng.integer(below: graph.tokenCount)
  }
  // END SOLUTION
}
