import Chapter02WGAN
import ExerciseTesting
import NeuralNetworks
import Tensors

final class Exercise2_12_WGANTraining: ExerciseTestCase {
  /// What a training run did, in order.
  private final class Diary {
    var moves: [String] = []
    var dataCounts: [Int] = []
    var noiseCounts: [Int] = []
    /// The first number of each noise that the generator was given.
    var generated: [Float] = []
    /// Batches that the critic was asked about outside of a penalty.
    var judged: [Tensor] = []
  }

  /// A pair of small models that writes down what happens to it.
  private func pair(_ diary: Diary, critic: LinearCritic = LinearCritic([1, 0])) -> WGAN {
    let generator = ShiftingGenerator([0, 0])
    return WGAN(
      generator: generator,
      generate: { z in
        diary.generated.append(z.scalars.first ?? .nan)
        return generator(z)
      },
      critic: critic,
      criticize: { x in
        diary.judged.append(x.detached())
        return critic(x)
      })
  }

  func test1_WhoMovesWhen() throws {
    let diary = Diary()
    let wgan = pair(diary)
    let spies = (
      critic: SpyOptimizer(learningRate: 0.01) { model, _ in
        diary.moves.append(model === wgan.critic ? "critic" : "not the critic")
      },
      generator: SpyOptimizer(learningRate: 0.01) { model, _ in
        diary.moves.append(model === wgan.generator ? "generator" : "not the generator")
      }
    )
    var rng = stream("u")
    var reported: [Int] = []
    let estimates = try trainWGAN(
      wgan, settings: WGANSettings(steps: 3, batchSize: 4, criticSteps: 2), criticOptimizer: spies.critic,
      generatorOptimizer: spies.generator,
      data: { count in
        diary.dataCounts.append(count)
        return .ones([count, 2])
      },
      noise: { count in
        diary.noiseCounts.append(count)
        return .zeros([count, 2])
      }, using: &rng,
      onStep: { step, _ in
        reported.append(step)
        diary.moves.append("report")
      })
    let round = ["critic", "critic", "generator", "report"]
    expectEqual(
      diary.moves, round + round + round,
      "n_critic = 2 steps of the critic, then one of the generator, then the report, three times; the generator moves "
        + "once a round, not after each step of the critic, and each network has its own optimizer")
    expectEqual(diary.dataCounts, Array(repeating: 4, count: 6), "every step of the critic needs a new batch of data")
    expectEqual(
      diary.noiseCounts, Array(repeating: 4, count: 9), "every step, the generator's too, needs fresh noise: 3 a round")
    expectEqual(reported, [1, 2, 3], "steps are reported in order, from 1")
    expectEqual(estimates.count, 3, "one estimate for each step of the generator")
    for settings in [
      WGANSettings(steps: 0), WGANSettings(steps: 1, batchSize: 0), WGANSettings(steps: 1, criticSteps: 0),
      WGANSettings(steps: 1, constraint: .clipping(0)), WGANSettings(steps: 1, constraint: .gradientPenalty(-1)),
    ] {
      try expectRefusal("\(settings)") {
        _ = try trainWGAN(
          wgan, settings: settings, criticOptimizer: spies.critic, generatorOptimizer: spies.generator,
          data: { .ones([$0, 2]) }, noise: { .zeros([$0, 2]) }, using: &rng)
      }
    }
    let whole = Sequential([BatchNorm(dimensions: 2), Activation.tanh])
    try expectRefusal("batch normalisation in a penalised critic") {
      let normalized = WGAN(
        generator: wgan.generator, generate: wgan.generate, critic: whole, criticize: { whole($0).sum(axis: 1) })
      _ = try trainWGAN(
        normalized, settings: WGANSettings(steps: 1), criticOptimizer: spies.critic,
        generatorOptimizer: spies.generator, data: { .ones([$0, 2]) }, noise: { .zeros([$0, 2]) }, using: &rng)
    }
  }

  func test2_TheOptimizer() throws {
    let standard = try wganOptimizer()
    expectClose(
      standard.betas.0, 0, absolute: 0, "β₁ = 0: no momentum, as the other network changes the loss at every step")
    expectClose(standard.betas.1, 0.9, "β₂ = 0.9, not Adam's usual 0.999")
    expectClose(standard.learningRate, 1e-4, "α = 10⁻⁴ unless another is asked for")
    let faster = try wganOptimizer(learningRate: 0.003)
    expectClose(faster.learningRate, 0.003, "the learning rate is the one that was asked for")
    try expectRefusal("a learning rate of 0") { _ = try wganOptimizer(learningRate: 0) }
  }

