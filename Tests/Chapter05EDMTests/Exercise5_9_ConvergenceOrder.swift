import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_9_ConvergenceOrder: ExerciseTestCase {
  /// dx/dt = (−x₁, x₀): points turn about the origin, one radian a unit of time.
  private let turn: ODEDerivative = { x, _ in matmul(x, Tensor(rows: [[0, 1], [-1, 0]])) }

  private func turned(by angle: Double) -> Tensor { Tensor(rows: [[cos(angle), sin(angle)]]) }

  func test1_Shapes() throws {
    let x = try rungeKuttaStep(turn, x: .ones([5, 2]), from: 0, to: 0.1)
    expectShape(x, [5, 2], "a step must not change the shape")
    let errors = try localErrors(
      step: { x, _, _ in x }, exact: { t in .full(Float(t), [2, 2]) }, times: [0, 1, 3])
    expectEqual(errors.count, 2, "one error a step")
    let order = try fittedOrder(steps: [1, 0.5], errors: [1, 0.5])
    expectFinite(order, "the order must be a number")
    try expectRefusal("alpha = 0") { _ = try rungeKuttaStep(turn, x: .ones([1, 2]), from: 0, to: 1, alpha: 0) }
    try expectRefusal("an error of zero") { _ = try fittedOrder(steps: [1, 0.5], errors: [1, 0]) }
  }

  func test2_ByHand() throws {
    for (alpha, want) in [(1.0, 0.5), (0.5, 0.25), (2.0 / 3, 1.0 / 3)] {
      let x = try rungeKuttaStep({ _, t in Tensor([Float(t * t)]) }, x: Tensor([0]), from: 0, to: 1, alpha: alpha)
      expectClose(
        Double(x.scalars[0]), want, relative: 1e-6,
        "dx/dt = t² from 0 to 1 with α = \(alpha): the second slope is taken at t + αh and has the weight 1/(2α)")
      let growth = try rungeKuttaStep({ x, _ in x }, x: Tensor([2]), from: 0, to: 1, alpha: alpha)
      expectClose(
        Double(growth.scalars[0]), 5, relative: 1e-6,
        "dx/dt = x from 2 over h = 1 gives 2(1 + 1 + ½) for every α: the second slope is taken at x + αh·d")
      let back = try rungeKuttaStep({ x, _ in x }, x: Tensor([2]), from: 1, to: 0, alpha: alpha)
      expectClose(Double(back.scalars[0]), 1, relative: 1e-6, "backwards, h = −1: 2(1 − 1 + ½)")
    }

    let errors = try localErrors(
      step: { x, t, next in x + Float(next - t) }, exact: { t in Tensor([Float(t * t), Float(2 * t)]) },
      times: [0, 1, 3])
    // Step 1 reaches (1, 1) instead of (1, 2); step 2 starts on the truth (1, 2) and reaches (3, 4) instead of (9, 6).
    expectClose(
      errors, [(0.5).squareRoot(), (20.0).squareRoot()], relative: 1e-6,
      "the root of the mean of the squared differences; every step starts on the exact solution, not where the "
        + "last one ended")

    let quadratic = try fittedOrder(steps: [1, 0.5, 0.25], errors: [8, 2, 0.5])
    expectClose(quadratic, 2, relative: 1e-9, "half the step, a quarter of the error: order 2")
    let rough = try fittedOrder(steps: [1, exp(1), exp(2)], errors: [1, exp(1), exp(5)])
    expectClose(
      rough, 2.5, relative: 1e-9,
      "ln h = 0, 1, 2 and ln e = 0, 1, 5: the line of least squares has slope 5/2")
  }

  func test3_PowerLaws() throws {
    var rng = stream("powers")
    for _ in 0..<6 {
      let order = 0.5 + 4 * rng.nextUniform()
      let constant = exp(rng.nextNormal())
      let steps = (0..<5).map { _ in exp(-3 * rng.nextUniform()) }
      let errors = steps.map { constant * pow($0, order) }
      let fitted = try fittedOrder(steps: steps, errors: errors)
      expectClose(fitted, order, relative: 1e-8, "errors \(constant)·h^\(order) must give the order back")
    }
  }

  func test4_AgainstNumPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let steps, errors: [Double]
        let order: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("orders", from: .module)
    for known in content.cases {
      let order = try fittedOrder(steps: known.steps, errors: known.errors)
      expectClose(order, known.order, relative: 1e-8, "numpy.polyfit fits another slope to these errors")
    }
  }

  func test5_SecondOrderWhateverAlpha() throws {
    for alpha in [0.5, 2.0 / 3, 1] {
      var errors: [Double] = []
      let counts = [4, 8, 16, 32]
      for count in counts {
        let times = (0...count).map { 2 * Double($0) / Double(count) }
        var x = turned(by: 0)
        for (t, next) in zip(times, times.dropFirst()) {
          x = try rungeKuttaStep(turn, x: x, from: t, to: next, alpha: alpha)
        }
        errors.append(Double(square(x - turned(by: 2)).mean().item()).squareRoot())
      }
      guard errors.allSatisfy({ $0 > 0 }) else { return expect(false, "a numerical method has some error: \(errors)") }
      let order = try fittedOrder(steps: counts.map { 2 / Double($0) }, errors: errors)
      expectClose(
        order, 2, absolute: 0.15,
        "the error after a fixed time must fall with the square of the step for α = \(alpha); the errors were "
          + "\(errors)")
    }
  }

  func test6_LocalErrorsAreOneOrderHigher() throws {
    func order(_ step: (Tensor, Double, Double) throws -> Tensor) throws -> Double {
      let lengths = [0.5, 0.25, 0.125]
      var errors: [Double] = []
      for h in lengths {
        let local = try localErrors(step: step, exact: { turned(by: $0) }, times: [0.3, 0.3 + h])
        errors += local
      }
      return try fittedOrder(steps: lengths, errors: errors)
    }
    let euler = try order { x, t, next in x + (try turn(x, t)) * Float(next - t) }
    expectClose(euler, 2, absolute: 0.15, "one step of Euler's method is wrong by about h²")
    let heun = try order { x, t, next in try rungeKuttaStep(turn, x: x, from: t, to: next) }
    expectClose(heun, 3, absolute: 0.15, "one step of Heun's method is wrong by about h³")
  }

  func test7_OnTheProbabilityFlow() throws {
    let law = GaussianLaw(mean: 0, variance: 0.25)
    let flow: ODEDerivative = { x, sigma in (x - (try law.denoiser(x, sigma))) * Float(1 / sigma) }
    let x = Tensor([8, -3])
    var errors: [Double] = []
    let counts = [8, 16, 32]
    for count in counts {
      let sigmas = (0...count).map { 8 * pow(0.02, Double($0) / Double(count)) }
      var y = x
      for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
        y = try rungeKuttaStep(flow, x: y, from: sigma, to: next)
      }
      let exact = law.follow(x, from: 8, to: sigmas[count])
      errors.append(Double(square(y - exact).mean().item()).squareRoot())
    }
    let order = try fittedOrder(steps: counts.map { 1 / Double($0) }, errors: errors)
    expectClose(
      order, 2, absolute: 0.25,
      "Heun's method along the probability flow is of second order; the errors were \(errors)")
  }
}
