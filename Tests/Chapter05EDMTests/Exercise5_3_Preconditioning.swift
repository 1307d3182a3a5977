import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_3_Preconditioning: ExerciseTestCase {
  func test1_Shapes() throws {
    let c = try preconditioning(sigma: 1)
    expectFinite([c.skip, c.out, c.input, c.noise], "all four factors must be numbers")
    for shape in [[4, 2], [3, 1, 8, 8]] {
      var seen: (x: [Int], noise: [Int]) = ([], [])
      let network: Network = { x, noise in
        seen = (x.shape, noise.shape)
        return x
      }
      let clean = try denoise(
        network: network, x: .ones(shape), sigmas: Array(repeating: 0.5, count: shape[0]), sigmaData: 0.5)
      expectShape(clean, shape, "D(x; σ) must have the shape of x")
      expectEqual(seen.x, shape, "the network must get an input of the shape of x")
      expectEqual(seen.noise, [shape[0]], "the network must get one c_noise a row, as a tensor of shape [B]")
    }
    try expectRefusal("sigma = 0") { _ = try preconditioning(sigma: 0) }
    try expectRefusal("a noise level too few") {
      _ = try denoise(network: { x, _ in x }, x: .ones([2, 3]), sigmas: [1])
    }
  }

  func test2_ByHand() throws {
    let even = try preconditioning(sigma: 0.5, sigmaData: 0.5)
    expectClose(even.skip, 0.5, "as much noise as signal: half of the input is kept, c_skip = σ_d²/(σ² + σ_d²)")
    expectClose(even.out, 0.5 / 2.0.squareRoot(), "c_out = σ·σ_d/√(σ² + σ_d²), which is positive")
    expectClose(even.input, 2.0.squareRoot(), "c_in = 1/√(σ² + σ_d²): is the root missing?")
    expectClose(even.noise, log(0.5) / 4, "c_noise = ¼ ln σ, the natural logarithm")
    let clean = try preconditioning(sigma: 1e-9, sigmaData: 1)
    expectClose(clean.skip, 1, "without noise the input is the answer: c_skip → 1 as σ → 0")
    expectClose(clean.out, 1e-9, "without noise the network is not needed: c_out → σ as σ → 0")
    let lost = try preconditioning(sigma: 1e9, sigmaData: 2)
    expectClose(lost.skip, 0, absolute: 1e-12, "all noise: nothing of the input is kept, c_skip → 0 as σ → ∞")
    expectClose(lost.out, 2, "all noise: the network must do it all, c_out → σ_d as σ → ∞ (is σ_d hard-coded?)")
  }

  func test3_UnitVariances() throws {
    var rng = stream("levels")
    for _ in 0..<8 {
      let sigma = exp(-4 + 8 * rng.nextUniform())
      let sigmaData = 0.2 + 2 * rng.nextUniform()
      let c = try preconditioning(sigma: sigma, sigmaData: sigmaData)
      let signal = sigmaData * sigmaData
      let noise = sigma * sigma
      expectClose(
        c.input * c.input * (signal + noise), 1, relative: 1e-9,
        "the network's input c_in·(x₀ + n) must have variance 1")
      // F's target is (x₀ − c_skip(x₀ + n)) / c_out.
      func targetVariance(skip: Double) -> Double { (1 - skip) * (1 - skip) * signal + skip * skip * noise }
      expectClose(
        targetVariance(skip: c.skip) / (c.out * c.out), 1, relative: 1e-9,
        "the network's target (x₀ − c_skip·x)/c_out must have variance 1 (σ = \(sigma), σ_d = \(sigmaData))")
      for other in [c.skip - 0.01, c.skip + 0.01] {
        expect(
          targetVariance(skip: other) > targetVariance(skip: c.skip),
          "c_skip = \(c.skip) is not the one that leaves least to the network (σ = \(sigma), σ_d = \(sigmaData))")
      }
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Case: Decodable { let sigma, sigmaData, skip, out, input, noise: Double }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("preconditioning", from: .module)
    for known in content.cases {
      let c = try preconditioning(sigma: known.sigma, sigmaData: known.sigmaData)
      let place = "at σ = \(known.sigma), σ_d = \(known.sigmaData)"
      expectClose(c.skip, known.skip, relative: 1e-9, "c_skip \(place)")
      expectClose(c.out, known.out, relative: 1e-9, "c_out \(place)")
      expectClose(c.input, known.input, relative: 1e-9, "c_in \(place)")
      expectClose(c.noise, known.noise, relative: 1e-6, "c_noise \(place)")
    }
  }

  func test5_EachRowItsOwnLevel() throws {
    var rng = stream("rows")
    let sigmas = [0.01, 0.3, 1, 7, 80]
    let x = Tensor.normal([5, 2, 3], using: &rng)
    let sigmaData = 0.8
    var heard: [Float] = []
    let network: Network = { scaled, noise in
      heard = noise.scalars
      return scaled * 0.25 + noise.reshaped([5, 1, 1])
    }
    let clean = try denoise(network: network, x: x, sigmas: sigmas, sigmaData: sigmaData)
    expectShape(clean, [5, 2, 3], "D(x; σ) must have the shape of x")
    expectClose(
      heard.map(Double.init), sigmas.map { log($0) / 4 }, relative: 1e-4, absolute: 1e-6,
      "row i must tell the network c_noise(σᵢ)")
    for (row, sigma) in sigmas.enumerated() {
      let total = sigma * sigma + sigmaData * sigmaData
      let out = sigma * sigmaData / total.squareRoot()
      let xFactor = sigmaData * sigmaData / total + out * 0.25 / total.squareRoot()
      let want = x[row] * Float(xFactor) + Float(out * log(sigma) / 4)
      expectClose(
        clean[row], want, relative: 1e-4, absolute: 1e-5,
        "row \(row): D = c_skip·x + c_out·F(c_in·x; c_noise); was F given the scaled x, and was its output scaled?")
    }
  }

  func test6_Differentiable() throws {
    let leaf = Tensor.ones([2, 3]).tracked()
    let clean = try denoise(network: { x, _ in x * 2 }, x: leaf, sigmas: [0.5, 2], sigmaData: 0.5)
    let slopes = grad(of: clean.sum(), wrt: [leaf])[0]
    let want = [0.5, 2].map { sigma in (0.25 + 2 * sigma * 0.5) / (sigma * sigma + 0.25) }
    expectClose(
      slopes, Tensor(column: want).broadcast(to: [2, 3]), relative: 1e-5,
      "gradients must flow through the skip path and through the network")
  }
}
