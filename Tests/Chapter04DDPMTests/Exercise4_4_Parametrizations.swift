import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_4_Parametrizations: ExerciseTestCase {
  func test1_Shapes() throws {
    let x = Tensor.ones([2, 1, 3])
    for (name, result) in [
      ("x₀ from ε", try cleanFromNoise(x, xt: x, alphaBar: 0.5)),
      ("ε from x₀", try noiseFromClean(x, xt: x, alphaBar: 0.5)),
      ("score from ε", try scoreFromNoise(x, alphaBar: 0.5)), ("ε from score", try noiseFromScore(x, alphaBar: 0.5)),
      ("v", try velocity(x0: x, noise: x, alphaBar: 0.5)),
      ("x₀ from v", try cleanFromVelocity(x, xt: x, alphaBar: 0.5)),
      ("ε from v", try noiseFromVelocity(x, xt: x, alphaBar: 0.5)),
    ] {
      expectShape(result, [2, 1, 3], "\(name): the shape stays")
    }
    try expectRefusal("an ᾱ of 0") { _ = try cleanFromNoise(x, xt: x, alphaBar: 0) }
    try expectRefusal("an ᾱ of 1") { _ = try scoreFromNoise(x, alphaBar: 1) }
    try expectRefusal("two shapes") { _ = try velocity(x0: x, noise: .ones([2]), alphaBar: 0.5) }
  }

  func test2_ByHand() throws {
    // √ᾱ = 0.8 and √(1 − ᾱ) = 0.6. x₀ = 2 and ε = 1 make xₜ = 2.2.
    let (clean, noise, xt) = (Tensor([2]), Tensor([1]), Tensor([2.2]))
    let x0 = try cleanFromNoise(noise, xt: xt, alphaBar: 0.64)
    expectClose(x0.onlyNumber, 2, "x₀ = (xₜ − 0.6·ε)/0.8 = (2.2 − 0.6)/0.8: roots of both factors")
    let epsilon = try noiseFromClean(clean, xt: xt, alphaBar: 0.64)
    expectClose(epsilon.onlyNumber, 1, "ε = (xₜ − 0.8·x₀)/0.6 = (2.2 − 1.6)/0.6")
    let score = try scoreFromNoise(noise, alphaBar: 0.64)
    expectClose(
      score.onlyNumber, -1 / 0.6, "score = −ε/√(1 − ᾱ) = −1/0.6: it points against the noise, and is not −ε itself")
    let back = try noiseFromScore(Tensor([-5]), alphaBar: 0.64)
    expectClose(back.onlyNumber, 3, "ε = −√(1 − ᾱ)·score = 0.6·5")
    let v = try velocity(x0: clean, noise: noise, alphaBar: 0.64)
    expectClose(v.onlyNumber, -0.4, "v = √ᾱ·ε − √(1 − ᾱ)·x₀ = 0.8·1 − 0.6·2: mind the sign, and which root goes where")
    let cleanAgain = try cleanFromVelocity(Tensor([-0.4]), xt: xt, alphaBar: 0.64)
    expectClose(cleanAgain.onlyNumber, 2, "x₀ = √ᾱ·xₜ − √(1 − ᾱ)·v = 0.8·2.2 + 0.6·0.4")
    let noiseAgain = try noiseFromVelocity(Tensor([-0.4]), xt: xt, alphaBar: 0.64)
    expectClose(noiseAgain.onlyNumber, 1, "ε = √(1 − ᾱ)·xₜ + √ᾱ·v = 0.6·2.2 − 0.8·0.4")
  }

  func test3_ThereAndBack() throws {
    var rng = stream("round trips")
    for alphaBar in [0.995, 0.6, 0.03] {
      let x0 = Tensor.normal([4, 6], using: &rng)
      let noise = Tensor.normal([4, 6], using: &rng)
      let xt = x0 * Float(alphaBar.squareRoot()) + noise * Float((1 - alphaBar).squareRoot())
      let v = noise * Float(alphaBar.squareRoot()) - x0 * Float((1 - alphaBar).squareRoot())
      let score = noise * Float(-1 / (1 - alphaBar).squareRoot())
      for (name, got, want) in [
        ("x₀ from ε", try cleanFromNoise(noise, xt: xt, alphaBar: alphaBar), x0),
        ("ε from x₀", try noiseFromClean(x0, xt: xt, alphaBar: alphaBar), noise),
        ("score from ε", try scoreFromNoise(noise, alphaBar: alphaBar), score),
        ("ε from score", try noiseFromScore(score, alphaBar: alphaBar), noise),
        ("v", try velocity(x0: x0, noise: noise, alphaBar: alphaBar), v),
        ("x₀ from v", try cleanFromVelocity(v, xt: xt, alphaBar: alphaBar), x0),
        ("ε from v", try noiseFromVelocity(v, xt: xt, alphaBar: alphaBar), noise),
      ] {
        expectClose(got, want, relative: 1e-3, absolute: 1e-4, "\(name) is wrong at ᾱ = \(alphaBar)")
      }
    }
  }

  func test4_VelocityIsADerivative() throws {
    var rng = stream("arc")
    for _ in 0..<4 {
      let angle = 0.1 + 1.3 * rng.nextUniform()
      let (x0, noise) = (rng.nextNormal(), rng.nextNormal())
      func position(_ angle: Double) -> Double { cos(angle) * x0 + sin(angle) * noise }
      let slope = (position(angle + 1e-5) - position(angle - 1e-5)) / 2e-5
      let v = try velocity(x0: Tensor([Float(x0)]), noise: Tensor([Float(noise)]), alphaBar: pow(cos(angle), 2))
      expectClose(
        v.onlyNumber, slope, relative: 1e-4, absolute: 1e-5, "v must be dx/dφ where √ᾱ = cos φ and √(1 − ᾱ) = sin φ")
    }
  }

  func test5_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let alphaBar: Double
        let xt, velocity, guess, cleanIfNoise, cleanIfVelocity: [Double]
      }
      let x0, noise: [Double]
      let cases: [Case]
    }
    let content: Content = try Fixture.load("conversions", from: .module)
    func tensor(_ values: [Double]) -> Tensor { Tensor(values, shape: [values.count]) }
    for known in content.cases {
      let alphaBar = known.alphaBar
      let v = try velocity(x0: tensor(content.x0), noise: tensor(content.noise), alphaBar: alphaBar)
      expectClose(v, tensor(known.velocity), relative: 1e-4, absolute: 1e-5, "get_velocity at ᾱ = \(alphaBar)")
      let clean = try cleanFromNoise(tensor(known.guess), xt: tensor(known.xt), alphaBar: alphaBar)
      expectClose(
        clean, tensor(known.cleanIfNoise), relative: 1e-3, absolute: 1e-5,
        "pred_original_sample of an ε-prediction at ᾱ = \(alphaBar)")
      let other = try cleanFromVelocity(tensor(known.guess), xt: tensor(known.xt), alphaBar: alphaBar)
      expectClose(
        other, tensor(known.cleanIfVelocity), relative: 1e-3, absolute: 1e-5,
        "pred_original_sample of a v-prediction at ᾱ = \(alphaBar)")
    }
  }

  func test6_TheScoreIsAGradient() throws {
    // Data N(0, s²): x has the variance V = ᾱs² + 1 − ᾱ, the score −x/V, and E[ε | x] = √(1 − ᾱ)·x/V.
    for (alphaBar, variance) in [(0.9, 0.25), (0.5, 4.0), (0.1, 0.01)] {
      let total = alphaBar * variance + 1 - alphaBar
      let x = Tensor([-1.5, 0.5, 2])
      let noise = x * Float((1 - alphaBar).squareRoot() / total)
      let score = try scoreFromNoise(noise, alphaBar: alphaBar)
      expectClose(score, x * Float(-1 / total), relative: 1e-4, "∇ log N(x; 0, V) = −x/V: is the score −ε/√(1 − ᾱ)?")
      let back = try noiseFromScore(score, alphaBar: alphaBar)
      expectClose(back, noise, relative: 1e-4, "the inverse of the inverse")
    }
  }

  func test7_ExchangeRates() throws {
    var rates: [PredictionTarget: Double] = [:]
    for target in PredictionTarget.allCases {
      rates[target] = try weightTowardsNoise(of: target, alphaBar: 0.64)
    }
    expectClose(rates[.noise] ?? .nan, 1, relative: 1e-9, "an error of ε is an error of ε")
    expectClose(rates[.clean] ?? .nan, 16.0 / 9, relative: 1e-9, "x₀: the weight is the ratio ᾱ/(1 − ᾱ), the SNR")
    expectClose(rates[.score] ?? .nan, 0.36, relative: 1e-9, "score: the weight is 1 − ᾱ, the variance of the noise")
    expectClose(rates[.velocity] ?? .nan, 0.64, relative: 1e-9, "v: the weight is ᾱ, since ε = √(1 − ᾱ)·xₜ + √ᾱ·v")

    var rng = stream("errors")
    for alphaBar in [0.9, 0.4, 0.05] {
      // Perturb each target with xₜ held fixed, and see what becomes of the noise.
      let delta = rng.nextNormal()
      let (signal, spread) = (alphaBar.squareRoot(), (1 - alphaBar).squareRoot())
      let moved: [PredictionTarget: Double] = [
        .noise: delta, .clean: -signal / spread * delta, .score: -spread * delta, .velocity: signal * delta,
      ]
      for (target, change) in moved {
        let weight = try weightTowardsNoise(of: target, alphaBar: alphaBar)
        expectClose(
          weight * delta * delta, change * change, relative: 1e-9,
          "an error δ of the \(target.rawValue) at ᾱ = \(alphaBar) changes ε by \(change / delta)·δ: square that")
      }
    }
  }
}
