import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_1_NoiseSchedules: ExerciseTestCase {
  func test1_LengthsAndEnds() throws {
    let five = try linearBetas(count: 5, first: 0.1, last: 0.5)
    expectClose(
      five, [0.1, 0.2, 0.3, 0.4, 0.5], relative: 1e-12,
      "five evenly spaced betas, both ends included: divide by T − 1, not by T")
    let ddpm = try linearBetas()
    expectEqual(ddpm.count, 1000, "DDPM has 1000 steps")
    let cosine = try cosineBetas()
    expectEqual(cosine.count, 1000, "one beta for each of t = 1 … T")
    expect(cosine.allSatisfy { $0 > 0 && $0 < 1 }, "every beta must lie between 0 and 1: min(…, maximum)")
    let products = try alphaBars(betas: five)
    expectEqual(products.count, 5, "one ᾱ for each step; ᾱ₀ = 1 is not among them")
    try expectRefusal("betas that fall") { _ = try linearBetas(count: 5, first: 0.5, last: 0.1) }
    try expectRefusal("a beta of 1") { _ = try alphaBars(betas: [0.1, 1]) }
    try expectRefusal("an ᾱ of 1") { _ = try signalToNoise(alphaBar: 1) }
  }

  func test2_ByHand() throws {
    let products = try alphaBars(betas: [0.2, 0.5, 0.5])
    expectClose(
      products, [0.8, 0.4, 0.2], relative: 1e-12, "ᾱₜ is the product of all 1 − β so far: 0.8, 0.8·0.5, 0.8·0.5·0.5")
    let ratio = try signalToNoise(alphaBar: 0.8)
    expectClose(ratio, 4, relative: 1e-12, "SNR = ᾱ/(1 − ᾱ), a ratio of variances: no roots")
    let nats = try priorDivergence(squaredNorm: 3, dimensions: 2, alphaBar: 0.5)
    expectClose(
      nats, 0.5 * (1.5 - 1 + 2 * log(2)), relative: 1e-12,
      "½·(ᾱ‖x₀‖² − D·(ᾱ + ln(1 − ᾱ))): in nats, and the bracket counts once a dimension")
  }

  func test3_TheCosine() throws {
    var rng = stream("cosine")
    for _ in 0..<4 {
      let count = 20 + rng.integer(below: 300)
      let offset = 0.002 + 0.02 * rng.nextUniform()
      let betas = try cosineBetas(count: count, offset: offset)
      expectEqual(betas.count, count, "one beta for each of t = 1 … T")
      func f(_ t: Int) -> Double {
        pow(cos((Double(t) / Double(count) + offset) / (1 + offset) * Double.pi / 2), 2)
      }
      var product = 1.0
      var products: [Double] = []
      for beta in betas.dropLast() {
        product *= 1 - beta
        products.append(product)
      }
      expectClose(
        products, (1..<count).map { f($0) / f(0) }, relative: 1e-9,
        "up to the last step 1 − βₜ must be f(t)/f(t − 1), so that ᾱₜ = f(t)/f(0): t runs from 1, and cos is squared")
    }
    let betas = try cosineBetas(count: 1000)
    expectClose(betas[0], 4.128422482196914e-05, relative: 1e-8, "β₁: the offset is 0.008")
    expectClose(betas[999], 0.999, relative: 1e-12, "f(T) = 0, so the last beta would be 1: min(…, maximum)")
    expectEqual(betas.filter { $0 == 0.999 }.count, 1, "of 1000 betas exactly one is cut off")
    let gentle = try cosineBetas(count: 50, maximum: 0.3)
    expectClose(gentle.max() ?? 0, 0.3, relative: 1e-12, "no beta may exceed `maximum`, whatever it is")
  }

  func test4_AgainstOtherPrograms() throws {
    struct Content: Decodable {
      struct Product: Decodable { let t: Int, alphaBar: Double }
      let linear, cosine: [Double]
      let linearAlphaBars, cosineAlphaBars: [Product]
    }
    let content: Content = try Fixture.load("schedules", from: .module)
    let linear = try linearBetas()
    expectClose(
      stride(from: 0, to: linear.count, by: 37).map { linear[$0] }, content.linear, relative: 1e-6,
      "diffusers' linear betas are others")
    let cosine = try cosineBetas()
    expectClose(cosine, content.cosine, relative: 1e-5, "diffusers' squaredcos_cap_v2 has other betas")
    let exactBetas = (0..<1000).map { 1e-4 + (0.02 - 1e-4) * Double($0) / 999 }
    let products = try alphaBars(betas: exactBetas)
    for known in content.linearAlphaBars where known.t <= products.count {
      expectClose(
        products[known.t - 1], known.alphaBar, relative: 1e-11,
        "ᾱ at t = \(known.t), with 50 digits: multiply in Double, not in Float")
    }
    func f(_ t: Int) -> Double { pow(cos((Double(t) / 1000 + 0.008) / 1.008 * Double.pi / 2), 2) }
    let cosineProducts = try alphaBars(betas: (1..<1000).map { 1 - f($0) / f($0 - 1) })
    for known in content.cosineAlphaBars where known.t <= cosineProducts.count {
      expectClose(cosineProducts[known.t - 1], known.alphaBar, relative: 1e-9, "the cosine's ᾱ at t = \(known.t)")
    }
  }

  func test5_NearlyNoise() throws {
    struct Content: Decodable {
      struct Case: Decodable { let alphaBar, squaredNorm, nats: Double, dimensions: Int }
      let divergences: [Case]
    }
    let content: Content = try Fixture.load("schedules", from: .module)
    for known in content.divergences {
      let nats = try priorDivergence(
        squaredNorm: known.squaredNorm, dimensions: known.dimensions, alphaBar: known.alphaBar)
      expectClose(
        nats, known.nats, relative: 1e-6,
        "at ᾱ = \(known.alphaBar) another value with 50 digits; where ᾱ is tiny, log(1 − ᾱ) has lost its digits: log1p")
    }
    var rng = stream("integral")
    for _ in 0..<3 {
      // The divergence as an integral, for one dimension: no formula for Gaussians is used.
      let (x0, alphaBar) = (2 * rng.nextNormal(), 0.05 + 0.8 * rng.nextUniform())
      let (mean, variance) = (alphaBar.squareRoot() * x0, 1 - alphaBar)
      var integral = 0.0
      let step = 20 * variance.squareRoot() / 4000
      for i in 0...4000 {
        let x = mean + Double(i - 2000) * step
        let log1 = -(x - mean) * (x - mean) / (2 * variance) - 0.5 * log(2 * Double.pi * variance)
        let log2 = -x * x / 2 - 0.5 * log(2 * Double.pi)
        integral += exp(log1) * (log1 - log2) * step
      }
      let nats = try priorDivergence(squaredNorm: x0 * x0, dimensions: 1, alphaBar: alphaBar)
      expectClose(nats, integral, relative: 1e-6, "∫ q ln(q/p) says otherwise: q(x_T | x₀) comes first, N(0, I) second")
    }
  }
}
