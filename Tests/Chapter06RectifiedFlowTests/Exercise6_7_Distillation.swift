import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_7_Distillation: ExerciseTestCase {
  func test1_Shapes() throws {
    let z = Tensor.ones([4, 1, 2, 2])
    let sample = try oneStep({ x, _ in x }, noise: z)
    expectShape(sample, z.shape, "a sample has the shape of its noise")
    let loss = try distillationLoss(velocity: { x, _ in x }, pairs: Pairs(x0: z, x1: z))
    expectShape(loss, [], "the loss is one number: the mean over samples and coordinates")
    try expectRefusal("no parts") {
      _ = try distillationLoss(velocity: { x, _ in x }, pairs: Pairs(x0: z, x1: z), parts: 0)
    }
  }

  func test2_ByHand() throws {
    let sample = try oneStep({ x, t in x * 2 + Float(t + 1) }, noise: Tensor([3]))
    expectClose(Double(sample.scalars[0]), 10, "z + v(z, 0) = 3 + (6 + 1): the whole way in one step from t = 0")
    let pairs = try Pairs(x0: Tensor(rows: [[1, 0], [2, 2]]), x1: Tensor(rows: [[2, 4], [2, 0]]))
    // v = 1: z + v is (2, 1) and (3, 3); errors 0, −3, 1, 3
    let loss = try distillationLoss(velocity: { x, _ in .ones(x.shape) }, pairs: pairs)
    expectClose(loss.onlyNumber, 19.0 / 4, "mean of ‖z₀ + v(z₀, 0) − z₁‖² over the 2 samples and the 2 coordinates")
  }

  func test3_OnlyWhereStepsBegin() throws {
    var rng = stream("times")
    let pairs = try Pairs(x0: .normal([7, 3], using: &rng), x1: .normal([7, 3], using: &rng))
    for parts in [1, 2, 4] {
      let witness = BatchWitness { x, times in x * Tensor(column: times) + 0.5 }
      let loss = try distillationLoss(velocity: witness.callAsFunction, pairs: pairs, parts: parts)
      expectEqual(
        witness.times, [(0..<7).map { Double($0 % parts) / Double(parts) }],
        "with \(parts) part(s) row i must have the time (i mod \(parts))/\(parts), where a step begins: never 1, and "
          + "not at random"
      )
      let t = Tensor(column: (0..<7).map { Double($0 % parts) / Double(parts) })
      let x = pairs.x1 * t + pairs.x0 * (1 - t)
      if let asked = witness.inputs.first {
        expectClose(asked, x, absolute: 1e-5, "v must be asked at t·z₁ + (1 − t)·z₀: at t = 0 that is the noise")
      }
      let want = square(x * t + 0.5 - (pairs.x1 - pairs.x0)).mean().onlyNumber
      expectClose(loss.onlyNumber, want, relative: 1e-4, "mean of ‖v(x_t, t) − (z₁ − z₀)‖² at these times")
    }
  }

  func test4_OneStepOfKnownFlows() throws {
    struct Content: Decodable { let mixture: KnownMixture }
    var rng = stream("flows")
    let law = try Fixture.load("schedulers", from: .module, as: Content.self).mixture
    let z = Tensor.normal([20, 2], using: &rng)
    let first = try oneStep(law.velocity, noise: z)
    expectClose(
      first, Tensor(rows: Array(repeating: law.mean, count: 20)), absolute: 1e-5,
      "one step of 1-rectified flow from t = 0 is the mean of the data, for every noise")
    let flow = LineFlow(mean: 2, deviation: 0.5)
    let second = try oneStep(flow.straightened, noise: z)
    expectClose(second, z * 0.5 + 2, absolute: 1e-5, "one step of a straight flow is the flow itself: z to m + sz")
  }

  func test5_WhatItLearns() throws {
    var rng = stream("learns")
    let noise = Tensor.normal([64, 2], using: &rng)
    let ends = tanh(noise * 2) + noise
    let own = try Pairs(x0: noise, x1: ends)
    let perfect = try distillationLoss(velocity: { x, _ in tanh(x * 2) }, pairs: own)
    expectClose(
      perfect.onlyNumber, 0, absolute: 1e-9,
      "on a flow's own pairs the map itself has the loss 0: T(z) − z is the velocity")
    let double = try distillationLoss(velocity: { x, _ in tanh(x * 2) + x }, pairs: own)
    expect(double.onlyNumber > 0.1, "the network's answer is a velocity, not the sample: z must be added to it")

    // Differentiable, and stationary at the least-squares factor a of v = a·z.
    let direction = ends - noise
    let best = (direction * noise).sum().onlyNumber / square(noise).sum().onlyNumber
    let factor = Tensor(Float(best)).tracked()
    let loss = try distillationLoss(velocity: { x, _ in x * factor }, pairs: own)
    guard loss.isTracked else {
      return expect(false, "the loss must be differentiable with respect to what v depends on")
    }
    let gradient = grad(of: loss, wrt: [factor])[0]
    expectClose(
      gradient.onlyNumber, 0, absolute: 1e-4, "the loss of v = a·z is least at the regression of z₁ − z₀ on z₀")
  }
}
