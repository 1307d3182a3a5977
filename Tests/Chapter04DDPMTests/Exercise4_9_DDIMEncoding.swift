import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_9_DDIMEncoding: ExerciseTestCase {
  func test1_ByHand() throws {
    let (x, noise) = (Tensor(rows: [[1, 2]]), Tensor(rows: [[10, -10]]))
    let first = try ddimEncodeStep(x, predictedNoise: noise, from: 1, to: 0.64)
    expectShape(first, [1, 2])
    expectClose(first, Tensor(rows: [[6.8, -4.4]]), "from the data, σ = 0, up to √ᾱ = 0.8: 0.8·x + 0.8·(0.6/0.8)·ε̂")
    // σ rises from 0.75 to 4/3, by 7/12; √ᾱ falls from 0.8 to 0.6.
    let second = try ddimEncodeStep(x, predictedNoise: noise, from: 0.64, to: 0.36)
    expectClose(
      second, Tensor(rows: [[0.75 + 3.5, 1.5 - 3.5]]),
      "√ᾱₜ·(x/√ᾱₛ + (σₜ − σₛ)·ε̂) with σ = √((1 − ᾱ)/ᾱ): the new root stands before the whole bracket")
    try expectRefusal("a step towards less noise") {
      _ = try ddimEncodeStep(x, predictedNoise: noise, from: 0.36, to: 0.64)
    }
    try expectRefusal("noise of another shape") {
      _ = try ddimEncodeStep(x, predictedNoise: .ones([3]), from: 0.64, to: 0.36)
    }
  }

  func test2_TakesAStepBack() throws {
    var rng = stream("back")
    for _ in 0..<5 {
      let low = 0.02 + 0.4 * rng.nextUniform()
      let high = low + (0.99 - low) * rng.nextUniform()
      let x = Tensor.normal([3, 2], using: &rng)
      let noise = Tensor.normal([3, 2], using: &rng)
      let clean = (x - noise * Float((1 - low).squareRoot())) * Float(1 / low.squareRoot())
      let down = clean * Float(high.squareRoot()) + noise * Float((1 - high).squareRoot())
      let up = try ddimEncodeStep(down, predictedNoise: noise, from: high, to: low)
      expectClose(
        up, x, relative: 1e-3, absolute: 1e-4,
        "with the same ε̂ the step up must undo DDIM's step down, from ᾱ = \(low) to \(high) and back")
    }
  }

  func test3_WhereItAsks() throws {
    var rng = stream("asks")
    let chain = try randomChain(count: 9, using: &rng)
    let x0 = Tensor.normal([2, 3], using: &rng)
    let witness = Witness { x, t in x * Float(0.1 * Double(t)) + 0.5 }
    let code = try ddimEncode(predictor: witness.callAsFunction, x0: x0, times: [2, 3, 6, 9], chain: chain)
    expectEqual(
      witness.times, [2, 2, 3, 6],
      "each step uses the noise at its own beginning: τ₁ (for x₀, which has no time), τ₁, τ₂, …, τ_S₋₁")
    var x = x0
    for (index, (s, t)) in [(0, 2), (2, 3), (3, 6), (6, 9)].enumerated() {
      if index < witness.inputs.count {
        expectClose(
          witness.inputs[index], x, relative: 1e-3, absolute: 1e-4,
          "and is asked at the x where step \(index + 1) begins")
      }
      let (from, to) = (try chain.alphaBar(s), try chain.alphaBar(t))
      let rise = ((1 - to) / to).squareRoot() - ((1 - from) / from).squareRoot()
      let guess = x * Float(0.1 * Double(Swift.max(s, 2))) + 0.5
      x = (x * Float(1 / from.squareRoot()) + guess * Float(rise)) * Float(to.squareRoot())
    }
    expectClose(code, x, relative: 1e-3, absolute: 1e-4, "the code is x at the last of the times")
    try expectRefusal("times that fall") {
      _ = try ddimEncode(predictor: { x, _ in x }, x0: x0, times: [3, 2], chain: chain)
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      let twin: TwinLaw
      let times: [Int]
      let x0: [[Double]]
      let noises, path: [[[Double]]]
      let exact: [[Double]]
    }
    let content: Content = try Fixture.load("encoding", from: .module)
    let chain = try ddpmChain()
    var x = Tensor(rows: content.x0)
    for (index, t) in content.times.enumerated() {
      let from = try index == 0 ? 1 : chain.alphaBar(content.times[index - 1])
      let to = try chain.alphaBar(t)
      let after = try ddimEncodeStep(x, predictedNoise: Tensor(rows: content.noises[index]), from: from, to: to)
      expectClose(
        after, Tensor(rows: content.path[index]), relative: 1e-3, absolute: 1e-4,
        "DDIMInverseScheduler's step to t = \(t) ends elsewhere")
      x = Tensor(rows: content.path[index])
    }
    let code = try ddimEncode(
      predictor: content.twin.predictor(chain), x0: Tensor(rows: content.x0), times: content.times, chain: chain)
    expectClose(code, x, relative: 2e-3, absolute: 1e-3, "and so does the whole encoding, for two clouds in the plane")
    let fine = try ddimEncode(
      predictor: content.twin.predictor(chain), x0: Tensor(rows: content.x0), times: Array(1...1000), chain: chain)
    expectClose(
      fine, Tensor(rows: content.exact), absolute: 0.02,
      "with all 1000 steps the code must be near that of the exact ODE")
  }

  func test5_OrderOne() throws {
    let chain = try ddpmChain()
    let law = GaussianLaw(mean: 0, variance: 0.25)
    // The ODE's own answer: a point keeps its place within the cloud.
    let exact = (law.spread(try chain.alphaBar(1000)) / 0.25).squareRoot()
    var errors: [Double] = []
    for count in [100, 400] {
      let times = (0..<count).map { 1 + Int((999 * Double($0) / Double(count - 1)).rounded()) }
      let code = try ddimEncode(predictor: law.predictor(chain), x0: Tensor(rows: [[1]]), times: times, chain: chain)
      errors.append(Swift.abs(code.onlyNumber - exact))
    }
    expectClose(errors[0], 0, absolute: 0.1, "100 steps must come near the end of the ODE's path")
    let order = log(errors[0] / errors[1]) / log(4)
    expectClose(order, 1, absolute: 0.2, "four times the steps must leave a quarter of the error: Euler's method")
  }

  func test6_ThereAndBack() throws {
    let x0 = Tensor(rows: [[1, 2], [3, 4]])
    var handed: [Tensor] = []
    let error = try reconstructionError(
      x0: x0,
      encode: { x in
        handed.append(x)
        return x * 10
      },
      decode: { code in
        handed.append(code)
        return code * 0.1 + Tensor(rows: [[1, 0], [0, 3]])
      })
    expectEqual(handed.count, 2, "encode once, decode once")
    if handed.count == 2 {
      expectClose(handed[0], x0, "encode gets the samples")
      expectClose(handed[1], x0 * 10, "decode gets the code")
    }
    expectClose(error, 2.5, relative: 1e-4, "(1 + 0 + 0 + 9)/4: the mean over samples and dimensions, without a root")
  }

  func test7_BetweenTwoCodes() throws {
    let (a, b) = (Tensor([3, 0, 0]), Tensor([0, 3, 0]))
    let start = try interpolate(a, b, fraction: 0)
    expectClose(start, a, absolute: 1e-5, "at u = 0 the mean on the arc is the first code")
    let end = try interpolate(a, b, fraction: 1)
    expectClose(end, b, absolute: 1e-5, "at u = 1 it is the second")
    let middle = try interpolate(a, b, fraction: 0.5)
    expectClose(
      middle, (a + b) * Float(0.5.squareRoot()), absolute: 1e-5,
      "the middle of a quarter of a circle keeps the length 3; the straight line's has 2.12")
    let third = try interpolate(a, b, fraction: 1.0 / 3)
    expectClose(third, Tensor([3 * 0.8660254, 1.5, 0]), absolute: 1e-4, "a third of the way is 30° of 90°")
    var rng = stream("codes")
    let (c, d) = (Tensor.normal([2, 50], using: &rng), Tensor.normal([2, 50], using: &rng))
    let mixed = try interpolate(c, d, fraction: 0.3)
    let angle = acos(
      Double((c * d).sum().item()) / (Double(square(c).sum().item()) * Double(square(d).sum().item())).squareRoot())
    expectClose(
      mixed, c * Float(sin(0.7 * angle) / sin(angle)) + d * Float(sin(0.3 * angle) / sin(angle)), relative: 1e-3,
      absolute: 1e-4, "cos θ = a·b/(‖a‖‖b‖): divide by both lengths")
    try expectRefusal("a fraction beyond 1") { _ = try interpolate(a, b, fraction: 1.5) }
  }
}
