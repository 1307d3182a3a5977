import Chapter01GAN
import ExerciseTesting
import Foundation
import NeuralNetworks
import Tensors

final class Exercise1_7_AdversarialTraining: ExerciseTestCase {
  private let diary = GameDiary()

  /// A line for the generator, x = az + c, and a line for the discriminator, ℓ = wx + b; all moves are watched.
  private func lines(a: Float, c: Float, w: Float, b: Float, rate: Double = 0.5) throws -> GANPlayers {
    var rng = stream("lines")
    func line(_ slope: Float, _ offset: Float) throws -> Linear {
      let line = Linear(inputDimensions: 1, outputDimensions: 1, using: &rng)
      try line.load(["weight": Tensor([slope], shape: [1, 1]), "bias": Tensor([offset])])
      return line
    }
    return try GANPlayers(
      generator: WatchedNetwork("G", line(a, c), diary: diary),
      discriminator: WatchedNetwork("D", line(w, b), diary: diary),
      generatorOptimizer: WatchedOptimizer("G", SGD(learningRate: rate), diary: diary),
      discriminatorOptimizer: WatchedOptimizer("D", SGD(learningRate: rate), diary: diary), latentDimensions: 1)
  }

  /// Slope and offset of a line.
  private func numbers(_ network: Module) -> [Double] {
    network.parameters().flatMap { $0.parameter.value.scalars.map(Double.init) }
  }

  private func sigma(_ t: Double) -> Double { 1 / (1 + exp(-t)) }
  private func softplus(_ t: Double) -> Double { log(1 + exp(t)) }
  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  func test1_ItRuns() throws {
    let players = try lines(a: 1, c: 0, w: 0.5, b: 0)
    let discriminator = try discriminatorStep(players, real: .ones([4, 1]), noise: .ones([4, 1]))
    expectFinite(discriminator, "the discriminator's loss must be a number")
    let generator = try generatorStep(players, noise: .ones([4, 1]))
    expectFinite(generator, "the generator's loss must be a number")
    var rng = stream("run")
    var settings = GANSettings(steps: 2)
    settings.batchSize = 3
    var steps: [GANStep] = []
    try trainGAN(
      players, settings: settings, using: &rng, data: { count, _ in .ones([count, 1]) }, onStep: { steps.append($0) })
    expectEqual(steps.map(\.number), [1, 2], "onStep is told of every round, counted from 1")
    expectFinite(steps.map(\.discriminatorLoss) + steps.map(\.generatorLoss), "the losses must be numbers")
    settings.discriminatorSteps = 0
    try expectRefusal("a discriminator that never moves") {
      try trainGAN(players, settings: settings, using: &rng, data: { count, _ in .ones([count, 1]) })
    }
    try expectRefusal("a negative γ") {
      try discriminatorStep(players, real: .ones([4, 1]), noise: .ones([4, 1]), gamma: -1)
    }
  }

  func test2_OneDiscriminatorStep() throws {
    let (real, noise) = ([1.0, 2], [0.0, -1])
    for gamma in [0.0, 0.4] {
      let players = try lines(a: 1, c: 0.5, w: 1.5, b: -0.5)
      let loss = try discriminatorStep(
        players, real: Tensor(column: real), noise: Tensor(column: noise), gamma: gamma)
      if gamma == 0 {
        expect(
          !diary.events.contains(.asked("D", isTracked: true)),
          "with γ = 0 the penalty is not even computed, but the discriminator was differentiated by its input")
      }
      let fake = noise.map { $0 + 0.5 }
      let (onReal, onFake) = (real.map { 1.5 * $0 - 0.5 }, fake.map { 1.5 * $0 - 0.5 })
      expectClose(
        loss, mean(onReal.map { softplus(-$0) }) + mean(onFake.map { softplus($0) }), relative: 1e-5,
        "the step returns the loss of exercise 1.1 before the step, without the penalty (γ = \(gamma))")
      // ℓ = wx + b: real samples pull with −σ(−ℓ), fakes with σ(ℓ), and the penalty is γw²/2.
      let byW = mean(zip(onReal, real).map { -sigma(-$0) * $1 }) + mean(zip(onFake, fake).map { sigma($0) * $1 })
      let byB = mean(onReal.map { -sigma(-$0) }) + mean(onFake.map { sigma($0) })
      expectClose(
        numbers(players.discriminator), [1.5 - 0.5 * (byW + gamma * 1.5), -0.5 - 0.5 * byB], relative: 1e-5,
        "the discriminator, ℓ = wx + b, after one step of length ½ (γ = \(gamma)): real samples must be called real")
      expectClose(
        numbers(players.generator), [1, 0.5], relative: 1e-7,
        "the generator is not to be moved by the discriminator's step: detach its fakes")
    }
    expect(
      !diary.moves.contains("G"),
      "the generator is not to be moved by the discriminator's step, but the moves were \(diary.moves)")
    expectEqual(diary.movedByAnother, [], "the discriminator has an optimizer of its own")
    expectEqual(diary.inputs["G"]?.count ?? 0, 2, "one batch of fakes for each step")
  }

