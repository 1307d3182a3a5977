import NeuralNetworks
import Tensors
import XCTest

/// The generator and the discriminator of small pictures against PyTorch, and what makes a gradient penalty on the latter legal.
final class ConvolutionalGANTests: XCTestCase {
  private var rng = RandomStream(seed: 1)

  private func check(
    _ name: String, _ model: Module, isPenalized: Bool = false, _ apply: (Tensor, [Int]) -> Tensor
  ) throws {
    let fixture = try Fixture("convolutional-gan.safetensors").part("\(name)/")
    func want(_ key: String) throws -> Tensor { try XCTUnwrap(fixture[key], "\(name): \(key)") }
    let prefix = "before."
    let weights = fixture.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
    try model.load(Dictionary(uniqueKeysWithValues: weights))
    model.isTraining = false
    let labels = [2, 0, 1, 2]
    let x = try want("x").tracked()
    let seed = try want("seed")
    var ofInput: Tensor?
    let (_, gradients) = try valueAndGrad(model) {
      let y = apply(x, labels)
      expectClose(y.detached(), try want("output"), "\(name) output")
      ofInput = grad(of: y, wrt: [x], seed: seed)[0]
      return (y * seed).sum()
    }
    try expectClose(XCTUnwrap(ofInput), want("gradient.input"), "\(name) gradient of the input")
    XCTAssertEqual(
      Set(gradients.keys.map { "gradient.parameter.\($0)" } + ["gradient.input"]),
      Set(fixture.keys.filter { $0.hasPrefix("gradient.") }))
    for key in gradients.keys {
      try expectClose(
        XCTUnwrap(gradients[key]), want("gradient.parameter.\(key)"), absolute: 1e-6, "\(name) gradient of \(key)")
    }
    guard isPenalized else { return }
    let (penalty, second) = valueAndGrad(model) {
      square(grad(of: apply(x, labels).sum(), wrt: [x], createGraph: true)[0]).sum()
    }
    try expectClose(penalty, want("penalty"), "\(name) penalty")
    for key in second.keys {
      try expectClose(
        XCTUnwrap(second[key]), want("penaltyGradient.parameter.\(key)"), absolute: 1e-6,
        "\(name) penalty's gradient of \(key)")
    }
  }

  func testGenerator() throws {
    let generator = ConvolutionalGenerator(
      latentDimensions: 3, classCount: 3, channels: (16, 16), imageChannels: 2, imageSize: 8, using: &rng)
    try check("generator", generator) { generator($0, labels: $1) }
  }

  func testDiscriminator() throws {
    for (name, isSpectrallyNormalized) in [("discriminator", false), ("spectral", true)] {
      let discriminator = ConvolutionalDiscriminator(
        classCount: 3, channels: (4, 6), imageChannels: 2, imageSize: 8,
        isSpectrallyNormalized: isSpectrallyNormalized, using: &rng)
      try check(name, discriminator, isPenalized: true) { discriminator($0, labels: $1) }
    }
  }

  func testStandardSizes() {
    let generator = ConvolutionalGenerator(using: &rng)
    let discriminator = ConvolutionalDiscriminator(using: &rng)
    let z = generator.noise(2, using: &rng)
    XCTAssertEqual(z.shape, [2, 64])
    let pictures = withoutGrad { generator(z) }
    XCTAssertEqual(pictures.shape, [2, 1, 28, 28])
    XCTAssertTrue(pictures.scalars.allSatisfy { abs($0) <= 1 })
    XCTAssertEqual(discriminator(pictures).shape, [2])
    XCTAssertFalse(generator.parameters().contains { $0.key.hasPrefix("maps") }, "no classes, no maps")
    XCTAssertFalse(discriminator.parameters().contains { $0.key.hasPrefix("classes") })
  }

  /// A picture's logit does not depend on the pictures beside it: or else ∂D(x₁)/∂x₂ would not be 0, and a gradient penalty on single pictures would
  /// be another thing than it says.
  func testEveryPictureIsJudgedAlone() {
    let generator = ConvolutionalGenerator(classCount: 10, using: &rng)
    let discriminator = ConvolutionalDiscriminator(classCount: 10, using: &rng)
    let z = generator.noise(3, using: &rng)
    let x = withoutGrad { generator(z, labels: [4, 1, 9]) }.tracked()
    let logits = discriminator(x, labels: [4, 1, 9])
    let slope = grad(of: logits, wrt: [x], seed: Tensor([0, 1, 0], shape: [3]))[0]
    let sizes = square(slope).sum(axes: [1, 2, 3]).scalars
    XCTAssertEqual(sizes[0], 0)
    XCTAssertGreaterThan(sizes[1], 0)
    XCTAssertEqual(sizes[2], 0)
    for i in 0..<3 {
      let alone = withoutGrad { generator(z.sliced(axis: 0, i..<i + 1), labels: [[4, 1, 9][i]]) }
      expectClose(alone, x.detached().sliced(axis: 0, i..<i + 1), relative: 1e-5, "picture \(i) made alone")
    }
  }

  /// With spectral normalization no layer stretches anything by more than 1, as far as the power method has come; leaky ReLU does not stretch, and a
  /// convolution's matrix [out, in·16] meets a pixel of the layer below at most 4 times (stride 2, kernel 4): so |D(x) − D(y)| ≤ 2 · 2 · ‖x − y‖.
  func testSpectralNormalizationBoundsTheSlope() {
    let discriminator = ConvolutionalDiscriminator(isSpectrallyNormalized: true, using: &rng)
    for (_, parameter) in discriminator.trainableParameters() { parameter.value = parameter.value * 30 }
    discriminator.isTraining = true
    let x = Tensor.normal([8, 1, 28, 28], using: &rng)
    for _ in 0..<20 { _ = discriminator(x) }
    discriminator.isTraining = false
    let tracked = x.tracked()
    let slope = grad(of: discriminator(tracked).sum(), wrt: [tracked])[0]
    let largest = square(slope).sum(axes: [1, 2, 3]).max().item().squareRoot()
    XCTAssertLessThan(largest, 4)
    XCTAssertGreaterThan(largest, 0)
  }
}
