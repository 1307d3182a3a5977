import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_3_ExactVelocity: ExerciseTestCase {
  private struct Content: Decodable {
    struct Line: Decodable {
      let startMean, startDeviation, endMean, endDeviation, t, x, velocity: Double
    }
    struct OnTheLine: Decodable {
      struct Case: Decodable { let t, x, velocity: Double }
      let mixture: KnownMixture
      let cases: [Case]
    }
    struct InThePlane: Decodable {
      struct Case: Decodable {
        let t: Double
        let x, velocity: [[Double]]
      }
      let mixture: KnownMixture
      let cases: [Case]
    }
    struct Finite: Decodable {
      struct Case: Decodable {
        let t: Double
        let x, velocity: [[Double]]
      }
      let pixels: [[Double]]
      let cases: [Case]
    }
    let gaussians: [Line]
    let line: OnTheLine
    let plane: InThePlane
    let finite: Finite
  }

  private struct Matrices: Decodable {
    struct Case: Decodable {
      let t: Double
      let x, velocity: [[Double]]
    }
    let start, end, flow: [[Double]]
    let flowCost, bestCost: Double
    let velocities: [Case]
  }

  func test1_Shapes() throws {
    let x = Tensor.ones([5, 2])
    let standard = try Gaussian.standard(dimensions: 2)
    let one = try gaussianVelocity(x, t: 0.5, from: standard, to: standard)
    expectShape(one, [5, 2], "one velocity a point")
    let mixture = try IsotropicMixture(means: Tensor(rows: [[0, 1], [2, 3], [4, 5]]), standardDeviation: 0.5)
    let two = try mixtureVelocity(x, t: 0.5, mixture: mixture)
    expectShape(two, [5, 2], "one velocity a point")
    let three = try dataVelocity(x, t: 0.5, data: .zeros([7, 2]))
    expectShape(three, [5, 2], "one velocity a point, whatever the number of data")
    try expectRefusal("t = 1 for a finite data set") { _ = try dataVelocity(x, t: 1, data: .zeros([7, 2])) }
    try expectRefusal("t = 2") { _ = try mixtureVelocity(x, t: 2, mixture: mixture) }
  }

  func test2_ByHand() throws {
    // N(0, 1) → N(2, ¼) at t = 0.4, x = 0.5: 2 + (0.1 − 0.6)/0.4·(0.5 − 0.8)
    let (noise, law) = (
      try Gaussian(mean: 0, standardDeviation: 1), try Gaussian(mean: 2, standardDeviation: 0.5)
    )
    let x = Tensor(rows: [[0.5]])
    let gaussian = try gaussianVelocity(x, t: 0.4, from: noise, to: law)
    expectClose(
      gaussian.onlyNumber, 2.375,
      "(m₁ − m₀) + (tΣ₁ − (1 − t)Σ₀)·Σ_t⁻¹·(x − m_t): the drift is 2, m_t is 0.8 and Σ_t is 0.4")
    let mixture = try mixtureVelocity(
      x, t: 0.4, mixture: IsotropicMixture(weights: [1], means: Tensor(rows: [[2]]), variances: [0.25]))
    expectClose(
      mixture.onlyNumber, 2.375, "a mixture of one component is a Gaussian: v₁ = (1 − t)² + t²s² is 0.4, with s² = ¼")
    // data ±1: (tanh(tx/(1 − t)²) − x)/(1 − t)
    for (t, want) in [(0.0, -0.3), (0.25, -0.2232683), (0.5, 0.4740991), (0.75, 2.7940318)] {
      let finite = try dataVelocity(Tensor(rows: [[0.3]]), t: t, data: Tensor(rows: [[1], [-1]]))
      expectClose(
        finite.onlyNumber, want, relative: 1e-5,
        "data ±1 at x = 0.3, t = \(t): (E[x₁|x] − x)/(1 − t), with the weights exp(−(x − t·y)²/2(1 − t)²)")
    }
    // Two components of unequal weight and width, where they overlap.
    let unequal = try mixtureVelocity(
      Tensor(rows: [[0]]), t: 0.5,
      mixture: IsotropicMixture(weights: [3, 1], means: Tensor(rows: [[1], [-1]]), variances: [1, 3]))
    // v₁ = ½, v₂ = 1; r ∝ 0.75·√2·e^(−¼) and 0.25·e^(−⅛); velocities 1 and −1 + ½
    let (first, second) = (0.75 * 2.0.squareRoot() * exp(-0.25), 0.25 * exp(-0.125))
    expectClose(
      unequal.onlyNumber, (first * 1 - second * 0.5) / (first + second), relative: 1e-5,
      "components of different weight and width: weigh with wₖ·vₖ^(−D/2)·exp(−‖x − tμₖ‖²/2vₖ)")
  }

  func test3_AtTheEnds() throws {
    var rng = stream("ends")
    let x = Tensor.normal([6, 2], using: &rng) * 2
    let mixture = try IsotropicMixture(
      weights: [0.5, 0.3, 0.2], means: Tensor(rows: [[-1, 0.25], [0.75, 1], [0.5, -1.25]]),
      variances: [0.04, 0.25, 0.01])
    let start = try mixtureVelocity(x, t: 0, mixture: mixture)
    expectClose(
      x + start, Tensor(rows: Array(repeating: [-0.175, 0.175], count: 6)), absolute: 1e-5,
      "at t = 0 nothing is known of x₁: x + v(x, 0) must be the mean of the data for every x")
    let end = try mixtureVelocity(x, t: 1, mixture: mixture)
    expectClose(
      end, x, absolute: 1e-4, "at t = 1 nothing is known of x₀, whose mean is 0: v(x, 1) must be x, and not 0/0")
    let data = Tensor.normal([9, 2], using: &rng)
    let first = try dataVelocity(x, t: 0, data: data)
    expectClose(
      x + first, data.mean(axes: [0], keepDims: true).broadcast(to: [6, 2]), absolute: 1e-5,
      "at t = 0 x + v(x, 0) must be the mean of the data for every x")
    let law = try Gaussian(mean: [1, -2], covariance: [[2, 0.5], [0.5, 1]])
    let standard = try Gaussian.standard(dimensions: 2)
    let away = try gaussianVelocity(x, t: 0, from: standard, to: law)
    expectClose(
      x + away, Tensor(rows: Array(repeating: [1, -2], count: 6)), absolute: 1e-5, "x + v(x, 0) must be the mean")
    let home = try gaussianVelocity(x, t: 1, from: standard, to: law)
    expectClose(home, x, absolute: 1e-4, "at t = 1 the Gaussian's velocity must be x − m₀")

    let pictures = Tensor.normal([20, 256], using: &rng)
    let late = try dataVelocity(pictures * 0.999 + 0.05, t: 0.999, data: pictures)
    expectFinite(late, "near t = 1 the exponents are huge: subtract the largest before exp, or use softmax")
    expectClose(
      pictures * 0.999 + 0.05 + late * 0.001, pictures, absolute: 1e-3,
      "near t = 1 the velocity must point at the nearest datum")
  }

  func test4_AgainstOtherLibraries() throws {
    let content: Content = try Fixture.load("velocities", from: .module)
    for known in content.gaussians {
      let (source, target) = (
        try Gaussian(mean: known.startMean, standardDeviation: known.startDeviation),
        try Gaussian(mean: known.endMean, standardDeviation: known.endDeviation)
      )
      let got = try gaussianVelocity(Tensor(rows: [[known.x]]), t: known.t, from: source, to: target)
      expectClose(
        got.onlyNumber, known.velocity, relative: 1e-4, absolute: 1e-5,
        "the path of a Gaussian's quantile has another slope (mpmath) at t = \(known.t)")
    }
    let line = try content.line.mixture.law()
    for known in content.line.cases {
      let got = try mixtureVelocity(Tensor(rows: [[known.x]]), t: known.t, mixture: line)
      expectClose(
        got.onlyNumber, known.velocity, relative: 1e-4, absolute: 1e-5,
        "E[x₁ − x₀ | x_t = \(known.x)] by quadrature (mpmath) is another at t = \(known.t)")
    }
    let plane = try content.plane.mixture.law()
    for known in content.plane.cases {
      let got = try mixtureVelocity(Tensor(rows: known.x), t: known.t, mixture: plane)
      expectClose(
        got, Tensor(rows: known.velocity), relative: 1e-3, absolute: 1e-4,
        "torch.distributions and torch.autograd have another velocity at t = \(known.t)")
    }
    let data = Tensor(rows: content.finite.pixels.map { $0.map { $0 / 8 - 1 } })
    for known in content.finite.cases {
      let got = try dataVelocity(Tensor(rows: known.x), t: known.t, data: data)
      expectClose(
        got, Tensor(rows: known.velocity), relative: 1e-3, absolute: 1e-3 / (1 - known.t),
        "SciPy has another velocity on real digits at t = \(known.t)")
    }
    let matrices: Matrices = try Fixture.load("gaussian-maps", from: .module)
    let (source, target) = (
      try Gaussian(mean: [0, 0], covariance: matrices.start), try Gaussian(mean: [0, 0], covariance: matrices.end)
    )
    for known in matrices.velocities {
      let got = try gaussianVelocity(Tensor(rows: known.x), t: known.t, from: source, to: target)
      expectClose(
        got, Tensor(rows: known.velocity), relative: 1e-4, absolute: 1e-5,
        "NumPy has another conditional mean for two covariances that do not commute, at t = \(known.t): mind the "
          + "order of "
          + "the matrices, and which side is transposed")
    }
  }

  func test5_ItCarriesOneLawToTheOther() throws {
    let known: Matrices = try Fixture.load("gaussian-maps", from: .module)
    let (source, target) = (
      try Gaussian(mean: [0, 0], covariance: known.start), try Gaussian(mean: [0, 0], covariance: known.end)
    )
    // The flow is linear: where the two unit vectors go is its matrix, column by column.
    let ends = try followed(
      { x, t in try gaussianVelocity(x, t: t, from: source, to: target) }, .eye(2), from: 0, to: 1, steps: 40)
    let map = ends.transposed()
    expectClose(
      map, Tensor(rows: known.flow), absolute: 1e-3,
      "SciPy's flow from one Gaussian to the other is another matrix; symmetric it would be optimal transport, which "
        + "it is not"
    )
    expectClose(
      matmul(matmul(map, Tensor(rows: known.start)), map, transposeB: true), Tensor(rows: known.end), absolute: 2e-3,
      "the flow must carry the covariance Σ₀ to Σ₁: TΣ₀Tᵀ = Σ₁")
    let moved = map - .eye(2)
    let cost = (matmul(moved, Tensor(rows: known.start)) * moved).sum().onlyNumber
    expectClose(
      cost, known.flowCost, relative: 5e-3,
      "E‖Z₁ − Z₀‖² must be 1.3559: less than 3.7 at random, more than the best, 1.0392")
  }

  func test6_OneLawInTwoWays() throws {
    var rng = stream("two ways")
    let centres = Tensor.normal([4, 3], using: &rng)
    for t in [0.1, 0.5, 0.8] {
      let x = Tensor.normal([5, 3], using: &rng)
      let points = try mixtureVelocity(x, t: t, mixture: IsotropicMixture(means: centres, standardDeviation: 1e-4))
      let finite = try dataVelocity(x, t: t, data: centres)
      expectClose(
        finite, points, relative: 1e-3, absolute: 1e-3, "a mixture of points is a finite data set; t = \(t)")
      // differentiable: the slope of a directional step
      let leaf = x.tracked()
      for (name, value) in [
        ("dataVelocity", try dataVelocity(leaf, t: t, data: centres)),
        (
          "mixtureVelocity",
          try mixtureVelocity(leaf, t: t, mixture: IsotropicMixture(means: centres, standardDeviation: 0.3))
        ),
      ] {
        guard value.isTracked else {
          expect(false, "\(name) must be differentiable with respect to x: stay with tensors")
          continue
        }
        let slope = (grad(of: value, wrt: [leaf], seed: .ones([5, 3]))[0]).sum().onlyNumber
        func total(_ shift: Float) throws -> Double {
          let moved = x + shift
          return name == "dataVelocity"
            ? try dataVelocity(moved, t: t, data: centres).sum().onlyNumber
            : try mixtureVelocity(moved, t: t, mixture: IsotropicMixture(means: centres, standardDeviation: 0.3)).sum()
              .onlyNumber
        }
        let (above, below) = (try total(0.002), try total(-0.002))
        expectClose(
          slope, (above - below) / 0.004, relative: 0.03, absolute: 0.05,
          "\(name)'s derivative at t = \(t) is not its slope")
      }
    }
  }

  func test7_TheLawAtEveryTime() throws {
    let content: Content = try Fixture.load("velocities", from: .module)
    let known = content.line.mixture
    let law = try known.law()
    let flow: Velocity = { x, t in try mixtureVelocity(x, t: t, mixture: law) }
    var z = Tensor(column: normalQuantiles(2000))
    for quarter in 1...4 {
      let t = Double(quarter) / 4
      z = try followed(flow, z, from: t - 0.25, to: t, steps: 16)
      for frequency in [0.5, 1.3, 2.6] {
        let got = z.scalars.reduce(0) { $0 + cos(frequency * Double($1) + 0.4) } / 2000
        let want = known.weights.indices.reduce(0.0) { sum, k in
          let variance = (1 - t) * (1 - t) + t * t * known.variances[k]
          return sum + known.weights[k] * cos(frequency * t * known.means[k][0] + 0.4)
            * exp(-0.5 * frequency * frequency * variance)
        }
        expectClose(
          got, want, absolute: 4e-3,
          "at t = \(t) the points that moved with v must have the law of t·x₁ + (1 − t)·x₀: "
            + "E cos(\(frequency)·x + 0.4) is another")
      }
    }
  }
}
