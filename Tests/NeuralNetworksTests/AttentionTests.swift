import NeuralNetworks
import Tensors
import XCTest

/// Multi-head attention, the transformer block and the language model against PyTorch, and decoding against itself.
final class AttentionTests: XCTestCase {
  private var rng = RandomStream(seed: 1)

  /// Output, input gradients and parameter gradients of one case of attention.safetensors.
  private func check(
    _ name: String, _ model: Module, inputs names: [String] = ["x"], _ apply: ([Tensor], Fixture) -> Tensor
  ) throws {
    let fixture = try Fixture("attention.safetensors")
    try model.load(fixture.part("\(name)/parameter."))
    let inputs = names.map { fixture["\(name)/input.\($0)"].tracked() }
    let seed = fixture["\(name)/seed"]
    var inputGradients: [Tensor] = []
    let (_, gradients) = valueAndGrad(model) {
      let y = apply(inputs, fixture)
      expectClose(y.detached(), fixture["\(name)/output"], "\(name) output")
      inputGradients = grad(of: y, wrt: inputs, seed: seed)
      return (y * seed).sum()
    }
    for (input, gradient) in zip(names, inputGradients) {
      expectClose(gradient, fixture["\(name)/gradient.input.\(input)"], "\(name) gradient of input \(input)")
    }
    let wanted = fixture.part("\(name)/gradient.parameter.")
    XCTAssertEqual(Set(gradients.keys), Set(wanted.keys), "\(name): which parameters have gradients")
    for (key, gradient) in wanted {
      try expectClose(XCTUnwrap(gradients[key]), gradient, absolute: 1e-6, "\(name) gradient of \(key)")
    }
  }

  func testMultiHeadAttention() throws {
    let layer = MultiHeadAttention(dimensions: 6, headCount: 3, using: &rng)
    try check("multiHead", layer) { x, _ in layer(x[0]) }
    try check("multiHeadCausal", layer) { x, _ in layer(x[0], mask: .causal) }
    try check("multiHeadAdded", layer) { x, f in layer(x[0], mask: .added(f["multiHeadAdded/bias"])) }
    try check("multiHeadAllowed", layer) { x, f in layer(x[0], mask: .allowed(f["multiHeadAllowed/readable"])) }
    try check("multiHeadCross", layer, inputs: ["x", "context"]) { x, _ in layer(x[0], context: x[1]) }
    let plain = MultiHeadAttention(dimensions: 6, headCount: 2, bias: false, using: &rng)
    try check("multiHeadNoBias", plain) { x, _ in plain(x[0]) }
  }

  func testTransformerBlock() throws {
    let block = TransformerBlock(dimensions: 6, headCount: 3, hiddenDimensions: 10, using: &rng)
    try check("block", block) { x, _ in block(x[0], mask: .causal) }
  }

  /// ‖∂⟨seed, attention⟩/∂x‖² and its gradients, which need the second derivatives.
  func testAPenaltyOnTheGradientOfAttention() throws {
    let fixture = try Fixture("attention.safetensors")
    let layer = MultiHeadAttention(dimensions: 6, headCount: 3, using: &rng)
    try layer.load(fixture.part("multiHeadPenalty/parameter."))
    let x = fixture["multiHeadPenalty/input.x"].tracked()
    func penalty() -> Tensor {
      let y = layer(x, mask: .causal)
      return square(grad(of: y, wrt: [x], seed: fixture["multiHeadPenalty/seed"], createGraph: true)[0]).sum()
    }
    let (value, gradients) = valueAndGrad(layer, penalty)
    expectClose(value, fixture["multiHeadPenalty/output"], "penalty")
    expectClose(
      grad(of: penalty(), wrt: [x])[0], fixture["multiHeadPenalty/gradient.input.x"], "penalty's gradient of x")
    for (key, want) in fixture.part("multiHeadPenalty/gradient.parameter.") {
      try expectClose(XCTUnwrap(gradients[key]), want, absolute: 1e-5, "penalty's gradient of \(key)")
    }
  }

  func testTransformer() throws {
    let fixture = try Fixture("attention.safetensors")
    let model = Transformer(
      vocabularySize: 7, contextLength: 6, dimensions: 8, headCount: 2, layerCount: 2, using: &rng)
    try model.load(fixture.part("transformer/parameter."))
    let numbers = fixture["transformer/tokens"].scalars.map { Int($0) }
    let tokens = (0..<3).map { Array(numbers[$0 * 6..<($0 + 1) * 6]) }
    let targets = fixture["transformer/targets"].scalars.map { Int($0) }
    let (loss, gradients) = valueAndGrad(model) {
      let logits = model(tokens)
      expectClose(logits.detached(), fixture["transformer/logits"], "logits")
      return crossEntropy(logits, targets: targets)
    }
    expectClose(loss, fixture["transformer/loss"], "loss")
    let wanted = fixture.part("transformer/gradient.parameter.")
    XCTAssertEqual(Set(gradients.keys), Set(wanted.keys))
    for (key, gradient) in wanted {
      try expectClose(XCTUnwrap(gradients[key]), gradient, absolute: 1e-7, "gradient of \(key)")
    }
  }

