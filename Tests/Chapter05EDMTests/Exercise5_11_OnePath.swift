import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_11_OnePath: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    let x = Tensor.ones([2, 1, 3, 3])
    let half: Denoiser = { x, _ in x * 0.5 }
    let noise = try predictedNoise(denoiser: half, x: x, alphaBar: 0.5)
    expectShape(noise, x.shape, "a noise for every number of x")
    let velocity = try predictedVelocity(denoiser: half, z: x, t: 0.5)
    expectShape(velocity, x.shape, "a velocity for every number of z")
    let byNoise = try denoised(noisePredictor: { x, _ in x }, x: x, sigma: 1)
    expectShape(byNoise, x.shape, "D has the shape of x")
    let byVelocity = try denoised(velocityField: { z, _ in z }, x: x, sigma: 1)
    expectShape(byVelocity, x.shape, "D has the shape of x")
    let here = EDMCoordinates(s: 1, sigma: 2)
    let carried = try carry(x, from: here, to: EDMCoordinates(s: 0.5, sigma: 2))
    expectShape(carried, x.shape, "carrying changes no shape")
    try expectRefusal("another noise level") { _ = try carry(x, from: here, to: EDMCoordinates(s: 1, sigma: 2.1)) }
    try expectRefusal("ᾱ = 1, where there is no noise") {
      _ = try predictedNoise(denoiser: half, x: x, alphaBar: 1)
    }
    try expectRefusal("t = 0, where there is no signal") { _ = try predictedVelocity(denoiser: half, z: x, t: 0) }
  }

  func test2_ByHand() throws {
    let place = try rectifiedFlowCoordinates(t: 0.25)
    expectClose(place.s, 0.25, "z = t·x₀ + (1 − t)·ε: s is the factor of x₀, t, and not 1 − t")
    expectClose(place.sigma, 3, "σ = (1 − t)/t: with t = ¼ there is three times as much noise as signal")
    let carried = try carry(Tensor([6]), from: EDMCoordinates(s: 1, sigma: 3), to: place)
    expectClose(Double(carried.item()), 1.5, "x/s stays: 6/1 = 1.5/0.25; 24 means multiplied where division is due")
    let back = try carry(Tensor([6]), from: EDMCoordinates(s: 2, sigma: 3), to: EDMCoordinates(s: 3, sigma: 3))
    expectClose(Double(back.item()), 9, "x/s stays: 6/2 = 9/3; both scales count")

    // Data at −1 and 1: D(w; σ) = tanh(w/σ²).
    let two: Denoiser = { w, sigma in tanh(w * Float(1 / (sigma * sigma))) }
    // ᾱ = 0.8 has σ = 0.5; x = 0.3·√0.8 is w = 0.3: ε̂ = (0.3 − tanh 1.2)/0.5.
    let noise = try predictedNoise(denoiser: two, x: Tensor([Float(0.3 * sqrt(0.8))]), alphaBar: 0.8)
    expectClose(
      Double(noise.item()), (0.3 - tanh(1.2)) / 0.5, relative: 1e-5,
      "ε̂ = (w − D(w; σ))/σ with w = x/√ᾱ: −ε̂ means the sign is off, −0.98 that D was asked at x instead of w")
    // t = ⅔ has σ = ½; z = 0.2 is w = 0.3: v = (tanh 1.2 − 0.2)/(1/3).
    let velocity = try predictedVelocity(denoiser: two, z: Tensor([0.2]), t: 2.0 / 3)
    expectClose(
      Double(velocity.item()), 3 * (tanh(1.2) - 0.2), relative: 1e-5,
      "v = (D(z/t; σ) − z)/(1 − t): it points from the noise to the data, and what is left of the way is 1 − t")

    let byNoise = try denoised(noisePredictor: { _, _ in Tensor([0.5]) }, x: Tensor([3]), sigma: 2)
    expectClose(Double(byNoise.item()), 2, "D = x − σε̂ = 3 − 2·0.5")
    let byVelocity = try denoised(velocityField: { _, _ in Tensor([0.5]) }, x: Tensor([3]), sigma: 2)
    expectClose(
      Double(byVelocity.item()), 1 + 0.5 * 2 / 3, relative: 1e-6, "D = z + (1 − t)v with t = ⅓ and z = 3·⅓, not x = 3")
  }

  func test3_EachIsAskedInItsOwnUnits() throws {
    let sigma = 1.5
    var asked: [(x: Double, time: Double)] = []
    let spy: (Tensor, Double) throws -> Tensor = { x, time in
      asked.append((Double(x.item()), time))
      return x
    }
    _ = try denoised(noisePredictor: spy, x: Tensor([2]), sigma: sigma)
    expectClose(asked[0].time, 1 / 3.25, "a noise predictor must be told ᾱ = 1/(1 + σ²), its own name for the level")
    expectClose(
      asked[0].x, 2 / sqrt(3.25), relative: 1e-6, "a noise predictor must be asked at √ᾱ·x: its x has variance 1")
    _ = try denoised(velocityField: spy, x: Tensor([2]), sigma: sigma)
    expectClose(asked[1].time, 0.4, "a velocity field must be told t = 1/(1 + σ): 0.6 is the other direction of time")
    expectClose(asked[1].x, 0.8, relative: 1e-6, "a velocity field must be asked at t·x")
    _ = try predictedNoise(denoiser: spy, x: Tensor([2]), alphaBar: 1 / 3.25)
    expectClose(asked[2].time, sigma, relative: 1e-9, "D must be told σ = √((1 − ᾱ)/ᾱ)")
    expectClose(asked[2].x, 2 * sqrt(3.25), relative: 1e-6, "D must be asked at x/√ᾱ")
    _ = try predictedVelocity(denoiser: spy, z: Tensor([2]), t: 0.4)
    expectClose(asked[3].time, sigma, relative: 1e-9, "D must be told σ = (1 − t)/t")
    expectClose(asked[3].x, 5, relative: 1e-6, "D must be asked at z/t")
  }

  func test4_ThereAndBack() throws {
    var rng = stream("there and back")
    let law = TwinLaw()
    for _ in 0..<6 {
      let sigma = exp(2 * rng.nextNormal())
      let x = Tensor.normal([5, 2], using: &rng) * Float(1 + sigma)
      let want = try law.denoiser(x, sigma)
      let byNoise = try denoised(
        noisePredictor: { try predictedNoise(denoiser: law.denoiser, x: $0, alphaBar: $1) }, x: x, sigma: sigma)
      expectClose(
        byNoise, want, relative: 1e-3, absolute: 1e-4 * (1 + sigma), "D → ε̂ → D must be the D it began with")
      let byVelocity = try denoised(
        velocityField: { try predictedVelocity(denoiser: law.denoiser, z: $0, t: $1) }, x: x, sigma: sigma)
      expectClose(
        byVelocity, want, relative: 1e-3, absolute: 1e-4 * (1 + sigma), "D → v → D must be the D it began with")
      // z, ε̂ and x̂₀ fit together in every language: v = D − ε̂.
      let alphaBar = 1 / (1 + sigma * sigma)
      let t = 1 / (1 + sigma)
      let noise = try predictedNoise(denoiser: law.denoiser, x: x * Float(sqrt(alphaBar)), alphaBar: alphaBar)
      let velocity = try predictedVelocity(denoiser: law.denoiser, z: x * Float(t), t: t)
      expectClose(
        velocity, want - noise, relative: 1e-3, absolute: 2e-4, "the velocity is x₀ − ε, guessed: D(w; σ) − ε̂")
    }
  }

  /// What diffusers' three schedulers make of one exact denoiser on one set of noise levels.
  private struct Paths: Decodable {
    let points: [[Double]]
    let alphaBars: [Double]
    let sigmas: [Double]
    let initial: [[Double]]
    let ddim, flow, edm: [[[Double]]]
  }

  func test5_AgainstDiffusers() throws {
    let known: Paths = try Fixture.load("one-path", from: .module)
    let denoiser = FinitePoints(known.points).denoiser
    let initial = Tensor(rows: known.initial)
    let scales = known.alphaBars.map { $0.squareRoot() }

    // DDIM, η = 0: split into x̂₀ and ε̂, and mix anew.
    var x = initial * Float(scales[0])
    for step in 0..<known.ddim.count {
      let (a, next) = (known.alphaBars[step], known.alphaBars[step + 1])
      let noise = try predictedNoise(denoiser: denoiser, x: x, alphaBar: a)
      let clean = (x - noise * Float(sqrt(1 - a))) * Float(1 / sqrt(a))
      x = clean * Float(sqrt(next)) + noise * Float(sqrt(1 - next))
      expectClose(
        x, Tensor(rows: known.ddim[step]), relative: 1e-3, absolute: 1e-3,
        "fed with your ε̂, DDIM is not where diffusers' DDIMScheduler is after step \(step + 1)")
    }
    // Rectified flow: Euler's method in its own time; diffusers' time is 1 − t, its state the same.
    let times = known.sigmas.map { 1 / (1 + $0) }
    var z = initial * Float(times[0])
    for step in 0..<known.flow.count {
      let velocity = try predictedVelocity(denoiser: denoiser, z: z, t: times[step])
      z = z + velocity * Float(times[step + 1] - times[step])
      expectClose(
        z, Tensor(rows: known.flow[step]), relative: 1e-3, absolute: 1e-3,
        "fed with your v, rectified flow is not where diffusers' FlowMatchEulerDiscreteScheduler is after step "
          + "\(step + 1)")
    }
  }

  func test6_TheThreePathsAreOne() throws {
    var rng = stream("one path")
    let points = (0..<7).map { _ in [rng.nextNormal(), rng.nextNormal()] }
    let denoiser = FinitePoints(points).denoiser
    let noise: NoisePredictor = { try predictedNoise(denoiser: denoiser, x: $0, alphaBar: $1) }
    let velocity: VelocityField = { try predictedVelocity(denoiser: denoiser, z: $0, t: $1) }
    let sigmas = (0..<16).map { 20 * pow(0.05 / 20, Double($0) / 15) }
    let start = Tensor.normal([6, 2], using: &rng) * Float(sigmas[0])

    var w = start
    var x = try carry(start, from: .init(s: 1, sigma: sigmas[0]), to: ddpmPlace(sigmas[0]))
    var z = try carry(start, from: .init(s: 1, sigma: sigmas[0]), to: flowPlace(sigmas[0]))
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      w = w + (w - (try denoiser(w, sigma))) * Float((next - sigma) / sigma)
      let (a, b) = (1 / (1 + sigma * sigma), 1 / (1 + next * next))
      let guess = try noise(x, a)
      x = (x - guess * Float(sqrt(1 - a))) * Float(sqrt(b / a)) + guess * Float(sqrt(1 - b))
      z = z + (try velocity(z, 1 / (1 + sigma))) * Float(1 / (1 + next) - 1 / (1 + sigma))
      let plain = EDMCoordinates(s: 1, sigma: next)
      let byDDIM = try carry(x, from: ddpmPlace(next), to: plain)
      let byFlow = try carry(z, from: flowPlace(next), to: plain)
      expectClose(
        byDDIM, w, relative: 2e-3, absolute: 2e-3, "DDIM and EDM's Euler must stay together, but part at σ = \(next)")
      expectClose(
        byFlow, w, relative: 2e-3, absolute: 2e-3,
        "rectified flow and EDM's Euler must stay together, but part at σ = \(next)")
    }
  }

  func test7_OnTheirOwnTimesToStepError() throws {
    // Each in its own even steps: they part by a step error, which halves when the steps are halved.
    let law = GaussianLaw(mean: 0.4, variance: 0.25)
    let (first, last) = (9.0, 0.1)
    let start = Tensor([5, -12, 1.5])
    let exact = law.follow(start, from: first, to: last)
    func ends(_ count: Int) throws -> [Double] {
      var z = start * Float(1 / (1 + first))
      let (t0, t1) = (1 / (1 + first), 1 / (1 + last))
      for step in 0..<count {
        let t = t0 + (t1 - t0) * Double(step) / Double(count)
        let v = try predictedVelocity(denoiser: law.denoiser, z: z, t: t)
        z = z + v * Float((t1 - t0) / Double(count))
      }
      // DDIM in even steps of the angle whose cosine is √ᾱ.
      var x = start * Float(1 / (1 + first * first).squareRoot())
      let (a0, a1) = (atan(first), atan(last))
      for step in 0..<count {
        let angle = a0 + (a1 - a0) * Double(step) / Double(count)
        let next = a0 + (a1 - a0) * Double(step + 1) / Double(count)
        let noise = try predictedNoise(denoiser: law.denoiser, x: x, alphaBar: cos(angle) * cos(angle))
        let clean = (x - noise * Float(sin(angle))) * Float(1 / cos(angle))
        x = clean * Float(cos(next)) + noise * Float(sin(next))
      }
      let arrived = [z * Float(1 + last), x * Float((1 + last * last).squareRoot())]
      return arrived.map { Double(square($0 - exact).mean().item()).squareRoot() }
    }
    let (coarse, fine) = (try ends(40), try ends(80))
    for (name, error, half) in [("rectified flow", coarse[0], fine[0]), ("DDIM", coarse[1], fine[1])] {
      expect(error < 0.15, "\(name) in 40 steps must end near the exact path, but is \(error) away")
      expectClose(
        error / half, 2, relative: 0.15, "\(name): Euler's error must halve when the number of steps doubles")
    }
  }

  // Written out, so that a wrong exercise 5.1 costs nothing here.
  private func ddpmPlace(_ sigma: Double) -> EDMCoordinates {
    EDMCoordinates(s: 1 / (1 + sigma * sigma).squareRoot(), sigma: sigma)
  }
  private func flowPlace(_ sigma: Double) -> EDMCoordinates { EDMCoordinates(s: 1 / (1 + sigma), sigma: sigma) }
}