  func test3_TheCriticsStep() throws {
    let real = Tensor(rows: [[2, 0], [4, 2]])
    let noise = Tensor(rows: [[0, 0], [1, -1]])
    // mean real − mean fake = (3, 1) − (0.5, −0.5) = (2.5, 1.5), with f = 3x₁ + 4x₂: 7.5 + 6.
    var rng = stream("u")
    for (constraint, weights) in [
      (.builtIn, [3.25, 4.15]),
      (.clipping(3.2), [3.2, 3.2]),
      // The penalty's gradient is 2λ(‖w‖ − 1)w/‖w‖ = 2·½·4·(0.6, 0.8).
      (.gradientPenalty(0.5), [3.25 - 0.24, 4.15 - 0.32]),
    ] as [(LipschitzConstraint, [Double])] {
      let diary = Diary()
      let critic = LinearCritic([3, 4])
      let wgan = pair(diary, critic: critic)
      let estimate = try criticStep(
        wgan, real: real, noise: noise, constraint: constraint, optimizer: SpyOptimizer(learningRate: 0.1), using: &rng)
      expectClose(
        estimate, 13.5, relative: 1e-4,
        "the estimate is mean f(real) − mean f(fake) before the step, under \(constraint); 5.5 subtracted the penalty, "
          + "and a negative number is the loss")
      expectClose(
        critic.weight.value, Tensor(rows: [weights]), relative: 1e-4,
        "the critic must climb: its weights after one step of plain gradient descent under \(constraint)")
      expectClose(
        wgan.generator.parameters()[0].parameter.value, Tensor([0, 0]),
        "the generator stands still in the critic's step")
      expect(
        diary.generated == [0], "fakes are generated once a step, but g was called \(diary.generated.count) times")
    }
  }

  func test4_TheGeneratorsStep() throws {
    let diary = Diary()
    let wgan = pair(diary, critic: LinearCritic([3, 4], bias: 1))
    let before = wgan.critic.stateDictionary()
    let loss = try generatorStep(
      wgan, noise: Tensor(rows: [[0, 0], [1, -1]]), optimizer: SpyOptimizer(learningRate: 0.1))
    expectClose(loss, -0.5, relative: 1e-4, "−mean f(g(z)) = −(1 + 0)/2 before the step")
    expectClose(
      wgan.generator.parameters()[0].parameter.value, Tensor([0.3, 0.4]),
      "the generator's samples must move uphill on f, along (3, 4)")
    for (key, value) in before {
      expectClose(
        wgan.critic.stateDictionary()[key] ?? value, value, absolute: 0,
        "the critic's \(key) must not change in the generator's step")
    }
  }

  func test5_FreshRandomNumbers() throws {
    // Every noise batch bears its number, and so does every batch of data.
    let diary = Diary()
    var criticSeen: [[Float]] = []
    let wgan = pair(diary)
    var (noises, batches) = (Float(0), Float(0))
    var rng = stream("u")
    _ = try trainWGAN(
      wgan, settings: WGANSettings(steps: 2, batchSize: 3, criticSteps: 2, constraint: .builtIn),
      criticOptimizer: SpyOptimizer(learningRate: 1e-6), generatorOptimizer: SpyOptimizer(learningRate: 1e-6),
      data: { count in
        batches += 1
        return .full(100 * batches, [count, 2])
      },
      noise: { count in
        noises += 1
        return .full(noises, [count, 2])
      }, using: &rng, onStep: { _, _ in criticSeen.append(diary.judged.map { $0.scalars[0].rounded() }) })
    expectEqual(
      diary.generated.map { Int($0.rounded()) }, [1, 2, 3, 4, 5, 6],
      "each step must generate from noise of its own: the generator's step must not use the critic's fakes again")
    let data = diary.judged.map { $0.scalars[0].rounded() }.filter { $0 >= 100 }
    expectEqual(data.map { Int($0) }, [100, 200, 300, 400], "each step of the critic must see a new batch of data")

    // With real = 0 and fake = 1 the penalised points are 1 − u.
    let seen = Diary()
    let unit = pair(seen)
    var stream1 = stream("u of the penalty")
    var stream2 = stream1
    for _ in 0..<2 {
      try criticStep(
        unit, real: .zeros([16, 2]), noise: .ones([16, 2]), constraint: .gradientPenalty(10),
        optimizer: SpyOptimizer(learningRate: 1e-9), using: &stream1)
    }
    let between = seen.judged.filter { $0.scalars.contains { $0 > 0 && $0 < 1 } }
    expectEqual(between.count, 2, "the penalty must look at points strictly between real and fake, once a step")
    for (step, points) in between.enumerated() {
      let u = Tensor.uniform([16], using: &stream2)
      expectClose(
        points, stacked([1 - u, 1 - u], axis: 1), absolute: 1e-5,
        "step \(step + 1): u must be Tensor.uniform([B], using: &rng), one a sample, anew in every step")
    }
  }

