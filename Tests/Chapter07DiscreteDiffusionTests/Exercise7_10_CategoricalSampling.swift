import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_10_CategoricalSampling: ExerciseTestCase {
  private struct Content: Decodable {
    struct Inverse: Decodable {
      let weights: [Double]
      let u: Double
      let index: Int
    }
    struct Nucleus: Decodable {
      let weights: [Double]
      let p: Double
      let law: [Double]
    }
    struct Truncated: Decodable { let weights, chances: [Double] }
    let inverse: [Inverse]
    let nucleus: [Nucleus]
    let largestGumbel: Double
    let truncated: [Truncated]
  }

  func test1_Shapes() throws {
    let index = try categoricalIndex(weights: [1, 2, 3], uniform: 0.5)
    expect((0..<3).contains(index), "an index of the weights, but got \(index)")
    let law = try truncatedGumbelLaw(probabilities: [0.25, 0.75], limit: 3)
    expectEqual(law.count, 2, "one probability an index")
    let kept = try nucleus([0.25, 0.75], mass: 0.5)
    expectEqual(kept.count, 2, "one probability an index, 0 for those left out")
    let gumbel = try gumbelFromFloat32(bits: 7)
    expectFinite(gumbel, "Gumbel noise is a number")
    try expectRefusal("no positive weight") { _ = try categoricalIndex(weights: [0, 0], uniform: 0.5) }
    try expectRefusal("a negative weight") { _ = try categoricalIndex(weights: [1, -0.1], uniform: 0.5) }
    try expectRefusal("NaN") { _ = try categoricalIndex(weights: [1, .nan], uniform: 0.5) }
    try expectRefusal("u = 1") { _ = try categoricalIndex(weights: [1], uniform: 1) }
    try expectRefusal("a nucleus of mass 0") { _ = try nucleus([1], mass: 0) }
    try expectRefusal("25 bits") { _ = try gumbelFromFloat32(bits: 1 << 24) }
  }

  func test2_ByHand() throws {
    for (u, want) in [(0.0, 1), (0.2, 1), (0.3, 3), (0.9, 3)] {
      let index = try categoricalIndex(weights: [0, 1, 0, 3], uniform: u)
      expectEqual(
        index, want,
        "weights 0, 1, 0, 3 at u = \(u): up to ¼ it is 1, from there 3; an index of weight 0 is never drawn, also "
          + "at u = 0"
      )
    }
    let quarter = try categoricalIndex(weights: [0, 1, 0, 3], uniform: 0.25)
    expectEqual(quarter, 3, "the sum must be *above* u·total: at u = ¼ exactly it is the next one's turn")
    let large = try categoricalIndex(weights: [2, 2], uniform: 0.9)
    expectEqual(large, 1, "weights need not sum to 1: u is a share of their sum, here 0.9·4")
    let edge = try categoricalIndex(
      weights: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0], uniform: 1 - 0x1p-53)
    expectEqual(edge, 9, "ten tenths sum to a bit less than 1: at the last u it is the last positive weight, not the 0")

    let (first, second) = (try nucleus([0.5, 0.3, 0.15, 0.05], mass: 0.6), try nucleus([0.1, 0.6, 0.3], mass: 0.5))
    expectClose(
      first, [0.625, 0.375, 0, 0], relative: 1e-12,
      "0.5 is not yet 0.6, 0.8 is: the index that crosses p belongs to the nucleus. And what is kept sums to 1 again")
    expectClose(second, [0, 1, 0], relative: 1e-12, "the most probable one is always there")
    let ties = try nucleus([0.25, 0.25, 0.25, 0.25], mass: 0.5)
    expectClose(ties, [0.5, 0.5, 0, 0], relative: 1e-12, "of equally probable ones, those that come first")
    let all = try nucleus([0.2, 0.3, 0.5], mass: 1)
    expectClose(all, [0.2, 0.3, 0.5], relative: 1e-12, "p = 1 changes nothing")

    let half = try gumbelFromFloat32(bits: (1 << 23) - 1)
    expectClose(half, -log(log(2)), relative: 1e-12, "u = 2²³·2⁻²⁴ = ½: −log(−log ½)")
    // Two indices, cut off at c: p·exp(2e^(−c) − e^(−c)/p).
    let law = try truncatedGumbelLaw(probabilities: [0.75, 0.25], limit: 1)
    let loser = 0.25 * exp(2 * exp(-1) - exp(-1) / 0.25)
    expectClose(
      law, [1 - loser, loser], relative: 1e-10,
      "two indices cut off at 1: the smaller wins with p·exp(2e⁻¹ − 4e⁻¹), in the order in which they were given")
  }

  func test3_TheInverse() throws {
    let content: Content = try Fixture.load("categorical", from: .module)
    for known in content.inverse {
      let index = try categoricalIndex(weights: known.weights, uniform: known.u)
      expectEqual(index, known.index, "numpy.searchsorted on the cumulative sums of \(known.weights) at u = \(known.u)")
    }
    var rng = stream("draws")
    let weights = [3.0, 0, 1, 4, 0.5, 1.5]
    var counts = Array(repeating: 0, count: 6)
    for _ in 0..<20_000 {
      let index = try categoricalIndex(weights: weights, uniform: rng.nextUniform())
      counts[index] += 1
    }
    expect(
      excess(of: counts, over: weights.map { $0 / 10 }) < 5, "frequencies \(counts) for the weights \(weights)")
    // A tail far below single precision's last digit.
    let rare = try categoricalIndex(weights: [1, 1e-9, 1], uniform: 0.5)
    expectEqual(
      rare, 1, "at u = ½ it is the one in the middle, of weight 10⁻⁹: in Float32 it would be lost. Stay in Double")
  }

  func test4_TheLargestGumbel() throws {
    let content: Content = try Fixture.load("categorical", from: .module)
    let top = try gumbelFromFloat32(bits: (1 << 24) - 2)
    expectClose(
      top, content.largestGumbel, relative: 1e-9, "−log(−log(1 − 2⁻²⁴)) with 40 digits: take the logarithms in Double")
    let last = try gumbelFromFloat32(bits: (1 << 24) - 1)
    expectClose(last, content.largestGumbel, relative: 1e-9, "u = 1 would be infinite: it counts as 1 − 2⁻²⁴")
    let bottom = try gumbelFromFloat32(bits: 0)
    expectClose(bottom, -log(24 * log(2)), relative: 1e-9, "the smallest u is 2⁻²⁴: u = 0 would be −∞")
    var sum = 0.0
    for k in stride(from: 2048, to: 1 << 24, by: 4096) {
      let gumbel = try gumbelFromFloat32(bits: k)
      sum += gumbel
    }
    expectClose(sum / 4096, 0.5772, absolute: 2e-3, "the mean of Gumbel noise is Euler's constant, 0.5772…")
  }

  func test5_TheTruncatedLaw() throws {
    let content: Content = try Fixture.load("categorical", from: .module)
    for known in content.truncated {
      let law = try truncatedGumbelLaw(probabilities: known.weights, limit: content.largestGumbel)
      expectClose(
        law, known.chances, relative: 1e-5,
        "integrals with 40 digits, cut off where Float32 ends: \(known.weights)")
    }
    var rng = stream("truncated")
    let probabilities = [0.1, 0.4, 0, 0.15, 0.35]
    for limit in [0.5, 2.0] {
      let law = try truncatedGumbelLaw(probabilities: probabilities, limit: limit)
      guard hasRows([law], 1, of: 5, "the law of five indices") else { return }
      expectClose(law.reduce(0, +), 1, relative: 1e-9, "somebody wins")
      expectEqual(law[2], 0, "what has no probability never wins")
      var counts = Array(repeating: 0, count: 5)
      // A Gumbel number below the limit: u uniform below exp(−e^(−limit)).
      let top = exp(-exp(-limit))
      for _ in 0..<20_000 {
        let scores = probabilities.map { log($0) - log(-log(top * (1 - rng.nextUniform()))) }
        counts[scores.indices.max { scores[$0] < scores[$1] }!] += 1
      }
      expect(
        excess(of: counts, over: law) < 5,
        "cut off at \(limit): \(counts) wins in 20,000 draws, but the law says \(law)")
      expect(
        law[0] < 0.1 && law[1] > 0.4, "a cut-off takes from the improbable and gives to the probable, but got \(law)")
    }
    let free = try truncatedGumbelLaw(probabilities: probabilities, limit: 60)
    expectClose(free, probabilities, relative: 1e-9, absolute: 1e-12, "cut off beyond all reach, the law is p itself")
    let even = try truncatedGumbelLaw(probabilities: [0.25, 0.25, 0.25, 0.25], limit: 0)
    expectClose(even, [0.25, 0.25, 0.25, 0.25], relative: 1e-9, "equals are treated alike")
  }

  func test6_TheNucleus() throws {
    let content: Content = try Fixture.load("categorical", from: .module)
    for known in content.nucleus {
      let law = try nucleus(known.weights, mass: known.p)
      expectClose(
        law, known.law, relative: 1e-9, absolute: 1e-12,
        "p = \(known.p) of \(known.weights): the fewest with at least this mass, scaled to sum to 1")
    }
    var rng = stream("nucleus")
    for _ in 0..<50 {
      let weights = (0..<9).map { _ in rng.nextUniform() }
      let law = weights.map { $0 / weights.reduce(0, +) }
      let p = 0.05 + 0.9 * rng.nextUniform()
      let kept = try nucleus(law, mass: p)
      guard hasRows([kept], 1, of: 9, "the nucleus of nine indices") else { return }
      let inside = law.indices.filter { kept[$0] > 0 }
      let mass = inside.reduce(0) { $0 + law[$1] }
      let least = inside.map { law[$0] }.min() ?? 0
      expect(mass >= p - 1e-12, "the nucleus has at least the mass \(p), but \(mass)")
      expect(mass - least < p, "and is the smallest that has: without its least member it would be below \(p)")
      expect(
        law.indices.allSatisfy { kept[$0] > 0 || law[$0] <= least },
        "what is left out is not more probable than what stays")
      expectClose(kept.reduce(0, +), 1, relative: 1e-9, "probabilities sum to 1 again")
    }
  }
}
