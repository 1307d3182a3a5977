import NeuralNetworks
import Tensors
import XCTest

/// Every layer against PyTorch: output, gradients of the inputs and of every parameter.
final class LayerTests: XCTestCase {
  private var rng = RandomStream(seed: 1)

  private func check(
    _ prefix: String, _ model: Module, in file: String = "layers.safetensors", inputs names: [String] = ["x"],
    _ apply: ([Tensor]) -> Tensor
  ) throws {
    let fixture = try Fixture(file)
    try model.load(fixture.part("\(prefix)/parameter."))
    let inputs = names.map { fixture["\(prefix)/input.\($0)"].tracked() }
    let seed = fixture["\(prefix)/seed"]
    var output: Tensor?
    var inputGradients: [Tensor] = []
    let hasGradients = model.parameterCount > 0
    func body() -> Tensor {
      let y = apply(inputs)
      output = y.detached()
      let reached = names.indices.filter { fixture.tensors["\(prefix)/gradient.input.\(names[$0])"] != nil }
      inputGradients = reached.isEmpty ? [] : grad(of: y, wrt: reached.map { inputs[$0] }, seed: seed)
      return (y * seed).sum()
    }
    var gradients: Gradients?
    if hasGradients { gradients = valueAndGrad(model, body).gradients } else { _ = body() }
    try expectClose(XCTUnwrap(output), fixture["\(prefix)/output"], "\(prefix) output")
    let withGradient = names.filter { fixture.tensors["\(prefix)/gradient.input.\($0)"] != nil }
    for (name, gradient) in zip(withGradient, inputGradients) {
      expectClose(gradient, fixture["\(prefix)/gradient.input.\(name)"], "\(prefix) gradient of input \(name)")
    }
    let wanted = fixture.part("\(prefix)/gradient.parameter.")
    XCTAssertEqual(Set(gradients?.keys ?? []), Set(wanted.keys), "\(prefix): which parameters have gradients")
    // The gradient of a key's bias is zero in exact arithmetic (softmax does not see a constant): only rounding is left of it, so the whole
    // parameter is measured by its largest entry, as everywhere here.
    for (key, gradient) in wanted {
      try expectClose(
        XCTUnwrap(gradients?[key]), gradient, absolute: 1e-6, "\(prefix) gradient of \(key)")
    }
  }

  func testLinear() throws {
    let linear = Linear(inputDimensions: 5, outputDimensions: 3, using: &rng)
    try check("linear", linear) { linear($0[0]) }
    try check("linearSequence", linear) { linear($0[0]) }
    let plain = Linear(inputDimensions: 5, outputDimensions: 3, bias: false, using: &rng)
    try check("linearNoBias", plain) { plain($0[0]) }
  }

  func testConvolution() throws {
    let conv = Conv2d(inputChannels: 3, outputChannels: 4, kernelSize: 3, padding: 1, using: &rng)
    try check("conv", conv) { conv($0[0]) }
    let strided = Conv2d(inputChannels: 3, outputChannels: 4, kernelSize: 3, stride: 2, padding: 1, using: &rng)
    try check("convStrided", strided) { strided($0[0]) }
    let grouped = Conv2d(
      inputChannels: 4, outputChannels: 6, kernelSize: 3, padding: 1, groups: 2, bias: false, using: &rng)
    try check("convGrouped", grouped) { grouped($0[0]) }
  }

  func testNormalization() throws {
    let group = GroupNorm(groupCount: 2, dimensions: 6)
    try check("groupNorm", group) { group($0[0]) }
    let layer = LayerNorm(dimensions: 6)
    try check("layerNorm", layer) { layer($0[0]) }
  }

  func testEmbedding() throws {
    let table = Embedding(embeddingCount: 5, dimensions: 3, using: &rng)
    try check("embedding", table) { table($0[0].scalars.map { Int($0) }) }
  }

  func testAttention() throws {
    let sequence = SelfAttention(dimensions: 6, headCount: 3, using: &rng)
    try check("attentionSequence", sequence) { sequence($0[0]) }
    let image = SelfAttention(dimensions: 8, headCount: 2, using: &rng)
    try check("attentionImage", image) { image($0[0]) }
  }

