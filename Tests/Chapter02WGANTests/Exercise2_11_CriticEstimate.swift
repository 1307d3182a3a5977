import Chapter02WGAN
import ExerciseTesting
import NeuralNetworks
import Tensors

final class Exercise2_11_CriticEstimate: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let model = LinearCritic([1, -1])
    let critic: Critic = { x in
      let weight = model.weight.value.tracked()
      let values = linear(x, weight: weight, bias: nil).squeezed(axis: 1)
      expect(!values.isTracked, "an estimate is only looked at: evaluate the critic inside withoutGrad { … }")
      return values
    }
    let real = Tensor.normal([4, 2], using: &rng)
    let fake = Tensor.normal([7, 2], using: &rng)
    let estimate = try criticEstimate(critic, real: real, fake: fake)
    expectFinite(estimate, "an estimate is a number")
    let slope = try largestSlope(of: critic, real: real, fake: fake)
    expect(slope > 0 && slope.isFinite, "a slope must be positive here, but is \(slope)")
    let bound = try transportLowerBound(critic, real: real, fake: fake)
    expectFinite(bound, "a bound is a number")
    let images = try largestSlope(
      of: { $0.sum(axes: [1, 2, 3]) }, real: .ones([2, 1, 3, 3]), fake: .zeros([3, 1, 3, 3]))
    expectClose(
      images, 3, relative: 1e-4, "images too: 9 of difference over a distance of √9, over all axes of a sample")
    try expectRefusal("samples of different shapes") {
      _ = try criticEstimate(critic, real: .ones([4, 2]), fake: .ones([4, 3]))
    }
    try expectRefusal("samples of different shapes") {
      _ = try largestSlope(of: critic, real: .ones([4, 2]), fake: .ones([4, 3]))
    }
    try expectRefusal("a negative distance") { _ = try diracCritic(distance: -1) }
    try expectRefusal("λ = 0") { _ = try diracCritic(distance: 1, weight: 0) }
  }

  func test2_ByHand() throws {
    let critic: Critic = { x in square(x).sum(axis: 1) }
    let real = Tensor(column: [1, 3])
    let fake = Tensor(column: [0, 1, 2, -1])
    let estimate = try criticEstimate(critic, real: real, fake: fake)
    expectClose(
      estimate, 3.5,
      "mean f(real) − mean f(fake) = 5 − 1.5; −3.5 is the critic's loss: the estimate has the other sign")
    let slope = try largestSlope(of: critic, real: real, fake: fake)
    expectClose(
      slope, 5,
      "from 2 to 3 x² rises by 5; every real sample must be compared with every fake one, and the pair at "
        + "distance 0 left out")
    let bound = try transportLowerBound(critic, real: real, fake: fake)
    expectClose(bound, 0.7, "3.5/5: the estimate of f/K, which is 1-Lipschitz")

    let lost = try criticEstimate({ -$0.sum(axis: 1) }, real: real, fake: fake)
    expectClose(lost, -1.5, "a critic that points the wrong way has a negative estimate: take no absolute value")
    let flat = try transportLowerBound({ $0.sum(axis: 1) * 0 }, real: real, fake: fake)
    expectClose(flat, 0, "a flat critic knows nothing: the bound is 0, not 0/0")
  }

  func test3_TwoPoints() throws {
    for (distance, weight, slope, estimate, objective) in [
      (2.0, 10.0, 1.1, 2.2, 2.1), (2, 0.1, 11, 22, 12), (0, 10, 1, 0, 0), (4, 2, 2, 8, 6),
    ] {
      let best = try diracCritic(distance: distance, weight: weight)
      let name = "θ = \(distance), λ = \(weight)"
      expectClose(
        best.slope, slope, relative: 1e-9,
        "θ − 2λ(s − 1) = 0 gives s = 1 + θ/(2λ), \(name): a gradient penalty doesn't make the slope 1")
      expectClose(
        best.estimate, estimate, relative: 1e-9, absolute: 1e-12,
        "the estimate is θ·s without the penalty, \(name): \(objective) is what the critic maximises")
      expectClose(
        best.objective, objective, relative: 1e-9, absolute: 1e-12,
        "the objective is θs − λ(s − 1)² = θ + θ²/(4λ), \(name)")
    }
    // No other slope does better.
    var rng = stream("slopes")
    for _ in 0..<20 {
      let (distance, weight) = (5 * rng.nextUniform(), 0.1 + 10 * rng.nextUniform())
      let best = try diracCritic(distance: distance, weight: weight)
      for slope in [0, 1, best.slope - 0.1, best.slope + 0.1, 3] {
        let objective = distance * slope - weight * (slope - 1) * (slope - 1)
        expect(
          objective <= best.objective + 1e-9,
          "a slope of \(slope) reaches \(objective), more than the best critic's \(best.objective)")
      }
    }
  }

  func test4_AgainstOtherLibraries() throws {
    struct Case: Decodable {
      let critic: [String: TensorRecord]
      let real, fake: TensorRecord
      let estimate, slope, transport: Double
    }
    struct Dirac: Decodable { let distance, weight, slope, estimate, objective: Double }
    struct Content: Decodable {
      let cases: [Case]
      let diracs: [Dirac]
    }
    let content: Content = try Fixture.load("critic-estimate", from: .module)
    var rng = stream("unused")
    for known in content.cases {
      let model = MLP(dimensions: [2, 8, 1], activation: { tanh($0) }, using: &rng)
      try model.load(known.critic.tensors)
      let critic: Critic = { model($0).squeezed(axis: 1) }
      let (real, fake) = (known.real.tensor, known.fake.tensor)
      let estimate = try criticEstimate(critic, real: real, fake: fake)
      expectClose(estimate, known.estimate, relative: 1e-4, absolute: 1e-4, "PyTorch's means differ by another number")
      let slope = try largestSlope(of: critic, real: real, fake: fake)
      expectClose(slope, known.slope, relative: 1e-3, "PyTorch finds another largest slope over all pairs")
      let bound = try transportLowerBound(critic, real: real, fake: fake)
      expectClose(
        bound, known.estimate / known.slope, relative: 1e-3, absolute: 1e-4, "the estimate divided by the largest slope"
      )
      expect(
        bound <= known.transport + 1e-4,
        "a bound of \(bound) lies above the exact W₁ = \(known.transport) that POT finds: it is no bound")
    }
    for known in content.diracs {
      let best = try diracCritic(distance: known.distance, weight: known.weight)
      expectClose(best.slope, known.slope, relative: 1e-5, "SciPy's maximiser has another slope")
      expectClose(best.estimate, known.estimate, relative: 1e-5, "SciPy's maximiser has another estimate")
      expectClose(best.objective, known.objective, relative: 1e-7, "SciPy's maximum is another")
    }
  }

  func test5_NeverAboveW1() throws {
    for trial in 1...6 {
      var rng = stream("duality \(trial)")
      let count = 12
      let real = Tensor.normal([count, 1], using: &rng) * 2
      let fake = Tensor.normal([count, 1], using: &rng) + Float(trial - 3)
      // On a line the optimal plan pairs the samples in their order.
      let transport = zip(real.scalars.sorted(), fake.scalars.sorted()).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / 12
      let net = MLP(dimensions: [1, 6, 1], activation: { tanh($0 * 3) }, using: &rng)
      for (name, critic) in [
        ("tanh", { net($0).squeezed(axis: 1) }), ("x²", { square($0).sum(axis: 1) }), ("x", { $0.sum(axis: 1) }),
        ("7 − 5x", { 7 - 5 * $0.sum(axis: 1) }),
      ] as [(String, Critic)] {
        let bound = try transportLowerBound(critic, real: real, fake: fake)
        expect(
          bound <= transport + 1e-4,
          "W₁ is \(transport), but the bound from f = \(name) is \(bound): weak duality says no f/K may exceed it")
      }
    }
    // All fakes to the left of all real samples: then f = x is the best critic, and the bound is W₁ itself.
    var rng = stream("apart")
    let fake = Tensor.uniform([9, 1], using: &rng)
    let real = Tensor.uniform([5, 1], low: 2, high: 3, using: &rng)
    let tight = try transportLowerBound({ 30 * $0.sum(axis: 1) }, real: real, fake: fake)
    expectClose(
      tight, Double(real.mean().item() - fake.mean().item()), relative: 1e-4,
      "f = 30x is W₁'s own critic up to its scale, which the division must take out")
  }
}