  func test3_OneGeneratorStep() throws {
    let noise = [1.0, -1, 0.5]
    for (kind, kept) in [(GeneratorLossKind.nonSaturating, nil), (.saturating, nil), (.nonSaturating, 2)] {
      let players = try lines(a: 1, c: 0.25, w: 2, b: 0)
      let loss = try generatorStep(players, noise: Tensor(column: noise), kind: kind, kept: kept)
      let teachers = kept == nil ? noise : [1, 0.5]
      let logits = teachers.map { 2 * ($0 + 0.25) }
      let told = mean(logits.map { kind == .saturating ? -softplus($0) : softplus(-$0) })
      let which = "\(kind), \(kept.map { "the best \($0)" } ?? "all") of the fakes"
      expectClose(loss, told, relative: 1e-5, "the step returns the loss of exercise 1.2 before the step (\(which))")
      let pushes = logits.map { 2 * (kind == .saturating ? -sigma($0) : -sigma(-$0)) }
      let byA = mean(zip(pushes, teachers).map { $0 * $1 })
      expectClose(
        numbers(players.generator), [1 - 0.5 * byA, 0.25 - 0.5 * mean(pushes)], relative: 1e-5,
        "the generator, x = az + c, after one step of length ½ (\(which))")
      expectClose(
        numbers(players.discriminator), [2, 0], absolute: 1e-7,
        "the discriminator is not to be moved by the generator's step: it only passes the gradient on")
    }
    expectEqual(diary.movedByAnother, [], "the generator has an optimizer of its own")
  }

  func test4_WhoMovesWhen() throws {
    let players = try lines(a: 1, c: 0, w: 0.5, b: 0, rate: 0.01)
    var settings = GANSettings(steps: 3)
    settings.discriminatorSteps = 4
    settings.batchSize = 5
    var askedFor: [Int] = []
    var drawn: [Double] = []
    var rng = stream("protocol")
    try trainGAN(
      players, settings: settings, using: &rng,
      data: { count, rng in
        askedFor.append(count)
        drawn.append(rng.nextUniform())
        return .full(Float(askedFor.count), [count, 1])
      })
    let round = ["D", "D", "D", "D", "G"]
    expectEqual(
      diary.moves, round + round + round, "k = 4: the discriminator moves four times, then the generator once")
    expectEqual(diary.movedByAnother, [], "each player has an optimizer of its own")
    expectEqual(askedFor, [Int](repeating: 5, count: 12), "a new batch of real samples for each discriminator step")
    expectEqual(Set(drawn).count, drawn.count, "hand `rng` itself to `data`: the same random numbers came twice")
    expect(rng != stream("protocol"), "all randomness comes from `rng`, but it was never drawn from")

    let noises = (diary.inputs["G"] ?? []).map(\.scalars)
    expectEqual(noises.count, 15, "fresh noise for each step of either player: 3 · (4 + 1) batches of fakes")
    expectEqual(
      Set(noises).count, noises.count, "fresh noise for each step of either player, but some batch came twice")
    expect(noises.allSatisfy { $0.count == 5 }, "as many fakes as real samples")
  }

  func test5_TheSettingsCount() throws {
    // All samples are 0 and so are all fakes: nothing moves the discriminator's slope w but the penalty, which counts at
    // every second of its steps, twice as strong: w ← w − rate · 2γ · w.
    let players = try GANPlayers(
      generator: MuteNetwork(), discriminator: lines(a: 0, c: 0, w: 1, b: 0).discriminator,
      generatorOptimizer: SGD(learningRate: 0.1), discriminatorOptimizer: SGD(learningRate: 0.1), latentDimensions: 1)
    var settings = GANSettings(steps: 2)
    settings.discriminatorSteps = 3
    settings.batchSize = 2
    settings.gamma = 0.5
    settings.penaltyInterval = 2
    settings.generatorLoss = .saturating
    var told: [Int] = []
    settings.keptFakes = { step in
      told.append(step)
      return 1
    }
    var rng = stream("settings")
    var slopes: [Double] = []
    var losses: [Double] = []
    try trainGAN(
      players, settings: settings, using: &rng, data: { count, _ in .zeros([count, 1]) },
      onStep: { step in
        slopes.append(numbers(players.discriminator)[0])
        losses.append(step.generatorLoss)
      })
    expectClose(
      slopes, [0.81, 0.729], relative: 1e-5,
      "γ(atDiscriminatorStep:) counts the discriminator's steps over the whole training, from 0: of six steps the numbers "
        + "0, 2 and 4 have a penalty, two in the first round of three and one in the second")
    expectEqual(told, [1, 2], "keptFakes is asked once a round, with the round's number counted from 1")
    expectClose(
      losses, [-log(2), -log(2)], relative: 1e-5, "the saturating loss at ℓ = 0: is the settings' generatorLoss used?")
  }

