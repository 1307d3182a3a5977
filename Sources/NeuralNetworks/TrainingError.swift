import Foundation

/// A training that has to stop because its numbers are no longer numbers.
public struct TrainingError: LocalizedError, CustomStringConvertible {
  /// The step (from 0) whose loss or gradient was not finite. Its update was not made.
  public let step: Int
  /// The loss of that step.
  public let loss: Float
  /// The parameters whose gradient held a NaN or an infinity.
  public let keys: [String]
  /// The learning rate of that step.
  public let learningRate: Double
  /// The losses of the steps before, oldest first.
  public let recentLosses: [Float]
  /// Where the last good state was saved, if it was.
  public let checkpoint: String?

  /// The step, what was not finite, and what to look at.
  public var description: String {
    var lines = [
      "Training stopped at step \(step): "
        + (loss.isFinite
          ? "a gradient is not finite."
          : "the loss is \(loss).")
    ]
    if !recentLosses.isEmpty {
      lines.append("  the losses before it: " + recentLosses.map { "\($0)" }.joined(separator: ", "))
    }
    if !keys.isEmpty {
      let shown = keys.prefix(5).joined(separator: ", ") + (keys.count > 5 ? ", … (\(keys.count) in all)" : "")
      lines.append("  gradients with NaN or infinity: " + shown)
    }
    lines.append("  What to look at:")
    lines.append(
      "  - losses that grew before: the learning rate (here \(learningRate)) is too high; try a "
        + "third, or clip the gradients.")
    lines.append(
      "  - a finite loss with NaN gradients: √x or |x| at 0 somewhere in the loss; add a small eps inside the root.")
    lines.append(
      "  - NaN from one step to the next: a division by zero, log(0), or exp of a large number; "
        + "check σ = 0 and empty batches.")
    lines.append(
      checkpoint.map { "  The weights before this step were saved to \($0)." }
        ?? "  The weights are those before this step.")
    return lines.joined(separator: "\n")
  }

  /// The same text, for callers that print `localizedDescription`.
  public var errorDescription: String? { description }
}
