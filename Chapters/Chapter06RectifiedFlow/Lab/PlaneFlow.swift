import Chapter06RectifiedFlow
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Rectified flows in the plane: a perceptron trained on independent pairs, then on the pairs it has made, and so on.
struct PlaneFlow: Sendable {
  let law: PlaneLaw
  let seed: UInt64
  /// Steps of each training, 256 pairs each.
  var steps = 4000
  /// How many flows follow each other: 3 is 3-rectified flow.
  var generations = 3
  /// Pairs of each reflow.
  var pairCount = 40_000
  /// Points that everything is measured with.
  var sampleCount = 3000
  /// Whether the first flow gets its pairs by optimal transport within groups of 64.
  var usesTransport = false

  /// Numbers of Euler steps that samples are judged at.
  static let stepCounts = [1, 2, 10, 100]

  // MARK: - What comes out

  /// Samples in so many steps, and what they are worth.
  struct Samples: Sendable {
    let steps: Int
    /// x₀, y₀, x₁, y₁, …
    let points: [Float]
    /// Energy distance to the law.
    let energy: Double
    let modes: Int?
    let highQuality: Double?
  }

  /// One flow, measured.
  struct Outcome: Sendable {
    let straightness: Double
    /// E‖Z₁ − Z₀‖².
    let cost: Double
    /// The same for noise and data paired at random.
    let randomCost: Double
    /// One entry for each of `stepCounts`.
    let samples: [Samples]
    /// One step of the network that was distilled from this flow.
    let distilled: Samples?
    /// Paths of a few points: for each, x₀, y₀, x₁, y₁, … in time.
    let paths: [[Float]]
  }

  // MARK: - Training

  /// Trains one flow after the other and measures each.
  ///
  /// - Parameter distills: whether each flow is also distilled into one step.
  func run(distills: Bool = true) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    var pairs: Pairs?
    for generation in 1...generations {
      let random = RandomStream(seed: seed).stream("\(law.rawValue) \(generation)")
      let network = try train(on: pairs, random: random)
      var rng = random.stream("pairs")
      let own = try reflowPairs(count: pairCount, shape: [2], batchSize: 2000, using: &rng) { noise in
        try heunODE(network.velocity, initial: noise, times: evenTimes(steps: 25)).x
      }
      let oneStep = distills ? try distilled(network, on: own, random: random) : nil
      outcomes.append(try measure(network, distilled: oneStep))
      pairs = own
    }
    return outcomes
  }

  /// A perceptron of (x, y, t) with three hidden layers of 96.
  private final class Network {
    let perceptron: MLP

    /// ReLUs: with smooth activations the network finds the ring but not its eight clusters in so few steps.
    init(using rng: inout RandomStream) {
      perceptron = MLP(dimensions: [3, 96, 96, 96, 2], activation: .relu, using: &rng)
    }

    var batchVelocity: BatchVelocity {
      let perceptron = perceptron
      return { x, times in perceptron(concatenated([x, try perSample(times, like: x)], axis: 1)) }
    }

    /// For solvers: nothing recorded.
    var velocity: Velocity {
      let own = Chapter06RectifiedFlow.velocity(batchVelocity)
      return { x, t in try withoutGrad { try own(x, t) } }
    }
  }

  /// A fresh network, trained on these pairs or, without any, on independent ones.
  private func train(on pairs: Pairs?, random: RandomStream) throws -> Network {
    var initial = random.stream("init")
    let network = Network(using: &initial)
    let optimizer = Adam(learningRate: 0)
    var rng = random.stream("training")
    var step = 0
    _ = try trainFlow(
      network.perceptron, velocity: network.batchVelocity, optimizer: optimizer, steps: steps, using: &rng
    ) { rng in
      optimizer.learningRate = rate(step)
      step += 1
      if let pairs { return try pairedBatch(of: pairs, size: 256, using: &rng) }
      return try independentBatch(256, using: &rng)
    }
    return network
  }

  /// The learning rate falls from 3 · 10⁻³ to 0 along a cosine.
  private func rate(_ step: Int) -> Double { 1.5e-3 * (1 + cos(Double.pi * Double(step) / Double(steps))) }

  private func independentBatch(_ size: Int, using rng: inout RandomStream) throws -> Pairs {
    let noise = Tensor.normal([size, 2], using: &rng)
    let data = law.samples(size, using: &rng)
    guard usesTransport else { return try Pairs(x0: noise, x1: data) }
    let groups = try stride(from: 0, to: size, by: 64).map { first in
      let rows = first..<min(first + 64, size)
      return try minibatchOTPairs(noise.sliced(axis: 0, rows), data.sliced(axis: 0, rows))
    }
    return try Pairs(x0: concatenated(groups.map(\.x0), axis: 0), x1: concatenated(groups.map(\.x1), axis: 0))
  }

  /// The network trained on for one step from t = 0, on its own pairs.
  private func distilled(_ teacher: Network, on pairs: Pairs, random: RandomStream) throws -> Network {
    var rng = random.stream("distillation")
    let student = Network(using: &rng)
    try student.perceptron.load(teacher.perceptron.stateDictionary())
    let optimizer = Adam(learningRate: 0)
    for step in 0..<steps {
      optimizer.learningRate = rate(step) / 3
      let batch = try pairedBatch(of: pairs, size: 256, using: &rng)
      let (_, gradients) = try valueAndGrad(student.perceptron) {
        try distillationLoss(velocity: student.batchVelocity, pairs: batch)
      }
      optimizer.update(student.perceptron, gradients: gradients)
    }
    return student
  }

  // MARK: - Measuring

  private func measure(_ network: Network, distilled: Network?) throws -> Outcome {
    // The same noise and the same data for every flow of this seed.
    let random = RandomStream(seed: seed).stream("measure \(law.rawValue)")
    var (noiseStream, dataStream) = (random.stream("noise"), random.stream("data"))
    let noise = Tensor.normal([sampleCount, 2], using: &noiseStream)
    let data = law.samples(sampleCount, using: &dataStream)

    func judged(_ x: Tensor, steps: Int) -> Samples {
      let coverage = law.coverage(x)
      return Samples(
        steps: steps, points: x.scalars, energy: SampleDistance.energy(x, data), modes: coverage?.occupiedModes,
        highQuality: coverage?.highQualityShare)
    }

    let samples = try Self.stepCounts.map { steps in
      judged(try eulerODE(network.velocity, initial: noise, times: evenTimes(steps: steps)).x, steps: steps)
    }
    let end = try heunODE(network.velocity, initial: noise, times: evenTimes(steps: 50)).x
    return Outcome(
      straightness: try straightness(network.velocity, initial: noise, steps: 50),
      cost: try transportCost(Pairs(x0: noise, x1: end)),
      randomCost: try transportCost(Pairs(x0: noise, x1: data)), samples: samples,
      distilled: try distilled.map { judged(try oneStep($0.velocity, noise: noise), steps: 1) },
      paths: try paths(network, from: noise.sliced(axis: 0, 0..<min(90, sampleCount))))
  }

  private func paths(_ network: Network, from noise: Tensor) throws -> [[Float]] {
    var paths = [[Float]](repeating: [], count: noise.dim(0))
    _ = try heunODE(network.velocity, initial: noise, times: evenTimes(steps: 40)) { _, x, _ in
      let places = x.scalars
      for index in paths.indices { paths[index] += places[2 * index...2 * index + 1] }
    }
    return paths
  }
}