  func testDecodingWithACacheEqualsTheWholePass() {
    let model = Transformer(
      vocabularySize: 11, contextLength: 40, dimensions: 24, headCount: 3, layerCount: 3, using: &rng)
    for (_, parameter) in model.parameters() where parameter.shape.count == 1 {
      parameter.value = parameter.value + Tensor.normal(parameter.shape, using: &rng) * 0.1
    }
    let sequences = (0..<3).map { _ in (0..<40).map { _ in rng.integer(below: 11) } }
    let whole = model(sequences)
    for beginning in [1, 7, 33] {
      var cache = model.makeCache()
      var rows = [model(next: sequences.map { Array($0[..<beginning]) }, cache: &cache)]
      XCTAssertEqual(cache.count, beginning)
      var branch: Transformer.Cache?
      for t in beginning..<40 {
        if t == 35 { branch = cache }
        rows.append(model(next: sequences.map { [$0[t]] }, cache: &cache))
      }
      expectClose(concatenated(rows, axis: 1), whole, relative: 1e-5, "decoding from \(beginning)")
      // A copy of the cache is a memory of its own: what came after does not show in it.
      let again = model(next: sequences.map { [$0[35]] }, cache: &branch!)
      expectClose(again, whole.sliced(axis: 1, 35..<36), relative: 1e-5, "decoding again from 35")
    }
  }

  /// Block diffusion's mask: every position reads its own block and those before it. With a cache the blocks come one by one.
  func testBlocksOfACacheEqualABlockCausalMask() {
    let (count, length, block) = (2, 12, 3)
    let layers = (0..<2).map { _ in TransformerBlock(dimensions: 8, headCount: 2, using: &rng) }
    let x = Tensor.normal([count, length, 8], using: &rng)
    let allowed = Tensor(
      (0..<length).flatMap { i in (0..<length).map { j in j / block <= i / block ? 1 : 0 } as [Float] },
      shape: [length, length])
    let whole = withoutGrad { layers.reduce(x) { $1($0, mask: .allowed(allowed)) } }
    var caches = layers.map { _ in KeyValueCache(capacity: length) }
    let parts = withoutGrad {
      stride(from: 0, to: length, by: block).map { start in
        layers.indices.reduce(x.sliced(axis: 1, start..<start + block)) { h, index in
          layers[index](h, cache: &caches[index], isCausal: false)
        }
      }
    }
    expectClose(concatenated(parts, axis: 1), whole, relative: 1e-5, "block by block")
  }

  func testAModelWithoutACausalMaskReadsAllPositions() {
    for isCausal in [true, false] {
      let model = Transformer(
        vocabularySize: 5, contextLength: 4, dimensions: 8, headCount: 2, layerCount: 1, isCausal: isCausal, using: &rng
      )
      let (a, b) = (model([[0, 1, 2, 3]]), model([[0, 1, 2, 4]]))
      let first = a.sliced(axis: 1, 0..<3).scalars == b.sliced(axis: 1, 0..<3).scalars
      XCTAssertEqual(first, isCausal, "the last token shows in earlier rows only without the mask")
    }
  }

  func testATransformerLearnsToRepeat() {
    let model = Transformer(
      vocabularySize: 6, contextLength: 8, dimensions: 16, headCount: 2, layerCount: 2, dropout: 0.05, using: &rng)
    let optimizer = AdamW(learningRate: 1e-2)
    var loss: Float = 0
    for _ in 0..<150 {
      // Four random tokens, then the same again: the second half can be known from the first only through attention.
      let batch = (0..<16).map { _ -> [Int] in
        let half = (0..<4).map { _ in rng.integer(below: 6) }
        return half + half
      }
      let (value, gradients) = valueAndGrad(model) {
        let logits = model(batch.map { Array($0.dropLast()) }, using: &rng).sliced(axis: 1, 3..<7)
        return crossEntropy(logits, targets: batch.flatMap { $0[4...] })
      }
      optimizer.update(model, gradients: gradients)
      loss = value.item()
    }
    XCTAssertLessThan(loss, 0.3, "chance is ln 6 = 1.79")
  }

  func testDropout() {
    let layer = Dropout(probability: 0.25)
    let x = Tensor.ones([200, 100]).tracked()
    var (a, b) = (RandomStream(seed: 3), RandomStream(seed: 3))
    let y = layer(x, using: &a)
    XCTAssertEqual(y.scalars, layer(x, using: &b).scalars, "the stream decides the mask")
    XCTAssertEqual(Set(y.scalars), [0, 1 / 0.75])
    XCTAssertEqual(Double(y.scalars.filter { $0 == 0 }.count) / 20_000, 0.25, accuracy: 0.01)
    XCTAssertEqual(grad(of: y, wrt: [x])[0].scalars, y.scalars, "the gradient has the same mask")
    layer.isTraining = false
    XCTAssertEqual(layer(x, using: &a).scalars, x.scalars)
    XCTAssertEqual(a, b, "evaluation draws nothing")
  }
}
