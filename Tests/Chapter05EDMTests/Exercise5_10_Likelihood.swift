import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_10_Likelihood: ExerciseTestCase {
  /// f(x, y) = (x²y, y³ + 5x): ∇·f = 2xy + 3y². The 5x is there to be left out.
  private let bent: VectorField = { x in
    let (first, second) = (x.sliced(axis: 1, 0..<1), x.sliced(axis: 1, 1..<2))
    return concatenated([square(first) * second, square(second) * second + first * 5], axis: 1)
  }

  /// The four vectors (±1, ±1), each for a batch of `count` points.
  private func signs(_ count: Int) -> [Tensor] {
    [[1.0, 1], [1, -1], [-1, 1], [-1, -1]].map { Tensor(rows: Array(repeating: $0, count: count)) }
  }

  /// Rising levels, evenly spaced in ln σ.
  private func grid(_ count: Int, from low: Double, to high: Double) -> [Double] {
    (0...count).map { low * pow(high / low, Double($0) / Double(count)) }
  }

  func test1_Shapes() throws {
    let x = Tensor.ones([4, 2])
    let exact = try exactDivergence(of: bent, at: x)
    expectShape(exact.value, [4, 2], "the field has the shape of x")
    expectShape(exact.divergence, [4], "one divergence a point")
    expect(!exact.divergence.isTracked && !exact.value.isTracked, "the results should be detached() from the graph")
    let estimated = try estimatedDivergence(of: bent, at: x, probes: .ones([4, 2]))
    expectShape(estimated.divergence, [4], "one divergence a point")
    let law = GaussianLaw()
    let logs = try odeLogLikelihood(denoiser: law.denoiser, x: x, sigmas: [0.5, 1, 2])
    expectShape(logs, [4], "one log-density a point")
    try expectRefusal("a falling grid") {
      _ = try odeLogLikelihood(denoiser: law.denoiser, x: x, sigmas: [2, 1, 0.5])
    }
  }

  func test2_DivergenceByHand() throws {
    let x = Tensor(rows: [[1, 2], [-3, 0.5], [0, -1]])
    let exact = try exactDivergence(of: bent, at: x)
    expectClose(
      exact.value, Tensor(rows: [[2, 13], [4.5, -14.875], [0, -1]]),
      "the field itself must be returned as well")
    expectClose(
      exact.divergence, Tensor([16, -2.25, 3]),
      "∇·f = ∂f₁/∂x₁ + ∂f₂/∂x₂ = 2xy + 3y²: only the diagonal of the Jacobian, not the sum of all its entries")
    let constant = try exactDivergence(of: { _ in .ones([3, 2]) }, at: x)
    expectClose(constant.divergence, .zeros([3]), "a field that does not depend on x has no divergence")
  }

  func test3_HutchinsonsEstimate() throws {
    var rng = stream("matrices")
    for _ in 0..<3 {
      let matrix = Tensor.normal([2, 2], using: &rng)
      let x = Tensor.normal([5, 2], using: &rng)
      let field: VectorField = { matmul($0, matrix, transposeB: true) }
      var sum = Tensor.zeros([5])
      for probes in signs(5) {
        let estimate = try estimatedDivergence(of: field, at: x, probes: probes)
        let v = probes[0]
        let want = (matmul(matrix, v.reshaped([2, 1])).reshaped([2]) * v).sum()
        expectClose(
          estimate.divergence, want.broadcast(to: [5]), relative: 1e-4, absolute: 1e-5,
          "for f = Ax the estimate is vᵀAv: seed the backward pass with v, then multiply by v and sum")
        sum = sum + estimate.divergence
      }
      let m = matrix.scalars
      expectClose(
        sum * 0.25, .full(m[0] + m[3], [5]), relative: 1e-4, absolute: 1e-5,
        "the mean over the probes (±1, ±1) must be the trace exactly")
    }
  }

  func test4_Gaussian() throws {
    var rng = stream("gaussian")
    for (variance, top) in [(0.25, 3.0), (1.0, 4.0), (0.25, 80.0)] {
      let law = GaussianLaw(mean: 0, variance: variance)
      let x = Tensor.normal([6, 2], using: &rng)
      let low = 0.05
      let logs = try odeLogLikelihood(
        denoiser: law.denoiser, x: x, sigmas: grid(300, from: low, to: top), sigmaData: variance.squareRoot())
      let total = variance + low * low
      let want = square(x).sum(axes: [1]) * Float(-0.5 / total) - Float(log(2 * Double.pi * total))
      expectClose(
        logs, want, relative: 1e-3, absolute: 3e-3,
        "log N(x; 0, (v + σ_min²)I), v = \(variance), σ_max = \(top). Check the sign of the integral, that it runs "
          + "upwards, and that the Gaussian at its end has the variance σ_max² + σ_d² and the factor (2π…)^(−D/2)")
    }
  }

  func test5_AgainstTorchDistributions() throws {
    struct Content: Decodable {
      let twin: TwinLaw
      let sigmaMin: Double
      let x: [[Double]]
      let logDensity: [Double]
    }
    let content: Content = try Fixture.load("likelihood", from: .module)
    let logs = try odeLogLikelihood(
      denoiser: content.twin.denoiser, x: Tensor(rows: content.x), sigmas: grid(200, from: content.sigmaMin, to: 80),
      sigmaData: 0.84)
    expectClose(
      logs, Tensor(content.logDensity, shape: [content.x.count]), relative: 1e-3, absolute: 5e-3,
      "torch.distributions has other log-densities for two Gaussians at σ = \(content.sigmaMin)")
  }

  func test6_EstimatesAverageToTheExactValue() throws {
    var rng = stream("average")
    let law = TwinLaw()
    let x = Tensor.normal([4, 2], using: &rng)
    let sigmas = grid(20, from: 0.1, to: 20)
    let exact = try odeLogLikelihood(denoiser: law.denoiser, x: x, sigmas: sigmas)
    var sum = Tensor.zeros([4])
    for probes in signs(4) {
      let estimate = try odeLogLikelihood(denoiser: law.denoiser, x: x, sigmas: sigmas, probes: probes)
      sum = sum + estimate
    }
    expectClose(
      sum * 0.25, exact, relative: 1e-4, absolute: 1e-3,
      "the mean over the probes (±1, ±1) must be the exact value: keep each row's probe for the whole path")
  }

  func test7_ADensityIntegratesToOne() throws {
    let law = GaussianLaw(mean: 0, variance: 0.25)
    // A grid of 33 × 33 points from −2 to 2.
    let axis = (0..<33).map { -2 + Double($0) / 8 }
    let x = Tensor(rows: axis.flatMap { a in axis.map { b in [a, b] } })
    let logs = try odeLogLikelihood(denoiser: law.denoiser, x: x, sigmas: grid(60, from: 0.1, to: 10))
    let mass = Double(exp(logs).sum().item()) / 64
    expectClose(mass, 1, absolute: 0.03, "the densities must add up to 1 over the plane")
  }
}
