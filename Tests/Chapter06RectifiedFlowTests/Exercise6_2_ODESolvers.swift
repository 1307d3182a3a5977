import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_2_ODESolvers: ExerciseTestCase {
  /// What torchdiffeq and SciPy made of dx/dt = tanh(Ax + bt) + ct.
  private struct Content: Decodable {
    struct Field: Decodable {
      let matrix: [[Double]]
      let offset, drift: [Double]

      var velocity: Velocity {
        { x, t in
          let time = Float(t)
          return tanh(matmul(x, Tensor(rows: matrix), transposeB: true) + Tensor(offset, shape: [1, 2]) * time)
            + Tensor(drift, shape: [1, 2]) * time
        }
      }
    }
    struct Fixed: Decodable {
      let count: Int
      let from, to: Double
      let euler, heun: [[[Double]]]
    }
    struct Adaptive: Decodable {
      struct Run: Decodable {
        let tolerance, firstStep: Double
        let evaluations: Int
        let times: [Double]
        let end: [[Double]]
      }
      let from, to: Double
      let exact: [[Double]]
      let runs: [Run]
    }
    struct Step: Decodable {
      let t, h: Double
      let next, error: [[Double]]
    }
    struct Pulse: Decodable {
      let firstStep: Double
      let times, end: [Double]
    }
    let field: Field
    let initial: [[Double]]
    let fixed: [Fixed]
    let adaptive: [Adaptive]
    let pulse: [Pulse]
    let step: Step
  }

  func test1_ShapesAndCounts() throws {
    let x = Tensor.ones([2, 1, 3, 3])
    let times = [0, 0.25, 0.5, 1]
    var witness = Witness { x, _ in x * -1 }
    var nodes: [Double] = []
    let euler = try eulerODE(
      witness.callAsFunction, initial: x, times: times,
      onStep: { step, _, t in
        expectEqual(step, nodes.count, "steps are to be reported in order, from 0")
        nodes.append(t)
      })
    expectEqual(nodes, times, "onStep must hear of the start and of the end of every step")
    expectShape(euler.x, x.shape, "a solution has the shape of where it began")
    expectEqual(witness.times, [0, 0.25, 0.5], "Euler's method must ask v once a step, where the step begins")
    expectEqual(euler.evaluations, 3, "Euler's method: N evaluations")

    witness = Witness { x, _ in x * -1 }
    nodes = []
    let heun = try heunODE(
      witness.callAsFunction, initial: x, times: times,
      onStep: { step, _, t in
        expectEqual(step, nodes.count, "steps are to be reported in order, from 0")
        nodes.append(t)
      })
    expectEqual(
      witness.times, [0, 0.25, 0.25, 0.5, 0.5, 1], "Heun's method must ask v at the start and at the end of each step")
    expectEqual(heun.evaluations, 6, "Heun's method: 2N evaluations, the last step included")
    expectEqual(nodes, times, "onStep must hear of the start and of the end of every step")

    witness = Witness { x, _ in x * -1 }
    nodes = []
    var last = x
    let adaptive = try rk45ODE(
      witness.callAsFunction, initial: x,
      onStep: { step, x, t in
        expectEqual(step, nodes.count, "accepted steps are to be reported in order, from 0")
        nodes.append(t)
        last = x
      })
    expectClose(last, adaptive.x, "what onStep hears at last must be the solution")
    expectShape(adaptive.x, x.shape, "a solution has the shape of where it began")
    expectEqual(adaptive.evaluations, witness.times.count, "every evaluation of v counts")
    expectEqual(nodes.count, adaptive.acceptedSteps + 1, "onStep must hear of the start and of every accepted step")
    expectEqual(nodes.first, 0, "onStep must hear of the start")
    expectEqual(nodes.last, 1, "the last step must end at the end exactly")
    try expectRefusal("times that turn back") { _ = try eulerODE({ x, _ in x }, initial: x, times: [0, 1, 0.5]) }
    try expectRefusal("a tolerance of 0") { _ = try rk45ODE({ x, _ in x }, initial: x, relativeTolerance: 0) }
  }

  func test2_ByHand() throws {
    let growth: Velocity = { x, _ in x }
    let euler = try eulerODE(growth, initial: Tensor([4]), times: [0, 0.5, 0.75])
    expectClose(
      Double(euler.x.scalars[0]), 7.5, "dx/dt = x from 4: 4·1.5 = 6, then 6·1.25: the step is tᵢ₊₁ − tᵢ, not 1/N")
    let clock = try eulerODE({ x, t in .full(Float(t), x.shape) }, initial: Tensor([1]), times: [0, 0.5, 1])
    expectClose(
      Double(clock.x.scalars[0]), 1.25, "dx/dt = t: 1 + ½·0 + ½·½; 1.75 means that v was asked where the steps end")
    let heun = try heunODE(growth, initial: Tensor([4]), times: [0, 1])
    expectClose(
      Double(heun.x.scalars[0]), 10,
      "Heun: 4 + (4 + 8)/2, from the *old* x; 8 means no correction, 14 that it started from Euler's result")
    let back = try eulerODE(growth, initial: Tensor([4]), times: [1, 0.5])
    expectClose(Double(back.x.scalars[0]), 2, "backwards, the step is negative: 4 − ½·4; 6 means that it was not")
    let heunBack = try heunODE(growth, initial: Tensor([4]), times: [1, 0])
    expectClose(Double(heunBack.x.scalars[0]), 2, "backwards: 4 − (4 + 0)/2")
    let still = try rk45ODE({ x, _ in .zeros(x.shape) }, initial: Tensor([5, -2]))
    expectClose(still.x, Tensor([5, -2]), "where v = 0 nothing moves")
  }

  func test3_AgainstTorchdiffeq() throws {
    let content: Content = try Fixture.load("solvers", from: .module)
    let initial = Tensor(rows: content.initial)
    for known in content.fixed {
      let times = try evenTimes(steps: known.count, from: known.from, to: known.to)
      for (name, path) in [("Euler", known.euler), ("Heun", known.heun)] {
        var nodes: [Tensor] = []
        let onStep: StepObserver = { _, x, _ in nodes.append(x) }
        if name == "Euler" {
          _ = try eulerODE(content.field.velocity, initial: initial, times: times, onStep: onStep)
        } else {
          _ = try heunODE(content.field.velocity, initial: initial, times: times, onStep: onStep)
        }
        expectEqual(nodes.count, path.count, "onStep must hear of the start and of the end of every step")
        for (step, (x, want)) in zip(nodes, path).enumerated() {
          expectClose(
            x, Tensor(rows: want), relative: 1e-4, absolute: 1e-5,
            "torchdiffeq's \(name) is elsewhere after step \(step) of \(known.count) from \(known.from) to \(known.to)")
        }
      }
    }
  }

  func test4_OneStepOfDormandAndPrince() throws {
    let content: Content = try Fixture.load("solvers", from: .module)
    let (initial, known) = (Tensor(rows: content.initial), content.step)
    let witness = Witness(content.field.velocity)
    let step = try rk45ODE(
      witness.callAsFunction, initial: initial, from: known.t, to: known.t + known.h, relativeTolerance: 1,
      absoluteTolerance: 1, firstStep: known.h)
    expectClose(
      witness.times, [0, 0.2, 0.3, 0.8, 8.0 / 9, 1, 1].map { known.t + $0 * known.h }, relative: 1e-9,
      "one step must ask v at t + cᵢh, seven times")
    expectEqual(step.evaluations, 7, "one step costs 7 evaluations, of which the last is the first of the next")
    expectClose(
      step.x, Tensor(rows: known.next), relative: 1e-4, absolute: 1e-5,
      "SciPy's rk_step ends elsewhere: x′ must be the solution of order 5, x + h Σ a₇ⱼkⱼ")

    // The step is accepted if, and only if, the root mean square of e/atol is below 1 (rtol being negligible).
    let errors = known.error.flatMap { $0 }
    let norm = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    for (share, rejected) in [(1.05, false), (0.95, true)] {
      let run = try rk45ODE(
        content.field.velocity, initial: initial, from: known.t, to: known.t + known.h, relativeTolerance: 1e-12,
        absoluteTolerance: norm * share, firstStep: known.h)
      expectEqual(
        run.rejectedSteps > 0, rejected,
        "with atol = \(share) of SciPy's error estimate the step must be \(rejected ? "rejected" : "accepted"): "
          + "e = h Σ eᵢkᵢ, E the *root* of the *mean* of the squares over all entries")
    }
    // Relative tolerance: the same with atol negligible.
    let scaled = zip(zip(content.initial.joined(), known.next.joined()), errors).map { $1 / max(abs($0.0), abs($0.1)) }
    let relative = (scaled.reduce(0) { $0 + $1 * $1 } / Double(scaled.count)).squareRoot()
    for (share, rejected) in [(1.05, false), (0.95, true)] {
      let run = try rk45ODE(
        content.field.velocity, initial: initial, from: known.t, to: known.t + known.h,
        relativeTolerance: relative * share, absoluteTolerance: 1e-12, firstStep: known.h)
      expectEqual(
        run.rejectedSteps > 0, rejected,
        "with rtol = \(share) of the relative error the step must be \(rejected ? "rejected" : "accepted"): "
          + "the scale is atol + rtol·max(|x|, |x′|), the larger of both ends")
    }
  }

  func test5_AgainstSciPy() throws {
    let content: Content = try Fixture.load("solvers", from: .module)
    let initial = Tensor(rows: content.initial)
    for known in content.adaptive {
      for run in known.runs {
        var nodes: [Double] = []
        let got = try rk45ODE(
          content.field.velocity, initial: initial, from: known.from, to: known.to, relativeTolerance: run.tolerance,
          absoluteTolerance: run.tolerance, firstStep: run.firstStep, onStep: { _, _, t in nodes.append(t) })
        let name = "RK45 from \(known.from) to \(known.to), tolerance \(run.tolerance), first step \(run.firstStep)"
        expectClose(
          nodes, run.times, relative: 0.02, absolute: 0.005,
          "\(name): SciPy steps to other times. Check 0.9·E^(−1/5), its limits 0.2 and 10, and that a step does not "
            + "grow "
            + "right after a rejection")
        expectEqual(got.evaluations, run.evaluations, "\(name): SciPy needs another number of evaluations")
        expectEqual(
          got.evaluations, 1 + 6 * (got.acceptedSteps + got.rejectedSteps),
          "\(name): 6 evaluations a step, accepted or not, and one to begin with")
        expectClose(
          got.x, Tensor(rows: run.end), relative: 1e-3, absolute: run.tolerance / 4, "\(name): SciPy ends elsewhere")
        expectClose(
          got.x, Tensor(rows: known.exact), relative: 0, absolute: 100 * run.tolerance,
          "\(name): far from the exact solution")
      }
    }
    // Only the first steps: later ones follow from error estimates too small for Float32.
    for known in content.pulse {
      var nodes: [Double] = []
      let got = try rk45ODE(
        { x, t in x * -1 + Float(30 * exp(-pow((t - 0.6) / 0.05, 2))) }, initial: Tensor([1, -2]), from: 0, to: 1,
        relativeTolerance: 1e-5, absoluteTolerance: 1e-5, firstStep: known.firstStep,
        onStep: { _, _, t in nodes.append(t) })
      let name = "RK45 with a pulse at t = 0.6, first step \(known.firstStep)"
      expectClose(
        Array(nodes.prefix(3)), Array(known.times.prefix(3)), relative: 1e-6, absolute: 1e-6,
        "\(name): SciPy steps to other times. A rejected step is shortened to no less than 0.2 of it, and no "
          + "step grows right after a rejection")
      expectClose(
        got.x, Tensor(known.end, shape: [2]), relative: 1e-3, absolute: 1e-3, "\(name): SciPy ends elsewhere")
    }
  }

  func test6_ThereAndBack() throws {
    var rng = stream("there and back")
    let flow = LineFlow(mean: 1.5, deviation: 0.4)
    let noise = Tensor.normal([6, 2], using: &rng)
    let times = try evenTimes(steps: 200)
    let exact = flow.follow(noise, from: 0, to: 1)
    let data = try heunODE(flow.velocity, initial: noise, times: times)
    expectClose(data.x, exact, absolute: 1e-3, "from N(0, 1) to N(m, s²) the point z must arrive at m + sz")
    let again = try heunODE(flow.velocity, initial: data.x, times: times.reversed())
    expectClose(again.x, noise, absolute: 2e-3, "the way back must lead to the noise it came from")
    let there = try rk45ODE(flow.velocity, initial: noise, relativeTolerance: 1e-5, absoluteTolerance: 1e-5)
    expectClose(there.x, exact, absolute: 3e-4, "from N(0, 1) to N(m, s²) the point z must arrive at m + sz")
    let back = try rk45ODE(
      flow.velocity, initial: there.x, from: 1, to: 0, relativeTolerance: 1e-5, absoluteTolerance: 1e-5)
    expectClose(back.x, noise, absolute: 1e-3, "RK45's way back must lead to the noise it came from")
  }

  func test7_OrdersOfConvergence() throws {
    let flow = LineFlow()
    // N(0, 1) → N(0, ¼): where the point 1 arrives; ½ is right.
    let known: [(count: Int, euler: Double, heun: Double)] = [
      (1, 0, 0.5), (2, 0.2, 0.48), (5, 0.36923, 0.50437), (10, 0.43078, 0.50172), (20, 0.46425, 0.50051),
      (100, 0.49265, 0.50002),
    ]
    for (count, eulerEnd, heunEnd) in known {
      let times = try evenTimes(steps: count)
      let euler = try eulerODE(flow.velocity, initial: Tensor([1]), times: times)
      expectClose(
        Double(euler.x.scalars[0]), eulerEnd, absolute: 2e-5,
        "Euler with \(count) steps must end at \(eulerEnd): its error halves when N doubles")
      let heun = try heunODE(flow.velocity, initial: Tensor([1]), times: times)
      expectClose(
        Double(heun.x.scalars[0]), heunEnd, absolute: 2e-5,
        "Heun with \(count) steps must end at \(heunEnd): its error falls to a quarter when N doubles")
    }
    let straight = try eulerODE(flow.straightened, initial: Tensor([1, -3]), times: [0, 1])
    expectClose(straight.x, Tensor([0.5, -1.5]), "where paths are straight, one Euler step is exact")
  }
}
