import NeuralNetworks
import Tensors
import XCTest

/// Layers that remember something from call to call, against PyTorch: outputs, first and second derivatives, and what they remember.
final class NormalizationTests: XCTestCase {
  private var rng = RandomStream(seed: 1)

  private func check(_ name: String, _ model: any UnaryLayer) throws {
    let fixture = try Fixture("normalization.safetensors")
    try model.load(fixture.part("\(name)/before."))
    for call in ["first", "second", "evaluation"] {
      model.isTraining = call != "evaluation"
      let title = "\(name), \(call)"
      let part = fixture.part("\(name)/\(call)/")
      func want(_ key: String) throws -> Tensor { try XCTUnwrap(part[key], key) }
      let x = try want("x").tracked()
      let seed = try want("seed")
      let before = model.stateDictionary()

      // The penalty on the gradient first, from the same memory: a call in training changes it.
      var ofInput: Tensor?
      let (penalty, second) = valueAndGrad(model) {
        let slope = grad(of: model(x), wrt: [x], seed: seed, createGraph: true)[0]
        let penalty = square(slope).sum()
        ofInput = grad(of: penalty, wrt: [x])[0]
        return penalty
      }
      try expectClose(penalty, want("penalty"), "\(title) penalty")
      try expectClose(
        XCTUnwrap(ofInput), want("penaltyGradient.input"), absolute: 2e-4, "\(title) penalty's input gradient")
      for key in second.keys {
        try expectClose(
          XCTUnwrap(second[key]), want("penaltyGradient.\(key)"), absolute: 2e-4,
          "\(title) penalty's gradient of \(key)")
      }

      try model.load(before)
      let (_, gradients) = valueAndGrad(model) {
        let y = model(x)
        if let wanted = part["output"] { expectClose(y.detached(), wanted, "\(title) output") }
        if let wanted = part["gradient.input"] {
          expectClose(grad(of: y, wrt: [x], seed: seed)[0], wanted, absolute: 2e-6, "\(title) gradient of the input")
        }
        return (y * seed).sum()
      }
      XCTAssertEqual(
        Set(gradients.keys.map { "gradient.\($0)" } + ["gradient.input"]),
        Set(part.keys.filter { $0.hasPrefix("gradient.") }))
      for key in gradients.keys {
        try expectClose(
          XCTUnwrap(gradients[key]), want("gradient.\(key)"), absolute: 2e-6, "\(title) gradient of \(key)")
      }
      let after = fixture.part("\(name)/\(call)/after.")
      XCTAssertEqual(Set(after.keys), Set(model.stateDictionary().keys))
      for (key, value) in model.stateDictionary() { expectClose(value, after[key]!, "\(title): \(key) afterwards") }
    }
  }

  func testBatchNorm() throws {
    try check("batchNorm", BatchNorm(dimensions: 3))
    try check("batchNormSequence", BatchNorm(dimensions: 3, momentum: 0.3))
    try check("batchNormImage", BatchNorm(dimensions: 3))
  }

  func testSpectralNorm() throws {
    try check("spectralLinear", SpectralNorm(Linear(inputDimensions: 5, outputDimensions: 3, using: &rng), using: &rng))
    let conv = Conv2d(inputChannels: 2, outputChannels: 3, kernelSize: 3, padding: 1, bias: false, using: &rng)
    try check("spectralConv", SpectralNorm(conv, iterations: 2, using: &rng))
  }

  func testLayerNorm() throws { try check("layerNorm", LayerNorm(dimensions: 6)) }

  /// A diagonal matrix shows its singular values: the normalized one's largest is 1.
  func testSpectralNormFindsTheLargestSingularValue() {
    let linear = Linear(inputDimensions: 3, outputDimensions: 3, bias: false, using: &rng)
    linear.weight.value = Tensor([0.5, 0, 0, 0, -4, 0, 0, 0, 1], shape: [3, 3])
    let layer = SpectralNorm(linear, using: &rng)
    for (got, want) in zip(layer.normalizedWeight().scalars, [0.125, 0, 0, 0, -1, 0, 0, 0, 0.25] as [Float]) {
      XCTAssertEqual(got, want, accuracy: 1e-5)
    }
  }

  func testEvaluationDoesNotDependOnTheBatchAndChangesNothing() {
    let layer = BatchNorm(dimensions: 4)
    for _ in 0..<3 { _ = layer(Tensor.normal([8, 4], using: &rng) * 3 + 1) }
    layer.isTraining = false
    let before = layer.stateDictionary().mapValues(\.scalars)
    let x = Tensor.normal([5, 4], using: &rng)
    XCTAssertEqual(layer(x)[2].scalars, layer(x.sliced(axis: 0, 2..<3))[0].scalars)
    XCTAssertEqual(layer.stateDictionary().mapValues(\.scalars), before)
    XCTAssertEqual(before["num_batches_tracked"], [3])
  }

  func testWhatIsNoWeightStaysFixed() {
    let model = Sequential([BatchNorm(dimensions: 2), Linear(inputDimensions: 2, outputDimensions: 1, using: &rng)])
    model.setTrainable(false)
    XCTAssertEqual(model.parameterCount, 0)
    model.setTrainable(true)
    XCTAssertEqual(model.trainableParameters().map(\.key), ["0.weight", "0.bias", "1.weight", "1.bias"])
  }
}
