import Chapter02WGAN
import ExerciseTesting
import NeuralNetworks
import Tensors

final class Exercise2_8_CriticLoss: ExerciseTestCase {
  func test1_Shapes() throws {
    let critic = try criticLoss(real: Tensor([1, 2, 3]), fake: Tensor([0, 1]))
    expectShape(critic, [], "a loss is one number, of shape []")
    let generator = try generatorLoss(fake: Tensor([0, 1]))
    expectShape(generator, [], "a loss is one number, of shape []")
    try expectRefusal("critic values of shape [2, 1]") {
      _ = try criticLoss(real: Tensor(column: [1, 2]), fake: Tensor([0, 1]))
    }
    try expectRefusal("an empty batch") { _ = try generatorLoss(fake: .zeros([0])) }
    let model = LinearCritic([1, 2])
    for bound in [0, -0.01, .infinity, .nan] {
      try expectRefusal("a bound of \(bound)") { try clipWeights(of: model, to: bound) }
    }
    expectClose(model.weight.value, Tensor(rows: [[1, 2]]), "a refusal must not change the model")
  }

  func test2_ByHand() throws {
    let real = Tensor([1, 2, 6]).tracked()
    let fake = Tensor([0, -1]).tracked()
    let critic = try criticLoss(real: real, fake: fake)
    expectClose(
      critic.onlyNumber, -3.5,
      "mean f(fake) − mean f(real) = −½ − 3; 3.5 is what the critic maximises: its loss has the other sign, "
        + "−10 sums where means belong")
    let slopes = grad(of: critic, wrt: [real, fake])
    expectClose(slopes[0], .full(-1 / 3, [3]), "descending must push f(real) up: slope −1/B for each real sample")
    expectClose(slopes[1], .full(0.5, [2]), "descending must push f(fake) down: slope 1/B′ for each fake sample")

    let samples = Tensor([4, -1, 3, 2]).tracked()
    let generator = try generatorLoss(fake: samples)
    expectClose(generator.onlyNumber, -2, "−mean f(fake): the generator wants f high where its samples are")
    expectClose(
      grad(of: generator, wrt: [samples])[0], .full(-0.25, [4]),
      "descending must push f(fake) up, every sample as hard as any other: −1/B")
  }

  func test3_OnlyDifferencesCount() throws {
    for (name, real, fake) in randomValues() {
      let loss = try criticLoss(real: real, fake: fake)
      let lifted = try criticLoss(real: real + 100, fake: fake + 100)
      expectClose(
        lifted.onlyNumber, loss.onlyNumber, absolute: 1e-3,
        "f + 100 must have the same loss as f, \(name): is there a sigmoid or a logarithm? f is no probability")
      let steeper = try criticLoss(real: real * 200, fake: fake * 200)
      expectClose(
        steeper.onlyNumber, 200 * loss.onlyNumber, relative: 1e-4, absolute: 1e-2,
        "200·f must have 200 times the loss of f, \(name): nothing may saturate")
      let swapped = try criticLoss(real: fake, fake: real)
      expectClose(
        swapped.onlyNumber, -loss.onlyNumber, absolute: 1e-5, "real and fake swapped must turn the sign, \(name)")
      let generator = try generatorLoss(fake: fake)
      expectClose(
        generator.onlyNumber, -fake.scalars.reduce(0) { $0 + Double($1) } / Double(fake.dim(0)),
        relative: 1e-4, absolute: 1e-5, "the generator's loss is −mean f(fake), \(name)")
    }
  }

  /// Batches of unequal sizes.
  private func randomValues() -> [(name: String, real: Tensor, fake: Tensor)] {
    (1...4).map { index in
      var rng = stream("values \(index)")
      return (
        "batch \(index)", .normal([3 * index], using: &rng) + 1, .normal([2 + 5 * index], using: &rng)
      )
    }
  }

