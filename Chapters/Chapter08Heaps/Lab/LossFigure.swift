import Chapter08Heaps
import Figures
import Foundation
import LabKit
import Tensors

/// loss-curve: what a running median and a running mean make of a training loss with bad batches in it (exercise 8.5).
struct LossFigure {
  let writer: FigureWriter
  let random: RandomStream

  private static let window = 25

  func draw() throws -> TextTable {
    let training = try NoisyTraining(steps: writer.isQuick ? 120 : 600, random: random)
    let steps = training.losses.indices.map(Double.init)
    let median = try medianFilter(training.losses, window: Self.window)
    let mean = Self.meanFilter(training.losses)
    let cleanMedian = try medianFilter(training.cleanLosses, window: Self.window)
    let cleanMean = Self.meanFilter(training.cleanLosses)
    try requireCount(median.count, steps.count, of: "medianFilter", exercise: "8.5")
    try requireCount(cleanMedian.count, steps.count, of: "medianFilter", exercise: "8.5")

    let top = (training.losses.max() ?? 1) * 1.05
    var whole = Plot("What the training loop sees", x: Axis("step"), y: Axis("loss", range: 0...top))
    whole.line(x: steps, y: training.losses, label: "loss of the batch", color: Color.softInk.opacity(0.45), width: 0.9)
    whole.scatter(
      x: training.badSteps.map(Double.init), y: training.badSteps.map { training.losses[$0] }, label: "bad batch",
      color: .palette(1), radius: 2.4)
    whole.line(x: steps, y: mean, label: "running mean, w = \(Self.window)", color: .palette(3), width: 2.2)
    whole.line(x: steps, y: median, label: "running median, w = \(Self.window)", color: .palette(0), width: 2.2)
    whole.legend = .topLeft

    var close = Plot(
      "The same, closer", x: Axis("step"), y: Axis("loss", range: 0...1.6))
    close.scatter(
      x: steps, y: training.losses, label: "loss of the batch", color: .softInk, radius: 1.5, opacity: 0.4)
    close.line(x: steps, y: mean, label: "running mean", color: .palette(3), width: 2.2)
    close.line(
      x: steps, y: cleanMean, label: "running mean without bad labels", color: .palette(2), width: 2.2, dash: [7, 4])
    close.line(x: steps, y: median, label: "running median", color: .palette(0), width: 2.2)
    close.legend = .topRight

    let errors = (mean: Self.distance(mean, cleanMean), median: Self.distance(median, cleanMedian))
    try writer.write(
      FigureGrid([[whole, close]]).image(width: 1240, height: 420, scale: 1.5), as: "loss-curve", kind: .samples,
      metrics: ["mean: moved by bad batches": errors.mean, "median: moved by bad batches": errors.median])
    return TextTable(
      ["filter, w = \(Self.window)", "moved by the bad batches (root mean square)", "largest"],
      [
        ["running mean", errors.mean.short, Self.largest(mean, cleanMean).short],
        ["running median", errors.median.short, Self.largest(median, cleanMedian).short],
        ["\(training.badSteps.count) bad batches of \(steps.count)"],
      ])
  }

  /// The mean of the window around each value; the first and the last value go on beyond the ends, as in `medianFilter`.
  private static func meanFilter(_ signal: [Double]) -> [Double] {
    let reach = window / 2
    return signal.indices.map { middle in
      let sum = (middle - reach...middle + reach).reduce(0.0) { $0 + signal[min(signal.count - 1, max(0, $1))] }
      return sum / Double(window)
    }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    (zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.count)).squareRoot()
  }

  private static func largest(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? 0
  }
}
