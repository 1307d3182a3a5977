import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_3_Posterior: ExerciseTestCase {
  func test1_Shapes() throws {
    let chain = try DiffusionChain(alphaBars: [0.8, 0.4])
    let x = Tensor.ones([2, 1, 3])
    let mean = try posteriorMean(x0: x, xt: x, times: [1, 2], chain: chain)
    expectShape(mean, x.shape, "a mean of the shape of x₀")
    try expectRefusal("t = 0") { _ = try posteriorCoefficients(t: 0, chain: chain) }
    try expectRefusal("t beyond T") { _ = try posteriorCoefficients(t: 3, chain: chain) }
    try expectRefusal("one time for two rows") { _ = try posteriorMean(x0: x, xt: x, times: [1], chain: chain) }
  }

  func test2_ByHand() throws {
    let chain = try DiffusionChain(alphaBars: [0.8, 0.4])
    let first = try posteriorCoefficients(t: 1, chain: chain)
    expectClose(first.clean, 1, relative: 1e-9, "at t = 1 the mean is x₀ itself: ᾱ₀ = 1")
    expectClose(first.noisy, 0, absolute: 1e-12, "at t = 1 xₜ tells nothing that x₀ does not: ᾱ₀ = 1")
    expectClose(first.variance, 0, absolute: 1e-12, "β̃₁ = 0: who knows x₀ knows what came before x₁")
    let second = try posteriorCoefficients(t: 2, chain: chain)
    expectClose(
      second.clean, 0.8.squareRoot() * 0.5 / 0.6, relative: 1e-9,
      "the factor of x₀ is √ᾱₜ₋₁·βₜ/(1 − ᾱₜ) = √0.8·0.5/0.6")
    expectClose(
      second.noisy, 0.5.squareRoot() * 0.2 / 0.6, relative: 1e-9,
      "the factor of xₜ is √αₜ·(1 − ᾱₜ₋₁)/(1 − ᾱₜ) = √0.5·0.2/0.6; the root is over αₜ alone")
    expectClose(second.variance, 0.5 * 0.2 / 0.6, relative: 1e-9, "β̃ₜ = βₜ·(1 − ᾱₜ₋₁)/(1 − ᾱₜ) = 0.5·0.2/0.6")
  }

  func test3_BayesOnAGrid() throws {
    var rng = stream("bayes")
    for _ in 0..<4 {
      let chain = try randomChain(count: 5, using: &rng)
      let t = 2 + rng.integer(below: 4)
      let (x0, xt) = (rng.nextNormal(), rng.nextNormal())
      let (alpha, beta) = (try chain.alpha(t), try chain.beta(t))
      let before = try chain.alphaBar(t - 1)
      // q(xₜ | y)·q(y | x₀) on a grid of y.
      let grid = (0...20_000).map { -10 + 0.001 * Double($0) }
      let weights = grid.map { y in
        exp(
          -pow(xt - alpha.squareRoot() * y, 2) / (2 * beta)
            - pow(y - before.squareRoot() * x0, 2) / (2 * (1 - before)))
      }
      let total = weights.reduce(0, +)
      let mean = zip(grid, weights).map { $0 * $1 }.reduce(0, +) / total
      let variance = zip(grid, weights).map { ($0 - mean) * ($0 - mean) * $1 }.reduce(0, +) / total
      let got = try posteriorCoefficients(t: t, chain: chain)
      expectClose(got.clean * x0 + got.noisy * xt, mean, relative: 1e-6, absolute: 1e-8, "Bayes' rule has another mean")
      expectClose(got.variance, variance, relative: 1e-6, "Bayes' rule has another variance")
    }
  }

  func test4_ItMarginalisesBack() throws {
    let chain = try ddpmChain()
    var (mean, variance) = ([Double](), [Double]())
    for t in 1...1000 {
      let c = try posteriorCoefficients(t: t, chain: chain)
      let here = try chain.alphaBar(t)
      mean.append(c.clean + c.noisy * here.squareRoot())
      variance.append(c.variance + c.noisy * c.noisy * (1 - here))
    }
    let before = try (1...1000).map { try chain.alphaBar($0 - 1) }
    expectClose(
      mean, before.map { $0.squareRoot() }, relative: 1e-9,
      "averaged over xₜ, the mean must be that of q(xₜ₋₁ | x₀): clean + noisy·√ᾱₜ = √ᾱₜ₋₁")
    expectClose(
      variance, before.map { 1 - $0 }, relative: 1e-7, absolute: 1e-12,
      "averaged over xₜ, the variance must be that of q(xₜ₋₁ | x₀): β̃ₜ + noisy²·(1 − ᾱₜ) = 1 − ᾱₜ₋₁")
  }

  func test5_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let t: Int
        let mean: [Double]
        let gridMean, gridVariance: Double?
      }
      let x0, xt: [Double]
      let cases: [Case]
    }
    let content: Content = try Fixture.load("posterior", from: .module)
    let chain = try ddpmChain()
    for known in content.cases {
      let x0 = Tensor(content.x0, shape: [1, content.x0.count])
      let xt = Tensor(content.xt, shape: [1, content.xt.count])
      let mean = try posteriorMean(x0: x0, xt: xt, times: [known.t], chain: chain)
      expectClose(
        mean, Tensor(known.mean, shape: [1, known.mean.count]), relative: 1e-4, absolute: 1e-5,
        "DDPMScheduler has another mean at t = \(known.t)")
      let c = try posteriorCoefficients(t: known.t, chain: chain)
      if let variance = known.gridVariance {
        expectClose(c.variance, variance, relative: 1e-6, "a fine grid has another variance at t = \(known.t)")
      }
    }
  }

  func test6_RowsHaveTimesOfTheirOwn() throws {
    var rng = stream("rows")
    let chain = try randomChain(count: 6, using: &rng)
    let x0 = Tensor.normal([3, 3], using: &rng)
    let xt = Tensor.normal([3, 3], using: &rng)
    let times = [6, 1, 3]
    let mean = try posteriorMean(x0: x0, xt: xt, times: times, chain: chain)
    expectShape(mean, [3, 3])
    for (row, t) in times.enumerated() {
      let (alpha, beta) = (try chain.alpha(t), try chain.beta(t))
      let (here, before) = (try chain.alphaBar(t), try chain.alphaBar(t - 1))
      let clean = before.squareRoot() * beta / (1 - here)
      let noisy = alpha.squareRoot() * (1 - before) / (1 - here)
      expectClose(
        mean[row], x0[row] * Float(clean) + xt[row] * Float(noisy), relative: 1e-4, absolute: 1e-6,
        "row \(row) stands at t = \(t): its own factors, x₀ with the first and xₜ with the second")
    }
  }
}
