import Datasets
import Foundation
import NeuralNetworks
import Tensors

/// A small classifier of digits, trained for seconds on a loader that now and then delivers a bad batch: pictures whose
/// labels belong to others. What is recorded is what a training loop sees, and beside it what it would have seen.
struct NoisyTraining {
  /// The loss of each step's batch as it was delivered.
  private(set) var losses: [Double] = []
  /// The loss of the same pictures with their own labels, with the same weights.
  private(set) var cleanLosses: [Double] = []
  /// The steps whose batch was bad.
  private(set) var badSteps: [Int] = []

  static let badShare = 0.06

  init(steps: Int, random: RandomStream) throws {
    let digits = try DigitSheet.load(pooledBy: 2).train
    let pictures = digits.images.reshaped([digits.count, digits.pictureSize])
    var initial = random.stream("init")
    let model = MLP(dimensions: [digits.pictureSize, 64, 10], activation: .relu, using: &initial)
    let optimizer = Adam(learningRate: 2e-3)
    var batches = random.stream("batches")
    var chance = random.stream("bad batches")
    for step in 0..<steps {
      let indices = (0..<32).map { _ in batches.integer(below: digits.count) }
      let x = pictures.take(indices)
      let own = indices.map { digits.labels[$0] }
      let isBad = chance.nextUniform() < Self.badShare
      let delivered = isBad ? own.map { _ in chance.integer(below: 10) } : own
      if isBad { badSteps.append(step) }
      let (loss, gradients) = valueAndGrad(model) { crossEntropy(model(x), targets: delivered) }
      losses.append(Double(loss.item()))
      cleanLosses.append(
        isBad ? withoutGrad { Double(crossEntropy(model(x), targets: own).item()) } : Double(loss.item()))
      optimizer.update(model, gradients: gradients)
    }
  }
}