  func test6_AgainstPyTorch() throws {
    struct Run: Decodable {
      let generator, critic, generatorAfter, criticAfter: [String: TensorRecord]
      let weight, bound: Double
      let data, noise: TensorRecord
      let estimates: [Double]
    }
    struct Content: Decodable {
      let steps, criticSteps, batchSize: Int
      let learningRate: Double
      let gradientPenalty, clipping: Run
    }
    let content: Content = try Fixture.load("training", from: .module)
    for (name, run) in [("gradient penalty", content.gradientPenalty), ("clipping", content.clipping)] {
      let isPenalized = name == "gradient penalty"
      var rng = stream("u")
      let generator = MLP(dimensions: [2, 5, 3], activation: { tanh($0) }, using: &rng)
      let critic = Linear(inputDimensions: 3, outputDimensions: 1, using: &rng)
      try generator.load(run.generator.tensors)
      try critic.load(run.critic.tensors)
      func optimizer() -> any Optimizer {
        if isPenalized { return Adam(learningRate: content.learningRate, betas: (0, 0.9)) }
        return RMSProp(learningRate: content.learningRate)
      }
      var (batch, draw) = (0, 0)
      let (data, noise) = (run.data.tensor, run.noise.tensor)
      let estimates = try trainWGAN(
        WGAN(
          generator: generator, generate: { generator($0) }, critic: critic,
          criticize: { critic($0).squeezed(axis: 1) }),
        settings: WGANSettings(
          steps: content.steps, batchSize: content.batchSize, criticSteps: content.criticSteps,
          constraint: isPenalized ? .gradientPenalty(run.weight) : .clipping(run.bound)),
        criticOptimizer: optimizer(), generatorOptimizer: optimizer(),
        data: { _ in
          batch += 1
          return data[(batch - 1) % data.dim(0)]
        },
        noise: { _ in
          draw += 1
          return noise[(draw - 1) % noise.dim(0)]
        }, using: &rng)
      expectClose(
        estimates, run.estimates, relative: 2e-3, absolute: 1e-3,
        "PyTorch's estimates before the last critic step of each round are others, with \(name)")
      for (part, known, module) in [
        ("generator", run.generatorAfter, generator as Module), ("critic", run.criticAfter, critic),
      ] {
        let state = module.stateDictionary()
        for (key, value) in known {
          expectClose(
            state[key] ?? .zeros([1]), value.tensor, relative: 5e-3, absolute: 1e-3,
            "after \(content.steps) rounds with \(name) PyTorch's \(part) has another \(key)")
        }
      }
    }
  }

  func test7_TheShiftIsFound() throws {
    for (name, constraint) in [
      ("a gradient penalty", LipschitzConstraint.gradientPenalty(1)), ("clipping", .clipping(0.3)),
    ] {
      var rng = stream("shift")
      let generator = ShiftingGenerator([-2, 0])
      let critic = MLP(dimensions: [2, 16, 1], activation: { leakyReLU($0, slope: 0.2) }, using: &rng)
      var (draws, latent) = (stream("data"), stream("noise"))
      let centre = Tensor([1, -1])
      let wgan = WGAN(
        generator: generator, generate: { generator($0) }, critic: critic,
        criticize: { critic($0).squeezed(axis: 1) })
      let optimizers = (
        critic: Adam(learningRate: 0.02, betas: (0, 0.9)), generator: Adam(learningRate: 0.05, betas: (0, 0.9))
      )
      var estimates: [Double] = []
      // Fast to the data, then slowly, so as to stay there.
      for rate in [0.05, 0.01] {
        optimizers.generator.learningRate = rate
        estimates += try trainWGAN(
          wgan, settings: WGANSettings(steps: 100, batchSize: 32, criticSteps: 3, constraint: constraint),
          criticOptimizer: optimizers.critic, generatorOptimizer: optimizers.generator,
          data: { .normal([$0, 2], using: &draws) + centre }, noise: { .normal([$0, 2], using: &latent) }, using: &rng)
      }
      expectFinite(estimates, "an estimate is not a number, with \(name)")
      expectClose(
        generator.shift.value, centre, absolute: 0.4,
        "g(z) = z + shift has to find the data's centre (1, −1) with \(name), from (−2, 0)")
    }
  }
}
