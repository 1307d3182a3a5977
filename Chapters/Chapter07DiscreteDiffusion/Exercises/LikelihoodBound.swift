// Exercise 7.5: from the loss to the likelihood

import Exercises
import Foundation
import Tensors

/// How the noise grows with the time t in [0, 1].
public struct NoiseSchedule: Sendable {
  /// σ(t), the total noise.
  public let level: @Sendable (_ t: Double) -> Double
  /// σ′(t) = dσ/dt, the rate of noise.
  public let rate: @Sendable (_ t: Double) -> Double

  public init(level: @escaping @Sendable (Double) -> Double, rate: @escaping @Sendable (Double) -> Double) {
    self.level = level
    self.rate = rate
  }
}

/// The schedule in which the share of tokens hit by an event grows evenly:
///
///     1 − e^(−σ(t)) = (1 − ε)·t,   so  σ(t) = −log(1 − (1 − ε)t),   σ′(t) = (1 − ε)/(1 − (1 − ε)t)
///
/// ε keeps σ(1) = −log ε finite. SEDD takes it for the absorbing graph, with ε = 10⁻³. Near t = 0 use log1p, or the
/// digits of a small σ are lost.
///
/// Throws `InvalidArgument` unless 0 < ε < 1.
public func logLinearNoise(epsilon: Double = 1e-3) throws -> NoiseSchedule {
  try InvalidArgument.require(epsilon > 0 && epsilon < 1, "epsilon must lie between 0 and 1, but is \(epsilon)")
  throw unsolved("7.5")
}

/// The schedule in which log σ grows evenly:
///
///     σ(t) = σ_min^(1−t)·σ_max^t,     σ′(t) = σ(t)·log(σ_max/σ_min)
///
/// SEDD takes it for the uniform graph: from 10⁻⁵ to 20 in the paper's text, from 10⁻⁴ in its code.
///
/// Throws `InvalidArgument` unless 0 < σ_min < σ_max.
public func geometricNoise(sigmaMin: Double = 1e-4, sigmaMax: Double = 20) throws -> NoiseSchedule {
  try InvalidArgument.requirePositive(sigmaMin, "sigmaMin")
  try InvalidArgument.require(
    sigmaMin < sigmaMax && sigmaMax.isFinite,
    "sigmaMin must be below sigmaMax, but they are \(sigmaMin) and \(sigmaMax)")
  throw unsolved("7.5")
}

/// The training loss of a batch: the estimate of ∫₀¹ σ′(t)·E[DSE(x₀, xₜ; σ(t))] dt from one time a sequence, drawn
/// uniformly: the mean over the batch of σ′(t)·DSE. Shape [].
///
/// SEDD, eq. 10.
///
/// - Parameters:
///   - entropies: DSE of each sequence at its noise σ(t) (exercise 7.4), of shape [B].
///   - times: t of each sequence.
///   - schedule: where σ′ comes from.
public func scoreEntropyLoss(entropies: Tensor, times: [Double], schedule: NoiseSchedule) throws -> Tensor {
  try InvalidArgument.require(
    entropies.shape == [times.count] && !times.isEmpty,
    "\(times.count) times need entropies of shape [\(times.count)], but they have \(entropies.shape)")
  for t in times { try InvalidArgument.require(t >= 0 && t <= 1, "a time must lie in [0, 1], but one is \(t)") }
  throw unsolved("7.5")
}

/// E[DSE(x₀, x; σ)] over all corrupted x, with no draw: every sequence that x₀ can lead to, weighted with its
/// probability.
///
///     Σ_x Πᵢ K[xᵢ][x₀ᵢ] · Σᵢ Σ_{y ≠ xᵢ} Q[xᵢ][y]·(s − a·log s + a(log a − 1)),    a = K[y][x₀ᵢ]/K[xᵢ][x₀ᵢ],  0·log 0 = 0
///
/// Terms with Q[xᵢ][y] = 0 are left out, whatever s is there.
///
/// - Parameters:
///   - clean: x₀, L states.
///   - rates: Q, over S states.
///   - kernel: K(σ).
///   - score: s for a batch of sequences, [B][L][S], at this σ: the ratios, not their logarithms.
/// - Complexity: at most S^L sequences, in one question to `score`.
public func expectedScoreEntropy(
  clean: [Int], rates: Kernel, kernel: Kernel, score: (_ x: [[Int]]) throws -> [[[Double]]]
) throws -> Double {
  try InvalidArgument.requireSquare(rates, "rates")
  try InvalidArgument.requireSquare(kernel, "the kernel")
  try InvalidArgument.require(
    rates.count == kernel.count, "rates are over \(rates.count) states, but the kernel over \(kernel.count)")
  try InvalidArgument.requireBatch([clean], below: kernel.count, "clean")
  throw unsolved("7.5")
}

/// ∫ f(σ) dσ from `low` to `high` by the midpoint rule in log σ, with K = `count` nodes:
///
///     σₖ = low·(high/low)^((k + ½)/K),      ∫ f dσ ≈ Σₖ f(σₖ)·σₖ·log(high/low)/K
///
/// With f the expected score entropy this is the diffusion-weighted bound; whatever the schedule, σ′(t)dt = dσ, so
/// that its value depends on nothing but the ends. The nodes must be dense near 0: for the uniform graph f grows like
/// log(1/σ) there (a rare jump, of probability about σ, whose ratio is N/σ), and an even grid in σ misses rare texts by
/// more than a nat. In log σ the integrand dies off at both ends, where the midpoint rule converges faster than any power
/// of 1/K.
///
/// - Parameters:
///   - low: σ > 0 where the integral starts.
///   - high: where it ends.
///   - count: K ≥ 1.
/// - Complexity: K questions to f.
public func integrateOverNoise(
  from low: Double, to high: Double, count: Int, _ f: (_ sigma: Double) throws -> Double
) throws -> Double {
  try InvalidArgument.requirePositive(low, "the lower end")
  try InvalidArgument.require(
    low < high && high.isFinite, "the lower end must be below the upper, but they are \(low) and \(high)")
  try InvalidArgument.require(count >= 1, "count must be at least 1, but is \(count)")
  throw unsolved("7.5")
}
