import Chapter02WGAN
import ExerciseTesting
import Tensors

final class Exercise2_6_GaussianTransport: ExerciseTestCase {
  /// A random covariance BBᵀ + I/20.
  private func covariance(_ d: Int, using rng: inout RandomStream) throws -> [[Double]] {
    let b = (0..<d).map { _ in (0..<d).map { _ in rng.nextNormal() } }
    let transposed = (0..<d).map { j in b.map { $0[j] } }
    var product = try matrixProduct(b, transposed)
    for i in 0..<d { product[i][i] += 0.05 }
    return product
  }

  private func transposed(_ a: [[Double]]) -> [[Double]] {
    (a.first ?? []).indices.map { j in a.map { $0[j] } }
  }

  private let a: [[Double]] = [[1, 0.8], [0.8, 1]]
  private let b: [[Double]] = [[0.2, -0.3], [-0.3, 1.5]]

  func test1_Shapes() throws {
    let root = try symmetricSquareRoot(a)
    _ = expectMatrix(root, 2, 2, "the root has the shape of the matrix")
    let squared = try gaussianWasserstein2Squared(mean1: [0, 0], covariance1: a, mean2: [1, 0], covariance2: b)
    expect(squared > 0, "different Gaussians are at a positive distance, not \(squared)")
    let map = try gaussianTransportMap(mean1: [0, 0], covariance1: a, mean2: [1, 0], covariance2: b)
    _ = expectMatrix(map.matrix, 2, 2, "the map's matrix is d × d")

    try expectRefusal("a matrix that isn't symmetric") { _ = try symmetricSquareRoot([[1, 2], [0, 1]]) }
    try expectRefusal("a matrix that isn't square") { _ = try symmetricSquareRoot([[1, 2]]) }
    try expectRefusal("a matrix with the eigenvalue −1") { _ = try symmetricSquareRoot([[1, 2], [2, 1]]) }
    try expectRefusal("a covariance with a negative eigenvalue") {
      _ = try gaussianWasserstein2Squared(mean1: [0], covariance1: [[1]], mean2: [0], covariance2: [[-1]])
    }
    try expectRefusal("a mean of another dimension") {
      _ = try gaussianWasserstein2Squared(mean1: [0], covariance1: a, mean2: [0, 0], covariance2: b)
    }
    try expectRefusal("a Gaussian without width, which no map can widen") {
      _ = try gaussianTransportMap(mean1: [0, 0], covariance1: [[1, 0], [0, 0]], mean2: [0, 0], covariance2: a)
    }
    try expectRefusal("a NaN in a covariance") { _ = try symmetricSquareRoot([[.nan]]) }
  }

  func test2_ByHand() throws {
    let root = try symmetricSquareRoot([[5, 4], [4, 5]])
    expectClose(
      root, [[2, 1], [1, 2]], absolute: 1e-12, "eigenvalues 9 and 1 along the diagonals: not the roots of the entries")
    let flat = try symmetricSquareRoot([[2, 2], [2, 2]])
    expectClose(
      flat, [[1, 1], [1, 1]], absolute: 1e-7, "a singular matrix has a root too; rounding must not make it NaN")

    let line = try gaussianWasserstein2Squared(mean1: [1], covariance1: [[4]], mean2: [4], covariance2: [[9]])
    expectClose(
      line, 10, relative: 1e-12, "on the line W₂² = (m₁ − m₂)² + (s₁ − s₂)² = 9 + 1; it is the square that is asked for"
    )
    let axes = try gaussianWasserstein2Squared(
      mean1: [0, 0], covariance1: [[4, 0], [0, 1]], mean2: [0, 0], covariance2: [[1, 0], [0, 9]])
    expectClose(axes, 5, relative: 1e-12, "along the axes: (2 − 1)² + (1 − 3)²")
    // All the mass in one point: E‖x − m₂‖² = tr S₁ + ‖m₁ − m₂‖².
    let point = try gaussianWasserstein2Squared(
      mean1: [1, 0], covariance1: a, mean2: [0, 0], covariance2: [[0, 0], [0, 0]])
    expectClose(point, 3, relative: 1e-9, "a Gaussian without any width is a point: tr S₁ + ‖m₁ − m₂‖²")
    let same = try gaussianWasserstein2Squared(mean1: [3, 4], covariance1: a, mean2: [3, 4], covariance2: a)
    expectClose(same, 0, absolute: 1e-12, "the distance of a Gaussian from itself")
    expect(same >= 0, "rounding must not make the square negative: \(same)")

    let flattened = try gaussianTransportMap(
      mean1: [0, 0], covariance1: [[4, 0], [0, 1]], mean2: [0, 5], covariance2: [[1, 0], [0, 0]])
    expectClose(
      flattened([2, 3]), [1, 5], absolute: 1e-9, "a Gaussian can be pressed onto a line: only S₁ has to be invertible")
    let map = try gaussianTransportMap(mean1: [1], covariance1: [[4]], mean2: [4], covariance2: [[9]])
    expectClose(
      map([3]), [7], relative: 1e-12, "T(x) = m₂ + (s₂/s₁)(x − m₁): one standard deviation above goes to one above")
  }