  func test4_EveryParameterIsClipped() throws {
    var rng = stream("clip")
    let model = Block(using: &rng)
    let before = model.stateDictionary()
    try clipWeights(of: model, to: 0.1)
    let after = model.stateDictionary()
    for (key, value) in before where key != "table" {
      let isBias = key.hasSuffix("bias")
      expectClose(
        after[key] ?? value, clamp(value, -0.1, 0.1), absolute: 1e-7,
        "\(key) must be moved into [−0.1, 0.1], number by number"
          + (isBias ? ": biases are clipped too" : ", not scaled, and on both sides"))
    }
    expectClose(
      after["table"] ?? .zeros([2]), Tensor([5, -5]), "what isn't trainable is no weight of the critic: leave it alone")
    let twice = after
    try clipWeights(of: model, to: 0.1)
    for (key, value) in twice {
      expectClose(model.stateDictionary()[key] ?? value, value, "clipping twice must change nothing more")
    }
    let (_, gradients) = valueAndGrad(model) { square(model.output(Tensor.ones([4, 3]))).mean() }
    expectEqual(
      gradients.keys.count, model.trainableParameters().count, "clipped parameters must still be trainable")
  }

  /// Weights and biases beyond any small bound, and a table that training never moves.
  private final class Block: Module {
    let first: Linear
    let second: Linear
    let table = Parameter(Tensor([5, -5]), isTrainable: false)

    init(using rng: inout RandomStream) {
      first = Linear(inputDimensions: 3, outputDimensions: 4, using: &rng)
      second = Linear(inputDimensions: 4, outputDimensions: 1, using: &rng)
      super.init()
    }

    func output(_ x: Tensor) -> Tensor { second(tanh(first(x))) }
  }

  func test5_AfterTheStep() throws {
    let critic = LinearCritic([0.5, -0.5], bias: 0.02)
    let gradients = Gradients([("weight", Tensor(rows: [[10, -0.5]])), ("bias", Tensor([0.1]))])
    try updateAndClip(critic, gradients: gradients, optimizer: SGD(learningRate: 1), to: 0.1)
    expectClose(
      critic.weight.value, Tensor(rows: [[-0.1, 0]]), absolute: 1e-6,
      "first the optimizer's step, to [−9.5, 0], then the clipping: a critic clipped before the step leaves it with "
        + "weights out of bounds")
    expectClose(
      critic.bias.value, Tensor([-0.08]), absolute: 1e-6, "a number within the bounds stays where the step put it")
    try expectRefusal("a bound of 0") {
      try updateAndClip(critic, gradients: gradients, optimizer: SGD(learningRate: 1), to: 0)
    }
  }

  func test6_AgainstPyTorch() throws {
    struct Content: Decodable {
      let critic, after: [String: TensorRecord]
      let real, fake: TensorRecord
      let learningRate, bound: Double
      let losses: [Double]
    }
    let content: Content = try Fixture.load("clipping", from: .module)
    var rng = stream("unused")
    let critic = MLP(dimensions: [2, 4, 1], activation: { tanh($0) }, using: &rng)
    try critic.load(content.critic.tensors)
    let optimizer = RMSProp(learningRate: content.learningRate)
    for (step, known) in content.losses.enumerated() {
      let (loss, gradients) = try valueAndGrad(critic) {
        try criticLoss(
          real: critic(content.real.tensor).squeezed(axis: 1), fake: critic(content.fake.tensor).squeezed(axis: 1)
        ).anchored(in: critic)
      }
      expectClose(
        loss.onlyNumber, known, relative: 1e-3, absolute: 1e-4, "PyTorch's loss before step \(step + 1) is another")
      try updateAndClip(critic, gradients: gradients, optimizer: optimizer, to: content.bound)
    }
    for (key, value) in content.after {
      expectClose(
        critic.stateDictionary()[key] ?? .zeros([1]), value.tensor, relative: 1e-3, absolute: 1e-4,
        "PyTorch has another \(key) after three steps of RMSProp with clipping")
    }
  }
}
