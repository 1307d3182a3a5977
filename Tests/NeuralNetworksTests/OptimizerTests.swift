import NeuralNetworks
import Tensors
import XCTest

final class OptimizerTests: XCTestCase {
  /// Five steps of each rule on a small perceptron, against PyTorch.
  func testFiveStepsOfEveryOptimizer() throws {
    let fixture = try Fixture("optimizers.safetensors")
    let optimizers: [(String, any Optimizer)] = [
      ("sgd", SGD(learningRate: 0.1)),
      ("momentum", SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01)),
      ("nesterov", SGD(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01)),
      ("rmsprop", RMSProp()),
      ("rmspropMomentum", RMSProp(learningRate: 1e-2, alpha: 0.9, momentum: 0.9, weightDecay: 0.01)),
      ("rmspropCentered", RMSProp(learningRate: 1e-2, alpha: 0.9, eps: 1e-3, centered: true)),
      ("rmspropAll", RMSProp(learningRate: 1e-2, alpha: 0.9, eps: 1e-3, momentum: 0.5, centered: true)),
      ("adam", Adam(learningRate: 1e-2)),
      ("adamDecay", Adam(learningRate: 1e-2, weightDecay: 0.1)),
      ("adamw", AdamW(learningRate: 1e-2)),
    ]
    for (name, optimizer) in optimizers {
      var rng = RandomStream(seed: 1)
      let model = MLP(dimensions: [3, 8, 2], using: &rng)
      try model.load(fixture.part("start."))
      var losses: [Float] = []
      for _ in 0..<5 {
        let (loss, gradients) = valueAndGrad(model) { square(model(fixture["x"]) - fixture["target"]).mean() }
        optimizer.update(model, gradients: gradients)
        losses.append(loss.item())
      }
      expectClose(Tensor(losses), fixture["\(name)/losses"], "\(name) losses")
      for (key, want) in fixture.part("\(name)/after.") {
        try expectClose(XCTUnwrap(model.stateDictionary()[key]), want, "\(name) after five steps: \(key)")
      }
    }
  }

  /// Five steps of Adam and of AdamW (with clipping) on the whole U-Net, and the moving average, against PyTorch.
  func testFiveStepsOfTheUNet() throws {
    let fixture = try Fixture("unet-training.safetensors")
    let labels = fixture["labels"].scalars.map { Int($0) }
    for name in ["adam", "adamw"] {
      var rng = RandomStream(seed: 1)
      let model = UNet(try fixture.configuration(), using: &rng)
      try model.load(fixture.part("start."))
      let optimizer: any Optimizer =
        name == "adam" ? Adam(learningRate: 1e-2) : AdamW(learningRate: 1e-2, betas: (0.9, 0.99), weightDecay: 0.05)
      let average = ExponentialMovingAverage(of: model, decay: 0.9, isWarmedUp: false)
      var (losses, norms): ([Float], [Float]) = ([], [])
      for _ in 0..<5 {
        var (loss, gradients) = valueAndGrad(model) {
          square(model(fixture["x"], noise: fixture["noise"], labels: labels) - fixture["target"]).mean()
        }
        if name == "adamw" {
          let (clipped, norm) = clipGradNorm(gradients, maxNorm: 0.5)
          gradients = clipped
          norms.append(Float(norm))
        }
        optimizer.update(model, gradients: gradients)
        average.update(model)
        losses.append(loss.item())
      }
      expectClose(Tensor(losses), fixture["\(name)/losses"], "\(name) losses")
      if name == "adamw" { expectClose(Tensor(norms), fixture["norms"], "norms before clipping") }
      for (key, want) in fixture.part("\(name)/after.") {
        let got = try XCTUnwrap(model.stateDictionary()[key])
        // A key's bias does not change attention (softmax does not see a constant): its gradient is nothing but rounding, which Adam blows up
        // to full steps of any sign. Queries and values are compared.
        if key == "attention.qkv.bias" {
          let c = got.dim(0) / 3
          for part in [0..<c, 2 * c..<3 * c] {
            expectClose(got.sliced(axis: 0, part), want.sliced(axis: 0, part), "\(name): \(key) \(part)")
          }
        } else {
          expectClose(got, want, "\(name) after five steps: \(key)")
        }
        if name == "adam" && key != "attention.qkv.bias" {
          try expectClose(XCTUnwrap(average.stateDictionary()[key]), fixture["average.\(key)"], "average of \(key)")
        }
      }
    }
  }

  func testFirstStepOfAdamIsTheLearningRate() {
    // With the bias corrected, m/√v is the gradient's sign at the first step, whatever its size.
    var rng = RandomStream(seed: 1)
    let model = Linear(inputDimensions: 1, outputDimensions: 1, bias: false, using: &rng)
    let before = model.weight.value.item()
    Adam(learningRate: 0.5).update(model, gradients: Gradients([("weight", Tensor([1e-3] as [Float], shape: [1, 1]))]))
    XCTAssertEqual(model.weight.value.item(), before - 0.5, accuracy: 1e-4)
  }

  func testStateGoesOnWhereItWas() throws {
    let makers: [() -> any Optimizer] = [
      { Adam(learningRate: 0.1) }, { AdamW(learningRate: 0.1) }, { SGD(learningRate: 0.1, momentum: 0.9) },
      { SGD(learningRate: 0.1, momentum: 0.9, nesterov: true) }, { RMSProp(momentum: 0.9, centered: true) },
    ]
    for make in makers {
      var rng = RandomStream(seed: 2)
      let model = MLP(dimensions: [2, 4, 1], using: &rng)
      let x = Tensor.normal([8, 2], using: &rng)
      func step(_ optimizer: any Optimizer) {
        optimizer.update(model, gradients: valueAndGrad(model) { square(model(x) - 1).mean() }.gradients)
      }
      let optimizer = make()
      for _ in 0..<3 { step(optimizer) }
      let (weights, state) = (model.stateDictionary(), optimizer.state)
      step(optimizer)
      let after = model.stateDictionary().mapValues(\.scalars)
      try model.load(weights)
      let resumed = make()
      try resumed.load(state: state)
      step(resumed)
      XCTAssertEqual(model.stateDictionary().mapValues(\.scalars), after)
    }
    XCTAssertThrowsError(try Adam().load(state: ["momentum.weight": .zeros([1])]))
    XCTAssertThrowsError(try Adam().load(state: ["firstMoment.weight": .zeros([1])]))
    XCTAssertThrowsError(try SGD(learningRate: 1).load(state: ["firstMoment.weight": .zeros([1])]))
  }

  /// A model large enough that the threads share it, and one whose arrays are no multiple of a piece.
  func testTheNumberOfThreadsDoesNotChangeTheBits() {
    func trained(_ optimizer: any Optimizer) -> [[Float]] {
      var rng = RandomStream(seed: 4)
      let model = MLP(dimensions: [150, 301, 300, 1], using: &rng)
      let average = ExponentialMovingAverage(of: model)
      for _ in 0..<3 {
        let gradients = Gradients(
          model.trainableParameters().map { ($0.key, Tensor.normal($0.parameter.shape, using: &rng)) })
        optimizer.update(model, gradients: gradients)
        average.update(model)
      }
      return (Array(model.stateDictionary()) + Array(average.stateDictionary())).sorted { $0.key < $1.key }
        .map(\.value.scalars)
    }
    let makers: [() -> any Optimizer] = [
      { AdamW() }, { SGD(learningRate: 0.1, momentum: 0.9) }, { RMSProp(momentum: 0.9, centered: true) },
    ]
    for make in makers { XCTAssertEqual(withThreads(1) { trained(make()) }, withThreads(3) { trained(make()) }) }
  }

  /// Optimizers write where the numbers are, but never into a tensor that somebody keeps.
  func testWhoKeepsATensorKeepsItsNumbers() throws {
    var rng = RandomStream(seed: 6)
    let model = Linear(inputDimensions: 3, outputDimensions: 2, using: &rng)
    let optimizer = Adam()
    let gradients = Gradients([("weight", .ones([2, 3])), ("bias", .ones([2]))])
    optimizer.update(model, gradients: gradients)
    let (value, state) = (model.weight.value, optimizer.state)
    let average = ExponentialMovingAverage(of: model, decay: 0.5, isWarmedUp: false)
    let averaged = average.stateDictionary()
    let kept = [value.scalars] + state.sorted { $0.key < $1.key }.map(\.value.scalars)
    for _ in 0..<3 {
      optimizer.update(model, gradients: gradients)
      average.update(model)
    }
    XCTAssertEqual([value.scalars] + state.sorted { $0.key < $1.key }.map(\.value.scalars), kept)
    XCTAssertEqual(averaged["weight"]?.scalars, value.scalars)
    XCTAssertNotEqual(model.weight.value.scalars, value.scalars)
    XCTAssertNotEqual(average.stateDictionary()["weight"]?.scalars, value.scalars)
    XCTAssertEqual(gradients["weight"]?.scalars, Array(repeating: 1, count: 6))
  }

  func testAverageOfConstantWeightsHasTheClosedForm() throws {
    var rng = RandomStream(seed: 3)
    let model = Linear(inputDimensions: 1, outputDimensions: 1, bias: false, using: &rng)
    model.weight.value = .zeros([1, 1])
    let average = ExponentialMovingAverage(of: model, decay: 0.9, isWarmedUp: false)
    let warm = ExponentialMovingAverage(of: model, decay: 0.9, isWarmedUp: true)
    model.weight.value = .ones([1, 1])
    var left = 1.0
    for t in 1...10 {
      average.update(model)
      warm.update(model)
      left *= min(0.9, Double(1 + t) / Double(10 + t))
    }
    // 1 − 0.9¹⁰, and with the warm-up 1 − Π min(0.9, (1 + t)/(10 + t)).
    XCTAssertEqual(Double(average.stateDictionary()["weight"]!.item()), 0.6513215599, accuracy: 1e-6)
    XCTAssertEqual(Double(warm.stateDictionary()["weight"]!.item()), 1 - left, accuracy: 1e-6)
    try average.withAverages(of: model) { XCTAssertEqual(model.weight.value.item(), 0.65132156, accuracy: 1e-6) }
    XCTAssertEqual(model.weight.value.item(), 1, "the model has its own weights again")
    XCTAssertThrowsError(try average.load(["weight": .zeros([2])], updateCount: 1))
  }

  func testSchedules() {
    let cosine = LearningRateSchedule.cosine(from: 1, to: 0.1, steps: 100)
    for (step, rate) in [(0, 1.0), (25, 0.1 + 0.9 * (1 + 0.5.squareRoot()) / 2), (50, 0.55), (100, 0.1), (500, 0.1)] {
      XCTAssertEqual(cosine(step), rate, accuracy: 1e-12)
    }
    let warm = LearningRateSchedule.warmup(steps: 4, then: .constant(2))
    XCTAssertEqual((0..<6).map { warm($0) }, [0.5, 1, 1.5, 2, 2, 2])
    let linear = LearningRateSchedule.linear(from: 1, to: 0, steps: 4)
    XCTAssertEqual((0..<6).map { linear($0) }, [1, 0.75, 0.5, 0.25, 0, 0])
    XCTAssertEqual(LearningRateSchedule.warmup(steps: 2, then: cosine)(0), 0.5, accuracy: 1e-12)
  }
}