  /// Data at 1 and fakes at 0, whatever is drawn: then the losses can be had from the single steps too.
  func test6_WhatTheObserverIsTold() throws {
    func pair() throws -> GANPlayers {
      try GANPlayers(
        generator: MuteNetwork(), discriminator: lines(a: 0, c: 0, w: -0.5, b: 0.25).discriminator,
        generatorOptimizer: SGD(learningRate: 0.1), discriminatorOptimizer: SGD(learningRate: 0.1), latentDimensions: 1)
    }
    var settings = GANSettings(steps: 2)
    settings.discriminatorSteps = 3
    settings.batchSize = 2
    var rng = stream("observer")
    var told: [GANStep] = []
    try trainGAN(
      pair(), settings: settings, using: &rng, data: { count, _ in .ones([count, 1]) }, onStep: { told.append($0) })
    let same = try pair()
    var (discriminator, generator): ([Double], [Double]) = ([], [])
    for _ in 0..<2 {
      var last = 0.0
      for _ in 0..<3 { last = try discriminatorStep(same, real: .ones([2, 1]), noise: .zeros([2, 1])) }
      discriminator.append(last)
      let loss = try generatorStep(same, noise: .zeros([2, 1]))
      generator.append(loss)
    }
    expectClose(
      told.map(\.discriminatorLoss), discriminator, relative: 1e-5,
      "onStep is told the discriminator's loss at the *last* of its k steps in the round")
    expectClose(
      told.map(\.generatorLoss), generator, relative: 1e-5, "onStep is told the generator's loss in the round")
    struct Enough: Error {}
    var rounds = 0
    do {
      try trainGAN(
        pair(), settings: settings, using: &rng, data: { count, _ in .ones([count, 1]) },
        onStep: { _ in
          rounds += 1
          throw Enough()
        })
    } catch is Enough {}
    expectEqual(rounds, 1, "an error thrown in onStep ends the training at once")
  }

  func test7_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Pair: Decodable { let generator, discriminator: [[Double]] }
      struct Run: Decodable {
        let kind: String
        let gamma: Double
        let kept: Int
        let losses: [Double]
        let generator, discriminator: [[Double]]
      }
      let start: Pair
      let reals, noises: [[[Double]]]
      let runs: [Run]
    }
    let content: Content = try Fixture.load("training", from: .module)
    var rng = stream("networks")
    for known in content.runs {
      func network(_ widths: [Int], _ start: [[Double]]) throws -> MLP {
        let network = MLP(dimensions: widths, activation: { tanh($0) }, using: &rng)
        for ((_, parameter), numbers) in zip(network.parameters(), start) {
          parameter.value = Tensor(numbers, shape: parameter.shape)
        }
        return network
      }
      let players = try GANPlayers(
        generator: network([2, 4, 2], content.start.generator),
        discriminator: network([2, 5, 1], content.start.discriminator),
        generatorOptimizer: Adam(learningRate: 0.02, betas: (0.5, 0.9)),
        discriminatorOptimizer: SGD(learningRate: 0.1), latentDimensions: 2)
      let kind = GeneratorLossKind(rawValue: known.kind) ?? .nonSaturating
      var reals = content.reals.map { Tensor(rows: $0) }[...]
      var noises = content.noises.map { Tensor(rows: $0) }[...]
      var losses: [Double] = []
      for _ in 0..<3 {
        for _ in 0..<2 {
          let loss = try discriminatorStep(
            players, real: reals.removeFirst(), noise: noises.removeFirst(), gamma: known.gamma)
          losses.append(loss)
        }
        let loss = try generatorStep(
          players, noise: noises.removeFirst(), kind: kind, kept: known.kept == 6 ? nil : known.kept)
        losses.append(loss)
      }
      let which = "\(known.kind), γ = \(known.gamma), \(known.kept) of 6 fakes kept"
      expectClose(
        losses, known.losses, relative: 2e-3, absolute: 2e-4, "the losses of the same rounds in PyTorch (\(which))")
      for (name, network, wanted) in [
        ("generator", players.generator as Module, known.generator),
        ("discriminator", players.discriminator, known.discriminator),
      ] {
        for ((key, parameter), want) in zip(network.parameters(), wanted) {
          expectClose(
            parameter.value.scalars.map(Double.init), want, relative: 2e-3, absolute: 5e-4,
            "\(name)'s \(key) after three rounds in PyTorch (\(which)): is the penalty on the real samples?")
        }
      }
    }
  }

  func test8_ItFindsTheData() throws {
    for kind in GeneratorLossKind.allCases {
      let players = try lines(a: 0.5, c: -1, w: 0, b: 0, rate: 0.1)
      var settings = GANSettings(steps: 160)
      settings.batchSize = 64
      settings.gamma = 1
      settings.generatorLoss = kind
      var rng = stream("data")
      try trainGAN(
        players, settings: settings, using: &rng, data: { count, rng in .normal([count, 1], using: &rng) * 0.5 + 1 })
      let mean = numbers(players.generator)[1]
      expectClose(
        mean, 1, absolute: 0.35,
        "the data lie around 1, the fakes started around −1; with R1 a straight discriminator must lead them there "
          + "(\(kind))")
    }
  }
}
