import Foundation
import Tensors

/// The loop around a training step: learning rate, gradients, clipping, update, average, progress, checkpoints, and the ways it can end early.
public struct TrainingLoop {
  /// Train until the run has taken so many steps in all (those before a resume count).
  public var steps: Int
  /// The learning rate of each step; nil leaves the optimizer's own.
  public var schedule: LearningRateSchedule?
  /// Clip the gradients to this global norm; nil for no clipping.
  public var clipNorm: Double?
  /// Stop after this many seconds, counted from the call. What was reached then depends on the machine.
  public var timeBudget: Double?
  /// Where the run is saved: every `checkpointInterval` steps, at Ctrl-C, when the time is up, before a NaN stops it, and at the end.
  public var checkpoint: URL?
  /// Steps between two checkpoints; nil saves only at the ends.
  public var checkpointInterval: Int?
  /// What Ctrl-C tells the user to run in order to go on.
  public var resumeCommand: String?
  /// The word before the progress bar.
  public var title: String
  /// How progress is shown.
  public var progress: ProgressBar.Style

  /// How a training ended.
  public enum Outcome: Equatable, Sendable {
    /// All steps were taken.
    case finished
    /// The time was up.
    case outOfTime
    /// Ctrl-C. A program should now end, with exit code 130.
    case interrupted
  }

  /// A loop of so many steps; the other properties have quiet defaults.
  public init(
    steps: Int, schedule: LearningRateSchedule? = nil, clipNorm: Double? = nil, timeBudget: Double? = nil,
    checkpoint: URL? = nil, checkpointInterval: Int? = nil, resumeCommand: String? = nil, title: String = "training",
    progress: ProgressBar.Style = .automatic
  ) {
    self.steps = steps
    self.schedule = schedule
    self.clipNorm = clipNorm
    self.timeBudget = timeBudget
    self.checkpoint = checkpoint
    self.checkpointInterval = checkpointInterval
    self.resumeCommand = resumeCommand
    self.title = title
    self.progress = progress
  }

  /// Trains `run` with the loss that `loss` computes at each step.
  ///
  /// - Parameter loss: one number, computed with the run's model; its random numbers come from the run's streams.
  /// - Returns: how it ended.
  /// - Throws: ``TrainingError`` when the loss or a gradient is not finite (that step's update is not made); whatever `loss` throws; the
  ///   file system's errors when a checkpoint cannot be written.
  @discardableResult
  public func train(_ run: TrainingRun, loss: (TrainingRun) throws -> Tensor) throws -> Outcome {
    let start = ContinuousClock.now
    let interruption = Interruption()
    var bar = ProgressBar(title, total: steps, first: run.step, style: progress)
    var shown: Double?
    var note: String { shown.map { "loss \(rounded($0))" } ?? "" }

    while run.step < steps {
      let step = run.step
      if let schedule { run.optimizer.learningRate = schedule(step) }
      let (value, raw) = try valueAndGrad(run.model) { try loss(run) }
      let number = value.item()
      let (gradients, norm) = clipNorm.map { clipGradNorm(raw, maxNorm: $0) } ?? (raw, raw.globalNorm)
      guard number.isFinite, norm.isFinite else {
        bar.finish(step, note: note)
        if let checkpoint { try run.save(to: checkpoint) }
        throw TrainingError(
          step: step, loss: number, keys: raw.keysWithoutFiniteNumbers, learningRate: run.optimizer.learningRate,
          recentLosses: Array(run.losses.suffix(5)), checkpoint: checkpoint?.path)
      }
      run.optimizer.update(run.model, gradients: gradients)
      run.average?.update(run.model)
      run.losses.append(number)
      run.step += 1

      // A single batch's loss jumps about; the bar shows a running mean.
      shown = shown.map { $0 + 0.05 * (Double(number) - $0) } ?? Double(number)
      bar.update(run.step, note: note)

      if interruption.isRequested {
        bar.finish(run.step, note: note)
        try saveInterrupted(run)
        return .interrupted
      }
      if let timeBudget, run.step < steps, seconds(ContinuousClock.now - start) >= timeBudget {
        bar.finish(run.step, note: note)
        if let checkpoint { try run.save(to: checkpoint) }
        return .outOfTime
      }
      if let checkpoint, let checkpointInterval, run.step % checkpointInterval == 0, run.step < steps {
        try run.save(to: checkpoint)
      }
    }
    bar.finish(run.step, note: note)
    if let checkpoint { try run.save(to: checkpoint) }
    return .finished
  }

  private func saveInterrupted(_ run: TrainingRun) throws {
    var message = "Stopped by Ctrl-C after step \(run.step) of \(steps). "
    if let checkpoint {
      try run.save(to: checkpoint)
      message += "Everything is saved in \(checkpoint.path)."
      message += resumeCommand.map { " To go on: \($0)" } ?? " Start it again with this checkpoint to go on."
    } else {
      message += "Nothing was saved, as no checkpoint file was given."
    }
    if case .silent = progress { return }
    FileHandle.standardError.write(Data((message + "\n").utf8))
  }

  /// Three significant digits are enough for a loss that is watched.
  private func rounded(_ x: Double) -> String {
    guard x.isFinite, x != 0 else { return "\(x)" }
    let scale = Foundation.pow(10, 3 - Foundation.ceil(Foundation.log10(Swift.abs(x))))
    return "\((x * scale).rounded() / scale)"
  }
}
