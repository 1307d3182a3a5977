import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_5_IdealDenoiser: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let x = Tensor.normal([5, 3], using: &rng)
    let data = Tensor.normal([9, 3], using: &rng)
    let clean = try idealDenoiser(x, sigma: 0.5, data: data)
    expectShape(clean, [5, 3], "one answer for each row of x")
    let mixture = try GaussianMixture(means: data, standardDeviation: 0.2)
    let blurred = try mixtureDenoiser(x, sigma: 0.5, mixture: mixture)
    expectShape(blurred, [5, 3], "one answer for each row of x")
    try expectRefusal("data of another dimension") { _ = try idealDenoiser(x, sigma: 1, data: .ones([4, 2])) }
    try expectRefusal("sigma = 0") { _ = try idealDenoiser(x, sigma: 0, data: data) }
  }

  func test2_ByHand() throws {
    let x = Tensor(column: [-2, -0.3, 0, 0.4, 1.5])
    for sigma in [0.6, 1.0, 2.0] {
      let clean = try idealDenoiser(x, sigma: sigma, data: Tensor(column: [-1, 1]))
      expectClose(
        clean, tanh(x * Float(1 / (sigma * sigma))), relative: 1e-4, absolute: 1e-6,
        "for the data −1 and 1, D = tanh(x/σ²): the exponent is −‖x − y‖²/(2σ²), with the 2, the squares, and the "
          + "minus")
    }
    let lone = try idealDenoiser(x, sigma: 1, data: Tensor(column: [0.7]))
    expectClose(lone, .full(0.7, [5, 1]), "a single data point is always the answer")

    let cloud = try GaussianMixture(means: Tensor(column: [1]), standardDeviation: 0.5)
    let compromise = try mixtureDenoiser(Tensor(column: [3]), sigma: 1, mixture: cloud)
    expectClose(
      Double(compromise.item()), (0.25 * 3 + 1) / 1.25,
      "one Gaussian: D = (s²x + σ²μ)/(s² + σ²), a compromise between x and the centre")
  }

  func test3_Limits() throws {
    var rng = stream("limits")
    // 256 dimensions: even the nearest point's exponent is then about −256/2, and exp(−128) is 0 in Float32.
    let data = Tensor.normal([100, 256], using: &rng)
    let far = try idealDenoiser(Tensor.normal([3, 256], using: &rng) * 10_000, sigma: 10_000, data: data)
    let mean = data.mean(axes: [0], keepDims: true).broadcast(to: [3, 256])
    expectClose(far, mean, absolute: 0.02, "in all that noise the best answer is nearly the mean of the data")

    let picked = data.take([7, 42, 99])
    let near = picked + Tensor.normal([3, 256], using: &rng) * 0.002
    let clean = try idealDenoiser(near, sigma: 0.002, data: data)
    expectFinite(clean, "every exp was 0, and 0/0 is NaN: subtract the largest exponent before exp")
    expectClose(clean, picked, absolute: 1e-5, "with hardly any noise the answer is the nearest data point")

    let mixture = try GaussianMixture(means: data, standardDeviation: 0.01)
    let beside = picked + Tensor.normal([3, 256], using: &rng) * 0.05
    let settled = try mixtureDenoiser(beside, sigma: 0.002, mixture: mixture)
    expectFinite(
      settled,
      "every exp was 0 (subtract the largest exponent first), or (s² + σ²)^(−D/2) has overflowed: its logarithm, "
        + "−(D/2)·log(s² + σ²), belongs to the exponent")
    // s² outweighs σ² by 25 to 1.
    expectClose(
      settled, beside * (25.0 / 26) + picked * (1.0 / 26), absolute: 1e-5,
      "with less noise than a component is wide, x is nearly left alone: don't forget the component's own variance")
  }

  func test4_AgainstOtherLibraries() throws {
    struct Digits: Decodable {
      struct Case: Decodable {
        let sigma: Double
        let x, denoised: [[Double]]
      }
      let pixels: [[Double]]
      let cases: [Case]
    }
    let digits: Digits = try Fixture.load("digits-denoiser", from: .module)
    let data = Tensor(rows: digits.pixels) * 0.125 - 1
    for known in digits.cases {
      let clean = try idealDenoiser(Tensor(rows: known.x), sigma: known.sigma, data: data)
      expectClose(
        clean, Tensor(rows: known.denoised), relative: 1e-3, absolute: 2e-4,
        "SciPy has another answer for the first 12 digits of scikit-learn at σ = \(known.sigma)")
    }

    struct Trio: Decodable {
      struct Mixture: Decodable {
        let weights, variances: [Double]
        let means: [[Double]]
      }
      struct Case: Decodable {
        let sigma: Double
        let x, denoised: [[Double]]
      }
      let mixture: Mixture
      let cases: [Case]
    }
    let trio: Trio = try Fixture.load("mixture-denoiser", from: .module)
    let mixture = try GaussianMixture(
      weights: trio.mixture.weights, means: Tensor(rows: trio.mixture.means), variances: trio.mixture.variances)
    for known in trio.cases {
      let clean = try mixtureDenoiser(Tensor(rows: known.x), sigma: known.sigma, mixture: mixture)
      expectClose(
        clean, Tensor(rows: known.denoised), relative: 1e-3, absolute: 1e-4,
        "torch.distributions has another answer at σ = \(known.sigma): check wₖ, and (sₖ² + σ²)^(−D/2), which "
          + "matters once the components' variances differ")
    }
  }

  func test5_TweediesFormula() throws {
    var rng = stream("tweedie")
    for _ in 0..<4 {
      let means = Tensor.normal([4, 3], using: &rng)
      let weights = (0..<4).map { _ in 0.2 + rng.nextUniform() }
      let variances = (0..<4).map { _ in 0.05 + rng.nextUniform() }
      let mixture = try GaussianMixture(weights: weights, means: means, variances: variances)
      let sigma = 0.3 + rng.nextUniform()
      let x = Tensor.normal([6, 3], using: &rng)
      let clean = try mixtureDenoiser(x, sigma: sigma, mixture: mixture)

      let widths = mixture.variances.map { $0 + sigma * sigma }
      let constants = Tensor(zip(mixture.weights, widths).map { log($0) - 1.5 * log($1) }, shape: [1, 4])
      let slope = gradient(
        of: { x in
          let distances = square(x.expandedDimensions(axis: 1) - means).sum(axes: [2])
          return logSumExp(constants - distances * Tensor(widths.map { 0.5 / $0 }, shape: [1, 4]), axes: [1]).sum()
        }, at: x)
      expectClose(
        clean, x + slope * Float(sigma * sigma), relative: 1e-3, absolute: 1e-4,
        "D = x + σ²∇log p(x; σ) must hold, with the gradient taken by automatic differentiation")

      let points = try GaussianMixture(
        weights: [1, 1, 1, 1], means: means, variances: [0, 0, 0, 0])
      let viaMixture = try mixtureDenoiser(x, sigma: sigma, mixture: points)
      let viaData = try idealDenoiser(x, sigma: sigma, data: means)
      expectClose(
        viaMixture, viaData, relative: 1e-3, absolute: 1e-4, "a mixture without variance is a finite data set")
    }
  }

  func test6_ItsSlopeIsAVariance() throws {
    let points = Tensor(column: [-1, 1])
    for sigma in [0.5, 1.0, 2.0] {
      let x = Tensor(column: [-1.5, -0.2, 0.1, 0.9]).tracked()
      let clean = try idealDenoiser(x, sigma: sigma, data: points)
      let slope = grad(of: clean.sum(), wrt: [x])[0]
      let variance = (1 - square(clean.detached())) * Float(1 / (sigma * sigma))
      expectClose(
        slope, variance, relative: 1e-3, absolute: 1e-5,
        "dD/dx must be the variance of what x may come from, over σ²: for −1 and 1 that is (1 − D²)/σ²")

      let mixture = try GaussianMixture(means: points, standardDeviation: 0.3)
      let blurred = try mixtureDenoiser(x, sigma: sigma, mixture: mixture)
      let blurredSlope = grad(of: blurred.sum(), wrt: [x])[0]
      let total = 0.09 + sigma * sigma
      let side = tanh(x.detached() * Float(1 / total))
      let want = (1 - square(side)) * Float(sigma * sigma / (total * total)) + Float(0.09 / total)
      expectClose(
        blurredSlope, want, relative: 1e-3, absolute: 1e-5,
        "dD/dx must be the variance of what x may come from, over σ²: also for two clouds")
    }
  }
}
