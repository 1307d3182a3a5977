import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_2_ForwardProcess: ExerciseTestCase {
  func test1_Shapes() throws {
    let chain = try DiffusionChain(alphaBars: [0.64, 0.36])
    let x = Tensor.ones([2, 1, 3, 3])
    let stepped = try forwardStep(x, t: 1, chain: chain, noise: x)
    expectShape(stepped, x.shape, "a step keeps the shape")
    let noisy = try qSample(x0: x, times: [1, 2], chain: chain, noise: x)
    expectShape(noisy, x.shape, "noisy samples have the shape of the clean ones")
    let one = try combinedNoise([x, x], chain: chain)
    expectShape(one, x.shape, "one noise of the shape of each")
    try expectRefusal("a time of 0") { _ = try qSample(x0: x, times: [0, 1], chain: chain, noise: x) }
    try expectRefusal("a time beyond T") { _ = try qSample(x0: x, times: [1, 3], chain: chain, noise: x) }
    try expectRefusal("one time for two rows") { _ = try qSample(x0: x, times: [1], chain: chain, noise: x) }
    try expectRefusal("noise of another shape") { _ = try forwardStep(x, t: 1, chain: chain, noise: .ones([2])) }
  }

  func test2_ByHand() throws {
    // Roots that need no calculator: √0.64 = 0.8 and √0.36 = 0.6. The second step has α = 0.5625 = 0.75².
    let chain = try DiffusionChain(alphaBars: [0.64, 0.36])
    let (x, noise) = (Tensor([1, 2]), Tensor([10, -10]))
    let first = try forwardStep(x, t: 1, chain: chain, noise: noise)
    expectClose(first, Tensor([6.8, -4.4]), "√(1 − β)·x + √β·z with β₁ = 0.36: both factors are roots")
    let second = try forwardStep(x, t: 2, chain: chain, noise: .zeros([2]))
    expectClose(second, Tensor([0.75, 1.5]), "step 2 shrinks by √α₂ = 0.75: α of this step, not ᾱ")
    let rows = Tensor(rows: [[1, 2], [1, 2]])
    let jumps = try qSample(x0: rows, times: [1, 2], chain: chain, noise: Tensor(rows: [[10, -10], [10, -10]]))
    expectClose(
      jumps, Tensor(rows: [[6.8, -4.4], [8.6, -6.8]]),
      "√ᾱₜ·x₀ + √(1 − ᾱₜ)·ε with ᾱ = 0.64 at t = 1 and 0.36 at t = 2: ᾱ (not α), at t (not t − 1), and roots of both")
  }

  func test3_RowsHaveTimesOfTheirOwn() throws {
    var rng = stream("rows")
    let chain = try randomChain(count: 9, using: &rng)
    // As many columns as rows: a factor along the wrong axis would go unnoticed by the shapes.
    let x0 = Tensor.normal([4, 4], using: &rng)
    let noise = Tensor.normal([4, 4], using: &rng)
    let times = [9, 1, 4, 4]
    let noisy = try qSample(x0: x0, times: times, chain: chain, noise: noise)
    expectShape(noisy, [4, 4])
    for (row, t) in times.enumerated() {
      let alphaBar = try chain.alphaBar(t)
      expectClose(
        noisy[row], x0[row] * Float(alphaBar.squareRoot()) + noise[row] * Float((1 - alphaBar).squareRoot()),
        relative: 1e-4, absolute: 1e-6, "row \(row) stands at t = \(t): one factor a row, broadcast over its columns")
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      let x0, noise, noisy: [[[Double]]]
      let times: [Int]
    }
    let content: Content = try Fixture.load("forward", from: .module)
    let noisy = try qSample(
      x0: Tensor(blocks: content.x0), times: content.times, chain: ddpmChain(), noise: Tensor(blocks: content.noise))
    expectClose(
      noisy, Tensor(blocks: content.noisy), relative: 1e-4, absolute: 1e-6,
      "DDPMScheduler.add_noise gets other samples; its timestep t − 1 is our t")
  }

  func test5_OnePathOneNoise() throws {
    var rng = stream("path")
    for steps in [1, 2, 7] {
      let chain = try randomChain(count: 7, using: &rng)
      let x0 = Tensor.normal([3, 5], using: &rng)
      let noises = (0..<steps).map { _ in Tensor.normal([3, 5], using: &rng) }
      var x = x0
      for (index, noise) in noises.enumerated() {
        let beta = try chain.beta(index + 1)
        x = x * Float((1 - beta).squareRoot()) + noise * Float(beta.squareRoot())
      }
      var walked = x0
      for (index, noise) in noises.enumerated() {
        walked = try forwardStep(walked, t: index + 1, chain: chain, noise: noise)
      }
      expectClose(walked, x, relative: 1e-4, absolute: 1e-5, "\(steps) forward steps end elsewhere")
      let alphaBar = try chain.alphaBar(steps)
      let noise = try combinedNoise(noises, chain: chain)
      expectClose(
        x0 * Float(alphaBar.squareRoot()) + noise * Float((1 - alphaBar).squareRoot()), x, relative: 1e-3,
        absolute: 1e-5,
        "with the combined noise the closed form must end where \(steps) steps end: zₛ is shrunk by √(ᾱₜ/ᾱₛ)")
    }
    let chain = try randomChain(count: 6, using: &rng)
    var squares = 0.0
    for s in 0..<6 {
      // All noises 0 but the s-th: what comes back is its factor.
      let factor = try combinedNoise((0..<6).map { $0 == s ? .ones([1]) : .zeros([1]) }, chain: chain)
      squares += pow(factor.onlyNumber, 2)
    }
    expectClose(squares, 1, relative: 1e-5, "the squared factors must add up to 1: ε is standard normal again")
  }

  func test6_TheVarianceIsPreserved() throws {
    var rng = stream("variance")
    let chain = try randomChain(count: 12, using: &rng)
    let count = 20_000
    let x0 = Tensor.normal([count, 1], using: &rng) * 0.5 + 2
    for t in [1, 5, 12] {
      let noisy = try qSample(
        x0: x0, times: Array(repeating: t, count: count), chain: chain, noise: .normal([count, 1], using: &rng))
      let alphaBar = try chain.alphaBar(t)
      expectClose(
        noisy.moments.variance, alphaBar * 0.25 + 1 - alphaBar, relative: 0.05,
        "data of variance ¼ must have the variance ᾱ/4 + 1 − ᾱ at t = \(t)")
      expectClose(noisy.moments.mean, alphaBar.squareRoot() * 2, absolute: 0.04, "and the mean √ᾱ·2")
    }
    var x = Tensor.normal([count, 1], using: &rng)
    for t in 1...12 { x = try forwardStep(x, t: t, chain: chain, noise: .normal([count, 1], using: &rng)) }
    expectClose(x.moments.variance, 1, relative: 0.05, "N(0, 1) must stay N(0, 1): that is why the step shrinks")
  }
}
