// Exercise 3.1: the nearest code
//
// An encoder's answer is a map of vectors, one a place. Quantising replaces each by the number of the nearest of K
// known vectors, and from then on the picture is a small map of whole numbers.

import Exercises
import Tensors

/// The vectors of a map of features, one a row: [B, C, H, W] → [B·H·W, C].
///
/// Row (b·H + h)·W + w is the vector of picture b at (h, w): its C channels, z[b, 0, h, w] … z[b, C − 1, h, w].
/// Channels lie far apart in [B, C, H, W], so reshaping alone would make vectors of C neighbouring *places* of one
/// channel.
///
/// Differentiable. Throws `InvalidArgument` unless z has four axes, none of them empty.
public func codeVectors(of z: Tensor) throws -> Tensor {
  try InvalidArgument.require(
    z.ndim == 4 && z.scalarCount > 0, "a map of features should have shape [B, C, H, W], but has \(z.shape)")
  throw unsolved("3.1")
}

/// The map of features whose vectors these are: [B·H·W, C] → [B, C, H, W], the inverse of `codeVectors(of:)`.
///
/// Differentiable. Throws `InvalidArgument` unless there are B·H·W rows.
public func featureMap(of vectors: Tensor, batch: Int, height: Int, width: Int) throws -> Tensor {
  try InvalidArgument.requireMatrix(vectors, "vectors", "[B·H·W, C]")
  try InvalidArgument.require(
    batch >= 1 && height >= 1 && width >= 1 && vectors.dim(0) == batch * height * width,
    "\(batch) maps of \(height) × \(width) vectors cannot be made of \(vectors.dim(0)) rows")
  throw unsolved("3.1")
}

/// For each vector the index of the nearest code:
///
///     k(zᵢ) = argmin_k ‖zᵢ − e_k‖²
///
/// Of codes that are equally near the one with the lowest index. Esser et al. 2021, eq. 2; van den Oord et al. 2017,
/// eq. 1.
///
/// Form the differences first and then square them. ‖z‖² − 2z·e + ‖e‖² is the same number on paper and one matrix
/// product, but far from the origin it is the small difference of large numbers: in Float32, 10⁴ away, it is off by
/// several whole units. All N·K·d differences at once take much memory: as many rows at a time as make about 2¹⁸ of
/// them are quick as well.
///
/// - Parameters:
///   - z: vectors, of shape [N, d].
///   - codebook: the codes e_k, of shape [K, d].
/// - Returns: N indices from 0 to K − 1. Nothing is recorded for differentiation: an index has no derivative.
/// - Throws: `InvalidArgument` unless both are matrices of the same width, neither empty.
/// - Complexity: O(N·K·d).
public func nearestCodes(_ z: Tensor, codebook: Tensor) throws -> [Int] {
  try InvalidArgument.requireMatrix(z, "z", "[N, d]")
  try InvalidArgument.requireMatrix(codebook, "the codebook", "[K, d]")
  try InvalidArgument.require(
    z.dim(1) == codebook.dim(1),
    "vectors and codes should be equally long, but the shapes are \(z.shape) and \(codebook.shape)")
  throw unsolved("3.1")
}
