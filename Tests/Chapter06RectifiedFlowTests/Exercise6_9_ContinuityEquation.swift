import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_9_ContinuityEquation: ExerciseTestCase {
  /// f(x, y) on the square [−3, 3]², x growing with the column and y with the row, at `spacing`.
  private func grid(_ spacing: Double, _ f: (_ x: Double, _ y: Double) -> Double) -> GridValues {
    let axis = (0...Int((6 / spacing).rounded())).map { -3 + Double($0) * spacing }
    return axis.map { y in axis.map { x in f(x, y) } }
  }

  /// The largest residual for a density p(x, y, t) and a velocity at time t.
  private func worst(
    _ spacing: Double, t: Double, density p: (Double, Double, Double) -> Double,
    velocity v: (Double, Double) -> (x: Double, y: Double)
  ) throws -> Double {
    let step = spacing / 4
    let residual = try continuityResidual(
      before: grid(spacing) { p($0, $1, t - step) }, now: grid(spacing) { p($0, $1, t) },
      after: grid(spacing) { p($0, $1, t + step) }, velocityX: grid(spacing) { v($0, $1).x },
      velocityY: grid(spacing) { v($0, $1).y }, spacing: spacing, timeStep: step)
    return residual.joined().map(abs).max() ?? .infinity
  }

  func test1_Shapes() throws {
    let values: GridValues = Array(repeating: Array(repeating: 1, count: 7), count: 5)
    let residual = try continuityResidual(
      before: values, now: values, after: values, velocityX: values, velocityY: values, spacing: 0.5, timeStep: 0.1)
    expectEqual(residual.map(\.count), [5, 5, 5], "the inner points only: two rows and two columns fewer")
    expectClose(residual.flatMap { $0 }, Array(repeating: 0, count: 15), "where all is constant nothing is lost")
    let hot = try heatVelocity(score: .ones([3, 2]))
    expectShape(hot, [3, 2], "the velocity has the shape of the score")
    let flow = try probabilityFlowVelocity(drift: .ones([3, 2]), diffusion: 1, score: .ones([3, 2]))
    expectShape(flow, [3, 2], "the velocity has the shape of the score")
    try expectRefusal("grids of two sizes") {
      _ = try continuityResidual(
        before: values, now: values, after: values, velocityX: values, velocityY: [[1]], spacing: 1, timeStep: 1)
    }
    try expectRefusal("a spacing of 0") {
      _ = try continuityResidual(
        before: values, now: values, after: values, velocityX: values, velocityY: values, spacing: 0, timeStep: 1)
    }
  }

  func test2_ByHand() throws {
    let zero: GridValues = Array(repeating: [0, 0, 0], count: 3)
    func residual(
      before: GridValues? = nil, now: GridValues? = nil, after: GridValues? = nil, x: GridValues? = nil,
      y: GridValues? = nil
    ) throws -> Double {
      let got = try continuityResidual(
        before: before ?? zero, now: now ?? zero, after: after ?? zero, velocityX: x ?? zero, velocityY: y ?? zero,
        spacing: 0.5, timeStep: 0.25)
      return got.first?.first ?? .nan
    }
    let change = try residual(
      before: [[0, 0, 0], [0, 3, 0], [0, 0, 0]], now: [[0, 0, 0], [0, 9, 0], [0, 0, 0]],
      after: [[0, 0, 0], [0, 4, 0], [0, 0, 0]])
    expectClose(change, 2, "∂p/∂t is (after − before)/2Δt = (4 − 3)/0.5")
    // p = 1, 2, 3 along x with the velocities 10, 20, 40 there: (3·40 − 1·10)/2h
    let along = try residual(now: [[0, 0, 0], [1, 2, 3], [0, 0, 0]], x: [[0, 0, 0], [10, 20, 40], [0, 0, 0]])
    expectClose(along, 110, "∂(p·vˣ)/∂x is the difference of the *products* in the next and the last column, over 2h")
    let across = try residual(now: [[0, 1, 0], [0, 2, 0], [0, 3, 0]], y: [[0, 10, 0], [0, 20, 0], [0, 40, 0]])
    expectClose(across, 110, "∂(p·vʸ)/∂y is the difference in the next and the last *row*, over 2h")
    let crossed = try residual(now: [[0, 1, 0], [0, 2, 0], [0, 3, 0]], x: [[0, 10, 0], [0, 20, 0], [0, 40, 0]])
    expectClose(crossed, 0, "vˣ counts along a row, vʸ along a column")

    let hot = try heatVelocity(score: Tensor([4, -2]))
    expectClose(hot, Tensor([-2, 1]), "−½∇log p: down the density, and with the factor ½")
    let flow = try probabilityFlowVelocity(drift: Tensor([1]), diffusion: 3, score: Tensor([2]))
    expectClose(Double(flow.scalars[0]), -8, "f − ½g²·score = 1 − ½·9·2; g enters by its square")
    let still = try probabilityFlowVelocity(drift: Tensor([5]), diffusion: 0, score: Tensor([2]))
    expectClose(Double(still.scalars[0]), 5, "without noise the velocity is the drift")
  }

  func test3_InkInWater() throws {
    // A cloud that is carried along: p(x − 0.6t, y + 0.3t), and one that turns: both obey the equation.
    func bump(_ x: Double, _ y: Double) -> Double { exp(-(x - 0.5) * (x - 0.5) - 2 * y * y) }
    var last = 0.0
    for spacing in [0.2, 0.1] {
      let carried = try worst(
        spacing, t: 0.4, density: { bump($0 - 0.6 * $2, $1 + 0.3 * $2) }, velocity: { _, _ in (0.6, -0.3) })
      let turned = try worst(
        spacing, t: 0.4,
        density: { x, y, t in bump(x * cos(t) + y * sin(t), y * cos(t) - x * sin(t)) }, velocity: { (-$1, $0) })
      let total = max(carried, turned)
      if spacing == 0.1 {
        expect(total < 0.03, "a density that its velocity carries along has no residual, but here it is \(total)")
        expectClose(last / total, 4, relative: 0.2, "a grid twice as fine must leave a quarter of the residual")
      }
      last = total
    }
    let wrong = try worst(
      0.1, t: 0.4, density: { bump($0 - 0.6 * $2, $1 + 0.3 * $2) }, velocity: { _, _ in (-0.6, 0.3) })
    expect(wrong > 0.3, "with the velocity turned round the residual must not vanish, but it is \(wrong)")
  }

  func test4_Heat() throws {
    // A point of heat after the time t: N(0, tI).
    let heat: (Double, Double, Double) -> Double = { exp(-($0 * $0 + $1 * $1) / (2 * $2)) / (2 * Double.pi * $2) }
    func velocity(_ x: Double, _ y: Double) throws -> (x: Double, y: Double) {
      let v = try heatVelocity(score: Tensor([-x / 0.75, -y / 0.75], shape: [2]))
      return (Double(v.scalars[0]), Double(v.scalars[1]))
    }
    _ = try velocity(0, 0)
    for (spacing, want) in [(0.4, 0.0284343), (0.2, 0.0087085), (0.1, 0.0021947)] {
      let residual = try worst(spacing, t: 0.75, density: heat) { (try? velocity($0, $1)) ?? (.nan, .nan) }
      expectClose(
        residual, want, relative: 0.01,
        "N(0, τI) and v = −½∇log p on a grid of \(spacing): NumPy's residual is \(want), and falls to a quarter with "
          + "half "
          + "the spacing; one that does not fall means a wrong velocity (a factor ½?)")
    }
  }

  func test5_AgainstTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let time: Double
        let x, velocity: [[Double]]
      }
      let mixture: KnownMixture
      let cases: [Case]
    }
    let content: Content = try Fixture.load("heat", from: .module)
    for known in content.cases {
      // The score of the heated mixture, by differentiating its log-density.
      let hot = KnownMixture(
        weights: content.mixture.weights, means: content.mixture.means,
        variances: content.mixture.variances.map { $0 + known.time })
      let slope = gradient(of: { hot.logDensity($0, 1).sum() }, at: Tensor(rows: known.x))
      let got = try heatVelocity(score: slope)
      expectClose(
        got, Tensor(rows: known.velocity), relative: 1e-3, absolute: 1e-4,
        "torch's −½∇log p of a heated mixture is another at the time \(known.time)")
      let same = try probabilityFlowVelocity(drift: .zeros(slope.shape), diffusion: 1, score: slope)
      expectClose(same, got, absolute: 1e-5, "with f = 0 and g = 1 the probability flow is the heat equation's")
    }
  }

  func test6_OneProbabilityFlowForEveryDiffusion() throws {
    // Ornstein and Uhlenbeck: dx = −½βx dt + √β dw takes N(m, s²I) to N(me^{−βt/2}, (1 + (s² − 1)e^{−βt})I).
    let (beta, mean, variance, t) = (1.6, 1.0, 0.3, 0.5)
    func shrunken(_ t: Double) -> (mean: Double, variance: Double) {
      (mean * exp(-beta * t / 2), 1 + (variance - 1) * exp(-beta * t))
    }
    let density: (Double, Double, Double) -> Double = { x, y, t in
      let law = shrunken(t)
      return exp(-((x - law.mean) * (x - law.mean) + y * y) / (2 * law.variance)) / (2 * Double.pi * law.variance)
    }
    let law = shrunken(t)
    func velocity(_ x: Double, _ y: Double) throws -> (x: Double, y: Double) {
      let v = try probabilityFlowVelocity(
        drift: Tensor([-beta / 2 * x, -beta / 2 * y], shape: [2]), diffusion: beta.squareRoot(),
        score: Tensor([-(x - law.mean) / law.variance, -y / law.variance], shape: [2]))
      return (Double(v.scalars[0]), Double(v.scalars[1]))
    }
    _ = try velocity(0, 0)
    let (coarse, fine) = (
      try worst(0.2, t: t, density: density) { (try? velocity($0, $1)) ?? (.nan, .nan) },
      try worst(0.1, t: t, density: density) { (try? velocity($0, $1)) ?? (.nan, .nan) }
    )
    expect(fine < 0.01, "f − ½g²·score must carry the diffusion's law along, but the residual is \(fine)")
    expectClose(coarse / fine, 4, relative: 0.25, "a grid twice as fine must leave a quarter of the residual")
    // Where the diffusion's law no longer changes, nothing flows: f = ½g²·score.
    let rest = try probabilityFlowVelocity(drift: Tensor([-0.8]), diffusion: beta.squareRoot(), score: Tensor([-1]))
    expectClose(Double(rest.scalars[0]), 0, absolute: 1e-6, "in equilibrium drift and spreading cancel")
  }
}
