import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_8_LogLikelihood: ExerciseTestCase {
  private struct Content: Decodable {
    struct Law: Decodable {
      let mixture: KnownMixture
      let x: [[Double]]
      let logDensity: [Double]
      let followed: [Double]?
    }
    struct Determinant: Decodable {
      let matrix: [[Double]]
      let h, determinant: Double
    }
    let plane, line: Law
    let determinants: [Determinant]
  }

  /// v(x, y; t) = (x²y, y³ + 5x + t): ∇·v = 2xy + 3y². The 5x is there to be left out.
  private let bent: Velocity = { x, t in
    let (first, second) = (x.sliced(axis: 1, 0..<1), x.sliced(axis: 1, 1..<2))
    return concatenated([square(first) * second, square(second) * second + first * 5 + Float(t)], axis: 1)
  }

  /// The four vectors (±1, ±1), each for a batch of `count` points.
  private func signs(_ count: Int) -> [Tensor] {
    [[1.0, 1], [1, -1], [-1, 1], [-1, -1]].map { Tensor(rows: Array(repeating: $0, count: count)) }
  }

  func test1_Shapes() throws {
    let x = Tensor.ones([4, 2])
    let exact = try divergence(of: bent, x: x, t: 0.5)
    expectShape(exact.value, [4, 2], "the velocity has the shape of x")
    expectShape(exact.divergence, [4], "one divergence a point")
    expect(!exact.divergence.isTracked && !exact.value.isTracked, "the results should be detached() from the graph")
    let estimated = try divergence(of: bent, x: x, t: 0.5, probes: .ones([4, 2]))
    expectShape(estimated.divergence, [4], "one divergence a point")
    expect(
      !estimated.divergence.isTracked && !estimated.value.isTracked, "the results should be detached() from the graph")
    let logs = try logLikelihood(LineFlow().velocity, x: x, times: [1, 0.5, 0])
    expectShape(logs, [4], "one log-density a point")
    try expectRefusal("rising times") { _ = try logLikelihood(LineFlow().velocity, x: x, times: [0, 0.5, 1]) }
    try expectRefusal("a Jacobian that is not square") { _ = try stepDeterminant(jacobian: [[1, 2]], step: 0.1) }
  }

  func test2_TheDeterminantOfASmallStep() throws {
    let jacobian = [[1.0, 2], [3, 4]]
    for (step, exact, first) in [(0.1, 1.48, 1.5), (0.01, 1.0498, 1.05), (-0.1, 0.48, 0.5)] {
      let got = try stepDeterminant(jacobian: jacobian, step: step)
      expectClose(got.exact, exact, relative: 1e-9, "det(I + Δt·J) of [[1, 2], [3, 4]] at Δt = \(step)")
      expectClose(
        got.firstOrder, first, relative: 1e-9,
        "1 + Δt·tr J at Δt = \(step): only the diagonal, 1 + 4, not the sum of all entries, 10")
    }
    let content: Content = try Fixture.load("likelihoods", from: .module)
    for known in content.determinants {
      let got = try stepDeterminant(jacobian: known.matrix, step: known.h)
      expectClose(
        got.exact, known.determinant, relative: 1e-9, "numpy.linalg.det(I + hA) for \(known.matrix.count) dimensions")
      let half = try stepDeterminant(jacobian: known.matrix, step: known.h / 64)
      let scale = known.matrix.joined().reduce(1) { $0 + abs($1) }
      expect(
        abs(half.exact - half.firstOrder) <= pow(known.h / 64 * scale, 2) * 2,
        "determinant and 1 + Δt·tr J must agree to first order in Δt, but differ by \(half.exact - half.firstOrder)")
    }
  }

  func test3_DivergenceByHand() throws {
    let x = Tensor(rows: [[1, 2], [-3, 0.5], [0, -1]])
    let exact = try divergence(of: bent, x: x, t: 7)
    expectClose(
      exact.value, Tensor(rows: [[2, 20], [4.5, -7.875], [0, 6]]), "the velocity at (x, t) must be returned as well")
    expectClose(
      exact.divergence, Tensor([16, -2.25, 3]),
      "∇·v = ∂v₁/∂x₁ + ∂v₂/∂x₂ = 2xy + 3y²: only the diagonal of the Jacobian, not the sum of all its entries")
    let witness = Witness(bent)
    _ = try divergence(of: witness.callAsFunction, x: x, t: 0.25)
    expectEqual(Set(witness.times), [0.25], "v must be asked at the time that was given")
    let constant = try divergence(of: { _, _ in .ones([3, 2]) }, x: x, t: 0)
    expectClose(constant.divergence, .zeros([3]), "a velocity that does not depend on x has no divergence")
  }

  func test4_HutchinsonsEstimate() throws {
    var rng = stream("matrices")
    for _ in 0..<3 {
      let matrix = Tensor.normal([2, 2], using: &rng)
      let x = Tensor.normal([5, 2], using: &rng)
      let field: Velocity = { x, _ in matmul(x, matrix, transposeB: true) }
      var sum = Tensor.zeros([5])
      for probes in signs(5) {
        let estimate = try divergence(of: field, x: x, t: 0, probes: probes)
        let u = probes[0]
        let want = (matmul(matrix, u.reshaped([2, 1])).reshaped([2]) * u).sum()
        expectClose(
          estimate.divergence, want.broadcast(to: [5]), relative: 1e-4, absolute: 1e-5,
          "for v = Ax the estimate is uᵀAu: seed the backward pass with u, then multiply by u and sum")
        sum = sum + estimate.divergence
      }
      let m = matrix.scalars
      expectClose(
        sum * 0.25, .full(m[0] + m[3], [5]), relative: 1e-4, absolute: 1e-5,
        "the mean over the probes (±1, ±1) must be the trace exactly")
    }
  }

  func test5_OneGaussian() throws {
    // N(0, 1) → N(0, ¼) at x = 0.3: −0.40579 is right, and this is what Heun's steps make of it.
    for (steps, want) in [(5, -0.40844), (10, -0.40681), (20, -0.40610), (40, -0.40587)] {
      let got = try logLikelihood(
        LineFlow().velocity, x: Tensor(rows: [[0.3]]), times: evenTimes(steps: steps, from: 1, to: 0))
      expectClose(
        got.onlyNumber, want, absolute: 3e-5,
        "N(0, ¼) at 0.3 with \(steps) steps: log p₀(z₀) − ∫∇·v dt, where dt < 0 on the way back. 1.38 too low means "
          + "the "
          + "wrong sign of the integral; a small error, that v and ∇·v were not averaged over both ends of a step")
    }
    var rng = stream("gaussian")
    for (mean, deviation) in [(0.0, 0.5), (1.5, 2), (-1, 0.3)] {
      let x = Tensor.normal([6, 3], using: &rng) * Float(deviation) + Float(mean)
      let got = try logLikelihood(
        LineFlow(mean: mean, deviation: deviation).velocity, x: x, times: evenTimes(steps: 200, from: 1, to: 0))
      let variance = deviation * deviation
      let want =
        square(x - Float(mean)).sum(axis: 1) * Float(-0.5 / variance) - Float(1.5 * log(2 * Double.pi * variance))
      expectClose(got, want, relative: 1e-3, absolute: 3e-3, "log N(x; \(mean), \(deviation)²) in three dimensions")
    }
  }

  func test6_AgainstOtherLibraries() throws {
    let content: Content = try Fixture.load("likelihoods", from: .module)
    for (name, known, steps) in [("line", content.line, 200), ("plane", content.plane, 200)] {
      let got = try logLikelihood(
        known.mixture.velocity, x: Tensor(rows: known.x), times: evenTimes(steps: steps, from: 1, to: 0))
      expectClose(
        got, Tensor(known.logDensity, shape: [known.x.count]), relative: 2e-3, absolute: 5e-3,
        "torch.distributions has other log-densities for a mixture (\(name))")
      if let followed = known.followed {
        expectClose(
          got, Tensor(followed, shape: [known.x.count]), relative: 2e-3, absolute: 5e-3,
          "flow_matching's ODESolver.compute_likelihood has other log-densities (\(name))")
      }
    }
    // Another law to begin with: the one that is N(0, 4I) at t = 0, carried nowhere.
    let still = try logLikelihood(
      { x, _ in x * 0 }, x: .zeros([2, 2]), times: [1, 0], baseLogDensity: { x in square(x).sum(axis: 1) + 42 })
    expectClose(still, .full(42, [2]), "where nothing moves the answer is baseLogDensity at x itself")
    // v = 1 moves everything by 1: the base is asked where the point came from.
    let moved = try logLikelihood(
      { x, _ in x * 0 + 1 }, x: Tensor(rows: [[3, 3]]), times: [1, 0.5, 0], baseLogDensity: { $0.sum(axis: 1) })
    expectClose(
      moved.onlyNumber, 4, "baseLogDensity must be asked at z₀, where the point came from: (2, 2), not (3, 3)")
  }

  func test7_EstimatesAverageToTheExactValue() throws {
    struct Plane: Decodable { let mixture: KnownMixture }
    var rng = stream("average")
    let flow = try Fixture.load("schedulers", from: .module, as: Plane.self).mixture.velocity
    let x = Tensor.normal([4, 2], using: &rng) * 0.5
    let times = try evenTimes(steps: 20, from: 1, to: 0.1)
    let exact = try logLikelihood(flow, x: x, times: times)
    var sum = Tensor.zeros([4])
    for probes in signs(4) {
      let estimate = try logLikelihood(flow, x: x, times: times, probes: probes)
      sum = sum + estimate
    }
    expectClose(
      sum * 0.25, exact, relative: 1e-3, absolute: 5e-3,
      "the mean over the probes (±1, ±1) must be the exact value: keep each row's probe for the whole path")
    // v = Ax has uᵀAu everywhere, so that is the whole integral: 1 for u = (1, 1), 0 for u = (1, −1).
    let linear: Velocity = { x, _ in matmul(x, Tensor(rows: [[0.1, 0.2], [0.3, 0.4]]), transposeB: true) }
    for (probe, want) in [([1.0, 1], -1.0), ([1, -1], 0)] {
      let one = try logLikelihood(
        linear, x: Tensor(rows: [[0.5, 2]]), times: [1, 0.6, 0], probes: Tensor(rows: [probe]),
        baseLogDensity: { _ in .zeros([1]) })
      expectClose(
        one.onlyNumber, want, absolute: 1e-5,
        "with v = Ax the integral is −uᵀAu: the probes must be used at both ends of each step")
    }
  }
}
