import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_1_Parametrizations: ExerciseTestCase {
  func test1_TheGeneralFormula() throws {
    let point = try edmCoordinates(alpha: 0.5, beta: 0.75)
    expectClose(point.s, 0.5, "αx₀ + βε = s(x₀ + σε) holds for every x₀, so s must be α")
    expectClose(point.sigma, 1.5, "sσ must be β: did you return β itself instead of dividing it by the scale?")
    let clean = try edmCoordinates(alpha: 1, beta: 0)
    expectClose(clean.sigma, 0, "no noise at all is σ = 0")
    let back = try corruptionCoefficients(EDMCoordinates(s: 0.5, sigma: 1.5))
    expectClose(back.alpha, 0.5, "multiply s(x₀ + σε) out: the factor of x₀ is s")
    expectClose(back.beta, 0.75, "multiply s(x₀ + σε) out: the factor of ε is sσ")
    let x = try corrupt(Tensor.ones([4, 3, 2]), noise: .zeros([4, 3, 2]), at: EDMCoordinates(s: 1, sigma: 2))
    expectShape(x, [4, 3, 2], "corrupting a batch must not change its shape")
    try expectRefusal("alpha = 0") { _ = try edmCoordinates(alpha: 0, beta: 1) }
  }

  func test2_ByHand() throws {
    let flow = try flowMatchingCoordinates(t: 0.25)
    expectClose(flow.s, 0.75, "flow matching is (1 − t)x₀ + tε with the data at t = 0: is your t reversed?")
    expectClose(flow.sigma, 1.0 / 3, "flow matching has σ = t/(1 − t), the noise in units of the remaining signal")
    let start = try flowMatchingCoordinates(t: 0)
    expectEqual(start, EDMCoordinates(s: 1, sigma: 0), "at t = 0 flow matching has clean data: s = 1, σ = 0")

    let ddpm = try ddpmCoordinates(alphaBar: 0.25)
    expectClose(ddpm.s, 0.5, "DDPM scales x₀ by √ᾱ, not by ᾱ")
    expectClose(
      ddpm.sigma, 3.0.squareRoot(),
      "DDPM has σ = √((1 − ᾱ)/ᾱ): a missing root, or the scale not divided out?")
    let untouched = try ddpmCoordinates(alphaBar: 1)
    expectEqual(untouched, EDMCoordinates(s: 1, sigma: 0), "ᾱ = 1 is clean data: s = 1, σ = 0")

    let time = try flowMatchingTime(sigma: 1)
    expectClose(time, 0.5, "as much noise as signal is half-way through flow matching")
    let alphaBar = try ddpmAlphaBar(sigma: 3.0.squareRoot())
    expectClose(alphaBar, 0.25, "ᾱ = 1/(1 + σ²): mind the square")

    let x = try corrupt(Tensor([1]), noise: Tensor([10]), at: EDMCoordinates(s: 0.5, sigma: 0.2))
    expectClose(Double(x.scalars[0]), 1.5, "s(x₀ + σε) = ½(1 + 0.2 · 10): the scale applies to the noise as well")
  }

  func test3_TheSameSample() throws {
    var rng = stream("samples")
    for _ in 0..<4 {
      let x0 = Tensor.normal([5, 7], using: &rng)
      let noise = Tensor.normal([5, 7], using: &rng)
      let t = 0.05 + 0.9 * rng.nextUniform()
      let flow = try flowMatchingCoordinates(t: t)
      let interpolated = try corrupt(x0, noise: noise, at: flow)
      expectClose(
        interpolated, x0 * Float(1 - t) + noise * Float(t), absolute: 1e-5,
        "s(x₀ + σε) must be (1 − t)x₀ + tε at t = \(t)")
      let alphaBar = 0.02 + 0.95 * rng.nextUniform()
      let ddpm = try ddpmCoordinates(alphaBar: alphaBar)
      let diffused = try corrupt(x0, noise: noise, at: ddpm)
      let want = x0 * Float(alphaBar.squareRoot()) + noise * Float((1 - alphaBar).squareRoot())
      expectClose(diffused, want, absolute: 1e-5, "s(x₀ + σε) must be √ᾱ·x₀ + √(1 − ᾱ)·ε at ᾱ = \(alphaBar)")
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let kind: String
        let alphaBar: Double?
        let t: Double?
        let sigma: Double?
        let noisy: [Double]
      }
      let x0: [Double]
      let noise: [Double]
      let cases: [Case]
    }
    let content: Content = try Fixture.load("corruptions", from: .module)
    let x0 = Tensor(content.x0, shape: [content.x0.count])
    let noise = Tensor(content.noise, shape: [content.noise.count])
    for known in content.cases {
      let point: EDMCoordinates
      if let alphaBar = known.alphaBar {
        point = try ddpmCoordinates(alphaBar: alphaBar)
        if let sigma = known.sigma {
          expectClose(point.sigma, sigma, relative: 1e-4, "σ of DDPM at ᾱ = \(alphaBar), as diffusers has it")
        }
      } else if let t = known.t {
        point = try flowMatchingCoordinates(t: t)
      } else {
        point = try edmCoordinates(alpha: 1, beta: known.sigma ?? 0)
      }
      let x = try corrupt(x0, noise: noise, at: point)
      expectClose(
        x, Tensor(known.noisy, shape: x0.shape), relative: 1e-4, absolute: 1e-5,
        "\(known.kind) in diffusers makes another x of the same x₀ and ε")
    }
  }

  func test5_OneNoiseLevelManyNames() throws {
    var rng = stream("levels")
    let x0 = Tensor.normal([6, 3], using: &rng)
    let noise = Tensor.normal([6, 3], using: &rng)
    for _ in 0..<6 {
      let sigma = exp(-3 + 6 * rng.nextUniform())
      let t = try flowMatchingTime(sigma: sigma)
      let flow = try flowMatchingCoordinates(t: t)
      expectClose(flow.sigma, sigma, relative: 1e-9, "flowMatchingTime must undo flowMatchingCoordinates")
      let alphaBar = try ddpmAlphaBar(sigma: sigma)
      let ddpm = try ddpmCoordinates(alphaBar: alphaBar)
      expectClose(ddpm.sigma, sigma, relative: 1e-9, "ddpmAlphaBar must undo ddpmCoordinates")
      let coefficients = try corruptionCoefficients(ddpm)
      expectClose(
        coefficients.alpha * coefficients.alpha + coefficients.beta * coefficients.beta, 1, relative: 1e-9,
        "DDPM preserves variance: α² + β² = 1")
      let again = try edmCoordinates(alpha: coefficients.alpha, beta: coefficients.beta)
      expectClose(again.sigma, sigma, relative: 1e-9, "corruptionCoefficients must undo edmCoordinates")

      let one = try corrupt(x0, noise: noise, at: flow)
      let other = try corrupt(x0, noise: noise, at: ddpm)
      expectClose(
        one * Float(1 / flow.s), other * Float(1 / ddpm.s), relative: 1e-4, absolute: 1e-4,
        "at the same σ, x/s is the same noisy picture whatever the parametrization")
    }
  }
}
