import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_2_D3PMPosterior: ExerciseTestCase {
  /// A random kernel: columns that sum to 1, not symmetric.
  private func randomKernel(_ count: Int, using rng: inout RandomStream) -> Kernel {
    let columns = (0..<count).map { _ -> [Double] in
      let weights = (0..<count).map { _ in 0.05 + rng.nextUniform() }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    return (0..<count).map { y in (0..<count).map { x in columns[x][y] } }
  }

  func test1_Shapes() throws {
    let step = Chain.kernel("absorbing", 3, sigma: 0.4)
    let before = Chain.kernel("absorbing", 3, sigma: 0.7)
    let posterior = try d3pmPosterior(xt: 3, x0: 1, step: step, before: before)
    expectEqual(posterior.count, 4, "one probability a state")
    let reverse = try reverseStep(from: 3, cleanProbabilities: [0.2, 0.3, 0.5], step: step, before: before)
    expectEqual(reverse.count, 4, "one probability a state, also if p̃ is over the tokens alone")
    let bound = try d3pmBound(
      x0: 0, steps: [before, step], prior: [0.25, 0.25, 0.25, 0.25], denoiser: { _, _ in [0.2, 0.3, 0.5] })
    expectEqual(bound.transitions.count, 1, "T = 2 steps have one transition between the two ends")
    try expectRefusal("a token that turned into another in the absorbing graph") {
      _ = try d3pmPosterior(xt: 0, x0: 1, step: step, before: before)
    }
    try expectRefusal("a state that no clean token leads to") {
      _ = try reverseStep(from: 0, cleanProbabilities: [0, 0.5, 0.5], step: step, before: before)
    }
    try expectRefusal("probabilities that sum to 2") {
      _ = try reverseStep(from: 3, cleanProbabilities: [1, 1], step: step, before: before)
    }
    try expectRefusal("a state outside") { _ = try d3pmPosterior(xt: 4, x0: 1, step: step, before: before) }
    try expectRefusal("kernels of two sizes") {
      _ = try d3pmPosterior(xt: 0, x0: 0, step: step, before: Chain.identity(3))
    }
  }

  func test2_ByHand() throws {
    // From 0 to 1 with probability 1/2, from 1 to 0 with 1/4.
    let step: Kernel = [[0.5, 0.25], [0.5, 0.75]]
    // From 0 to 1 with probability 1/5, from 1 to 0 with 2/5.
    let before: Kernel = [[0.8, 0.4], [0.2, 0.6]]
    let posterior = try d3pmPosterior(xt: 1, x0: 0, step: step, before: before)
    expectClose(
      posterior, [0.4 / 0.55, 0.15 / 0.55], relative: 1e-12,
      "0 → u → 1: ½·0.8 = 0.4 by way of 0, ¾·0.2 = 0.15 by way of 1; scaled to sum to 1. step[xₜ][xₜ₋₁] leads from the "
        + "second index to the first")
    let reverse = try reverseStep(from: 1, cleanProbabilities: [0.5, 0.5], step: step, before: before)
    let other = [0.2 / 0.65, 0.45 / 0.65]
    expectClose(
      reverse, zip(posterior, other).map { ($0 + $1) / 2 }, relative: 1e-12,
      "the mean of the posteriors of x₀ = 0 and x₀ = 1: each normalised *before* it is weighted. Putting the mean "
        + "x̃₀ into "
        + "the posterior weights it with q(xₜ | x̃₀) once more")
    let masking: Kernel = [[0.5, 0, 0], [0, 0.5, 0], [0.5, 0.5, 1]]
    let hidden = try d3pmPosterior(xt: 2, x0: 1, step: masking, before: masking)
    expectClose(
      hidden, [0, 1.0 / 3, 2.0 / 3], relative: 1e-12,
      "two steps that mask a half each: of the ¾ masked by now ½ were masked before, ¼ not")
  }

  func test3_AgainstAJointLaw() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let step, before: [[Double]]
        let noisy: Int
        let posteriors: [[Double]]
        let guess, reverse: [Double]
      }
      let posteriors: [Case]
    }
    let content: Content = try Fixture.load("d3pm", from: .module)
    for known in content.posteriors {
      for (clean, want) in known.posteriors.enumerated() {
        let posterior = try d3pmPosterior(xt: known.noisy, x0: clean, step: known.step, before: known.before)
        expectClose(posterior.reduce(0, +), 1, relative: 1e-10, "a law sums to 1: divide by q(xₜ | x₀)")
        expectClose(
          posterior, want, relative: 1e-9,
          "the joint law of a chain x₀ → xₜ₋₁ → xₜ gives another posterior: is a kernel transposed?")
      }
      let reverse = try reverseStep(
        from: known.noisy, cleanProbabilities: known.guess, step: known.step, before: known.before)
      expectClose(
        reverse, known.reverse, relative: 1e-9,
        "the sum of the posteriors, each normalised, weighted with p̃: not the posterior of the mean x̃₀")
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let step, before: [[Double]]
        let noisy: Int
        let guess, reverse: [Double]
      }
      let library: [Case]
    }
    let content: Content = try Fixture.load("d3pm", from: .module)
    for known in content.library {
      let guess = known.guess.map { $0 / known.guess.reduce(0, +) }
      let reverse = try reverseStep(
        from: known.noisy, cleanProbabilities: guess, step: known.step, before: known.before)
      expectClose(
        reverse, known.reverse, relative: 2e-4, absolute: 2e-6,
        "diffusers' VQDiffusionScheduler (masking and replacing) steps back with other probabilities")
    }
  }

  func test5_TheTrueReverse() throws {
    var rng = stream("reverse")
    for count in [2, 3, 5] {
      let (step, before) = (randomKernel(count, using: &rng), randomKernel(count, using: &rng))
      let law = randomKernel(count, using: &rng).map { $0[0] }
      let clean = law.map { $0 / law.reduce(0, +) }
      let between = before.map { row in zip(row, clean).reduce(0) { $0 + $1.0 * $1.1 } }
      let both = Chain.product(step, before)
      for xt in 0..<count {
        let joint = clean.indices.map { both[xt][$0] * clean[$0] }
        let guess = joint.map { $0 / joint.reduce(0, +) }
        let truth = between.indices.map { step[xt][$0] * between[$0] }
        let reverse = try reverseStep(from: xt, cleanProbabilities: guess, step: step, before: before)
        expectClose(
          reverse, truth.map { $0 / truth.reduce(0, +) }, relative: 1e-9,
          "with the true p(x₀ | xₜ) this must be the true p(xₜ₋₁ | xₜ), by Bayes' rule on the chain's own law")
        let certain = try reverseStep(
          from: xt, cleanProbabilities: clean.indices.map { $0 == 1 ? 1 : 0 }, step: step, before: before)
        let posterior = try d3pmPosterior(xt: xt, x0: 1, step: step, before: before)
        expectClose(certain, posterior, relative: 1e-9, "a denoiser that is sure leads to the posterior of its token")
      }
    }
    // In the absorbing graph, a visible token cannot come from another one, whatever the denoiser thinks.
    let step = Chain.kernel("absorbing", 3, sigma: 0.4)
    let before = Chain.kernel("absorbing", 3, sigma: 0.7)
    let visible = try reverseStep(from: 1, cleanProbabilities: [0.6, 0.3, 0.1], step: step, before: before)
    expectClose(
      visible, [0, 1, 0, 0], relative: 1e-9, absolute: 1e-12,
      "the x̃₀ that cannot lead to xₜ are left out, and the rest scaled to sum to 1")
  }

  func test6_TheBound() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let guesses: [[[Double]]]
        let prior: [Double]
        let clean: Int
        let priorTerm, reconstruction, negativeLogLikelihood: Double
        let steps: [Double]
        let stepKernels: [[[Double]]]
      }
      let bounds: [Case]
    }
    let content: Content = try Fixture.load("d3pm", from: .module)
    for known in content.bounds {
      let bound = try d3pmBound(
        x0: known.clean, steps: known.stepKernels, prior: known.prior, denoiser: { known.guesses[$1 - 1][$0] })
      expectClose(
        bound.prior, known.priorTerm, relative: 1e-8, absolute: 1e-10,
        "KL(q(x_T | x₀) ‖ p(x_T)): x_T is what all T steps together lead to")
      expectClose(
        bound.transitions, known.steps, relative: 1e-8, absolute: 1e-10,
        "the terms t = 2, …, T: KL(posterior ‖ reverse step), averaged over xₜ with q(xₜ | x₀); `before` holds the "
          + "steps "
          + "1 … t − 1")
      expectClose(
        bound.reconstruction, known.reconstruction, relative: 1e-8,
        "−log p̃(x₀ | x₁), averaged over the x₁ that x₀ leads to, each with its q(x₁ | x₀)")
      expect(
        bound.total >= known.negativeLogLikelihood - 1e-9,
        "the bound \(bound.total) lies below −log p(x₀) = \(known.negativeLogLikelihood)")
    }
  }

  func test7_ExactDenoiserExactBound() throws {
    var rng = stream("exact")
    for kind in ["uniform", "absorbing", "random"] {
      let symbols = 3
      // Random kernels do not commute: the product of the steps has an order.
      let steps =
        kind == "random"
        ? (0..<3).map { _ in randomKernel(3, using: &rng) }
        : [0.2, 0.5, 0.9].map { Chain.kernel(kind, symbols, sigma: $0) }
      let clean = [0.5, 0.3, 0.2]
      let cumulative = [
        steps[0], Chain.product(steps[1], steps[0]), Chain.product(steps[2], Chain.product(steps[1], steps[0])),
      ]
      let prior = cumulative[2].map { row in zip(row, clean).reduce(0) { $0 + $1.0 * $1.1 } }
      var mean = 0.0
      for x0 in 0..<symbols {
        let bound = try d3pmBound(
          x0: x0, steps: steps, prior: prior,
          denoiser: { xt, t in
            let joint = clean.indices.map { cumulative[t - 1][xt][$0] * clean[$0] }
            return joint.map { $0 / joint.reduce(0, +) }
          })
        mean += clean[x0] * bound.total
      }
      let entropy = -clean.reduce(0) { $0 + $1 * log($1) }
      expectClose(
        mean, entropy, relative: 1e-9,
        "\(kind) kernels: with the true posteriors and the true p(x_T), the mean bound of one token is its entropy, "
          + "with "
          + "no gap. The first t steps together are step[t]·…·step[1], in this order")
    }
  }
}
