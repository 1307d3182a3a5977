import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_4_TrainingLoss: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let weight = try lossWeight(sigma: 1)
    expectFinite(weight, "the weight must be a number")
    let sigmas = try trainingSigmas(count: 7, using: &rng)
    expectEqual(sigmas.count, 7, "one noise level a sample")
    expect(
      sigmas.allSatisfy { $0 > 0 },
      "noise levels are positive: ln σ is what is normal, so take exp; got \(sigmas)")
    let x0 = Tensor.normal([7, 2, 4], using: &rng)
    let loss = try edmLoss(
      denoiser: { x, _ in x }, x0: x0, sigmas: Array(repeating: 0.5, count: 7),
      noise: .normal(x0.shape, using: &rng))
    expectShape(loss, [], "the loss is one number, of shape []: the mean over samples and dimensions")
    try expectRefusal("noise of another shape") {
      _ = try edmLoss(denoiser: { x, _ in x }, x0: x0, sigmas: [1], noise: .ones([7]))
    }
  }

  func test2_ByHand() throws {
    let even = try lossWeight(sigma: 0.5, sigmaData: 0.5)
    expectClose(even, 8, "λ = (σ² + σ_d²)/(σ·σ_d)² = ½/(¼)²: is the denominator squared?")
    let loud = try lossWeight(sigma: 2, sigmaData: 1)
    expectClose(loud, 1.25, "λ = (σ² + σ_d²)/(σ·σ_d)² = 5/4")

    let x0 = Tensor(rows: [[1, 2], [3, 4]])
    let noise = Tensor(rows: [[1, -1], [0.5, 2]])
    let perfect = try edmLoss(denoiser: { _, _ in x0 }, x0: x0, sigmas: [0.5, 2], noise: noise, sigmaData: 1)
    expectClose(
      perfect.item(), 0, absolute: 1e-7,
      "a denoiser that returns x₀ has no loss: D predicts x₀, not the noise")

    var asked: (x: Tensor, sigmas: [Double]) = (x0, [])
    let off = try edmLoss(
      denoiser: { x, sigmas in
        asked = (x, sigmas)
        return x0 + 1
      }, x0: x0, sigmas: [0.5, 2], noise: noise, sigmaData: 1)
    expectClose(
      asked.x, Tensor(rows: [[1.5, 1.5], [4, 8]]), "the denoiser must see x₀ + σε, with the σ of each row")
    expectClose(asked.sigmas, [0.5, 2], "the denoiser must be told the noise levels themselves")
    // λ(0.5) = 5, λ(2) = 1.25; every squared error is 1.
    expectClose(
      off.item(), 3.125,
      "every error is 1, so the loss is the mean of λ: was it weighted per sample, and averaged over everything?")
  }

  func test3_TheDrawOfNoiseLevels() throws {
    var rng = stream("levels")
    let count = 20_000
    for (mean, deviation) in [(-1.2, 1.2), (0.4, 0.5)] {
      let sigmas = try trainingSigmas(count: count, mean: mean, standardDeviation: deviation, using: &rng)
      expectEqual(sigmas.count, count, "one noise level a sample")
      let logs = sigmas.map { log($0) }
      let average = logs.reduce(0, +) / Double(logs.count)
      let variance = logs.map { ($0 - average) * ($0 - average) }.reduce(0, +) / Double(logs.count)
      expectClose(average, mean, absolute: 0.05 * deviation, "the mean of ln σ must be P_mean: natural logarithm")
      expectClose(
        variance.squareRoot(), deviation, relative: 0.05,
        "the standard deviation of ln σ must be P_std: multiply the normal number by it, not by its square")
      let inside = Double(logs.filter { Swift.abs($0 - mean) < deviation }.count) / Double(count)
      expectClose(inside, 0.6827, absolute: 0.03, "68 % of all ln σ lie within one P_std: is ln σ normal, not uniform?")
    }
    var again = stream("levels")
    let first = try trainingSigmas(count: 3, using: &again)
    again = stream("levels")
    let second = try trainingSigmas(count: 3, using: &again)
    expectEqual(first, second, "the same stream must give the same levels: draw from `rng` alone")
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable { let sigmaData, loss, gradient: Double }
      let x0, noise: [[[Double]]]
      let sigmas: [Double]
      let slope: Double
      let cases: [Case]
    }
    let content: Content = try Fixture.load("loss", from: .module)
    let shape = [content.x0.count, content.x0[0].count, content.x0[0][0].count]
    let x0 = Tensor(content.x0.flatMap { $0.flatMap { $0 } }, shape: shape)
    let noise = Tensor(content.noise.flatMap { $0.flatMap { $0 } }, shape: shape)
    for known in content.cases {
      let slope = Tensor(Float(content.slope)).tracked()
      let loss = try edmLoss(
        denoiser: { x, _ in slope * tanh(x) }, x0: x0, sigmas: content.sigmas, noise: noise,
        sigmaData: known.sigmaData)
      expectClose(
        Double(loss.item()), known.loss, relative: 1e-4,
        "PyTorch, one sample at a time, gets another loss (σ_d = \(known.sigmaData)): is σ_d used, are the weights "
          + "per row?")
      let gradient = grad(of: loss, wrt: [slope])[0]
      expectClose(Double(gradient.item()), known.gradient, relative: 1e-4, "the derivative by the model's parameter")
    }
  }

  func test5_OneAtTheStart() throws {
    var rng = stream("start")
    for (sigma, sigmaData) in [(0.01, 0.5), (0.5, 0.5), (1.5, 0.8), (30, 1.0)] {
      let x0 = Tensor.normal([1000, 16], using: &rng) * Float(sigmaData)
      let noise = Tensor.normal([1000, 16], using: &rng)
      // An untrained network answers 0, and what is left of D is c_skip·x.
      let skip = Float(sigmaData * sigmaData / (sigma * sigma + sigmaData * sigmaData))
      let loss = try edmLoss(
        denoiser: { x, _ in x * skip }, x0: x0, sigmas: Array(repeating: sigma, count: 1000), noise: noise,
        sigmaData: sigmaData)
      expectClose(
        Double(loss.item()), 1, absolute: 0.07,
        "before training the weighted loss must be about 1 at every noise level; at σ = \(sigma) it is not")
      let weight = try lossWeight(sigma: sigma, sigmaData: sigmaData)
      let out = sigma * sigmaData / (sigma * sigma + sigmaData * sigmaData).squareRoot()
      expectClose(weight * out * out, 1, relative: 1e-9, "λ·c_out² must be 1")
    }
  }
}
