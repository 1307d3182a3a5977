import Chapter03VQGAN
import Datasets
import ExerciseTesting
import NeuralNetworks
import Tensors

/// A small φ: two layers, both of which are looked at.
private final class TwoLayers: Module {
  let first: Linear
  let second: Linear

  init(using rng: inout RandomStream) {
    first = Linear(inputDimensions: 4, outputDimensions: 6, using: &rng)
    second = Linear(inputDimensions: 6, outputDimensions: 3, using: &rng)
    super.init()
  }

  func features(_ x: Tensor) -> [Tensor] {
    let hidden = tanh(first(x))
    return [hidden, tanh(second(hidden))]
  }
}

final class Exercise3_8_PerceptualLoss: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let network = TwoLayers(using: &rng)
    let x = Tensor.normal([5, 4], using: &rng)
    let loss = try perceptualLoss(
      .normal([5, 4], using: &rng), x, network: network, features: { network.features($0) })
    expectShape(loss, [], "a loss is one number")
    expect(loss.onlyNumber > 0, "a distance is positive")
    let none = try perceptualLoss(x, x, network: network, features: { network.features($0) })
    expectEqual(none.onlyNumber, 0, "equal pictures have the distance 0")
    try expectRefusal("pictures of another shape") {
      _ = try perceptualLoss(x, .ones([4, 4]), network: network, features: { network.features($0) })
    }
    try expectRefusal("an empty batch") {
      _ = try perceptualLoss(.zeros([0, 4]), .zeros([0, 4]), network: network, features: { network.features($0) })
    }
  }

  func test2_ByHand() throws {
    var rng = stream("unused")
    let network = TwoLayers(using: &rng)
    // Of x: the numbers themselves, and their sum. Differences are 1 and −2, and their sum −1.
    let loss = try perceptualLoss(
      Tensor(rows: [[3, 1]]), Tensor(rows: [[2, 3]]), network: network,
      features: { [$0, $0.sum(axis: 1, keepDims: true)] })
    expectClose(
      loss.onlyNumber, 3.5,
      "(1 + 4)/2 of the first layer and 1/1 of the second. 6 divides by nothing, 1.75 takes the mean of the layers, 2.5 "
        + "leaves the second out")
  }

  func test3_EveryLayerCounts() throws {
    var rng = stream("layers")
    let network = TwoLayers(using: &rng)
    let (x, y) = (Tensor.normal([3, 4], using: &rng), Tensor.normal([3, 4], using: &rng))
    let plain = try perceptualLoss(y, x, network: network, features: { [$0] })
    let wide = try perceptualLoss(
      y, x, network: network, features: { [concatenated([$0, $0, $0, $0], axis: 1)] })
    expectClose(
      wide.onlyNumber, plain.onlyNumber, relative: 1e-4,
      "the same numbers four times in a layer are not more difference: divide by the layer's size C·H·W")
    let twice = try perceptualLoss(y, x, network: network, features: { [$0, $0] })
    expectClose(twice.onlyNumber, 2 * plain.onlyNumber, relative: 1e-4, "the layers' distances are added up")
    let batch = try perceptualLoss(
      concatenated([y, y], axis: 0), concatenated([x, x], axis: 0), network: network, features: { [$0] })
    expectClose(
      batch.onlyNumber, plain.onlyNumber, relative: 1e-4,
      "the same batch twice: a loss is a mean over the batch, not a sum")
  }

  func test4_PhiStaysAsItIs() throws {
    struct Stumbled: Error {}
    var rng = stream("phi")
    let network = TwoLayers(using: &rng)
    let decoder = Linear(inputDimensions: 4, outputDimensions: 4, using: &rng)
    let (x, z) = (Tensor.normal([3, 4], using: &rng), Tensor.normal([3, 4], using: &rng))
    let before = network.stateDictionary().mapValues(\.scalars)

    // As it happens when φ is among the models that are differentiated: its weights are leaves of the graph.
    var isPutBack = false
    var isPutBackAfterAnError = false
    let (_, gradients) = try valueAndGrad([network, decoder]) {
      let loss = try perceptualLoss(decoder(z), x, network: network, features: { network.features($0) })
      isPutBack = network.first.weight.value.isTracked && network.second.weight.value.isTracked
      do {
        _ = try perceptualLoss(decoder(z), x, network: network, features: { _ in throw Stumbled() })
      } catch is Stumbled {
        isPutBackAfterAnError = network.first.weight.value.isTracked
      }
      return loss + decoder.weight.value.sum() * 0  // so that there is a graph even if the loss has none
    }
    for key in gradients[0].keys {
      let size = gradients[0][key].map { square($0).sum().onlyNumber } ?? 0
      expectEqual(
        size, 0, "a gradient reaches φ's \(key): detach φ's weights, or it learns to find all pictures alike")
    }
    let size = gradients[1]["weight"].map { square($0).sum().onlyNumber } ?? 0
    expect(size > 0, "no gradient comes through φ to the decoder: φ(x̂) must not be computed within withoutGrad")
    expect(isPutBack, "afterwards φ's weights must be what they were, leaves of the graph: put every value back")
    expect(isPutBackAfterAnError, "φ's weights must be put back also when `features` throws: use defer")
    expectEqual(network.stateDictionary().mapValues(\.scalars), before, "φ's numbers must not change")
  }

  func test5_GradientReachesTheReconstruction() throws {
    var rng = stream("gradient")
    let network = TwoLayers(using: &rng)
    let (x, y) = (Tensor.normal([2, 4], using: &rng).tracked(), Tensor.normal([2, 4], using: &rng).tracked())
    let loss = try perceptualLoss(y, x, network: network, features: { network.features($0) })
    let gradients = grad(of: loss, wrt: [y, x])
    let want = grad(
      of: zip(network.features(y), network.features(x.detached()))
        .reduce(Tensor(0)) { $0 + square($1.0 - $1.1).mean() },
      wrt: [y])[0]
    expectClose(
      gradients[0], want, relative: 1e-3, absolute: 1e-6,
      "the gradient for x̂ must come through φ: zeros mean that x̂ or φ(x̂) was detached")
    expectClose(gradients[1], .zeros([2, 4]), "the picture is the target: no gradient goes there")
    expect(square(gradients[0]).sum().onlyNumber > 0, "the reconstruction must feel the loss")
  }

  func test6_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let shapes: [[Int]]
        let `true`, made, gradients: [[Double]]
        let loss: Double
      }
      struct Classifier: Decodable {
        let x, made: [[Double]]
        let parts: [Double]
        let gradientNorm: Double
      }
      let cases: [Case]
      let classifier: Classifier
    }
    let content: Content = try Fixture.load("perceptual", from: .module)
    var rng = stream("unused")
    let network = TwoLayers(using: &rng)
    for known in content.cases {
      let wanted = zip(known.true, known.shapes).map { Tensor($0, shape: $1) }
      let made = zip(known.made, known.shapes).map { Tensor($0, shape: $1).tracked() }
      let batch = known.shapes[0][0]
      let loss = try perceptualLoss(
        .ones([batch, 1]), .zeros([batch, 1]), network: network, features: { $0.scalars[0] == 1 ? made : wanted })
      expectClose(
        loss.onlyNumber, known.loss, relative: 1e-4, "PyTorch's Σ mse_loss over layers of shapes \(known.shapes)")
      for (got, (want, shape)) in zip(grad(of: loss, wrt: made), zip(known.gradients, known.shapes)) {
        expectClose(
          got, Tensor(want, shape: shape), relative: 1e-4, absolute: 1e-6, "PyTorch's gradient, layer \(shape)")
      }
    }

    let classifier = try DigitClassifier.trained()
    func pictures(_ rows: [[Double]]) -> Tensor { Tensor(rows: rows).reshaped([rows.count, 1, 28, 28]) }
    let made = pictures(content.classifier.made).tracked()
    let loss = try perceptualLoss(
      made, pictures(content.classifier.x), network: classifier, features: { classifier.featureMaps($0) })
    expectClose(
      loss.onlyNumber, content.classifier.parts.prefix(3).reduce(0, +), relative: 1e-3,
      "the course's classifier, rebuilt in PyTorch, sees another distance between two strokes")
    let length = square(grad(of: loss, wrt: [made])[0]).sum().onlyNumber.squareRoot()
    expectClose(length, content.classifier.gradientNorm, relative: 1e-2, "the length of the gradient for the picture")
  }
}
