import Foundation
import Tensors

/// How sharp pictures are: their energy at high frequencies.
enum HighFrequencies {
  /// Σ |X(k)|² of pictures [N, 1, S, S] over all two-dimensional frequencies k above a quarter of a cycle a pixel, half of
  /// the highest there is along an axis. Edges live there; soft strokes have little of it.
  static func energy(of pictures: Tensor) -> Double {
    let side = pictures.dim(3)
    let angles = (0..<side * side).map { 2 * Double.pi * Double($0 / side * ($0 % side) % side) / Double(side) }
    let cosines = Tensor(angles.map { Foundation.cos($0) }, shape: [side, side])
    let sines = Tensor(angles.map { Foundation.sin($0) }, shape: [side, side])
    let x = pictures.reshaped([-1, side, side])
    // X = (C − iS) x (C − iS), with symmetric C and S.
    let (right, left) = (matmul(x, cosines), matmul(x, sines))
    func along(_ y: Tensor, _ basis: Tensor) -> Tensor { matmul(y.transposed(), basis) }
    let real = along(right, cosines) - along(left, sines)
    let imaginary = along(right, sines) + along(left, cosines)
    let isHigh = (0..<side * side).map { place -> Float in
      let (u, v) = (min(place / side, side - place / side), min(place % side, side - place % side))
      return 16 * (u * u + v * v) > side * side ? 1 : 0
    }
    let energies = (square(real) + square(imaginary)) * Tensor(isHigh, shape: [1, side, side])
    return Double(energies.sum(axes: [1, 2]).mean().item())
  }
}
