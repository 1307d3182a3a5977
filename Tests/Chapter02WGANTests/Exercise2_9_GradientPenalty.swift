import Chapter02WGAN
import ExerciseTesting
import NeuralNetworks
import Tensors

final class Exercise2_9_GradientPenalty: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    for shape in [[5, 2], [3, 1, 4, 4]] {
      let real = Tensor.normal(shape, using: &rng)
      let fake = Tensor.normal(shape, using: &rng)
      let u = Tensor.uniform([shape[0]], using: &rng)
      let sum: Critic = { x in square(x).sum(axes: Array(1..<shape.count)) }
      let points = try interpolate(real: real, fake: fake, at: u)
      expectShape(points, shape, "x̂ has the shape of x")
      let norms = try gradientNorms(of: sum, at: real)
      expectShape(norms, [shape[0]], "one norm a sample, over all of its axes")
      let penalty = try gradientPenalty(critic: sum, real: real, fake: fake, at: u)
      expectShape(penalty, [], "the penalty is one number, of shape []")
      try expectRefusal("one u for the whole batch") { _ = try interpolate(real: real, fake: fake, at: Tensor([0.5])) }
      try expectRefusal("λ = 0") {
        _ = try gradientPenalty(critic: sum, real: real, fake: fake, at: u, weight: 0)
      }
    }
    try expectRefusal("real and fake of different shapes") {
      _ = try interpolate(real: .ones([2, 3]), fake: .ones([2, 4]), at: .ones([2]))
    }
    try expectRefusal("more fakes than real samples") {
      _ = try interpolate(real: .ones([2, 3]), fake: .ones([4, 3]), at: .ones([2]))
    }
  }

  func test2_PointsByHand() throws {
    let real = Tensor(rows: [[1, 2], [10, 20], [4, -4]])
    let fake = Tensor(rows: [[5, 6], [30, 60], [0, 0]])
    let points = try interpolate(real: real, fake: fake, at: Tensor([1, 0, 0.25]))
    expectClose(
      points, Tensor(rows: [[1, 2], [30, 60], [1, -1]]),
      "x̂ = u·x + (1 − u)·x̃ with each sample's own u: u = 1 is the real end, u = 0 the fake one")
    let images = try interpolate(
      real: .ones([2, 1, 2, 2]), fake: .zeros([2, 1, 2, 2]), at: Tensor([0.25, 0.75]))
    expectClose(
      images, concatenated([.full(0.25, [1, 1, 2, 2]), .full(0.75, [1, 1, 2, 2])], axis: 0),
      "in an image too all pixels share one u, so that x̂ lies on the straight line between x and x̃")
  }

  func test3_KnownSlopes() throws {
    let slanted: Critic = { x in linear(x, weight: Tensor(rows: [[3, 4]]), bias: nil).squeezed(axis: 1) }
    let steady = try gradientNorms(of: slanted, at: Tensor(rows: [[0, 0], [7, -2], [1, 1]]))
    expectClose(
      steady, Tensor([5, 5, 5]),
      "f = 3x₁ + 4x₂ is of slope 5 everywhere; 25 lacks the root, 7 is no Euclidean norm, 5/3 differentiated the mean "
        + "of f over the batch where each sample needs its own slope, 8.66 took one norm over the whole batch")
    let five = try gradientPenalty(
      critic: slanted, real: .ones([2, 2]), fake: .zeros([2, 2]), at: Tensor([0.5, 0.1]), weight: 10)
    expectClose(
      five.onlyNumber, 160, "λ·mean(‖∇f‖ − 1)² = 10·4²; 320 is a sum over the batch, 5760 squares the norm first")

    var rng = stream("slopes")
    for shape in [[6, 3], [4, 2, 3, 3]] {
      let real = Tensor.normal(shape, using: &rng)
      let fake = Tensor.normal(shape, using: &rng) * 0.1
      let u = Tensor.uniform([shape[0]], using: &rng)
      // f = ½‖x‖² has the gradient x.
      let bowl: Critic = { x in square(x).sum(axes: Array(1..<shape.count)) * 0.5 }
      let lengths = sqrt(square(real.reshaped([shape[0], -1])).sum(axis: 1))
      let norms = try gradientNorms(of: bowl, at: real)
      expectClose(norms, lengths, relative: 1e-4, "½‖x‖² is as steep as ‖x‖, over all axes of a sample, shape \(shape)")
      let column = u.reshaped([shape[0]] + Array(repeating: 1, count: shape.count - 1))
      let between = sqrt(square((column * real + (1 - column) * fake).reshaped([shape[0], -1])).sum(axis: 1))
      let penalty = try gradientPenalty(critic: bowl, real: real, fake: fake, at: u, weight: 3)
      expectClose(
        penalty.onlyNumber, Double(3 * square(between - 1).mean().item()), relative: 1e-4,
        "the slopes must be taken at x̂, between real and fake, and be drawn towards 1 from both sides, shape \(shape)")
    }
    let flat = try gradientPenalty(
      critic: { x in x.sum(axis: 1) * 0.25 }, real: .ones([3, 1]), fake: .zeros([3, 1]), at: Tensor([0, 0.5, 1]),
      weight: 10)
    expectClose(flat.onlyNumber, 5.625, "a slope of ¼ costs 10·(¾)²: too flat is as wrong as too steep")
  }

  func test4_ItMovesTheParameters() throws {
    var rng = stream("second order")
    for weights in [[3.0, 4], [0.1, -0.2], [1, 2]] {
      let critic = LinearCritic(weights, bias: 0.5)
      let real = Tensor.normal([4, 2], using: &rng)
      let fake = Tensor.normal([4, 2], using: &rng)
      let u = Tensor.uniform([4], using: &rng)
      let (value, gradients) = try valueAndGrad(critic) {
        try gradientPenalty(critic: { critic($0) }, real: real, fake: fake, at: u, weight: 2).anchored(in: critic)
      }
      let length = (weights[0] * weights[0] + weights[1] * weights[1]).squareRoot()
      expectClose(
        value.onlyNumber, 2 * (length - 1) * (length - 1), relative: 1e-4, "λ(‖w‖ − 1)² for a linear critic")
      let factor = 2 * 2 * (length - 1) / length
      expectClose(
        gradients["weight"] ?? .zeros([1, 2]), Tensor(rows: [weights.map { factor * $0 }]), relative: 1e-3,
        absolute: 1e-5,
        "the penalty's gradient with respect to w is 2λ(‖w‖ − 1)·w/‖w‖; zeros mean that ∇f was taken without "
          + "createGraph: true, and then the penalty is a number that trains nothing")
    }
  }

  private struct Case: Decodable {
    let critic, gradients: [String: TensorRecord]
    let real, fake, u, norms: TensorRecord
    let weight, penalty: Double
  }

  private struct Content: Decodable {
    let perceptron, images: Case
  }

  func test5_AgainstPyTorch() throws {
    let content: Content = try Fixture.load("gradient-penalty", from: .module)
    var rng = stream("unused")
    let critic = MLP(dimensions: [3, 6, 5, 1], activation: { tanh($0) }, using: &rng)
    try compare(critic, { critic($0).squeezed(axis: 1) }, content.perceptron)
  }

  func test6_AgainstPyTorchOnImages() throws {
    let content: Content = try Fixture.load("gradient-penalty", from: .module)
    var rng = stream("unused")
    let critic = ImageCritic(using: &rng)
    try compare(critic, { critic($0) }, content.images)
  }

  private func compare(_ model: Module, _ critic: Critic, _ known: Case) throws {
    try model.load(known.critic.tensors)
    let points = try interpolate(real: known.real.tensor, fake: known.fake.tensor, at: known.u.tensor)
    expectShape(points, known.real.shape, "x̂ has the shape of x")
    guard points.shape == known.real.shape else { return }
    let norms = try gradientNorms(of: critic, at: points)
    expectClose(norms, known.norms.tensor, relative: 1e-4, "PyTorch finds other slopes at x̂")
    let (value, gradients) = try valueAndGrad(model) {
      try gradientPenalty(
        critic: critic, real: known.real.tensor, fake: known.fake.tensor, at: known.u.tensor, weight: known.weight
      ).anchored(in: model)
    }
    expectClose(value.onlyNumber, known.penalty, relative: 1e-4, "PyTorch's penalty is another")
    for (key, gradient) in known.gradients {
      expectClose(
        gradients[key] ?? .zeros([1]), gradient.tensor, relative: 2e-3, absolute: 2e-4,
        "PyTorch's gradient of the penalty with respect to \(key) is another")
    }
  }

  func test7_WhereTheCriticIsFlat() throws {
    let zero = LinearCritic([0, 0], bias: 1)
    let norms = try gradientNorms(of: { zero($0) }, at: .ones([3, 2]))
    expectClose(norms, Tensor([0, 0, 0]), absolute: 1e-5, "a flat critic has slope 0")
    let (value, gradients) = try valueAndGrad(zero) {
      try gradientPenalty(
        critic: { zero($0) }, real: .ones([3, 2]), fake: .zeros([3, 2]), at: Tensor([0.1, 0.5, 0.9]), weight: 4
      ).anchored(in: zero)
    }
    expectClose(value.onlyNumber, 4, relative: 1e-4, "a flat critic is off by 1 at every point: λ·1")
    for key in gradients.keys {
      expectFinite(
        gradients[key] ?? .zeros([1]),
        "the derivative of √s at s = 0 is infinite, and ∞·0 is NaN: keep the root away from 0 where the slope is 0")
    }

    // A dead hinge beside a live one: the first sample has slope 0, the second slope 2.
    let hinge = LinearCritic([2])
    let (_, mixed) = try valueAndGrad(hinge) {
      try gradientPenalty(
        critic: { relu(hinge($0)) }, real: Tensor(column: [-3, 3]), fake: Tensor(column: [-1, 1]),
        at: Tensor([0.5, 0.5]), weight: 1
      ).anchored(in: hinge)
    }
    expectClose(
      mixed["weight"] ?? .zeros([1, 1]), Tensor(rows: [[1]]), relative: 1e-4,
      "one flat sample must not spoil the rest: here only the second one pulls, by 2(2 − 1)/2")
  }
}
