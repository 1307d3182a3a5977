import Chapter06RectifiedFlow
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The exercises around the network that draws digits: a velocity at the time t.
///
/// The network F says what the best *linear* guess of the velocity leaves over, as in chapter 5. With independent noise
/// N(0, I) and data of the standard deviation s = ½, x_t has the variance c² and
///
///     c² = (1 − t)² + t²s²,    v(x, t) = ((ts² − (1 − t)) / c²) · x + (s/c) · F(x/c, ¼ ln σ),    σ = (1 − t)/t
///
/// F's target then has the variance 1 at every time, and v is the velocity of chapter 5's denoiser D by exercise 6.4,
/// (D(x/t; σ) − x)/(1 − t), without the divisions by 0 at both ends: the networks of the two chapters are exchangeable.
extension PictureModel {
  /// s, the standard deviation of all pixels together, that of the noise being 1.
  static let pixelDeviation = 0.5

  /// A fresh network for pictures like these.
  static func flow(for data: ImageDataset, using rng: inout RandomStream) -> PictureModel {
    PictureModel(for: data, deviation: pixelDeviation, using: &rng)
  }

  /// v for training: a time for each row.
  func batchVelocity(labels: [Int]?) -> BatchVelocity {
    let network = raw(labels: labels)
    return { x, times in
      let s = Self.pixelDeviation
      let deviations = times.map { ((1 - $0) * (1 - $0) + $0 * $0 * s * s).squareRoot() }
      let linear = zip(times, deviations).map { t, c in (t * s * s - (1 - t)) / (c * c) }
      // Chapter 5's levels end at 0.002 and 80: below there is nothing but data, above nothing but noise.
      let sigmas = times.map { min(80, max(0.002, (1 - $0) / max($0, 1e-9))) }
      let rest = network(
        try x * perSample(deviations.map { 1 / $0 }, like: x), Tensor(sigmas.map { log($0) / 4 }, shape: [times.count]))
      return try x * perSample(linear, like: x) + rest * perSample(deviations.map { s / $0 }, like: x)
    }
  }

  /// v for solvers, nothing recorded.
  ///
  /// - Parameter guidance: w ≥ 0 in v(x; class) + w · (v(x; class) − v(x; no class)).
  func velocity(labels: [Int]?, guidance: Double = 0) -> Velocity {
    let aimed = Chapter06RectifiedFlow.velocity(batchVelocity(labels: labels))
    guard guidance > 0, labels != nil else { return { x, t in try withoutGrad { try aimed(x, t) } } }
    let unaimed = Chapter06RectifiedFlow.velocity(batchVelocity(labels: nil))
    return { x, t in
      try withoutGrad { try guided(aimed: aimed(x, t), unaimed: unaimed(x, t), by: guidance) }
    }
  }
}

/// How the digits' flows are trained.
struct DigitTraining {
  /// What two quiet cores do in about half a minute.
  static let standardSteps = 2000
  /// Steps of a reflow.
  static let reflowSteps = 12_000
  /// How far 1-rectified flow's digits are moved on towards their class. Its pairs are made with it, so that 2-rectified
  /// flow learns it and asks its network only once.
  static let guidance = 1.0

  var steps: Int
  let seed: UInt64
  let folder: URL
  let resume: Bool
  let resumeCommand: String
  /// A network to go on from, at half the learning rate, instead of a fresh one.
  var start: PictureModel?

  // MARK: - 1-rectified flow

  /// A network trained on noise and data paired at random; nil if it was interrupted.
  func train(on data: ImageDataset) throws -> PictureModel? {
    var initial = RandomStream(seed: seed).stream("init")
    let model = try start.map { try PictureModel(copying: $0) } ?? PictureModel.flow(for: data, using: &initial)
    var plan = PictureTraining(steps: steps)
    if let start {
      let shape = [data.channels, data.height, data.width]
      let classes = data.isLabelled ? data.classCount : 0
      guard start.imageShape == shape, start.network.configuration.classCount == classes else {
        throw LabError(
          "The network to start from draws pictures of \(start.imageShape) in "
            + "\(start.network.configuration.classCount) classes; the data are \(shape) in \(classes).")
      }
      plan.learningRate = 3e-3
    }
    plan.configuration = ["start": start == nil ? "new weights" : "given weights"]
    plan.title = "digits, 1-rectified flow"
    let (outcome, _) = try plan.train(
      model, on: data, seed: seed, checkpoint: folder.appendingPathComponent("training.safetensors"), resume: resume,
      resumeCommand: resumeCommand
    ) { batch, run in
      let noise = Tensor.normal(batch.pictures.shape, using: &run["noise"])
      let times = try trainingTimes(count: batch.pictures.dim(0), using: &run["time"])
      return try flowMatchingLoss(
        velocity: model.batchVelocity(labels: batch.labels), x0: noise, x1: batch.pictures, times: times)
    }
    return outcome == .interrupted ? nil : model
  }

  // MARK: - Reflow

  /// `count` pairs of a flow, as many of each class: the guided velocity, by Heun's method.
  ///
  /// - Returns: the pairs of each class; of a network without classes, one set of them.
  func pairs(of model: PictureModel, count: Int, solverSteps: Int = 10) throws -> [Pairs] {
    let classes = model.network.configuration.classCount
    let groups: [Int?] = classes == 0 ? [nil] : (0..<classes).map { $0 }
    let times = try evenTimes(steps: solverSteps)
    var rng = RandomStream(seed: seed).stream("pairs")
    var bar = ProgressBar("pairs", total: groups.count)
    var result: [Pairs] = []
    for label in groups {
      let own = try reflowPairs(
        count: max(1, count / groups.count), shape: model.imageShape, batchSize: 100, using: &rng
      ) { noise in
        let labels = label.map { Array(repeating: $0, count: noise.dim(0)) }
        return try heunODE(model.velocity(labels: labels, guidance: Self.guidance), initial: noise, times: times).x
      }
      result.append(own)
      bar.update(result.count)
    }
    bar.finish(result.count)
    return result
  }

  /// 2-rectified flow: `model` trained on, on the pairs that it has made itself; nil if it was interrupted.
  func reflow(_ model: PictureModel, on pairs: [Pairs]) throws -> PictureModel? {
    let student = try PictureModel(copying: model)
    var plan = PictureTraining(steps: steps)
    plan.learningRate = 3e-3
    plan.title = "digits, 2-rectified flow"
    let perGroup = max(1, 40 / pairs.count)
    let labels = pairs.count == 1 ? nil : pairs.indices.flatMap { Array(repeating: $0, count: perGroup) }
    let (outcome, _) = try plan.train(
      student, seed: seed, checkpoint: folder.appendingPathComponent("reflow.safetensors"), resume: resume,
      resumeCommand: resumeCommand, configuration: ["pairs": "\(pairs.map(\.count).reduce(0, +))", "steps": "\(steps)"]
    ) { run in
      let batches = try pairs.map { try pairedBatch(of: $0, size: perGroup, using: &run["pairs"]) }
      let x0 = concatenated(batches.map(\.x0), axis: 0)
      let times = try trainingTimes(count: x0.dim(0), using: &run["time"])
      return try flowMatchingLoss(
        velocity: student.batchVelocity(labels: labels), x0: x0, x1: concatenated(batches.map(\.x1), axis: 0),
        times: times)
    }
    return outcome == .interrupted ? nil : student
  }
}
