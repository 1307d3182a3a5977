import Chapter05EDM
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The figures that a network draws.
struct DigitFigures {
  let writer: FigureWriter
  /// What judges the digits; nil for data that are not 28 × 28 digits.
  let judge: DigitJudge?

  // MARK: - Sheets of samples

  /// How far the sheets' digits are moved on towards their class.
  static let guidance = 1.0

  /// A sheet of samples by Heun's method with guidance, one class a row, with its scores.
  @discardableResult
  func sheet(_ model: PictureModel, as figure: String, seed: UInt64, perClass: Int = 10) throws -> DigitScore? {
    let labels = model.sheetLabels(perClass: perClass)
    let count = labels?.count ?? 10 * perClass
    var rng = RandomStream(seed: seed).stream(figure)
    let (x, _) = try heunSample(
      denoiser: model.denoiser(labels: labels, guidance: Self.guidance), sigmas: karrasSigmas(count: 18),
      initial: model.startingNoise(count, using: &rng))
    return try writer.write(
      sheetOf: model.pictures(x), labels: labels, columns: perClass, as: figure, judge: judge)
  }

  // MARK: - loss-by-sigma

  /// The weighted loss at single noise levels for an untrained network and for `model`.
  func lossByNoise(_ model: PictureModel, data: ImageDataset) throws {
    var rng = RandomStream(seed: 5).stream("loss by sigma")
    var initial = rng.stream("init")
    let untrained = PictureModel(for: data, using: &initial)
    let count = 128
    let batch = data.batch(Array(rng.permutation(data.count).prefix(count)))
    let labels = data.isLabelled ? batch.labels : nil
    let noise = Tensor.normal(batch.images.shape, using: &rng)
    let sigmas = (0..<13).map { Foundation.pow(10, -2.5 + 0.35 * Double($0)) }
    var plot = Plot(
      "Weighted loss by noise level, \(count) held-out digits", x: Axis("σ", scale: .log),
      y: Axis("λ(σ) · mean squared error", range: 0...1.2))
    for (name, model) in [("before training", untrained), ("after training", model)] {
      let x0 = model.normalized(batch.images)
      let losses = try sigmas.map { sigma in
        try withoutGrad {
          Double(
            try model.loss(x0, labels: labels, sigmas: Array(repeating: sigma, count: count), noise: noise)
              .item())
        }
      }
      plot.line(x: sigmas, y: losses, label: name, marker: .disc)
    }
    plot.horizontalLine(1)
    // The density of the levels that the lab trains on, in ln σ; its height has no meaning.
    let (mean, deviation) = TrainingPlan(steps: 1).logSigma
    let fine = (0...200).map { Foundation.pow(10, -2.5 + 4.2 * Double($0) / 200) }
    let density = fine.map { 0.3 * Foundation.exp(-0.5 * Foundation.pow((Foundation.log($0) - mean) / deviation, 2)) }
    plot.band(
      x: fine, lower: fine.map { _ in 0 }, upper: density, label: "how often a level is trained on", color: .palette(7))
    try writer.write(plot.image(width: 800), as: "loss-by-sigma", kind: .exact)
  }

  // MARK: - quality-vs-nfe

  /// digit-FID against network evaluations for three samplers of the same network.
  func qualityAgainstEvaluations(_ model: PictureModel, perClass: Int, seed: UInt64) throws -> [QualityRow] {
    guard let judge else { return [] }
    let labels = model.sheetLabels(perClass: perClass)
    let count = labels?.count ?? 10 * perClass
    let alphaBars = try ddpmAlphaBars()
    let denoiser = model.denoiser(labels: labels)
    let evaluations = writer.isQuick ? [5, 17] : [5, 9, 17, 35]
    var plot = Plot(
      "Quality against evaluations, \(count) digits each", x: Axis("evaluations of the network", scale: .log),
      y: Axis("digit-FID (lower is better)", scale: .log))
    var rows: [QualityRow] = []
    var metrics: [String: Double] = [:]
    let samplers: [(name: String, sample: (Int, Tensor) throws -> (sample: Tensor, evaluations: Int))] = [
      ("Euler", { n, x in try eulerSample(denoiser: denoiser, sigmas: karrasSigmas(count: n), initial: x) }),
      (
        "DDIM",
        { n, x in
          let sigmas = try ddimSigmas(count: n, alphaBars: alphaBars)
          return try eulerSample(denoiser: denoiser, sigmas: sigmas, initial: x * Float(sigmas[0] / 80))
        }
      ),
      ("Heun", { n, x in try heunSample(denoiser: denoiser, sigmas: karrasSigmas(count: (n + 1) / 2), initial: x) }),
    ]
    var bar = ProgressBar("quality against evaluations", total: samplers.count * evaluations.count)
    for (name, sample) in samplers {
      var points: [(Double, Double)] = []
      for n in evaluations {
        // The same starting noise for all.
        var rng = RandomStream(seed: seed).stream("quality")
        let (x, used) = try sample(n, model.startingNoise(count, using: &rng))
        let score = judge.score(model.pictures(x), labels: labels)
        rows.append(QualityRow(name: name, evaluations: used, score: score))
        metrics["\(name), \(used)"] = score.digitFID
        points.append((Double(used), score.digitFID))
        bar.update(rows.count)
      }
      plot.line(x: points.map(\.0), y: points.map(\.1), label: name, marker: .disc)
    }
    bar.finish(rows.count)
    var rng = RandomStream(seed: seed).stream("real")
    let heldOut = try DigitSheet.load().heldOut
    let chosen =
      (labels ?? []).isEmpty
      ? Array(rng.permutation(heldOut.count).prefix(count))
      : (0..<10).flatMap { label in
        let indices = heldOut.indices(ofClass: label)
        return (0..<perClass).map { indices[$0 % indices.count] }
      }
    let real = judge.score(heldOut.images(chosen))
    plot.horizontalLine(real.digitFID, label: "as many real digits")
    metrics["real"] = real.digitFID
    try writer.write(plot.image(), as: "quality-vs-nfe", kind: .exact, metrics: metrics)
    return rows + [QualityRow(name: "real digits", evaluations: 0, score: real)]
  }
}

/// What a sampler made of the network.
struct QualityRow {
  let name: String
  let evaluations: Int
  let score: DigitScore
}
