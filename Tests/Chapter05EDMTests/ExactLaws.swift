import Chapter05EDM
import Foundation
import Tensors

/// N(μ, v·I): the law whose probability-flow paths are known in closed form.
struct GaussianLaw {
  var mean = 0.0
  var variance = 0.25

  var denoiser: Denoiser {
    { x, sigma in
      let total = variance + sigma * sigma
      return x * Float(variance / total) + Float(mean * sigma * sigma / total)
    }
  }

  /// Where the path through x at noise level σ arrives at another one: it keeps its place among the quantiles.
  func follow(_ x: Tensor, from sigma: Double, to next: Double) -> Tensor {
    let factor = ((variance + next * next) / (variance + sigma * sigma)).squareRoot()
    return (x - Float(mean)) * Float(factor) + Float(mean)
  }
}

/// ½N(m, v·I) + ½N(−m, v·I): two clouds, mirror images of each other. The probability of belonging to the one or the
/// other is a hyperbolic tangent.
struct TwinLaw: Decodable {
  var centre = [1.0, 0.5]
  var standardDeviation = 0.3

  var denoiser: Denoiser {
    { x, sigma in
      let variance = standardDeviation * standardDeviation
      let total = variance + sigma * sigma
      let direction = Tensor(column: centre)
      let side = tanh(matmul(x, direction) * Float(1 / total))
      return x * Float(variance / total) + matmul(side, direction.transposed()) * Float(sigma * sigma / total)
    }
  }
}

/// A denoiser that notes at which noise levels it was asked.
final class Witness {
  private let denoiser: Denoiser
  private(set) var sigmas: [Double] = []
  private(set) var inputs: [Tensor] = []

  init(_ denoiser: @escaping Denoiser) { self.denoiser = denoiser }

  func callAsFunction(_ x: Tensor, _ sigma: Double) throws -> Tensor {
    sigmas.append(sigma)
    inputs.append(x)
    return try denoiser(x, sigma)
  }
}

/// A finite data set: the best denoiser is a mean of the points, weighted by how probable each is.
struct FinitePoints {
  let points: [[Double]]
  init(_ points: [[Double]]) { self.points = points }

  var denoiser: Denoiser {
    { x, sigma in
      let data = Tensor(rows: points)
      let squaredDistances = square(x.expandedDimensions(axis: 1) - data).sum(axis: 2)
      return matmul(softmax(squaredDistances * Float(-0.5 / (sigma * sigma)), axis: 1), data)
    }
  }
}
