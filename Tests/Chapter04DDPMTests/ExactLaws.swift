import Chapter04DDPM
import Foundation
import Tensors

extension DiffusionChain {
  /// A chain with these betas; its products are made here, so that no exercise is needed.
  init(betas: [Double]) throws {
    var product = 1.0
    try self.init(
      alphaBars: betas.map { beta in
        product *= 1 - beta
        return product
      })
  }
}

/// DDPM's own chain: T = 1000, β from 10⁻⁴ to 0.02.
func ddpmChain() throws -> DiffusionChain {
  try DiffusionChain(betas: (0..<1000).map { 1e-4 + (0.02 - 1e-4) * Double($0) / 999 })
}

/// A chain of `count` steps with betas drawn between 0.02 and 0.5.
func randomChain(count: Int, using rng: inout RandomStream) throws -> DiffusionChain {
  try DiffusionChain(betas: (0..<count).map { _ in 0.02 + 0.48 * rng.nextUniform() })
}

/// N(m, s²I): the law under which every sampler is linear.
struct GaussianLaw {
  var mean = 0.0
  var variance = 0.25

  /// E[ε | x] where √ᾱ·x₀ + √(1 − ᾱ)·ε = x.
  func noise(_ x: Tensor, _ alphaBar: Double) -> Tensor {
    let slope = (1 - alphaBar).squareRoot() / spread(alphaBar)
    return (x - Float(alphaBar.squareRoot() * mean)) * Float(slope)
  }

  /// The variance of x where ᾱ is this.
  func spread(_ alphaBar: Double) -> Double { alphaBar * variance + 1 - alphaBar }

  func predictor(_ chain: DiffusionChain) -> NoisePredictor {
    { x, t in noise(x, try chain.alphaBar(t)) }
  }
}

/// ½N(m, v·I) + ½N(−m, v·I): two clouds, mirror images of each other. The probability of belonging to the one or the
/// other is a hyperbolic tangent.
struct TwinLaw: Decodable {
  var centre = [1.0, 0.5]
  var standardDeviation = 0.3

  /// E[ε | x] where √ᾱ·x₀ + √(1 − ᾱ)·ε = x.
  func noise(_ x: Tensor, _ alphaBar: Double) -> Tensor {
    let total = alphaBar * standardDeviation * standardDeviation + 1 - alphaBar
    let direction = Tensor(centre, shape: [centre.count, 1]) * Float(alphaBar.squareRoot())
    let side = tanh(matmul(x, direction) * Float(1 / total))
    return (x - matmul(side, direction.transposed())) * Float((1 - alphaBar).squareRoot() / total)
  }

  func predictor(_ chain: DiffusionChain) -> NoisePredictor {
    { x, t in noise(x, try chain.alphaBar(t)) }
  }
}

/// A predictor that notes when and where it was asked.
final class Witness {
  private let predictor: NoisePredictor
  private(set) var times: [Int] = []
  private(set) var inputs: [Tensor] = []

  init(_ predictor: @escaping NoisePredictor) { self.predictor = predictor }

  func callAsFunction(_ x: Tensor, _ t: Int) throws -> Tensor {
    times.append(t)
    inputs.append(x)
    return try predictor(x, t)
  }
}

extension Tensor {
  /// A tensor of shape [n, k, m] from nested arrays, as fixtures have them.
  init(blocks: [[[Double]]]) {
    let shape = [blocks.count, blocks[0].count, blocks[0][0].count]
    self.init(blocks.flatMap { $0.flatMap { $0 } }, shape: shape)
  }

  /// The i-th element as a Double; NaN if there is none.
  func number(_ index: Int) -> Double { index < scalarCount ? Double(scalars[index]) : .nan }

  /// The mean and the mean square distance from it, over all elements.
  var moments: (mean: Double, variance: Double) {
    let mean = Double(self.mean().item())
    return (mean, Double(square(self - Float(mean)).mean().item()))
  }
}
