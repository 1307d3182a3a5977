import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_7_VariationalBound: ExerciseTestCase {
  private struct Content: Decodable {
    struct Divergence: Decodable { let mean1, variance1, mean2, variance2, nats: Double }
    struct Pixel: Decodable { let level: Int, mean, variance, nats: Double }
    struct Gap: Decodable { let dataVariance: Double, kind: String, nats: Double }
    struct Chain: Decodable {
      struct Case: Decodable {
        let kind: String
        let variances, transitions: [Double]
        let prior, decoder: Double
      }
      let betas: [Double]
      let mean, variance, point: Double
      let cases: [Case]
    }
    let divergences: [Divergence]
    let decoder: [Pixel]
    let gaps: [Gap]
    let chain: Chain
  }

  func test1_Shapes() throws {
    var rng = stream("shapes")
    let chain = try DiffusionChain(alphaBars: [0.8, 0.4])
    let x = Tensor.ones([3, 1, 2])
    let divergence = try gaussianKL(mean1: x, variance1: 1, mean2: x, variance2: 2)
    expectShape(divergence, [3], "one divergence a row")
    let prior = try priorTerm(x0: x, chain: chain)
    expectShape(prior, [3], "one L_T a row")
    let transition = try transitionTerm(noise: x, predictedNoise: x, t: 2, variance: 0.1, chain: chain)
    expectShape(transition, [3], "one Lₜ₋₁ a row")
    let decoder = try decoderTerm(x0: x, mean: x, variance: 0.1, levels: nil)
    expectShape(decoder, [3], "one L₀ a row")
    let terms = try variationalBound(
      predictor: { x, _ in x }, x0: x, variances: [0.1, 0.1], chain: chain, levels: nil, using: &rng)
    expectEqual(terms.transitions.count, 1, "T − 1 terms between L_T and L₀")
    try expectRefusal("a variance of 0") { _ = try gaussianKL(mean1: x, variance1: 0, mean2: x, variance2: 1) }
    try expectRefusal("t = 1, which is the decoder's") {
      _ = try transitionTerm(noise: x, predictedNoise: x, t: 1, variance: 0.1, chain: chain)
    }
    try expectRefusal("a variance of 0 in the bound") {
      _ = try variationalBound(
        predictor: { x, _ in x }, x0: x, variances: [0, 0.1], chain: chain, levels: nil, using: &rng)
    }
  }

  func test2_Divergences() throws {
    let content: Content = try Fixture.load("bound", from: .module)
    for known in content.divergences {
      let nats = try gaussianKL(
        mean1: Tensor(rows: [[known.mean1]]), variance1: known.variance1, mean2: Tensor(rows: [[known.mean2]]),
        variance2: known.variance2)
      expectClose(
        nats.onlyNumber, known.nats, relative: 1e-4,
        "KL( N(\(known.mean1), \(known.variance1)) ‖ N(\(known.mean2), \(known.variance2)) ): the variance of the second "
          + "law divides the squared distance")
    }
    let rows = try gaussianKL(
      mean1: Tensor(rows: [[1, 2, 0], [0, 0, 0]]), variance1: 1, mean2: .zeros([2, 3]), variance2: 4)
    let spread = 1.5 * (0.25 - 1 + log(4))
    expectClose(
      rows, Tensor([Float(spread + 5.0 / 8), Float(spread)]),
      "½·(D·(¼ − 1 + ln 4) + ‖m₁ − m₂‖²/4) of each row: a sum over its D values, not a mean")
  }

  func test3_TermsByHand() throws {
    let chain = try DiffusionChain(alphaBars: [0.8, 0.4])
    let prior = try priorTerm(x0: Tensor(rows: [[1, 0], [1, 2]]), chain: chain)
    let rest = -0.4 - log(0.6)
    expectClose(
      prior, Tensor([Float(0.2 + rest), Float(1 + rest)]),
      "L_T = ½·(ᾱ_T‖x₀‖² − D·(ᾱ_T + ln(1 − ᾱ_T))) with ᾱ_T = 0.4: q(x_T | x₀) first, N(0, I) second")
    // β̃₂ = 1/6 and σ² = ½: the ratio is ⅓. The weight of the noises is 0.25/(2·½·½·0.6) = 5/6.
    let transition = try transitionTerm(
      noise: Tensor(rows: [[1, 0]]), predictedNoise: Tensor(rows: [[0, 2]]), t: 2, variance: 0.5, chain: chain)
    let ratio = 1.0 / 3
    let wanted: Double = ratio - 1 - log(ratio) + 25.0 / 6
    expectClose(
      transition.onlyNumber, wanted, relative: 1e-4,
      "Lₜ₋₁ = ½·D·(β̃/σ² − 1 − ln(β̃/σ²)) + β²/(2σ²α(1 − ᾱ))·‖ε − ε̂‖² with β̃ = 1/6, σ² = ½: the posterior first, the "
        + "model second")
    let tight = try transitionTerm(
      noise: Tensor(rows: [[1, 1]]), predictedNoise: Tensor(rows: [[1, 1]]), t: 2, variance: 1.0 / 6, chain: chain)
    expectClose(tight.onlyNumber, 0, absolute: 1e-5, "with σ² = β̃ and the true noise both laws are the same: 0")
    let decoder = try decoderTerm(
      x0: Tensor(rows: [[1, 0]]), mean: Tensor(rows: [[0.5, 0]]), variance: 0.25, levels: nil)
    expectClose(
      decoder.onlyNumber, 0.5 + log(2 * Double.pi * 0.25), relative: 1e-5,
      "without levels L₀ = Σ (½·ln 2πσ² + (x₀ − μ)²/2σ²), summed over the row")
  }

  func test4_TheDecoder() throws {
    let content: Content = try Fixture.load("bound", from: .module)
    let levels = try GreyLevels()
    for known in content.decoder {
      let value = 2 * Double(known.level) / 255 - 1
      let nats = try decoderTerm(
        x0: Tensor(rows: [[value]]), mean: Tensor(rows: [[known.mean]]), variance: known.variance, levels: levels)
      let edge = known.level == 0 || known.level == 255
      expectClose(
        nats.onlyNumber, known.nats, relative: 3e-4,
        "−ln of the mass of the bin of level \(known.level), half a step to either side"
          + (edge ? ": the bin of an end level reaches to infinity" : ""))
    }
    // Ends that Float cannot hold exactly: a value must be recognised as an end up to rounding.
    let five = try GreyLevels(lowest: -0.7, highest: 0.9, count: 5)
    for mean in [-0.8, 0.1, 1.2] {
      let nats = try decoderTerm(
        x0: Tensor(column: (0..<5).map { -0.7 + 0.4 * Double($0) }), mean: .full(Float(mean), [5, 1]), variance: 0.3,
        levels: five)
      expectClose(
        nats.scalars.map { exp(-Double($0)) }.reduce(0, +), 1, relative: 1e-5,
        "the masses of all five levels from −0.7 to 0.9 must add up to 1: whatever lies beyond an end belongs to it")
    }
    let picture = try decoderTerm(
      x0: Tensor(rows: [[-1, 1, -1], [1, 1, 1]]), mean: .zeros([2, 3]), variance: 1, levels: GreyLevels(count: 2))
    expectClose(
      picture, Tensor([Float(3 * log(2.0)), Float(3 * log(2.0))]),
      "two levels, mean between them: ln 2 a pixel, and the pixels of a row add up")
  }

  func test5_TheWholeBound() throws {
    var rng = stream("bound")
    let content: Content = try Fixture.load("bound", from: .module)
    let known = content.chain
    let chain = try DiffusionChain(betas: known.betas)
    let law = GaussianLaw(mean: known.mean, variance: known.variance)
    let point = Tensor.full(Float(known.point), [40_000, 1])
    for example in known.cases {
      let witness = Witness(law.predictor(chain))
      var mine = rng
      let terms = try variationalBound(
        predictor: witness.callAsFunction, x0: point, variances: example.variances, chain: chain, levels: nil,
        using: &rng)
      expectEqual(witness.times, [5, 4, 3, 2, 1], "ε̂ is asked once for each t, from T down to 1")
      for _ in 0..<5 { _ = Tensor.normal(point.shape, using: &mine) }
      expect(rng == mine, "draw ε once for each t, as Tensor.normal(x0.shape, using: &rng)")
      expectClose(terms.prior, example.prior, relative: 1e-4, "L_T for σ² = \(example.kind)")
      expectEqual(terms.transitions.count, example.transitions.count, "T − 1 terms between L_T and L₀")
      for (index, (got, want)) in zip(terms.transitions, example.transitions).enumerated() {
        expectClose(
          got, want, relative: 0.04, absolute: 0.005,
          "the term of the step from t = \(index + 2), which stands at index \(index) of the transitions: with the "
            + "variance σₜ² = variances[t − 1], and with the ε that is in xₜ")
      }
      expectClose(
        terms.decoder, example.decoder, absolute: 0.02,
        "L₀ with the mean (x₁ − √β₁·ε̂)/√α₁ and the variance σ₁² = variances[0]")
    }
  }

  func test6_TheGapIsKnown() throws {
    var rng = stream("gap")
    let content: Content = try Fixture.load("bound", from: .module)
    let chain = try ddpmChain()
    for known in content.gaps where known.kind != "optimal" && known.dataVariance != 0.25 {
      let law = GaussianLaw(mean: 0, variance: known.dataVariance)
      let x0 = Tensor.normal([3000, 2], using: &rng) * Float(known.dataVariance.squareRoot())
      let variances = try (1...1000).map { t in
        let beta = try chain.beta(t)
        guard known.kind == "posterior", t > 1 else { return beta }
        return try beta * (1 - chain.alphaBar(t - 1)) / (1 - chain.alphaBar(t))
      }
      let terms = try variationalBound(
        predictor: law.predictor(chain), x0: x0, variances: variances, chain: chain, levels: nil, using: &rng)
      // Compare with −log p of these very samples: that leaves less to chance than the entropy.
      let squared = Double(square(x0).sum(axis: 1).mean().item())
      let exact = log(2 * Double.pi * known.dataVariance) + squared / (2 * known.dataVariance)
      expectClose(
        (terms.total - exact) / 2, known.nats, absolute: 0.1,
        "with the exact ε̂ the bound must exceed −log p(x₀) by \(known.nats) nats a dimension for data of variance "
          + "\(known.dataVariance) and σ² = \(known.kind)")
    }
  }

  func test7_Bits() throws {
    let one = try bitsPerDimension(nats: 784 * log(2), dimensions: 784)
    expectClose(one, 1, relative: 1e-9, "784·ln 2 nats for 784 dimensions are 1 bit a dimension: divide by D·ln 2")
    let two = try bitsPerDimension(nats: 3, dimensions: 2)
    expectClose(two, 1.5 / log(2), relative: 1e-9, "3 nats for 2 dimensions: a nat is 1.44 bits, so divide by ln 2")
    try expectRefusal("no dimensions") { _ = try bitsPerDimension(nats: 1, dimensions: 0) }
  }
}
