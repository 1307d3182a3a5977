// Exercise 6.2: from noise to data and back: solving dx/dt = v(x, t)

import Exercises
import Foundation
import Tensors

/// Euler's method: x ← x + (tᵢ₊₁ − tᵢ)·v(x, tᵢ), with v asked where the step *begins*.
///
/// - Parameters:
///   - initial: x at t₀, of shape [B, …].
///   - times: t₀, t₁, …, t_N, only rising (noise to data) or only falling (data to noise), for instance
///     `evenTimes(steps: 20)`.
///   - onStep: is told of the start and of every step's result; see ``StepObserver``.
/// - Returns: x at t_N, and how often v was evaluated: N times.
public func eulerODE(
  _ velocity: Velocity, initial: Tensor, times: [Double], onStep: StepObserver = { _, _, _ in }
) throws -> (x: Tensor, evaluations: Int) {
  try InvalidArgument.requireMonotone(times)
  throw unsolved("6.2")
}

/// Heun's method: an Euler step, then the same step again with the mean of the slopes at its two ends.
///
///     d  = v(x, tᵢ)
///     d′ = v(x + h·d, tᵢ₊₁)          h = tᵢ₊₁ − tᵢ
///     x  ← x + h·(d + d′)/2
///
/// Second order: the error falls with the square of the number of steps. v is asked at the last time too.
///
/// - Parameters: as in ``eulerODE(_:initial:times:onStep:)``.
/// - Returns: x at t_N, and how often v was evaluated: 2N times.
public func heunODE(
  _ velocity: Velocity, initial: Tensor, times: [Double], onStep: StepObserver = { _, _, _ in }
) throws -> (x: Tensor, evaluations: Int) {
  try InvalidArgument.requireMonotone(times)
  throw unsolved("6.2")
}

/// What ``rk45ODE(_:initial:from:to:relativeTolerance:absoluteTolerance:firstStep:onStep:)`` has done.
public struct AdaptiveSolution {
  /// x at the end.
  public let x: Tensor
  /// How often v was evaluated: 1 + 6 · (accepted + rejected).
  public let evaluations: Int
  public let acceptedSteps: Int
  public let rejectedSteps: Int

  public init(x: Tensor, evaluations: Int, acceptedSteps: Int, rejectedSteps: Int) {
    self.x = x
    self.evaluations = evaluations
    self.acceptedSteps = acceptedSteps
    self.rejectedSteps = rejectedSteps
  }
}

/// Dormand and Prince's method of order 5 with steps as long as the tolerance allows.
///
/// One step of length h (negative where time falls) from (x, t), with the numbers of ``DormandPrince``:
///
///     kᵢ = v(x + h Σⱼ aᵢⱼ·kⱼ, t + cᵢh)          i = 1 … 7, where k₁ is known from the step before
///     x′ = x + h Σⱼ a₇ⱼ·kⱼ                       order 5; it is also where k₇ was asked
///     e  = h Σᵢ eᵢ·kᵢ                            the estimated error
///     E  = √(mean of (e / (atol + rtol·max(|x|, |x′|)))²)     over all entries of the batch
///
/// If E < 1 the step is accepted: x ← x′, t ← t + h, k₁ ← k₇; if not, it is tried again. The next step is
///
///     |h| ← |h| · min(10, 0.9·E^(−1/5))     after an accepted step, at most |h| · 1 if the one before was rejected
///     |h| ← |h| · max(0.2, 0.9·E^(−1/5))    after a rejected one
///
/// (for E = 0: |h| · 10, or · 1 after a rejection), and never beyond `end`. These are the rules of Hairer, Nørsett and
/// Wanner 1993, §II.4, as in SciPy's RK45.
///
/// - Parameters:
///   - initial: x at time `start`, of shape [B, …]. The whole batch takes the same steps.
///   - start, end: `end` may lie before `start`.
///   - relativeTolerance, absoluteTolerance: rtol and atol. States are Float32: below 10⁻⁶ there is nothing to gain.
///   - firstStep: |h| of the first trial.
///   - onStep: is told of the start and of every *accepted* step.
/// - Throws: `InvalidArgument` also if steps become shorter than 10⁻⁹ of the way: v is singular there.
public func rk45ODE(
  _ velocity: Velocity, initial: Tensor, from start: Double = 0, to end: Double = 1,
  relativeTolerance: Double = 1e-4, absoluteTolerance: Double = 1e-4, firstStep: Double = 0.01,
  onStep: StepObserver = { _, _, _ in }
) throws -> AdaptiveSolution {
  try InvalidArgument.requireMonotone([start, end])
  try InvalidArgument.requirePositive(relativeTolerance, "relativeTolerance")
  try InvalidArgument.requirePositive(absoluteTolerance, "absoluteTolerance")
  try InvalidArgument.requirePositive(firstStep, "firstStep")
  throw unsolved("6.2")
}
