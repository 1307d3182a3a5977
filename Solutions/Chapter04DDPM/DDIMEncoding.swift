// Exercise 4.9: DDIM backwards
//
// Without noise a step can be taken back. So a picture has a code, the x_T from which DDIM would draw it, and two codes
// can be mixed.

import Exercises
import Foundation
import Tensors

/// One step of DDIM without noise in the other direction, from xₛ up to xₜ with ᾱₜ < ᾱₛ. Song et al. 2021, eq. 13:
///
///     xₜ/√ᾱₜ = xₛ/√ᾱₛ + ( √((1 − ᾱₜ)/ᾱₜ) − √((1 − ᾱₛ)/ᾱₛ) ) · ε̂
///
/// - Parameters:
///   - x: xₛ, of any shape.
///   - predictedNoise: ε̂ at xₛ, where the step begins, of the shape of x.
///   - alphaBar: ᾱₛ, at most 1.
///   - next: ᾱₜ, between 0 and ᾱₛ.
public func ddimEncodeStep(
  _ x: Tensor, predictedNoise: Tensor, from alphaBar: Double, to next: Double
) throws -> Tensor {
  try InvalidArgument.requireSameShape(x, "x", predictedNoise, "the predicted noise")
  try InvalidArgument.require(
    next > 0 && next < alphaBar && alphaBar <= 1, "ᾱ must fall between 1 and 0, but goes from \(alphaBar) to \(next)")
  // BEGIN SOLUTION
  func level(_ alphaBar: Double) -> Double { ((1 - alphaBar) / alphaBar).squareRoot() }
  let rise = next.squareRoot() * (level(next) - level(alphaBar))
  return x * Float((next / alphaBar).squareRoot()) + predictedNoise * Float(rise)
  // END SOLUTION
}

/// The code of x₀: DDIM's x at the last of `times`, found by running its ODE upwards.
///
/// Each step uses the noise at its own beginning; the predictor knows no time 0, so the first step, which begins at x₀,
/// asks it at τ₁, the lowest of the times.
///
/// - Parameters:
///   - predictor: ε̂; it is asked once a step, at τ₁, τ₁, τ₂, …, τ_S₋₁.
///   - x0: clean samples, of any shape.
///   - times: τ₁ < … < τ_S, in 1…T.
public func ddimEncode(
  predictor: NoisePredictor, x0: Tensor, times: [Int], chain: DiffusionChain
) throws -> Tensor {
  try chain.requireRising(times)
  // BEGIN SOLUTION
  var x = x0
  var here = 0
  for t in times {
    let predicted = try predictor(x, max(here, times[0]))
    x = try ddimEncodeStep(x, predictedNoise: predicted, from: chain.alphaBar(here), to: chain.alphaBar(t))
    here = t
  }
  return x
  // END SOLUTION
}

/// What is lost on the way to the code and back: the squared error of the reconstruction, averaged over all samples and
/// dimensions. Song et al. 2021, §5.4 and Table 2.
///
/// - Parameters:
///   - x0: clean samples, of any shape.
///   - encode: from samples to codes.
///   - decode: from codes to samples.
public func reconstructionError(
  x0: Tensor, encode: (Tensor) throws -> Tensor, decode: (Tensor) throws -> Tensor
) throws -> Double {
  // BEGIN SOLUTION
  let code = try encode(x0)
  let back = try decode(code)
  return Double(square(back - x0).mean().item())
  // END SOLUTION
}

/// A code between two: the mean on the arc from `a` to `b` (spherical interpolation), a fraction u of the way. Song et
/// al. 2021, App. D.5; Shoemake 1985:
///
///     sin((1 − u)·θ)/sin θ · a + sin(u·θ)/sin θ · b,     cos θ = a·b / (‖a‖‖b‖)
///
/// The straight line between two standard normal vectors passes too near to 0: its middle has a length of √(D/2) where
/// the network knows only vectors of length √D.
///
/// - Parameters:
///   - a: one code, of any shape, not 0.
///   - b: another of the same shape, not parallel to a.
///   - fraction: u in 0…1.
public func interpolate(_ a: Tensor, _ b: Tensor, fraction: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(a, "the first code", b, "the second")
  try InvalidArgument.require(fraction >= 0 && fraction <= 1, "fraction must be in 0…1, but is \(fraction)")
  // BEGIN SOLUTION
  let norms = Double(square(a).sum().item()).squareRoot() * Double(square(b).sum().item()).squareRoot()
  let theta = acos(max(-1, min(1, Double((a * b).sum().item()) / norms)))
  let (first, second) = (sin((1 - fraction) * theta) / sin(theta), sin(fraction * theta) / sin(theta))
  return a * Float(first) + b * Float(second)
  // END SOLUTION
}
