// Exercise 2.6: from one Gaussian to another
//
// Between Gaussians the best map is linear, and the distance is a formula in means and covariances. It is the one by which
// generated pictures are scored (FID), and the one where a root of a matrix is easily got wrong.

import Datasets
import Exercises

/// The square root of a symmetric, positive semidefinite matrix: the symmetric, positive semidefinite R with RR = S.
///
///     S = V diag(λ) Vᵀ   ⟹   R = V diag(√λ) Vᵀ
///
/// Not the root of each entry. `SymmetricEigen` gives λ and V. Rounding may turn an eigenvalue 0 into −10⁻¹⁷: such a one
/// counts as 0; one below −10⁻⁹ times the largest is refused.
///
/// - Parameter matrix: S, of shape [d, d].
/// - Returns: R, of shape [d, d].
///
/// Throws `InvalidArgument` unless S is symmetric and positive semidefinite.
public func symmetricSquareRoot(_ matrix: [[Double]]) throws -> [[Double]] {
  try InvalidArgument.requireSymmetric(matrix, "the matrix")
  // BEGIN SOLUTION
  let n = matrix.count
  let eigen = SymmetricEigen(matrix.flatMap { $0 }, dimension: n)
  try InvalidArgument.require(
    eigen.values[n - 1] >= -1e-9 * abs(eigen.values[0]),
    "the matrix has the eigenvalue \(eigen.values[n - 1]): only a matrix without negative ones (a covariance, say) has a "
      + "real symmetric root")
  let root = eigen.matrix { max($0, 0).squareRoot() }
  return (0..<n).map { Array(root[$0 * n..<($0 + 1) * n]) }
  // END SOLUTION
}

/// W₂² between the Gaussians N(m₁, S₁) and N(m₂, S₂):
///
///     W₂² = ‖m₁ − m₂‖² + tr(S₁ + S₂ − 2(S₁^½ S₂ S₁^½)^½)
///
/// The second term is Bures' distance between the covariances, squared. It is ‖S₁^½ − S₂^½‖² only if S₁ and S₂ commute. S₁S₂
/// has the same eigenvalues as S₁^½ S₂ S₁^½, but isn't symmetric, so `symmetricSquareRoot` can't take its root.
///
/// Source: Dowson and Landau 1982; Peyré and Cuturi 2019, Remark 2.31.
///
/// - Parameters:
///   - mean1: m₁, d numbers, and `covariance1` S₁ of shape [d, d], which may be singular.
///   - mean2: m₂, d numbers, and `covariance2` S₂ of shape [d, d], which may be singular.
/// - Returns: the *squared* distance, never negative.
///
/// Throws `InvalidArgument` unless the dimensions agree and both covariances are symmetric and positive semidefinite.
public func gaussianWasserstein2Squared(
  mean1: [Double], covariance1: [[Double]], mean2: [Double], covariance2: [[Double]]
) throws -> Double {
  try InvalidArgument.requireGaussians(mean1, covariance1, mean2, covariance2)
  // BEGIN SOLUTION
  let shift = zip(mean1, mean2).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  _ = try symmetricSquareRoot(covariance2)
  let root = try symmetricSquareRoot(covariance1)
  let middle = try matrixProduct(matrixProduct(root, covariance2), root)
  let cross = try symmetricSquareRoot(middle)
  return try shift + max(0, trace(covariance1) + trace(covariance2) - 2 * trace(cross))
  // END SOLUTION
}

/// The best map from N(m₁, S₁) to N(m₂, S₂) for the squared distance:
///
///     T(x) = m₂ + A(x − m₁),     A = S₁^(−½) (S₁^½ S₂ S₁^½)^½ S₁^(−½)
///
/// A is symmetric and positive semidefinite, so T is the gradient of a convex function (Brenier), and AS₁A = S₂. Many other
/// linear maps carry the one Gaussian to the other, S₂^½ S₁^(−½) for instance: those turn as well, and that costs.
///
/// Source: Peyré and Cuturi 2019, Remark 2.31.
///
/// Throws `InvalidArgument` unless the dimensions agree, both covariances are symmetric and positive semidefinite, and S₁ is
/// invertible: a Gaussian on a line can't be spread over a plane by a map. S₁ counts as singular when its smallest eigenvalue
/// is below 10⁻¹² times its largest.
public func gaussianTransportMap(
  mean1: [Double], covariance1: [[Double]], mean2: [Double], covariance2: [[Double]]
) throws -> AffineMap {
  try InvalidArgument.requireGaussians(mean1, covariance1, mean2, covariance2)
  // BEGIN SOLUTION
  let n = mean1.count
  let eigen = SymmetricEigen(covariance1.flatMap { $0 }, dimension: n)
  try InvalidArgument.require(
    eigen.values[n - 1] > 1e-12 * abs(eigen.values[0]),
    "the first covariance has the eigenvalue \(eigen.values[n - 1]), so its Gaussian has no width in some direction and no "
      + "map can give it one: add a small multiple of the identity, or exchange the two Gaussians")
  let inverse = eigen.matrix { 1 / $0.squareRoot() }
  let inverseRoot = (0..<n).map { Array(inverse[$0 * n..<($0 + 1) * n]) }
  _ = try symmetricSquareRoot(covariance2)
  let root = try symmetricSquareRoot(covariance1)
  let cross = try symmetricSquareRoot(matrixProduct(matrixProduct(root, covariance2), root))
  let matrix = try matrixProduct(matrixProduct(inverseRoot, cross), inverseRoot)
  return AffineMap(matrix: matrix, from: mean1, to: mean2)
  // END SOLUTION
}
