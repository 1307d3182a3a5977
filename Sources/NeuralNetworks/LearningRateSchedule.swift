import Foundation

/// A learning rate as a function of the step, which counts from 0.
///
/// ```swift
/// let schedule = LearningRateSchedule.warmup(steps: 100, then: .cosine(from: 3e-3, to: 0, steps: 2000))
/// optimizer.learningRate = schedule(step)
/// ```
public indirect enum LearningRateSchedule: Equatable, Codable, Sendable {
  /// Always the same.
  case constant(Double)
  /// Half a cosine, to + (from − to) · (1 + cos(π · step/steps))/2; `to` from step `steps` on (Loshchilov & Hutter 2017, one period).
  case cosine(from: Double, to: Double, steps: Int)
  /// A straight line, then `to`.
  case linear(from: Double, to: Double, steps: Int)
  /// The schedule `then`, times (step + 1)/steps during the first `steps` steps. Its step 0 is the whole run's step 0.
  case warmup(steps: Int, then: LearningRateSchedule)

  /// The learning rate of the step number `step` (from 0).
  public func callAsFunction(_ step: Int) -> Double {
    switch self {
    case .constant(let rate): return rate
    case .cosine(let from, let to, let steps):
      let progress = min(1, Double(step) / Double(max(steps, 1)))
      return to + (from - to) * (1 + Foundation.cos(Double.pi * progress)) / 2
    case .linear(let from, let to, let steps):
      let progress = min(1, Double(step) / Double(max(steps, 1)))
      return from + (to - from) * progress
    case .warmup(let steps, let then):
      return then(step) * min(1, Double(step + 1) / Double(max(steps, 1)))
    }
  }
}
