import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_11_ExactNoise: ExerciseTestCase {
  func test1_Shapes() throws {
    let x = Tensor.ones([3, 2])
    let law = try IsotropicMixture(means: Tensor(rows: [[1, 0], [0, 1]]), standardDeviation: 0.5)
    let gaussian = try gaussianNoise(.ones([3, 1, 2]), alphaBar: 0.5, mean: .zeros([]), variance: 1)
    expectShape(gaussian, [3, 1, 2], "the noise has the shape of x")
    let mixed = try mixtureNoise(x, alphaBar: 0.5, mixture: law)
    expectShape(mixed, [3, 2], "the noise has the shape of x")
    let finite = try finiteDataNoise(x, alphaBar: 0.5, data: Tensor(rows: [[1, 0], [0, 1], [1, 1], [0, 0]]))
    expectShape(finite, [3, 2], "the noise has the shape of x")
    try expectRefusal("an ᾱ of 1") { _ = try gaussianNoise(x, alphaBar: 1, mean: .zeros([]), variance: 1) }
    try expectRefusal("data of another width") { _ = try finiteDataNoise(x, alphaBar: 0.5, data: .ones([4, 3])) }
    try expectRefusal("alphaBars that fall") {
      _ = try finalVariance(dataVariance: 1, alphaBars: [0.9, 0.5]) { _, _ in StepNoise(direction: 0, added: 0) }
    }
  }

  func test2_ByHand() throws {
    // √ᾱ = 0.8, √(1 − ᾱ) = 0.6. Data N(1, 1): V = 1, so ε* = 0.6·(x − 0.8).
    let gaussian = try gaussianNoise(Tensor(rows: [[1.8, -0.2]]), alphaBar: 0.64, mean: Tensor([1, 1]), variance: 1)
    expectClose(
      gaussian, Tensor(rows: [[0.6, -0.6]]), "√(1 − ᾱ)·(x − √ᾱ·m)/V: the mean is shrunk by √ᾱ, and V = ᾱs² + 1 − ᾱ")
    let wide = try gaussianNoise(Tensor(rows: [[1.8]]), alphaBar: 0.64, mean: Tensor([1]), variance: 4)
    expectClose(wide.onlyNumber, 0.6 / 2.92, "V = 0.64·4 + 0.36 = 2.92: ᾱ multiplies the data's variance")
    // Two points ±1 at ᾱ = ½: x̂₀ = tanh(√ᾱ·x/(1 − ᾱ)).
    let x = 0.5.squareRoot() * 0.5
    let clean = tanh(0.5)
    let finite = try finiteDataNoise(Tensor(rows: [[x]]), alphaBar: 0.5, data: Tensor(rows: [[1], [-1]]))
    expectClose(
      finite.onlyNumber, (x - 0.5.squareRoot() * clean) / 0.5.squareRoot(), relative: 1e-3,
      "for two points ±1 the guess x̂₀ is tanh(√ᾱ·x/(1 − ᾱ)): ‖x − √ᾱ·y‖²/2(1 − ᾱ) in the exponent")
    // Its slope, from the derivative 1 − tanh² of tanh: (1 − (1 − tanh²½))/√½.
    let slope = clean * clean / 0.5.squareRoot()
    let tracked = Tensor(rows: [[x]]).tracked()
    let again = try finiteDataNoise(tracked, alphaBar: 0.5, data: Tensor(rows: [[1], [-1]]))
    expectClose(
      grad(of: again.sum(), wrt: [tracked])[0].onlyNumber, slope, relative: 1e-3,
      "the noise must be differentiable with respect to x, through the weights too")
    let twin = try IsotropicMixture(means: Tensor(rows: [[1], [-1]]), standardDeviation: 0)
    let mixed = try mixtureNoise(tracked, alphaBar: 0.5, mixture: twin)
    expectClose(
      grad(of: mixed.sum(), wrt: [tracked])[0].onlyNumber, slope, relative: 1e-3,
      "the noise must be differentiable with respect to x, through the probabilities too")
  }

  func test3_OneLawThreeWays() throws {
    var rng = stream("laws")
    for alphaBar in [0.99, 0.5, 0.02] {
      let x = Tensor.normal([4, 3], using: &rng)
      let mean = Tensor.normal([1, 3], using: &rng)
      let total = alphaBar * 0.09 + 1 - alphaBar
      let want = (x - mean * Float(alphaBar.squareRoot())) * Float((1 - alphaBar).squareRoot() / total)
      let gaussian = try gaussianNoise(x, alphaBar: alphaBar, mean: mean, variance: 0.09)
      expectClose(gaussian, want, relative: 1e-3, absolute: 1e-5, "√(1 − ᾱ)·(x − √ᾱ·m)/V")
      let lone = try IsotropicMixture(means: mean, standardDeviation: 0.3)
      let single = try mixtureNoise(x, alphaBar: alphaBar, mixture: lone)
      expectClose(
        single, want, relative: 1e-3, absolute: 1e-5, "a mixture of one component is a Gaussian: is its centre √ᾱ·μₖ?")
      let points = Tensor.normal([5, 3], using: &rng)
      let spikes = try mixtureNoise(
        x, alphaBar: alphaBar, mixture: IsotropicMixture(means: points, standardDeviation: 0))
      let finite = try finiteDataNoise(x, alphaBar: alphaBar, data: points)
      expectClose(
        finite, spikes, relative: 1e-3, absolute: 1e-4, "a finite data set is a mixture of components without width")
    }
    // Widths count: at equal distance from both centres, the wide component is the likelier one only far out.
    let law = try IsotropicMixture(weights: [0.8, 0.2], means: Tensor(rows: [[1], [-1]]), variances: [0.01, 1])
    let (alphaBar, x) = (0.5, 0.3)
    let (root, narrow, wide) = (0.5.squareRoot(), 0.505, 1.0)
    let first = 0.8 / narrow.squareRoot() * exp(-pow(x - root, 2) / (2 * narrow))
    let second = 0.2 / wide.squareRoot() * exp(-pow(x + root, 2) / (2 * wide))
    let share = first / (first + second)
    let want = root * (share * (x - root) / narrow + (1 - share) * (x + root) / wide)
    let noise = try mixtureNoise(Tensor(rows: [[x]]), alphaBar: alphaBar, mixture: law)
    expectClose(
      noise.onlyNumber, want, relative: 1e-3, absolute: 1e-5,
      "rₖ ∝ wₖ·Vₖ^(−D/2)·exp(−‖x − √ᾱμₖ‖²/2Vₖ), and each component's answer is (x − √ᾱμₖ)/Vₖ with its own Vₖ")
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Law: Decodable {
        let weights: [Double]
        let means: [[Double]]
        let variances: [Double]
      }
      struct Case: Decodable {
        let alphaBar: Double
        let x, noise: [[Double]]
      }
      let mixture: Law
      let cases, digits: [Case]
      let pixels: [[Double]]
    }
    let content: Content = try Fixture.load("exact-noise", from: .module)
    let law = try IsotropicMixture(
      weights: content.mixture.weights, means: Tensor(rows: content.mixture.means),
      variances: content.mixture.variances)
    for known in content.cases {
      let noise = try mixtureNoise(Tensor(rows: known.x), alphaBar: known.alphaBar, mixture: law)
      expectClose(
        noise, Tensor(rows: known.noise), relative: 2e-3, absolute: 2e-4,
        "−√(1 − ᾱ)·∇log p, by PyTorch, is another at ᾱ = \(known.alphaBar)")
    }
    let data = Tensor(rows: content.pixels) * (1 / 8) - 1
    for known in content.digits {
      let noise = try finiteDataNoise(Tensor(rows: known.x), alphaBar: known.alphaBar, data: data)
      expectClose(
        noise, Tensor(rows: known.noise), relative: 5e-3, absolute: 2e-3,
        "twelve digits as data, weights by SciPy's softmax, at ᾱ = \(known.alphaBar)")
    }
  }

  func test5_FarAway() throws {
    let x = Tensor(rows: [[30, -20]])
    let finite = try finiteDataNoise(x, alphaBar: 0.9999, data: Tensor(rows: [[1, 0], [0, 1]]))
    expectFinite(finite, "all weights are exp(−6·10⁶): subtract the largest exponent first, as softmax does")
    expectClose(
      finite, (x - Tensor(rows: [[0.99995, 0]])) * 100, relative: 1e-3, "the nearest point, [1, 0], gets all the weight"
    )
    let law = try IsotropicMixture(means: Tensor(rows: [[1, 0], [0, 1]]), standardDeviation: 0.02)
    let mixed = try mixtureNoise(x, alphaBar: 0.9999, mixture: law)
    expectFinite(mixed, "every component is far away: leave the exponents to softmax")
  }

  /// σ(η) and σ̂ of a step, written out here so that exercise 4.8 is not needed.
  private func noise(_ eta: Double?) -> (Double, Double) -> StepNoise {
    { here, next in
      let larger = (1 - here / next).squareRoot()
      let room = ((1 - next) / (1 - here)).squareRoot() * larger
      guard let eta else { return StepNoise(direction: room, added: next == 1 ? 0 : larger) }
      return StepNoise(direction: eta * room, added: eta * room)
    }
  }

  func test6_TheRecursion() throws {
    // One step from √ᾱ = 0.6 to the data: x₀ = x̂₀ = √ᾱ·s²/V·x. With s² = ¼: V = 0.09 + 0.64 = 0.73.
    let single = try finalVariance(dataVariance: 0.25, alphaBars: [0.36], noise: noise(0))
    expectClose(
      single, pow(0.6 * 0.25 / 0.73, 2), relative: 1e-9, "V starts at 1, and the factor of x is squared: c = √ᾱ·s²/V")
    // Two steps, with noise between them: do them by what DDIM's step does to x = 1 and to z = 1.
    for eta in [0, 0.5, 1, nil] {
      let step = noise(eta)(0.36, 0.64)
      func guess(_ alphaBar: Double) -> Double { (1 - alphaBar).squareRoot() / (alphaBar * 0.25 + 1 - alphaBar) }
      let clean = (1 - 0.8 * guess(0.36)) / 0.6
      let c = 0.8 * clean + (0.36 - step.direction * step.direction).squareRoot() * guess(0.36)
      let d = (1 - 0.6 * guess(0.64)) / 0.8
      let double = try finalVariance(dataVariance: 0.25, alphaBars: [0.36, 0.64], noise: noise(eta))
      expectClose(
        double, d * d * (c * c + step.added * step.added), relative: 1e-9,
        "V ← c²V + σ² with σ = added, and √(1 − ᾱₛ − σ_d²) with σ_d = direction (η = \(eta.map { "\($0)" } ?? "σ̂"))")
    }
  }

  func test7_DDIMsTable() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let deviation, ratio: Double
        let eta: Double?
        let count: Int
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("gaussian-table", from: .module)
    let chain = try ddpmChain()
    for known in content.cases {
      let times = (0..<known.count).map { 1 + Int((999 * Double($0) / Double(known.count - 1)).rounded()) }
      let alphaBars = try times.reversed().map { try chain.alphaBar($0) }
      let variance = try finalVariance(
        dataVariance: known.deviation * known.deviation, alphaBars: alphaBars, noise: noise(known.eta))
      expectClose(
        variance.squareRoot() / known.deviation, known.ratio, relative: 1e-6,
        "final over true deviation, S = \(known.count), s = \(known.deviation), "
          + "\(known.eta.map { "η = \($0)" } ?? "σ̂"): diffusers' own steps give another")
    }
  }
}
