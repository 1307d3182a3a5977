import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_7_HeunSampler: ExerciseTestCase {
  func test1_ShapesAndCounts() throws {
    let x = Tensor.ones([2, 1, 3, 3])
    let sigmas = [4.0, 2, 1, 0]
    var witness = Witness { x, _ in x * 0.5 }
    let euler = try eulerSample(denoiser: witness.callAsFunction, sigmas: sigmas, initial: x)
    expectShape(euler.sample, x.shape, "a sample has the shape of the noise it came from")
    expectEqual(witness.sigmas, [4, 2, 1], "Euler's method must ask D once at the start of each step")
    expectEqual(euler.evaluations, 3, "Euler's method: N evaluations")

    witness = Witness { x, _ in x * 0.5 }
    var nodes: [Double] = []
    let heun = try heunSample(
      denoiser: witness.callAsFunction, sigmas: sigmas, initial: x,
      onStep: { step, _, sigma in
        expectEqual(step, nodes.count, "steps are to be reported in order, from 0")
        nodes.append(sigma)
      })
    expectShape(heun.sample, x.shape, "a sample has the shape of the noise it came from")
    expectEqual(
      witness.sigmas, [4, 2, 2, 1, 1],
      "Heun's method must ask D at the start and at the end of each step, but never at σ = 0")
    expectEqual(heun.evaluations, 5, "Heun's method: 2N − 1 evaluations, as the last step has no correction")
    expectEqual(nodes, sigmas, "onStep must hear of the start and of the end of every step")

    let open = try heunSample(denoiser: { x, _ in x }, sigmas: [4, 2, 1], initial: x)
    expectEqual(open.evaluations, 4, "2N evaluations if the grid ends above 0: then the last step is corrected too")
    try expectRefusal("a rising grid") { _ = try heunSample(denoiser: { x, _ in x }, sigmas: [1, 2], initial: x) }
  }

  func test2_ByHand() throws {
    let half: Denoiser = { x, _ in x * 0.5 }
    // From x = 4 at σ = 2: the slope is (4 − 2)/2 = 1, so Euler's step to σ = 1 ends at 3. There the slope is 1.5.
    let euler = try eulerSample(denoiser: half, sigmas: [2, 1], initial: Tensor([4]))
    expectClose(Double(euler.sample.scalars[0]), 3, "Euler: 4 + (1 − 2) · 1; the step is σᵢ₊₁ − σᵢ, which is negative")
    let heun = try heunSample(denoiser: half, sigmas: [2, 1], initial: Tensor([4]))
    expectClose(
      Double(heun.sample.scalars[0]), 2.75,
      "Heun: 4 + (1 − 2)(1 + 1.5)/2, from the *old* x; 3 means no correction, 1.75 that it started "
        + "from Euler's result, 3.125 that the second slope was divided by the old σ")
    let toZero = try heunSample(denoiser: half, sigmas: [2, 1, 0], initial: Tensor([4]))
    expectClose(Double(toZero.sample.scalars[0]), 1.375, "the last step, to σ = 0, is Euler's and lands on D")

    let still = try heunSample(denoiser: { x, _ in x }, sigmas: [9, 3, 1, 0], initial: Tensor([5, -2]))
    expectClose(still.sample, Tensor([5, -2]), "where D(x) = x nothing moves")
  }

  func test3_TheLastStepLandsOnD() throws {
    var rng = stream("last")
    let law = TwinLaw()
    for sigma in [0.01, 0.5, 20] {
      let x = Tensor.normal([6, 2], using: &rng) * Float(sigma)
      let clean = try law.denoiser(x, sigma)
      let euler = try eulerSample(denoiser: law.denoiser, sigmas: [sigma, 0], initial: x)
      expectClose(
        euler.sample, clean, relative: 1e-4, absolute: 1e-5,
        "a step from σ = \(sigma) to 0 must land on D(x; σ)")
      let heun = try heunSample(denoiser: law.denoiser, sigmas: [sigma, 0], initial: x)
      expectFinite(heun.sample, "dividing by σ = 0: the last step must stay an Euler step")
      expectClose(
        heun.sample, clean, relative: 1e-4, absolute: 1e-5,
        "a step from σ = \(sigma) to 0 must land on D(x; σ)")
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Run: Decodable {
        let sigmas: [Double]
        let path: [[[Double]]]
      }
      let twin: TwinLaw
      let initial: [[Double]]
      let euler, heun: Run
    }
    let content: Content = try Fixture.load("samplers", from: .module)
    let initial = Tensor(rows: content.initial)
    for (name, known) in [("Euler", content.euler), ("Heun", content.heun)] {
      let isEuler = name == "Euler"
      var path: [Tensor] = []
      let onStep: StepObserver = { _, x, _ in path.append(x) }
      if isEuler {
        _ = try eulerSample(denoiser: content.twin.denoiser, sigmas: known.sigmas, initial: initial, onStep: onStep)
      } else {
        _ = try heunSample(denoiser: content.twin.denoiser, sigmas: known.sigmas, initial: initial, onStep: onStep)
      }
      expectEqual(path.count, known.path.count + 1, "onStep must hear of the start and of the end of every step")
      for (step, (x, want)) in zip(path.dropFirst(), known.path).enumerated() {
        expectClose(
          x, Tensor(rows: want), relative: 1e-3, absolute: 1e-3,
          "diffusers' \(name) scheduler is elsewhere after step \(step + 1), at σ = \(known.sigmas[step + 1])")
      }
    }
  }

  func test5_DDIMIsEuler() throws {
    struct Content: Decodable {
      struct Run: Decodable {
        let sigmas: [Double]
        let path: [[[Double]]]
      }
      let twin: TwinLaw
      let initial: [[Double]]
      let ddim: Run
    }
    let content: Content = try Fixture.load("samplers", from: .module)
    let sigmas = content.ddim.sigmas
    // Diffusers' DDIM walks x with the scale √ᾱ; the fixture holds x/√ᾱ, and its run began with the same noise.
    let initial = Tensor(rows: content.initial) * Float(sigmas[0] / 80)
    var path: [Tensor] = []
    let run = try eulerSample(
      denoiser: content.twin.denoiser, sigmas: sigmas, initial: initial, onStep: { _, x, _ in path.append(x) })
    expectEqual(run.evaluations, 20, "one evaluation a step")
    for (step, (x, want)) in zip(path.dropFirst(), content.ddim.path).enumerated() {
      expectClose(
        x, Tensor(rows: want), relative: 1e-3, absolute: 1e-3,
        "Euler's method on DDIM's σ-grid must go, step by step, where DDIM (η = 0) goes; step \(step + 1) does not")
    }
  }

  func test6_OrdersOfConvergence() throws {
    let law = GaussianLaw(mean: 0, variance: 0.25)
    let x = Tensor([80, -30])
    // What Euler and Heun leave of the exact spread: Karras grid from 80 to 0, data N(0, ¼).
    let known: [(count: Int, euler: Double, heun: Double)] = [
      (9, 0.69900, 1.27814), (18, 0.84608, 1.05527), (36, 0.92201, 1.01221), (72, 0.96076, 1.00287),
    ]
    for (count, eulerRatio, heunRatio) in known {
      let (first, last) = (pow(80, 1.0 / 7), pow(0.002, 1.0 / 7))
      let levels = (0..<count).map { pow(first + Double($0) / Double(count - 1) * (last - first), 7) }
      let exact = law.follow(x, from: 80, to: 0)
      let euler = try eulerSample(denoiser: law.denoiser, sigmas: levels + [0], initial: x)
      expectClose(
        euler.sample, exact * Float(eulerRatio), relative: 2e-4,
        "Euler in \(count) steps must end at \(eulerRatio) times the exact spread: its error halves when N doubles")
      let heun = try heunSample(denoiser: law.denoiser, sigmas: levels + [0], initial: x)
      expectClose(
        heun.sample, exact * Float(heunRatio), relative: 2e-4,
        "Heun in \(count) steps must end at \(heunRatio) times the exact spread: its error falls to a quarter when "
          + "N doubles")
    }
  }
}
