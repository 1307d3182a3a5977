import Chapter06RectifiedFlow
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The exercises around the network that draws digits: it says the velocity itself, at the time t.
extension PictureModel {
  /// The standard deviation of all pixels together, that of the noise being 1.
  static let pixelDeviation = 0.5

  /// A fresh network for pictures like these: narrower than chapter 5's, as two of them come with this chapter.
  static func flow(for data: ImageDataset, using rng: inout RandomStream) -> PictureModel {
    PictureModel(for: data, deviation: pixelDeviation, using: &rng) { $0.channels = [24, 48] }
  }

  /// v for training: a time for each row.
  func batchVelocity(labels: [Int]?) -> BatchVelocity {
    let network = raw(labels: labels)
    // 2t − 1 runs over −1 … 1, which is what the features of the time are made for.
    return { x, times in network(x, Tensor(times.map { 2 * $0 - 1 }, shape: [times.count])) }
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
  /// What two cores do in three quarters of a minute.
  static let standardSteps = 1000
  /// Steps of a reflow.
  static let reflowSteps = 4000
  /// How far 1-rectified flow's digits are moved on towards their class. Its pairs are made with it, so that 2-rectified
  /// flow learns it and asks its network only once.
  static let guidance = 1.0

  var steps: Int
  let seed: UInt64
  let folder: URL
  let resume: Bool
  let resumeCommand: String

  // MARK: - 1-rectified flow

  /// A network trained on noise and data paired at random; nil if it was interrupted.
  func train(on data: ImageDataset) throws -> PictureModel? {
    var initial = RandomStream(seed: seed).stream("init")
    let model = PictureModel.flow(for: data, using: &initial)
    var plan = PictureTraining(steps: steps)
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
