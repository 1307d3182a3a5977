import Chapter02WGAN
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// How a pair that draws digits is trained (exercise 2.12).
struct DigitTraining {
  /// What two cores do in half a minute.
  static let standardSteps = 420

  /// Steps of the generator.
  let steps: Int
  let batchSize: Int
  /// Steps of the critic before each of the generator's. The paper has 5; fewer of them, and more of the generator's,
  /// make better digits in the same time here.
  let criticSteps: Int
  /// The paper's is 10⁻⁴. With averaged weights a larger one does, and gets there sooner.
  let learningRate: Double
  /// How slowly the averaged generator forgets.
  let averageDecay: Double
  /// λ.
  let penalty = 10.0

  /// Below a thousand steps everything is set for haste, from there on for quality.
  init(steps: Int) {
    self.steps = steps
    (batchSize, criticSteps, learningRate, averageDecay) = steps < 1000 ? (40, 2, 1e-3, 0.98) : (60, 3, 5e-4, 0.999)
  }

  /// Trains a fresh pair. The generator ends with the averages of its weights.
  ///
  /// - Parameter report: is told, ten times in all, the step and the critic's estimate, while the generator has the
  ///   averaged weights.
  func train(
    on data: ImageDataset, random: RandomStream, report: (DigitWGAN, Int, Double) throws -> Void = { _, _, _ in }
  ) throws -> DigitWGAN {
    var initial = random.stream("init")
    let model = DigitWGAN(for: data, using: &initial)
    let average = ExponentialMovingAverage(of: model.generator, decay: averageDecay)
    let generatorOptimizer = try wganOptimizer(learningRate: learningRate)
    let criticOptimizer = try wganOptimizer(learningRate: learningRate)
    let batches = ClassedBatches(data)
    var pictures = random.stream("data")
    var noise = random.stream("noise")
    var between = random.stream("between")
    var bar = ProgressBar("WGAN-GP on \(data.name)", total: steps)
    try trainWGAN(
      model.pair,
      settings: WGANSettings(
        steps: steps, batchSize: batchSize, criticSteps: criticSteps, constraint: .gradientPenalty(penalty)),
      criticOptimizer: criticOptimizer, generatorOptimizer: generatorOptimizer,
      data: { batches.draw($0, using: &pictures) }, noise: { model.generator.noise($0, using: &noise) },
      using: &between
    ) { step, estimate in
      average.update(model.generator)
      bar.update(step, note: "estimate \(estimate.short)")
      // Constant for the first half, then down to zero.
      let rate = learningRate * min(1, 2 * (1 - Double(step) / Double(steps + 1)))
      generatorOptimizer.learningRate = rate
      criticOptimizer.learningRate = rate
      if step % max(1, steps / 10) == 0 {
        try average.withAverages(of: model.generator) { try report(model, step, estimate) }
      }
    }
    bar.finish(steps)
    try model.generator.load(average.stateDictionary())
    return model
  }
}
