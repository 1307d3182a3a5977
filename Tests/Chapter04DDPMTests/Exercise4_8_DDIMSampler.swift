import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_8_DDIMSampler: ExerciseTestCase {
  func test1_TheNoiseOfAStep() throws {
    // (1 − 0.8)/(1 − 0.5) = 0.4 and 1 − 0.5/0.8 = 0.375: σ(1)² = 0.15.
    let full = try stepNoise(.eta(1), from: 0.5, to: 0.8)
    expectClose(full.added, 0.15.squareRoot(), relative: 1e-9, "σ(1)² = (1 − ᾱₛ)/(1 − ᾱₜ)·(1 − ᾱₜ/ᾱₛ) = 0.4·0.375")
    expectClose(full.direction, full.added, relative: 1e-9, "for η the same σ stands in both places")
    let half = try stepNoise(.eta(0.5), from: 0.5, to: 0.8)
    expectClose(half.added, 0.5 * 0.15.squareRoot(), relative: 1e-9, "η multiplies σ, not σ²")
    expectClose(half.direction, 0.5 * 0.15.squareRoot(), relative: 1e-9, "η shortens the direction, too")
    let none = try stepNoise(.eta(0), from: 0.5, to: 0.8)
    expectEqual(none, StepNoise(direction: 0, added: 0), "η = 0 adds no noise")
    let larger = try stepNoise(.larger, from: 0.5, to: 0.8)
    expectClose(larger.added, 0.375.squareRoot(), relative: 1e-9, "σ̂ = √(1 − ᾱₜ/ᾱₛ) on the noise")
    expectClose(larger.direction, 0.15.squareRoot(), relative: 1e-9, "σ̂'s direction is that of η = 1")
    for noise in [DDIMNoise.eta(1), .eta(0.3), .larger] {
      let last = try stepNoise(noise, from: 0.9, to: 1)
      expectEqual(last, StepNoise(direction: 0, added: 0), "the step that ends at the data adds no noise")
    }
    try expectRefusal("a step towards more noise") { _ = try stepNoise(.eta(0), from: 0.8, to: 0.5) }
    try expectRefusal("η = 2") { _ = try stepNoise(.eta(2), from: 0.5, to: 0.8) }
  }

  func test2_ByHand() throws {
    // √ᾱ = 0.6, √(1 − ᾱ) = 0.8 at the start; 0.8 and 0.6 at the end. x = 1, ε̂ = 0.5: x̂₀ = (1 − 0.4)/0.6 = 1.
    let (x, noise) = (Tensor(rows: [[1]]), Tensor(rows: [[0.5]]))
    let z = Tensor(rows: [[10]])
    let still = try ddimStep(
      x, predictedNoise: noise, freshNoise: z, from: 0.36, to: 0.64, noise: StepNoise(direction: 0, added: 0))
    expectShape(still, [1, 1])
    expectClose(
      still.onlyNumber, 1.1, "√ᾱₛ·x̂₀ + √(1 − ᾱₛ)·ε̂ = 0.8·1 + 0.6·0.5: x̂₀ from ᾱₜ, the rest from ᾱₛ, and no z")
    let noisy = try ddimStep(
      x, predictedNoise: noise, freshNoise: z, from: 0.36, to: 0.64, noise: StepNoise(direction: 0.36, added: 0.2))
    expectClose(
      noisy.onlyNumber, 0.8 + 0.48 * 0.5 + 2, relative: 1e-5,
      "√(1 − ᾱₛ − σ²) = √(0.36 − 0.1296) = 0.48 with σ = noise.direction, and noise.added·z = 2")
    let last = try ddimStep(
      x, predictedNoise: noise, freshNoise: z, from: 0.36, to: 1, noise: StepNoise(direction: 0, added: 0))
    expectClose(last.onlyNumber, 1, "a step to ᾱ = 1 ends at x̂₀")
    let far = try ddimStep(
      Tensor(rows: [[9]]), predictedNoise: Tensor(rows: [[0]]), freshNoise: z, from: 0.36, to: 1,
      noise: StepNoise(direction: 0, added: 0))
    expectClose(far.onlyNumber, 15, "x̂₀ must not be clipped: 9/0.6 lies far outside [−1, 1], and stays there")
    try expectRefusal("more noise than there is room for") {
      _ = try ddimStep(
        x, predictedNoise: noise, freshNoise: z, from: 0.36, to: 0.64, noise: StepNoise(direction: 0.7, added: 0.7))
    }
  }

  /// What a step makes of x₀ = 1, of ε = 1 and of z = 1, if ε̂ = ε: the three factors of xₛ.
  private func factors(from here: Double, to next: Double, noise: StepNoise) throws -> [Double] {
    let xt = Tensor(column: [here.squareRoot(), (1 - here).squareRoot(), 0])
    let after = try ddimStep(
      xt, predictedNoise: Tensor(column: [0, 1, 0]), freshNoise: Tensor(column: [0, 0, 1]), from: here, to: next,
      noise: noise)
    return (0..<3).map { after.number($0) }
  }

  func test3_TheRightMarginals() throws {
    var rng = stream("marginals")
    for _ in 0..<6 {
      let here = 0.02 + 0.5 * rng.nextUniform()
      let next = here + (0.99 - here) * rng.nextUniform()
      let larger = 1 - here / next
      let room = (1 - next) / (1 - here) * larger
      for eta in [0, 0.4, 1] {
        let sigma = eta * room.squareRoot()
        let f = try factors(from: here, to: next, noise: StepNoise(direction: sigma, added: sigma))
        expectClose(f[0], next.squareRoot(), relative: 1e-4, "with the true ε, xₛ must contain √ᾱₛ·x₀ (η = \(eta))")
        expectClose(
          f[1] * f[1] + f[2] * f[2], 1 - next, relative: 1e-3, absolute: 1e-6,
          "old noise and new together must have the variance 1 − ᾱₛ (η = \(eta)): √(1 − ᾱₛ − σ²)·ε̂ makes room for σ·z")
      }
      let f = try factors(
        from: here, to: next, noise: StepNoise(direction: room.squareRoot(), added: larger.squareRoot()))
      expectClose(
        f[1] * f[1] + f[2] * f[2], 1 - next + larger - room, relative: 1e-3, absolute: 1e-6,
        "σ̂ adds more noise than there is room for: direction and added are two numbers")
    }
  }

  func test4_EtaOneIsAncestral() throws {
    var rng = stream("ancestral")
    let chain = try randomChain(count: 8, using: &rng)
    for t in 2...8 {
      let (here, before) = (try chain.alphaBar(t), try chain.alphaBar(t - 1))
      let (alpha, beta) = (try chain.alpha(t), try chain.beta(t))
      let x = Tensor.normal([3, 2], using: &rng)
      let noise = Tensor.normal([3, 2], using: &rng)
      let z = Tensor.normal([3, 2], using: &rng)
      let mean = (x - noise * Float(beta / (1 - here).squareRoot())) * Float(1 / alpha.squareRoot())
      let small = beta * (1 - before) / (1 - here)
      let one = try stepNoise(.eta(1), from: here, to: before)
      let after = try ddimStep(x, predictedNoise: noise, freshNoise: z, from: here, to: before, noise: one)
      expectClose(
        after, mean + z * Float(small.squareRoot()), relative: 1e-3, absolute: 1e-4,
        "between neighbours η = 1 must be DDPM's step with the variance β̃, at t = \(t)")
      let larger = try stepNoise(.larger, from: here, to: before)
      let loud = try ddimStep(x, predictedNoise: noise, freshNoise: z, from: here, to: before, noise: larger)
      expectClose(
        loud, mean + z * Float(beta.squareRoot()), relative: 1e-3, absolute: 1e-4,
        "between neighbours σ̂ must be DDPM's step with the variance β, at t = \(t)")
    }
  }

  func test5_Subsequences() throws {
    let ten = try subsequence(count: 10, of: 1000)
    expectEqual(
      ten, [1, 112, 223, 334, 445, 556, 667, 778, 889, 1000], "1 + 999·i/9: evenly spread, both ends included")
    let four = try subsequence(count: 4, of: 9)
    expectEqual(four, [1, 4, 6, 9], "1 + 8·i/3 is 1, 3.67, 6.33, 9: rounded, not cut off")
    let all = try subsequence(count: 7, of: 7)
    expectEqual(all, [1, 2, 3, 4, 5, 6, 7], "as many times as steps: all of them")
    let single = try subsequence(count: 1, of: 50)
    expectEqual(single, [50], "a single time is the last")
    try expectRefusal("more times than steps") { _ = try subsequence(count: 8, of: 7) }
  }

  func test6_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Step: Decodable { let x, noise, fresh, after: [[Double]] }
      struct Path: Decodable {
        let eta: Double?
        let steps: [Step]
      }
      let alphaBars: [Double]
      let paths: [Path]
    }
    let content: Content = try Fixture.load("ddim", from: .module)
    for path in content.paths {
      let kind = path.eta.map { DDIMNoise.eta($0) } ?? .larger
      for (index, step) in path.steps.enumerated() {
        let place = content.alphaBars.count - 1 - index
        let (here, next) = (content.alphaBars[place], place > 0 ? content.alphaBars[place - 1] : 1)
        let noise = try stepNoise(kind, from: here, to: next)
        let after = try ddimStep(
          Tensor(rows: step.x), predictedNoise: Tensor(rows: step.noise), freshNoise: Tensor(rows: step.fresh),
          from: here, to: next, noise: noise)
        expectClose(
          after, Tensor(rows: step.after), relative: 1e-3, absolute: 1e-4,
          "diffusers' step \(index + 1) of \(path.steps.count) (\(kind)) ends elsewhere")
      }
    }
  }

  func test7_TheRun() throws {
    var rng = stream("run")
    let chain = try randomChain(count: 9, using: &rng)
    let start = Tensor.normal([3, 2], using: &rng)
    let times = [2, 3, 6, 9]
    for kind in [DDIMNoise.eta(0), .eta(0.7), .larger] {
      let witness = Witness { x, t in x * Float(0.1 * Double(t)) }
      var mine = rng
      var nodes: [Int] = []
      let end = try ddimSample(
        predictor: witness.callAsFunction, initial: start, times: times, noise: kind, chain: chain, using: &rng,
        onStep: { t, _ in nodes.append(t) })
      expectEqual(witness.times, [9, 6, 3, 2], "ε̂ is asked once a step, at the time where the step begins")
      expectEqual(nodes, [9, 6, 3, 2, 0], "onStep must hear of the first time and then of the time after each step")
      var x = start
      for (t, s) in [(9, 6), (6, 3), (3, 2), (2, 0)] {
        let (here, next) = (try chain.alphaBar(t), try chain.alphaBar(s))
        let larger = 1 - here / next
        let room = (1 - next) / (1 - here) * larger
        var (direction, added) = (room, s == 0 ? 0 : larger)
        if case .eta(let eta) = kind { (direction, added) = (eta * eta * room, eta * eta * room) }
        let guess = 0.1 * Double(t)
        let clean = (1 - (1 - here).squareRoot() * guess) / here.squareRoot()
        x = x * Float(next.squareRoot() * clean + Swift.max(0, 1 - next - direction).squareRoot() * guess)
        if added > 0 { x = x + Tensor.normal(x.shape, using: &mine) * Float(added.squareRoot()) }
      }
      expectClose(
        end, x, relative: 1e-3, absolute: 1e-4,
        "with the same z, \(kind) must end elsewhere: from τᵢ to τᵢ₋₁, and at last from τ₁ to the data, ᾱ = 1")
      expect(
        rng == mine,
        "draw z once in each step that adds noise and not in the others: none at η = 0, none in the last step (\(kind))"
      )
    }
  }
}
