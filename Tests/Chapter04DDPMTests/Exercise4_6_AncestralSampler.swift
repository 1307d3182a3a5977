import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_6_AncestralSampler: ExerciseTestCase {
  func test1_Variances() throws {
    let chain = try DiffusionChain(alphaBars: [0.8, 0.4])
    let large = try reverseVariances(.beta, chain: chain)
    expectClose(large, [0.2, 0.5], relative: 1e-9, "σₜ² = βₜ for t = 1, 2")
    let small = try reverseVariances(.posterior, chain: chain)
    expectClose(
      small, [0, 0.5 * 0.2 / 0.6], relative: 1e-9, absolute: 1e-12,
      "σₜ² = β̃ₜ = (1 − ᾱₜ₋₁)/(1 − ᾱₜ)·βₜ: 0 at t = 1, where ᾱ₀ = 1")
    let x = Tensor.ones([2, 3])
    let step = try ancestralStep(x, t: 2, predictedNoise: x, freshNoise: x, variance: 0.1, chain: chain)
    expectShape(step, [2, 3], "a step keeps the shape")
    try expectRefusal("t = 0") { _ = try ancestralMean(x, t: 0, predictedNoise: x, chain: chain) }
    try expectRefusal("a negative variance") {
      _ = try ancestralStep(x, t: 1, predictedNoise: x, freshNoise: x, variance: -1, chain: chain)
    }
  }

  func test2_ByHand() throws {
    // α₂ = 0.5625 = 0.75², β₂ = 0.4375, 1 − ᾱ₂ = 0.64 = 0.8².
    let chain = try DiffusionChain(alphaBars: [0.64, 0.36])
    let mean = try ancestralMean(Tensor([1]), t: 2, predictedNoise: Tensor([0.8]), chain: chain)
    expectClose(
      mean.onlyNumber, 0.5625 / 0.75,
      "μ = (x − β/√(1 − ᾱ)·ε̂)/√α = (1 − 0.4375/0.8·0.8)/0.75: β (not its root), ᾱ below it, and α outside")
    let noisy = try ancestralStep(
      Tensor([1]), t: 2, predictedNoise: Tensor([0.8]), freshNoise: Tensor([10]), variance: 0.04, chain: chain)
    expectClose(noisy.onlyNumber, 2.75, "μ + σ·z = 0.75 + 0.2·10: σ is the root of the variance 0.04")
    let last = try ancestralStep(
      Tensor([1]), t: 1, predictedNoise: Tensor([0.6]), freshNoise: Tensor([10]), variance: 0.04, chain: chain)
    expectClose(last.onlyNumber, 0.8, "no noise in the last step, t = 1, whatever the variance: (1 − 0.36/0.6·0.6)/0.8")
    let far = try ancestralStep(
      Tensor([9]), t: 1, predictedNoise: Tensor([0]), freshNoise: Tensor([0]), variance: 0, chain: chain)
    expectClose(far.onlyNumber, 11.25, "x̂₀ must not be clipped: 9/0.8 lies far outside [−1, 1], and stays there")
  }

  func test3_TheMeanIsThePosteriors() throws {
    var rng = stream("posterior")
    let chain = try randomChain(count: 9, using: &rng)
    for t in 1...9 {
      let x0 = Tensor.normal([2, 3], using: &rng)
      let noise = Tensor.normal([2, 3], using: &rng)
      let (here, before) = (try chain.alphaBar(t), try chain.alphaBar(t - 1))
      let (alpha, beta) = (try chain.alpha(t), try chain.beta(t))
      let xt = x0 * Float(here.squareRoot()) + noise * Float((1 - here).squareRoot())
      let mean = try ancestralMean(xt, t: t, predictedNoise: noise, chain: chain)
      let clean = before.squareRoot() * beta / (1 - here)
      let noisy = alpha.squareRoot() * (1 - before) / (1 - here)
      expectClose(
        mean, x0 * Float(clean) + xt * Float(noisy), relative: 1e-3, absolute: 1e-5,
        "with the true noise the mean must be that of q(xₜ₋₁ | xₜ, x₀), at t = \(t)")
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Step: Decodable {
        let t: Int
        let variance: Double
        let x, noise, fresh, after: [[Double]]
      }
      struct Path: Decodable {
        let variance: String
        let steps: [Step]
      }
      let alphaBars: [Double]
      let paths: [Path]
    }
    let content: Content = try Fixture.load("ancestral", from: .module)
    let chain = try DiffusionChain(alphaBars: content.alphaBars)
    for path in content.paths {
      let kind = path.variance == "beta" ? ReverseVariance.beta : .posterior
      let variances = try reverseVariances(kind, chain: chain)
      expectEqual(variances.count, chain.count, "one variance a step")
      for step in path.steps where step.t <= variances.count {
        expectClose(
          variances[step.t - 1], step.variance, relative: 1e-6, absolute: 1e-12,
          "diffusers has another σ² (\(path.variance)) at t = \(step.t)")
        let after = try ancestralStep(
          Tensor(rows: step.x), t: step.t, predictedNoise: Tensor(rows: step.noise),
          freshNoise: Tensor(rows: step.fresh), variance: step.variance, chain: chain)
        expectClose(
          after, Tensor(rows: step.after), relative: 1e-3, absolute: 1e-4,
          "DDPMScheduler.step (\(path.variance)) ends elsewhere at t = \(step.t)")
      }
    }
  }

  func test5_TheRun() throws {
    var rng = stream("run")
    let chain = try randomChain(count: 6, using: &rng)
    let start = Tensor.normal([3, 2], using: &rng)
    let variances = [0.5, 0.01, 0.2, 0.03, 0.4, 0.05]
    let witness = Witness { x, t in x * Float(0.1 * Double(t)) }
    var mine = rng
    var nodes: [Int] = []
    var seen: [Tensor] = []
    let end = try ancestralSample(
      predictor: witness.callAsFunction, initial: start, variances: variances, chain: chain, using: &rng,
      onStep: { t, x in
        nodes.append(t)
        seen.append(x)
      })
    expectEqual(
      witness.times, [6, 5, 4, 3, 2, 1], "ε̂ is asked once a step, at the time where the step begins: T, …, 1")
    expectEqual(nodes, [6, 5, 4, 3, 2, 1, 0], "onStep must hear of T and then of the time after each step, at last 0")
    var x = start
    for t in (1...6).reversed() {
      let (alpha, beta, here) = (try chain.alpha(t), try chain.beta(t), try chain.alphaBar(t))
      let shrunk = 1 - beta / (1 - here).squareRoot() * 0.1 * Double(t)
      x = x * Float(shrunk / alpha.squareRoot())
      if t > 1 { x = x + Tensor.normal(x.shape, using: &mine) * Float(variances[t - 1].squareRoot()) }
      if seen.count == 7 {
        expectClose(
          seen[7 - t], x, relative: 1e-3, absolute: 1e-5,
          "with the same z, x at time \(t - 1) must be another: σₜ² is variances[t − 1]")
      }
    }
    expectClose(end, x, relative: 1e-3, absolute: 1e-5, "the sample is the last x, at t = 0")
    expect(
      rng == mine, "draw z once in each step with t > 1 and not in the last, as Tensor.normal(x.shape, using: &rng)")
  }

  func test6_ExactOnGaussians() throws {
    var rng = stream("law")
    let count = 20_000
    let chain = try DiffusionChain(betas: (1...30).map { 0.012 * Double($0) })
    for law in [GaussianLaw(mean: 0.5, variance: 0.09), GaussianLaw(mean: 0, variance: 1)] {
      // The variance of the true reverse step: βₜ·Vₜ₋₁/Vₜ, which is βₜ when V is 1.
      let variances = try (1...30).map { t in
        try chain.beta(t) * law.spread(chain.alphaBar(t - 1)) / law.spread(chain.alphaBar(t))
      }
      let last = try chain.alphaBar(30)
      let start =
        Tensor.normal([count, 1], using: &rng) * Float(law.spread(last).squareRoot())
        + Float(last.squareRoot() * law.mean)
      var seen: [(t: Int, x: Tensor)] = []
      _ = try ancestralSample(
        predictor: law.predictor(chain), initial: start, variances: variances, chain: chain, using: &rng,
        onStep: { t, x in seen.append((t, x)) })
      for (t, x) in seen where [20, 10, 4, 1].contains(t) {
        let alphaBar = try chain.alphaBar(t)
        expectClose(
          x.moments.variance, law.spread(alphaBar), relative: 0.06,
          "with the exact ε̂ and the exact variance the chain must have the law of xₜ at t = \(t)")
        expectClose(x.moments.mean, alphaBar.squareRoot() * law.mean, absolute: 0.04, "and its mean")
      }
      expectEqual(seen.count, 31, "onStep must hear of the start and of the end of every step")
    }
  }
}