  func testResidualBlock() throws {
    let block = ResidualBlock(inputChannels: 4, outputChannels: 6, embeddingDimensions: 5, groupCount: 2, using: &rng)
    try check("residual", block, inputs: ["x", "e"]) { block($0[0], $0[1]) }
    let plain = ResidualBlock(inputChannels: 4, outputChannels: 4, embeddingDimensions: nil, groupCount: 2, using: &rng)
    try check("residualPlain", plain) { plain($0[0]) }
  }

  func testTimeEmbeddings() throws {
    let fourier = FourierEmbedding(dimensions: 8, using: &rng)
    try check("fourier", fourier, inputs: ["t"]) { fourier($0[0]) }
    let sinusoidal = SinusoidalEmbedding(dimensions: 8)
    try check("sinusoidal", sinusoidal, inputs: ["t"]) { sinusoidal($0[0]) }
  }

  /// An activation with a name is computed along with the layers: to the same bits as the function.
  func testMLPWithANamedActivation() {
    let x = Tensor.normal([40, 3], using: &rng)
    let pairs: [(Activation, (Tensor) -> Tensor)] = [
      (.relu, { relu($0) }), (.leakyReLU(slope: 0.3), { leakyReLU($0, slope: 0.3) }), (.tanh, { tanh($0) }),
    ]
    for (activation, function) in pairs {
      var (one, two) = (RandomStream(seed: 5), RandomStream(seed: 5))
      let models = [
        MLP(dimensions: [3, 20, 33, 2], activation: activation, using: &one),
        MLP(dimensions: [3, 20, 33, 2], activation: function, using: &two),
      ]
      let results = models.map { model -> [[UInt32]] in
        let (value, gradients) = valueAndGrad(model) { square(model(x)).mean() }
        return [value.scalars.map(\.bitPattern)] + gradients.keys.map { gradients[$0]!.scalars.map(\.bitPattern) }
      }
      XCTAssertTrue(results[0] == results[1], activation.summary)
      XCTAssertEqual(models[0].description, models[1].description)
    }
  }

  func testMLP() throws {
    let mlp = MLP(dimensions: [3, 8, 8, 2], using: &rng)
    try check("mlp", mlp) { mlp($0[0]) }
  }

  func testUNet() throws {
    let fixture = try Fixture("unet.safetensors")
    let unet = UNet(try fixture.configuration(), using: &rng)
    let labels = fixture["unet/input.labels"].scalars.map { Int($0) }
    try check("unet", unet, in: "unet.safetensors", inputs: ["x", "noise"]) {
      unet($0[0], noise: $0[1], labels: labels)
    }
  }

  func testUNetWithAllOtherOptions() throws {
    let fixture = try Fixture("unet-wide.safetensors")
    let unet = UNet(try fixture.configuration(), using: &rng)
    try check("unet", unet, in: "unet-wide.safetensors", inputs: ["x", "noise"]) { unet($0[0], noise: $0[1]) }
  }

  /// WGAN-GP's penalty needs the derivative of a gradient: against PyTorch, and against finite differences.
  func testGradientPenaltyThroughAnMLP() throws {
    let fixture = try Fixture("layers.safetensors")
    let critic = MLP(dimensions: [3, 8, 8, 1], using: &rng)
    try critic.load(fixture.part("penalty/parameter."))
    let points = fixture["penalty/input.x"]
    func penalty() -> Tensor {
      let x = points.tracked()
      let slope = grad(of: critic(x).sum(), wrt: [x], createGraph: true)[0]
      return square(sqrt(square(slope).sum(axis: 1) + 1e-12) - 1).mean()
    }
    let (value, gradients) = valueAndGrad(critic) { penalty() }
    expectClose(value, fixture["penalty/output"], "penalty")
    for key in gradients.keys {
      try expectClose(
        XCTUnwrap(gradients[key]), fixture["penalty/gradient.parameter.\(key)"], absolute: 1e-6,
        "penalty gradient of \(key)")
    }
    // Central differences along the gradient itself, in which direction P must rise by ‖g‖ per unit length.
    let norm = gradients.globalNorm
    XCTAssertGreaterThan(norm, 0.01, "a penalty that contributes nothing to the weights is the classic mistake")
    let start = critic.stateDictionary()
    func shifted(_ step: Double) throws -> Double {
      for (key, parameter) in critic.parameters() {
        parameter.value = start[key]! + gradients[key]! * Float(step / norm)
      }
      return Double(penalty().item())
    }
    let h = 1e-2
    let slope = try (shifted(h) - shifted(-h)) / (2 * h)
    XCTAssertEqual(slope, norm, accuracy: 2e-3 * norm)
  }

