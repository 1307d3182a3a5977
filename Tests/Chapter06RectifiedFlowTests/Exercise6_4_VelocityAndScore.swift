import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_4_VelocityAndScore: ExerciseTestCase {
  func test1_Shapes() throws {
    let x = Tensor.ones([3, 1, 4, 4])
    let clean = try denoised(velocity: x, x: x, t: 0.5)
    expectShape(clean, x.shape, "a denoised batch has the shape of x")
    let slope = try score(velocity: x, x: x, t: 0.5)
    expectShape(slope, x.shape, "the score has the shape of x")
    let back = try velocity(score: x, x: x, t: 0.5)
    expectShape(back, x.shape, "the velocity has the shape of x")
    let turned = try timeReversed { x, _ in x }
    let value = try turned(x, 0.5)
    expectShape(value, x.shape, "the velocity has the shape of x")
    let denoiser = try edmDenoiser { x, _ in x }
    let answer = try denoiser(x, 2)
    expectShape(answer, x.shape, "the denoiser's answer has the shape of x")
    try expectRefusal("a score at t = 1") { _ = try score(velocity: x, x: x, t: 1) }
    try expectRefusal("a velocity from the score at t = 0") { _ = try velocity(score: x, x: x, t: 0) }
  }

  func test2_ByHand() throws {
    // Data N(2, ¼) at t = 0.4, x = 0.5: v = 2.375
    let (x, v) = (Tensor([0.5]), Tensor([2.375]))
    let clean = try denoised(velocity: v, x: x, t: 0.4)
    expectClose(Double(clean.scalars[0]), 1.925, "E[x₁|x] = x + (1 − t)·v: go on for the time that is left, 0.6")
    let slope = try score(velocity: v, x: x, t: 0.4)
    expectClose(Double(slope.scalars[0]), 0.75, "(t·v − x)/(1 − t): the score of N(0.8, 0.4) at 0.5 is 0.3/0.4")
    let back = try velocity(score: Tensor([0.75]), x: x, t: 0.4)
    expectClose(Double(back.scalars[0]), 2.375, "(x + (1 − t)·score)/t undoes the line above")
    let turned = try timeReversed { x, t in x + Float(10 * t) }
    let value = try turned(Tensor([2]), 0.25)
    expectClose(
      Double(value.scalars[0]), -9.5,
      "−v(x, 1 − t) = −(2 + 7.5): 9.5 means no minus sign, −4.5 that the time is still Liu's")

    let witness = Witness { x, _ in x * 3 }
    let denoiser = try edmDenoiser(witness.callAsFunction)
    // σ = 3 is t = ¼: v is asked at ¼·8 = 2 and says 6; x + ¾·6 = 6.5
    let answer = try denoiser(Tensor([8]), 3)
    expectClose(witness.times, [0.25], "σ = (1 − t)/t is solved by t = 1/(1 + σ); ask v once")
    expectClose(Double(witness.inputs[0].scalars[0]), 2, "chapter 5's x₁ + σε must be scaled by t to be x_t")
    expectClose(
      Double(answer.scalars[0]), 6.5, "D = x_t + (1 − t)·v(x_t, t), with x_t = t·x in *both* places")
    let sharp = try edmDenoiser { x, _ in x * 3 }
    let same = try sharp(Tensor([8]), 0)
    expectClose(Double(same.scalars[0]), 8, "without noise D must return x")
  }

  func test3_RoundTrips() throws {
    var rng = stream("round trips")
    for t in [0.1, 0.5, 0.9] {
      let x = Tensor.normal([4, 3], using: &rng)
      let v = Tensor.normal([4, 3], using: &rng)
      let slope = try score(velocity: v, x: x, t: t)
      let again = try velocity(score: slope, x: x, t: t)
      expectClose(again, v, relative: 1e-3, absolute: 1e-4, "velocity(score:) must undo score(velocity:) at t = \(t)")
      let clean = try denoised(velocity: v, x: x, t: t)
      let noise = x - v * Float(t)
      expectClose(
        clean * Float(t) + noise * Float(1 - t), x, absolute: 1e-4,
        "t·E[x₁|x] + (1 − t)·E[x₀|x] must be x itself at t = \(t)")
      expectClose(slope * Float(t - 1), noise, absolute: 1e-4, "the score is −E[x₀|x]/(1 − t), and E[x₀|x] = x − t·v")
      let field: Velocity = { x, t in x * Float(t) + Float(1 + t * t) }
      let turned = try timeReversed(field)
      let twice = try timeReversed(turned)
      let (got, want) = (try twice(x, t), try field(x, t))
      expectClose(got, want, absolute: 1e-5, "time turned round twice is as it was")
    }
    let start = try score(velocity: Tensor([7]), x: Tensor([2]), t: 0)
    expectClose(Double(start.scalars[0]), -2, "at t = 0 the law is N(0, I): its score is −x, whatever v is")
  }

  func test4_AgainstTorch() throws {
    struct Content: Decodable {
      struct Plane: Decodable {
        struct Case: Decodable {
          let t: Double
          let x, score, velocity, denoised: [[Double]]
        }
        let cases: [Case]
      }
      let plane: Plane
    }
    let content: Content = try Fixture.load("velocities", from: .module)
    for known in content.plane.cases {
      let (x, v) = (Tensor(rows: known.x), Tensor(rows: known.velocity))
      let slope = try score(velocity: v, x: x, t: known.t)
      let size = known.score.joined().map(abs).max() ?? 1
      expectClose(
        slope, Tensor(rows: known.score), relative: 1e-3, absolute: 1e-5 * size + 1e-4,
        "torch.autograd has another ∇ log p_t at t = \(known.t)")
      let clean = try denoised(velocity: v, x: x, t: known.t)
      expectClose(
        clean, Tensor(rows: known.denoised), relative: 1e-3, absolute: 1e-4,
        "Tweedie's E[x₁|x] is another at t = \(known.t)")
      let back = try velocity(score: Tensor(rows: known.score), x: x, t: known.t)
      expectClose(back, v, relative: 1e-3, absolute: 1e-3, "torch's score gives another velocity at t = \(known.t)")
    }
  }

  func test5_AgainstDiffusers() throws {
    struct Content: Decodable {
      let mixture: KnownMixture
      let sigmas: [Double]
      let initial: [[Double]]
      let path: [[[Double]]]
    }
    let content: Content = try Fixture.load("schedulers", from: .module)
    // Diffusers' σ is Su's t: it falls from 1 (noise) to 0 (data).
    let turned = try timeReversed(content.mixture.velocity)
    var x = Tensor(rows: content.initial)
    for (step, (t, next)) in zip(content.sigmas, content.sigmas.dropFirst()).enumerated() {
      let slope = try turned(x, t)
      x = x + slope * Float(next - t)
      expectClose(
        x, Tensor(rows: content.path[step]), relative: 1e-3, absolute: 1e-3,
        "diffusers' FlowMatchEulerDiscreteScheduler is elsewhere at its σ = \(next): with data at t = 0 the velocity "
          + "is "
          + "noise − data, at 1 − t")
    }
  }

  func test6_TheSamePathsAsChapter5() throws {
    struct Content: Decodable { let mixture: KnownMixture }
    let content: Content = try Fixture.load("schedulers", from: .module)
    var rng = stream("bridge")
    let denoiser = try edmDenoiser(content.mixture.velocity)
    // Euler's method on dy/dσ = (y − D)/σ and on dx/dt = v(x, t), through the same noise levels: x/t = y at every step.
    let sigmas = [20, 5, 2, 0.9, 0.4, 0.15, 0.05, 0]
    var y = Tensor.normal([5, 2], using: &rng) * 20
    var x = y * Float(1 / (1 + sigmas[0]))
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let (t, after) = (1 / (1 + sigma), 1 / (1 + next))
      let clean = try denoiser(y, sigma)
      y = y + (y - clean) * Float((next - sigma) / sigma)
      x = x + (try content.mixture.velocity(x, t)) * Float(after - t)
      expectClose(
        x * Float(1 / after), y, relative: 1e-3, absolute: 2e-3,
        "at σ = \(next) chapter 5's sampler and rectified flow's Euler steps must be in one place: x/t = y. Is D "
          + "asked at "
          + "t·y and t = 1/(1 + σ)?")
    }
  }
}
