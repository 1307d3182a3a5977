import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_8_StochasticSampler: ExerciseTestCase {
  func test1_ShapesAndCounts() throws {
    var rng = stream("noise")
    let x = Tensor.ones([2, 1, 3, 3])
    var nodes: [Double] = []
    let run = try stochasticSample(
      denoiser: { x, _ in x * 0.5 }, sigmas: [4, 2, 1, 0], initial: x, churn: Churn(amount: 1), using: &rng,
      onStep: { _, _, sigma in nodes.append(sigma) })
    expectShape(run.sample, x.shape, "a sample has the shape of the noise it came from")
    expectFinite(run.sample, "dividing by σ = 0: the last step must stay an Euler step")
    expectEqual(run.evaluations, 5, "2N − 1 evaluations, as for Heun's method: churn costs none")
    expectEqual(nodes, [4, 2, 1, 0], "onStep must hear of the start and of the end of every step")
    try expectRefusal("a negative churn") {
      _ = try stochasticSample(
        denoiser: { x, _ in x }, sigmas: [2, 1], initial: x, churn: Churn(amount: -1), using: &rng)
    }
  }

  func test2_WithoutChurnItIsHeun() throws {
    var rng = stream("noise")
    let untouched = rng
    // From x = 4 at σ = 2 with D = x/2 Heun's method goes to 2.75 at σ = 1, and from there to 1.375.
    let run = try stochasticSample(
      denoiser: { x, _ in x * 0.5 }, sigmas: [2, 1, 0], initial: Tensor([4]), churn: Churn(amount: 0), using: &rng)
    expectClose(
      Double(run.sample.scalars[0]), 1.375,
      "without churn the sampler must do exactly what Heun's method does")
    expect(rng == untouched, "without churn no noise is needed: draw ε only in steps with γ > 0")
    let outside = try stochasticSample(
      denoiser: { x, _ in x * 0.5 }, sigmas: [2, 1, 0], initial: Tensor([4]),
      churn: Churn(amount: 10, window: 5...50), using: &rng)
    expectClose(Double(outside.sample.scalars[0]), 1.375, "outside [S_tmin, S_tmax] no noise may be added")
    expect(rng == untouched, "outside [S_tmin, S_tmax] no noise is needed: draw ε only in steps with γ > 0")
  }

  func test3_HowFarUp() throws {
    var rng = stream("noise")
    let root = 2.0.squareRoot()
    let sigmas = [8.0, 4, 2, 1, 0]
    func levels(_ churn: Churn) throws -> [Double] {
      let witness = Witness { x, _ in x * 0.5 }
      _ = try stochasticSample(
        denoiser: witness.callAsFunction, sigmas: sigmas, initial: .ones([3]), churn: churn, using: &rng)
      return witness.sigmas
    }
    let gentle = try levels(Churn(amount: 0.4))
    expectClose(
      gentle, [8.8, 4, 4.4, 2, 2.2, 1, 1.1], relative: 1e-9,
      "γ = S_churn/N = 0.1, and the first slope is taken at σ̂ = (1 + γ)σ, after the noise: D must be asked at "
        + "these levels")
    let wild = try levels(Churn(amount: 100))
    expectClose(
      wild, [8 * root, 4, 4 * root, 2, 2 * root, 1, root], relative: 1e-9,
      "γ may not exceed √2 − 1: more new noise than there is already is never added")
    let windowed = try levels(Churn(amount: 0.4, window: 2...4))
    expectClose(
      windowed, [8, 4, 4.4, 2, 2.2, 1, 1], relative: 1e-9,
      "noise is added only while S_tmin ≤ σ ≤ S_tmax, both ends included")
  }

  func test4_StepByStep() throws {
    let variance = 0.25
    let law = GaussianLaw(mean: 0, variance: variance)
    var rng = stream("noise")
    for churn in [
      Churn(amount: 2), Churn(amount: 50, noise: 1.007), Churn(amount: 1, window: 0.1...5, noise: 0.9),
    ] {
      let sigmas = [20.0, 9, 3, 1, 0.3, 0.05, 0]
      let start = Tensor.normal([4, 3], using: &rng) * 20
      // With data N(0, v) all steps are linear: the slope at x is g(σ)x with g = σ/(v + σ²).
      func g(_ sigma: Double) -> Double { sigma / (variance + sigma * sigma) }
      var path: [Tensor] = []
      var mine = rng
      _ = try stochasticSample(
        denoiser: law.denoiser, sigmas: sigmas, initial: start, churn: churn, using: &rng,
        onStep: { _, x, _ in path.append(x) })
      var x = start
      expectEqual(path.count, sigmas.count, "onStep must hear of the start and of the end of every step")
      for (i, (sigma, next)) in zip(sigmas, sigmas.dropFirst()).enumerated() where i + 1 < path.count {
        var raised = sigma
        if churn.window.contains(sigma) {
          raised = sigma * (1 + Swift.min(churn.amount / 6, 2.0.squareRoot() - 1))
          let added = (raised * raised - sigma * sigma).squareRoot() * churn.noise
          x = x + Tensor.normal(x.shape, using: &mine) * Float(added)
        }
        let h = next - raised
        let euler = 1 + h * g(raised)
        x = x * Float(next > 0 ? 1 + h / 2 * (g(raised) + g(next) * euler) : euler)
        expectClose(
          path[i + 1], x, relative: 1e-3, absolute: 1e-4,
          "with the same ε, step \(i + 1) must end elsewhere: √(σ̂² − σ²)·S_noise of noise, the slope at (x̂, σ̂), "
            + "a step of σᵢ₊₁ − σ̂")
      }
      expect(rng == mine, "draw ε once in each step with γ > 0, as Tensor.normal(x.shape, using: &rng)")
    }
  }

  func test5_TheLawStaysTheSame() throws {
    var rng = stream("law")
    let law = GaussianLaw(mean: 0, variance: 0.25)
    let count = 20_000
    let sigmas = (0...30).map { 3 * pow(0.03, Double($0) / 30) }
    let start = Tensor.normal([count, 1], using: &rng) * Float((0.25 + 9.0).squareRoot())
    for amount in [0.0, 3, 1000] {
      let run = try stochasticSample(
        denoiser: law.denoiser, sigmas: sigmas, initial: start, churn: Churn(amount: amount), using: &rng)
      let spread = Double(square(run.sample).mean().item()).squareRoot()
      let last = sigmas[30]
      expectClose(
        spread, (0.25 + last * last).squareRoot(), relative: 0.03,
        "with the exact denoiser, churn (S_churn = \(amount)) must leave the law of the samples as it is")
    }
    let loud = try stochasticSample(
      denoiser: law.denoiser, sigmas: sigmas, initial: start, churn: Churn(amount: 1000, noise: 1.2), using: &rng)
    let spread = Double(square(loud.sample).mean().item()).squareRoot()
    expect(spread > 0.55, "S_noise above 1 must make the samples spread more, but the spread is \(spread)")
  }
}