  /// PyTorch's default initialisation: uniform in ±1/√fanIn, so its variance is 1/(3 fanIn).
  func testInitialisation() {
    let linear = Linear(inputDimensions: 100, outputDimensions: 200, using: &rng)
    let weights = linear.weight.value.scalars
    XCTAssertLessThanOrEqual(weights.map { abs($0) }.max()!, 0.1)
    let variance = weights.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(weights.count)
    XCTAssertEqual(variance, 1.0 / 300, accuracy: 1.0 / 300 * 0.03)
    let conv = Conv2d(inputChannels: 16, outputChannels: 64, kernelSize: 3, using: &rng)
    XCTAssertLessThanOrEqual(conv.weight.value.scalars.map { abs($0) }.max()!, 1.0 / 12)
    XCTAssertGreaterThan(conv.weight.value.scalars.map { abs($0) }.max()!, 0.99 / 12)
    var (first, second) = (RandomStream(seed: 5), RandomStream(seed: 5))
    XCTAssertEqual(
      UNet(using: &first).stateDictionary().mapValues(\.scalars),
      UNet(using: &second).stateDictionary().mapValues(\.scalars), "the stream decides the weights")
  }

  func testFreshUNetIsZeroAndItsBlocksAreIdentities() {
    let unet = UNet(using: &rng)
    let x = Tensor.normal([2, 1, 28, 28], using: &rng)
    XCTAssertEqual(
      unet(x, noise: Tensor(Float(0.3)), labels: [1, unet.noClass]).scalars, Array(repeating: 0, count: 2 * 784))
    let block = ResidualBlock(inputChannels: 8, outputChannels: 8, embeddingDimensions: 4, using: &rng)
    let h = Tensor.normal([1, 8, 4, 4], using: &rng)
    XCTAssertEqual(block(h, .normal([1, 4], using: &rng)).scalars, h.scalars)
    XCTAssertLessThanOrEqual(unet.parameterCount, 370_000)
  }

  func testMapsOfAClass() throws {
    let unet = UNet(UNetConfiguration(mapSize: 7), using: &rng)
    XCTAssertLessThanOrEqual(unet.parameterCount, 370_000)
    let x = Tensor.normal([1, 1, 28, 28], using: &rng)
    var weights = unet.stateDictionary()
    XCTAssertEqual(weights["maps.weight"]?.shape, [11, 64 * 49])
    weights["head.weight"] = .normal([4, 32, 3, 3], using: &rng)
    weights["classes.weight"] = .zeros([11, 96])
    try unet.load(weights)
    func output(_ label: Int?) -> [Float] { unet(x, noise: Tensor(Float(0)), labels: label.map { [$0] }).scalars }
    XCTAssertEqual(output(3), output(5), "maps are zero at first")
    weights["maps.weight"] = .normal([11, 64 * 49], using: &rng)
    try unet.load(weights)
    XCTAssertNotEqual(output(3), output(5))
    XCTAssertEqual(output(nil), output(unet.noClass))
  }

  func testPatchesComeBack() {
    let x = Tensor.normal([2, 3, 4, 6], using: &rng)
    XCTAssertEqual(depthToSpace(spaceToDepth(x, 2), 2).scalars, x.scalars)
    let counting = Tensor.arange(16).reshaped([1, 1, 4, 4])
    XCTAssertEqual(spaceToDepth(counting, 2)[0][0].scalars, [0, 2, 8, 10])
    XCTAssertEqual(spaceToDepth(counting, 2)[0][3].scalars, [5, 7, 13, 15])
  }
}
