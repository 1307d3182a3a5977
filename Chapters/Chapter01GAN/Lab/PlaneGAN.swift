import Chapter01GAN
import Datasets
import Foundation
import NeuralNetworks
import Tensors

/// A GAN of points in the plane: two perceptrons with two or three hidden layers of ReLUs, trained by the student's
/// `trainGAN`.
struct PlaneGAN {
  /// The data.
  var mixture: GaussianMixture
  var settings: GANSettings
  /// Adam's β₁ for both players.
  var beta1 = 0.9
  var learningRates = (generator: 1e-3, discriminator: 1e-3)
  /// Neurons of a hidden layer.
  var width = 64
  /// Hidden layers.
  var depth = 3
  /// Whether the learning rates fall to zero over the second half of the training.
  var isDecaying = false

  /// The settings that the chapter compares: with or without R1, with or without Adam's momentum.
  static func ring(steps: Int, gamma: Double, beta1: Double) -> PlaneGAN {
    var settings = GANSettings(steps: steps)
    settings.gamma = gamma
    return PlaneGAN(mixture: .ring8(), settings: settings, beta1: beta1)
  }

  /// Twenty-five clusters: wider networks, a weaker penalty for a finer structure, and rates that fall in the end.
  ///
  /// - Parameter isTopK: whether only the best fakes teach: fewer and fewer, at last half of them.
  static func grid(steps: Int, isTopK: Bool) -> PlaneGAN {
    var settings = GANSettings(steps: steps)
    settings.gamma = 0.02
    if isTopK {
      let size = settings.batchSize
      // An "epoch" of the annealing is a hundredth of the training.
      settings.keptFakes = { try annealedTopK(batchSize: size, epoch: 100 * Double($0) / Double(steps)) }
    }
    return PlaneGAN(mixture: .grid25(), settings: settings, beta1: 0, width: 128, isDecaying: true)
  }

  /// What a training looked like at one moment.
  struct Checkpoint: Sendable {
    let step: Int
    /// x₀, y₀, x₁, y₁, …
    let samples: [Float]
    let report: ModeReport
    /// σ(ℓ) on a grid over the data, if it was asked for.
    let surface: [Double]?

    /// Modes that at least one in a hundred samples serves well.
    var occupiedModes: Int { report.counts.count { 100 * $0 >= sampleCount } }
    var sampleCount: Int { samples.count / 2 }
  }

  /// Two fresh players.
  func players(seed: UInt64) throws -> GANPlayers {
    let random = RandomStream(seed: seed)
    var (own, others) = (random.stream("generator"), random.stream("discriminator"))
    let hidden = Array(repeating: width, count: depth)
    return try GANPlayers(
      generator: MLP(dimensions: [2] + hidden + [2], activation: .relu, using: &own),
      discriminator: MLP(dimensions: [2] + hidden + [1], activation: .relu, using: &others),
      generatorOptimizer: Adam(learningRate: learningRates.generator, betas: (beta1, 0.999)),
      discriminatorOptimizer: Adam(learningRate: learningRates.discriminator, betas: (beta1, 0.999)),
      latentDimensions: 2)
  }

  /// Trains and looks at what there is after the given numbers of steps.
  ///
  /// - Parameter surfaceRange: the square over which the discriminator is drawn, on a grid of `surfaceSide` points a side.
  func train(
    seed: UInt64, checkpoints: [Int], sampleCount: Int = 1000, surfaceRange: ClosedRange<Double>? = nil
  ) throws -> [Checkpoint] {
    let players = try players(seed: seed)
    let random = RandomStream(seed: seed)
    var rng = random.stream("training")
    var found: [Checkpoint] = []
    try trainGAN(players, settings: settings, using: &rng, data: { mixture.samples($0, using: &$1) }) { step in
      if isDecaying {
        let factor = min(1, 2 * (1 - Double(step.number) / Double(settings.steps)))
        players.generatorOptimizer.learningRate = learningRates.generator * factor
        players.discriminatorOptimizer.learningRate = learningRates.discriminator * factor
      }
      guard checkpoints.contains(step.number) else { return }
      var fresh = random.stream("samples at \(step.number)")
      let noise = players.noise(sampleCount, using: &fresh)
      let samples = withoutGrad { players.generator(noise) }
      let deviation = mixture.covariance(ofComponent: 0)[0][0].squareRoot()
      found.append(
        Checkpoint(
          step: step.number, samples: samples.scalars,
          report: try modeReport(samples: samples, centers: mixture.means, standardDeviation: deviation),
          surface: try surfaceRange.map { try Self.surface(players, over: $0) }))
    }
    return found
  }

  // MARK: - The discriminator's surface

  /// Points on a side of the grid.
  static let surfaceSide = 60

  /// The centres of the cells of a grid over a square, row by row from below, as a heat map wants them; [N, 2].
  static func grid(over range: ClosedRange<Double>) -> Tensor {
    let cell = (range.upperBound - range.lowerBound) / Double(surfaceSide)
    let places = (0..<surfaceSide).map { Float(range.lowerBound + cell * (Double($0) + 0.5)) }
    return Tensor(places.flatMap { y in places.flatMap { x in [x, y] } }, shape: [surfaceSide * surfaceSide, 2])
  }

  /// D = σ(ℓ) on the grid.
  static func surface(_ players: GANPlayers, over range: ClosedRange<Double>) throws -> [Double] {
    try withoutGrad { sigmoid(try players.logits(grid(over: range))).scalars.map(Double.init) }
  }
}
