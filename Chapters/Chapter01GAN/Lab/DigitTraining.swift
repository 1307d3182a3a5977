import Chapter01GAN
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// How the two players of the digits are trained: the non-saturating loss, R1 at every eighth step (and then eight times
/// as strong), Adam without momentum (β₁ = 0), and an average of the generator's weights, which draws better than the
/// weights of any one step.
struct DigitTraining {
  /// What two cores do in about half a minute.
  static let standardSteps = 960

  var steps: Int
  var learningRate = 2e-3
  var averageDecay = 0.998
  var batchSize = 32
  var gamma = 1.0
  var penaltyInterval = 8
  /// How far a real picture is turned, scaled and shifted at random: 4,000 digits are few, and a policeman who has them by
  /// heart is no help.
  var jitter = AffineJitter(rotation: 0.12, scaling: 0.06, shift: 1)
  /// Steps between two looks at the digit-FID, and between two checkpoints; a multiple of `penaltyInterval`.
  var segment = 160

  /// A training under way.
  final class State {
    let generator: LabelledGenerator
    let discriminator: LabelledDiscriminator
    let generatorOptimizer: Adam
    let discriminatorOptimizer: Adam
    let average: ExponentialMovingAverage
    fileprivate(set) var step = 0

    fileprivate init(for data: ImageDataset, plan: DigitTraining, seed: UInt64) {
      let random = RandomStream(seed: seed)
      var (own, others) = (random.stream("generator"), random.stream("discriminator"))
      let classes = data.isLabelled ? data.classCount : 0
      generator = LabelledGenerator(
        ConvolutionalGenerator(
          classCount: classes, imageChannels: data.channels, imageSize: data.height, using: &own))
      discriminator = LabelledDiscriminator(
        ConvolutionalDiscriminator(
          classCount: classes, imageChannels: data.channels, imageSize: data.height, using: &others))
      generatorOptimizer = Adam(learningRate: plan.learningRate, betas: (0, 0.99))
      discriminatorOptimizer = Adam(learningRate: plan.learningRate, betas: (0, 0.99))
      average = ExponentialMovingAverage(of: generator, decay: plan.averageDecay)
    }
  }

  /// Trains fresh players, or goes on with those saved in `checkpoint`, which is written after every segment.
  ///
  /// - Parameter onSegment: is told the state after every segment, while the generator has its own weights.
  /// - Returns: the generator with the averaged weights.
  func train(
    on data: ImageDataset, seed: UInt64, checkpoint: URL, resume: Bool,
    onSegment: (State) throws -> Void
  ) throws -> DigitGenerator {
    let state = State(for: data, plan: self, seed: seed)
    let identity = ["data": data.name, "seed": "\(seed)", "steps": "\(steps)", "batch size": "\(batchSize)"]
    if resume { try restore(state, from: checkpoint, identity: identity) }
    let players = try GANPlayers(
      generator: state.generator, discriminator: state.discriminator, generatorOptimizer: state.generatorOptimizer,
      discriminatorOptimizer: state.discriminatorOptimizer, latentDimensions: state.generator.noiseDimensions)
    let classes = state.generator.network.classCount
    var bar = ProgressBar("digits", total: steps, first: state.step)
    while state.step < steps {
      var settings = GANSettings(steps: min(segment, steps - state.step))
      settings.batchSize = batchSize
      settings.gamma = gamma
      settings.penaltyInterval = penaltyInterval
      // A stream of its own for every segment: a run that was stopped goes on to the same bits.
      var rng = RandomStream(seed: seed).stream("segment from \(state.step)")
      try trainGAN(
        players, settings: settings, using: &rng,
        data: { count, rng in
          let batch = data.batch(size: count, using: &rng)
          let pictures = data.channels == 1 ? jitter(batch.images, using: &rng) : batch.images
          return LabelledPictures.joined(pictures, labels: batch.labels, classCount: classes)
        },
        onStep: { told in
          state.average.update(state.generator)
          state.step += 1
          // Full rate for the first half, then down to nothing.
          let rate = learningRate * min(1, 2 * (1 - Double(state.step) / Double(steps)))
          state.generatorOptimizer.learningRate = rate
          state.discriminatorOptimizer.learningRate = rate
          bar.update(state.step, note: "D \(told.discriminatorLoss.short), G \(told.generatorLoss.short)")
        })
      try save(state, to: checkpoint, identity: identity)
      try onSegment(state)
    }
    bar.finish(state.step)
    try state.generator.load(state.average.stateDictionary())
    return DigitGenerator(network: state.generator.network)
  }

  // MARK: - Checkpoints

  private func save(_ state: State, to url: URL, identity: [String: String]) throws {
    var tensors: [String: Tensor] = [:]
    for (prefix, part) in [
      ("generator.", state.generator.stateDictionary()), ("discriminator.", state.discriminator.stateDictionary()),
      ("average.", state.average.stateDictionary()), ("generatorOptimizer.", state.generatorOptimizer.state),
      ("discriminatorOptimizer.", state.discriminatorOptimizer.state),
    ] {
      for (key, tensor) in part { tensors[prefix + key] = tensor }
    }
    var metadata = identity
    metadata["step"] = "\(state.step)"
    metadata["learning rate"] = "\(state.generatorOptimizer.learningRate)"
    try saveSafetensors(tensors, to: url, metadata: metadata)
  }

  private func restore(_ state: State, from url: URL, identity: [String: String]) throws {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw LabError(
        "There is nothing to resume: \(url.path) does not exist. It is written every \(segment) steps; leave --resume out "
          + "to start anew.")
    }
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    for (key, value) in identity.sorted(by: { $0.key < $1.key }) where metadata[key] != value {
      throw LabError(
        "\(url.path) cannot be resumed: its \(key) is \(metadata[key] ?? "not set"), this run's is \(value). Use the "
          + "settings it was made with, or leave --resume out to start anew.")
    }
    func part(_ prefix: String) -> [String: Tensor] {
      var part: [String: Tensor] = [:]
      for (key, tensor) in tensors where key.hasPrefix(prefix) { part[String(key.dropFirst(prefix.count))] = tensor }
      return part
    }
    guard let step = metadata["step"].flatMap({ Int($0) }), let rate = metadata["learning rate"].flatMap({ Double($0) })
    else { throw LabError("\(url.path) cannot be resumed: it is no checkpoint of this lab.") }
    try state.generator.load(part("generator."), source: url.path)
    try state.discriminator.load(part("discriminator."), source: url.path)
    try state.average.load(part("average."), updateCount: step)
    try state.generatorOptimizer.load(state: part("generatorOptimizer."))
    try state.discriminatorOptimizer.load(state: part("discriminatorOptimizer."))
    state.generatorOptimizer.learningRate = rate
    state.discriminatorOptimizer.learningRate = rate
    state.step = step
  }
}
