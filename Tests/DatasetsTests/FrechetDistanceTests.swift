import Datasets
import Foundation
import Tensors
import XCTest

final class FrechetDistanceTests: XCTestCase {
  private func features(_ n: Int, _ d: Int, _ a: Double, _ b: Double, scale: Double = 1, shift: Double = 0) -> Tensor {
    var x: [Double] = []
    for i in 0..<n {
      for j in 0..<d {
        let wave =
          Foundation.sin(a * Double((i + 1) * (j + 2))) * Double(j + 1) + Foundation.cos(b * Double(i) + Double(j))
        x.append(wave * scale + shift)
      }
    }
    return Tensor(x, shape: [n, d])
  }

  /// Against numpy's covariance and scipy.linalg.sqrtm (Oracles/frechet.py; scipy 1.17.1, numpy 2.4.6, 2026-11-23).
  func testAgainstSciPy() {
    for (n, m, d, want) in [(50, 40, 4, 7.933260443893561), (200, 300, 12, 127.08010256372852)] {
      let (a, b) = (
        FeatureStatistics(features(n, d, 0.7, 0.3)),
        FeatureStatistics(features(m, d, 1.1, 0.9, scale: 1.5, shift: 0.25))
      )
      // The features pass through Float32.
      XCTAssertEqual(frechetDistance(a, b), want, accuracy: 1e-5 * want)
      XCTAssertEqual(frechetDistance(b, a), want, accuracy: 1e-5 * want, "symmetric")
      XCTAssertEqual(frechetDistance(a, a), 0, accuracy: 1e-9 * want)
    }
  }

  func testClosedForms() {
    // One dimension: (m₁ − m₂)² + (s₁ − s₂)².
    let a = FeatureStatistics(count: 9, mean: [1], covariance: [4])
    let b = FeatureStatistics(count: 9, mean: [3], covariance: [0.25])
    XCTAssertEqual(frechetDistance(a, b), 4 + 2.25, accuracy: 1e-12)
    // Against a point: the distance of the means and the whole variance.
    let point = FeatureStatistics(count: 9, mean: [0, 0], covariance: [0, 0, 0, 0])
    let wide = FeatureStatistics(count: 9, mean: [1, 2], covariance: [2, 1, 1, 3])
    XCTAssertEqual(frechetDistance(wide, point), 5 + 5, accuracy: 1e-12)
    // Fewer vectors than dimensions: a singular covariance, and still a distance.
    let few = FeatureStatistics(features(3, 6, 0.7, 0.3))
    XCTAssertEqual(frechetDistance(few, few), 0, accuracy: 1e-6)
    XCTAssertEqual(few.count, 3)
  }

  func testCovarianceIsThatOfTheSample() {
    let statistics = FeatureStatistics(Tensor([1, 2, 3, 6, 5, 4] as [Float], shape: [3, 2]))
    XCTAssertEqual(statistics.mean, [3, 4])
    XCTAssertEqual(statistics.covariance, [4, 2, 2, 4])
  }

  /// numpy.linalg.eigvalsh (Oracles/frechet.py), and A = V diag(λ) Vᵀ with VᵀV = 1.
  func testEigenvalues() {
    let a: [Double] = [4, 1, -2, 1, 2, 0.5, -2, 0.5, 3]
    let eigen = SymmetricEigen(a, dimension: 3)
    for (got, want) in zip(eigen.values, [5.629727765920352, 2.716348465618261, 0.6539237684613848]) {
      XCTAssertEqual(got, want, accuracy: 1e-13)
    }
    for (got, want) in zip(eigen.matrix { $0 }, a) { XCTAssertEqual(got, want, accuracy: 1e-13) }
    for (got, want) in zip(eigen.matrix { _ in 1 }, [1, 0, 0, 0, 1, 0, 0, 0, 1] as [Double]) {
      XCTAssertEqual(got, want, accuracy: 1e-13)
    }
    var rng = RandomStream(seed: 1)
    let n = 40
    let b = (0..<n * n).map { _ in rng.nextNormal() }
    var symmetric = b
    for i in 0..<n { for j in 0..<n { symmetric[i * n + j] = b[i * n + j] + b[j * n + i] } }
    let large = SymmetricEigen(symmetric, dimension: n)
    for (got, want) in zip(large.matrix { $0 }, symmetric) { XCTAssertEqual(got, want, accuracy: 1e-11) }
    XCTAssertEqual(large.values, large.values.sorted(by: >))
  }
}