  func test3_RootsAndMaps() throws {
    var rng = stream("covariances")
    for d in [1, 2, 3, 4] {
      let (s1, s2) = (try covariance(d, using: &rng), try covariance(d, using: &rng))
      let root = try symmetricSquareRoot(s1)
      guard expectMatrix(root, d, d, "the root is d × d") else { return }
      let square = try matrixProduct(root, root)
      expectClose(square, s1, absolute: 1e-10, "the root times itself is the matrix")
      expectClose(transposed(root), root, absolute: 1e-12, "the root is symmetric")

      let (m1, m2) = ((0..<d).map { _ in rng.nextNormal() }, (0..<d).map { _ in rng.nextNormal() })
      let map = try gaussianTransportMap(mean1: m1, covariance1: s1, mean2: m2, covariance2: s2)
      guard expectMatrix(map.matrix, d, d, "the map's matrix is d × d") else { return }
      let arrived = try matrixProduct(matrixProduct(map.matrix, s1), transposed(map.matrix))
      expectClose(
        arrived, s2, relative: 1e-8, absolute: 1e-8,
        "T carries N(m₁, S₁) to N(m₂, S₂): AS₁Aᵀ = S₂")
      expectClose(
        transposed(map.matrix), map.matrix, absolute: 1e-8,
        "A is symmetric: a map that turns the plane carries the one to the other as well, but farther than it must")
      expectClose(map(m1), m2, relative: 1e-9, absolute: 1e-9, "the mean goes to the mean")

      // What the map costs is the distance: E‖x − T(x)‖² = ‖m₁ − m₂‖² + tr (I − A)S₁(I − A).
      var rest = map.matrix.map { row in row.map { -$0 } }
      for i in 0..<d { rest[i][i] += 1 }
      let shift = zip(m1, m2).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let carried = try shift + trace(matrixProduct(matrixProduct(rest, s1), transposed(rest)))
      let squared = try gaussianWasserstein2Squared(mean1: m1, covariance1: s1, mean2: m2, covariance2: s2)
      expectClose(squared, carried, relative: 1e-8, "W₂² is what the best map costs")
      let back = try gaussianWasserstein2Squared(mean1: m2, covariance1: s2, mean2: m1, covariance2: s1)
      expectClose(back, squared, relative: 1e-8, "a distance is symmetric, also if S₁S₂ ≠ S₂S₁")
    }
  }

  func test4_AgainstPOTAndSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let mean1, mean2: [Double]
        let covariance1, covariance2, root1, matrix: [[Double]]
        let squared: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("gaussians", from: .module)
    for known in content.cases {
      let root = try symmetricSquareRoot(known.covariance1)
      expectClose(root, known.root1, absolute: 1e-9, "scipy.linalg.sqrtm has another root")
      let squared = try gaussianWasserstein2Squared(
        mean1: known.mean1, covariance1: known.covariance1, mean2: known.mean2, covariance2: known.covariance2)
      expectClose(
        squared, known.squared, relative: 1e-8,
        "POT and scipy have another W₂² in \(known.mean1.count) dimensions; these covariances don't commute, so "
          + "‖S₁^½ − S₂^½‖² is not enough")
      let map = try gaussianTransportMap(
        mean1: known.mean1, covariance1: known.covariance1, mean2: known.mean2, covariance2: known.covariance2)
      expectClose(map.matrix, known.matrix, relative: 1e-7, absolute: 1e-8, "ot.gaussian has another map")
    }
  }

  func test5_WhatTheDistanceSees() throws {
    var rng = stream("behaviour")
    let value = try gaussianWasserstein2Squared(mean1: [0, 0], covariance1: a, mean2: [0, 0], covariance2: b)
    expectClose(value, 1.0392413988528, relative: 1e-10, "the chapter's pair of Gaussians")
    // Turning both Gaussians changes nothing; scaling everything by c scales the square by c².
    let turn: [[Double]] = [[0.6, -0.8], [0.8, 0.6]]
    func turned(_ s: [[Double]]) throws -> [[Double]] { try matrixProduct(matrixProduct(turn, s), transposed(turn)) }
    let rotated = try gaussianWasserstein2Squared(
      mean1: [0, 0], covariance1: turned(a), mean2: [0, 0], covariance2: turned(b))
    expectClose(rotated, value, relative: 1e-8, "the distance doesn't depend on the axes")
    let scaled = try gaussianWasserstein2Squared(
      mean1: [0, 0], covariance1: a.map { $0.map { 9 * $0 } }, mean2: [3, 0], covariance2: b.map { $0.map { 9 * $0 } })
    expectClose(
      scaled, 9 * value + 9, relative: 1e-8, "three times as wide is 9 times the square; the means add their own 9")
    // W₂ obeys the triangle inequality, W₂² doesn't.
    for _ in 0..<5 {
      let s = try (0..<3).map { _ in try covariance(2, using: &rng) }
      func distance(_ i: Int, _ j: Int) throws -> Double {
        try gaussianWasserstein2Squared(mean1: [0, 0], covariance1: s[i], mean2: [0, 0], covariance2: s[j]).squareRoot()
      }
      let (direct, first, second) = (try distance(0, 2), try distance(0, 1), try distance(1, 2))
      expect(
        direct <= first + second + 1e-9, "the way over a third Gaussian is no shorter: \(direct) > \(first) + \(second)"
      )
    }
  }
}
