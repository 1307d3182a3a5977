import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_6_ProbabilityFlow: ExerciseTestCase {
  func test1_Shapes() throws {
    let x = Tensor.ones([3, 1, 4, 4])
    let denoiser: Denoiser = { x, _ in x * 0.5 }
    let slope = try score(denoiser: denoiser, x: x, sigma: 2)
    expectShape(slope, [3, 1, 4, 4], "the score has the shape of x")
    let velocity = try odeDerivative(denoiser: denoiser, schedule: .edm, x: x, t: 2)
    expectShape(velocity, [3, 1, 4, 4], "dx/dt has the shape of x")
    try expectRefusal("a time without noise") {
      _ = try odeDerivative(denoiser: denoiser, schedule: .edm, x: x, t: 0)
    }
  }

  func test2_ByHand() throws {
    let toOne: Denoiser = { x, _ in .ones(x.shape) }
    let slope = try score(denoiser: toOne, x: Tensor([3]), sigma: 2)
    expectClose(
      Double(slope.scalars[0]), -0.5,
      "(D − x)/σ² = (1 − 3)/4: towards the denoiser's answer, and over the *square* of σ")
    let velocity = try odeDerivative(denoiser: toOne, schedule: .edm, x: Tensor([3]), t: 2)
    expectClose(
      Double(velocity.scalars[0]), 1,
      "with σ = t and s = 1 it is (x − D)/t: time falls, so x moves towards D")

    let flow = try flowMatchingSchedule()
    expectClose(flow.s(0.25), 0.75, "flow matching: s = 1 − t, with the data at t = 0")
    expectClose(flow.sDerivative(0.25), -1, "flow matching: ṡ = −1")
    expectClose(flow.sigma(0.25), 1.0 / 3, "flow matching: σ = t/(1 − t)")
    expectClose(flow.sigmaDerivative(0.5), 4, "flow matching: σ̇ = 1/(1 − t)², by the quotient rule")
    expectClose(flow.time(3), 0.75, "flow matching: t = σ/(1 + σ) solves σ = t/(1 − t)")
  }

  func test3_TheDenoiserIsAskedInItsOwnUnits() throws {
    let schedule = NoiseSchedule(
      name: "test", s: { _ in 0.25 }, sDerivative: { _ in -0.5 }, sigma: { _ in 3 }, sigmaDerivative: { _ in 2 },
      time: { $0 })
    let witness = Witness { x, _ in .full(4, x.shape) }
    let velocity = try odeDerivative(denoiser: witness.callAsFunction, schedule: schedule, x: Tensor([2]), t: 1)
    expectEqual(witness.sigmas, [3], "the denoiser must be asked once, at the noise level σ(t), not at t")
    expectClose(
      Double(witness.inputs.first?.scalars[0] ?? .nan), 8,
      "the denoiser knows nothing of s: it must be asked at x/s, not at x")
    // (σ̇/σ + ṡ/s)x − (σ̇s/σ)D = (2/3 − 2)·2 − (2 · 0.25/3)·4
    expectClose(
      Double(velocity.scalars[0]), -10.0 / 3,
      "dx/dt = (σ̇/σ + ṡ/s)·x − (σ̇·s/σ)·D: check the ṡ/s term, and the factor s before D")
  }

  func test4_AgainstExactPaths() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let schedule: String
        let t, s, sigma, x, velocity: Double
      }
      let mean, variance: Double
      let cases: [Case]
    }
    let content: Content = try Fixture.load("velocities", from: .module)
    let law = GaussianLaw(mean: content.mean, variance: content.variance)
    for known in content.cases {
      let schedule: NoiseSchedule
      switch known.schedule {
      case "VP": schedule = .variancePreserving()
      case "VE": schedule = .varianceExploding
      case "EDM": schedule = .edm
      default: schedule = try flowMatchingSchedule()
      }
      expectClose(schedule.sigma(known.t), known.sigma, relative: 1e-9, "σ(t) of \(known.schedule)")
      let velocity = try odeDerivative(
        denoiser: law.denoiser, schedule: schedule, x: Tensor([Float(known.x)]), t: known.t)
      expectClose(
        Double(velocity.scalars[0]), known.velocity, relative: 1e-4, absolute: 1e-4,
        "\(known.schedule) at t = \(known.t): the path of a Gaussian's quantile has another slope (mpmath)")
    }
  }

  func test5_ScoreOfAGaussian() throws {
    var rng = stream("score")
    for _ in 0..<5 {
      let law = GaussianLaw(mean: rng.nextNormal(), variance: 0.1 + rng.nextUniform())
      let sigma = exp(-2 + 4 * rng.nextUniform())
      let x = Tensor.normal([8, 3], using: &rng) * Float(sigma)
      let slope = try score(denoiser: law.denoiser, x: x, sigma: sigma)
      let want = (x - Float(law.mean)) * Float(-1 / (law.variance + sigma * sigma))
      expectClose(
        slope, want, relative: 1e-3, absolute: 1e-4, "∇log N(x; μ, v + σ²) = −(x − μ)/(v + σ²); σ = \(sigma)")
    }
  }

  func test6_AllSchedulesLeadToTheSamePlace() throws {
    var rng = stream("schedules")
    let law = TwinLaw()
    let start = Tensor.normal([5, 2], using: &rng) * 5
    let flow = try flowMatchingSchedule()
    var ends: [Tensor] = []
    for schedule in [NoiseSchedule.edm, .varianceExploding, .variancePreserving(), flow] {
      // From σ = 5 to σ = 0.2 through the same noise levels, by the midpoint method in the schedule's own time.
      let count = 120
      let times = (0...count).map { schedule.time(5 * pow(0.04, Double($0) / Double(count))) }
      var x = start * Float(schedule.s(times[0]))
      for (t, next) in zip(times, times.dropFirst()) {
        let half = (next - t) / 2
        let first = try odeDerivative(denoiser: law.denoiser, schedule: schedule, x: x, t: t)
        let middle = try odeDerivative(
          denoiser: law.denoiser, schedule: schedule, x: x + first * Float(half), t: t + half)
        x = x + middle * Float(2 * half)
      }
      ends.append(x * Float(1 / schedule.s(times[count])))
      expectClose(
        ends[ends.count - 1], ends[0], absolute: 2e-3,
        "from the same noise, \(schedule.name) must lead to the same x/s as EDM: the ODE's path depends on σ alone")
    }
  }

  func test7_FlowMatchingsVelocity() throws {
    var rng = stream("velocity")
    let law = TwinLaw()
    let schedule = try flowMatchingSchedule()
    for t in [0.1, 0.4, 0.8] {
      let x = Tensor.normal([6, 2], using: &rng)
      let velocity = try odeDerivative(denoiser: law.denoiser, schedule: schedule, x: x, t: t)
      let x0 = try law.denoiser(x * Float(1 / (1 - t)), t / (1 - t))
      // The expected noise is what x = (1 − t)x₀ + tε leaves for it.
      let noise = (x - x0 * Float(1 - t)) * Float(1 / t)
      expectClose(
        velocity, noise - x0, relative: 1e-3, absolute: 1e-4,
        "along flow matching's schedule dx/dt must be E[ε − x₀ | x], at t = \(t): is σ̇ right?")
    }
  }
}
