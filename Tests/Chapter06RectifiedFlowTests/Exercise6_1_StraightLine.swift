import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_1_StraightLine: ExerciseTestCase {
  func test1_Shapes() throws {
    let x = try interpolate(.ones([3, 1, 2, 2]), .zeros([3, 1, 2, 2]), times: [0, 0.5, 1])
    expectShape(x, [3, 1, 2, 2], "a point of the line has the shape of its ends")
    let target = try conditionalVelocity(.ones([3, 2]), .zeros([3, 2]))
    expectShape(target, [3, 2], "a velocity has the shape of the points")
    let loss = try flowMatchingLoss(
      velocity: { x, _ in x }, x0: .ones([3, 1, 2, 2]), x1: .zeros([3, 1, 2, 2]), times: [0, 0.5, 1])
    expectShape(loss, [], "the loss is one number: the mean over samples and coordinates")
    var rng = stream("times")
    let times = try trainingTimes(count: 7, using: &rng)
    expectEqual(times.count, 7, "one time a sample")
    try expectRefusal("points of two shapes") { _ = try interpolate(.ones([2, 2]), .ones([2, 3]), times: [0, 1]) }
    try expectRefusal("a time above 1") { _ = try interpolate(.ones([1, 2]), .ones([1, 2]), times: [1.5]) }
  }

  func test2_ByHand() throws {
    let x0 = Tensor(rows: [[-1, 0], [4, 2]])
    let x1 = Tensor(rows: [[2, 8], [0, -2]])
    let x = try interpolate(x0, x1, times: [0.25, 0.75])
    expectClose(
      x, Tensor(rows: [[-0.25, 2], [1, -1]]),
      "t·x₁ + (1 − t)·x₀, with noise x₀ at t = 0 and data x₁ at t = 1, and a t of its own for each row")
    let target = try conditionalVelocity(x0, x1)
    expectClose(
      target, Tensor(rows: [[3, 8], [-4, -4]]), "the derivative of t·x₁ + (1 − t)·x₀ by t: x₁ − x₀, at every t")
    // v(x, t) = x: at (0.5, 1) and (1, 1), where (1, 2) and (2, 4) are wanted: (¼ + 1 + 1 + 9)/4
    let loss = try flowMatchingLoss(
      velocity: { x, _ in x }, x0: Tensor(rows: [[0, 0], [1, 1]]), x1: Tensor(rows: [[1, 2], [3, 5]]), times: [0.5, 0])
    expectClose(
      loss.onlyNumber, 2.8125,
      "by hand: squared errors of v(x_t, t) against x₁ − x₀, mean over the 2 samples and the 2 coordinates")
  }

  func test3_EndsAndSlope() throws {
    var rng = stream("lines")
    for _ in 0..<3 {
      let x0 = Tensor.normal([4, 3], using: &rng)
      let x1 = Tensor.normal([4, 3], using: &rng)
      let start = try interpolate(x0, x1, times: [0, 0, 0, 0])
      expectClose(start, x0, absolute: 1e-6, "at t = 0 there is the noise x₀")
      let end = try interpolate(x0, x1, times: [1, 1, 1, 1])
      expectClose(end, x1, absolute: 1e-6, "at t = 1 there is the data x₁")
      let times = (0..<4).map { _ in 0.1 + 0.8 * rng.nextUniform() }
      let before = try interpolate(x0, x1, times: times.map { $0 - 0.0625 })
      let after = try interpolate(x0, x1, times: times.map { $0 + 0.0625 })
      let target = try conditionalVelocity(x0, x1)
      expectClose(
        target, (after - before) * 8, relative: 1e-4, absolute: 1e-4,
        "the target must be the slope of the line: (x_{t+h} − x_{t−h})/2h")

      let witness = BatchWitness { x, _ in x * 2 }
      _ = try flowMatchingLoss(velocity: witness.callAsFunction, x0: x0, x1: x1, times: times)
      expectEqual(witness.times, [times], "v must be asked once, with the times that were given, one a row")
      let t = Tensor(column: times)
      let middle = x1 * t + x0 * (1 - t)
      if let asked = witness.inputs.first {
        expectClose(asked, middle, absolute: 1e-5, "v must be asked at x_t = t·x₁ + (1 − t)·x₀")
      }
    }
  }

  func test4_TheDrawOfTimes() throws {
    var rng = stream("draws")
    let few = try trainingTimes(count: 64, using: &rng)
    expectEqual(Set(few).count, 64, "each sample has a time of its own, not one for the whole batch")
    let again = try trainingTimes(count: 64, using: &rng)
    expect(few != again, "each call must draw anew, and not spread the same times over the batch")
    let count = 20_000
    let times = try trainingTimes(count: count, using: &rng).sorted()
    expect(times.allSatisfy { $0 >= 0 && $0 < 1 }, "times must lie in [0, 1)")
    expect(
      times[0] < 0.0009 && times[count - 1] > 0.9991,
      "times run from \(times[0]) to \(times[count - 1]): the whole of [0, 1) is wanted, nothing is cut off at an end")
    let worst = times.enumerated().map { abs($1 - (Double($0) + 0.5) / Double(count)) }.max() ?? 1
    expect(
      worst < 3 / Double(count).squareRoot(),
      "times must be uniform, but their distribution function is off by \(worst) (Kolmogorov and Smirnov)")
  }

  func test5_AgainstOtherLibraries() throws {
    struct Content: Decodable {
      let x0, x1, xt, ut: [[Double]]
      let t: [Double]
      let slope, loss, gradient: Double
    }
    let content: Content = try Fixture.load("interpolation", from: .module)
    let (x0, x1) = (Tensor(rows: content.x0), Tensor(rows: content.x1))
    let x = try interpolate(x0, x1, times: content.t)
    expectClose(x, Tensor(rows: content.xt), relative: 1e-4, absolute: 1e-6, "torchcfm has other points x_t")
    let target = try conditionalVelocity(x0, x1)
    expectClose(target, Tensor(rows: content.ut), relative: 1e-4, absolute: 1e-6, "torchcfm has another target u_t")

    let slope = Tensor(Float(content.slope)).tracked()
    let loss = try flowMatchingLoss(
      velocity: { x, times in tanh(x) * slope + Tensor(column: times) }, x0: x0, x1: x1, times: content.t)
    expectClose(loss.onlyNumber, content.loss, relative: 1e-4, "PyTorch has another loss: sum for mean, or a weight?")
    guard loss.isTracked else {
      return expect(false, "the loss must be differentiable with respect to what v depends on")
    }
    let gradient = grad(of: loss, wrt: [slope])[0]
    expectClose(gradient.onlyNumber, content.gradient, relative: 1e-4, "PyTorch has another derivative of the loss")
  }

  func test6_ItsMinimumIsTheConditionalMean() throws {
    // Two lines that cross at x = −0.25, t = 0.25, with the directions 3 and −1.
    let (x0, x1) = (Tensor(column: [-1, 0]), Tensor(column: [2, -1]))
    for constant in [1.0, 0, 3, -1] {
      let loss = try flowMatchingLoss(
        velocity: { x, _ in .full(Float(constant), x.shape) }, x0: x0, x1: x1, times: [0.25, 0.25])
      expectClose(
        loss.onlyNumber, 4 + (constant - 1) * (constant - 1),
        "where the directions 3 and −1 cross, the loss of v = \(constant) is 4 + (v − 1)²: least at the mean, and "
          + "not 0 there"
      )
    }
    // N(0, 1) → N(0, ¼): x₀ = ±1, x₁ = ±½ has the same second moments, and v is linear.
    let flow = LineFlow()
    let (z, y) = (Tensor(column: [1, 1, -1, -1]), Tensor(column: [0.5, -0.5, 0.5, -0.5]))
    for t in [0.2, 0.5, 0.9] {
      let best = try flowMatchingLoss(
        velocity: { x, times in try flow.velocity(x, times[0]) }, x0: z, x1: y, times: [t, t, t, t])
      let spread = flow.spread(t)
      expectClose(
        best.onlyNumber, 0.25 / (spread * spread), relative: 1e-4, "the least loss at t = \(t) is s²/c(t)², not 0")
      for shift in [-0.3, 0.3] {
        let other = try flowMatchingLoss(
          velocity: { x, times in (try flow.velocity(x, times[0])) + x * Float(shift) }, x0: z, x1: y,
          times: [t, t, t, t])
        expect(
          other.onlyNumber > best.onlyNumber,
          "a velocity other than E[x₁ − x₀ | x_t] has a smaller loss at t = \(t): is v compared with x₁ − x₀?")
      }
    }
  }
}
