import Foundation
import Tensors

/// Random Fourier features of a number (Tancik et al. 2020), as score networks embed the noise level:
/// t ↦ [cos 2π f₁t, …, cos 2π f_k t, sin 2π f₁t, …, sin 2π f_k t] with fᵢ ~ N(0, scale²) drawn once.
///
/// The frequencies are a fixed parameter `weight` [dimensions / 2]: not trained, but saved with the model, without which the weights are worthless.
public final class FourierEmbedding: Module {
  /// The frequencies, [dimensions / 2]; not trainable.
  public let weight: Parameter

  /// Features of `dimensions` numbers (an even count). A larger `scale` tells nearby inputs further apart and interpolates worse.
  public init(dimensions: Int, scale: Float = 1, using rng: inout RandomStream) {
    if dimensions < 2 || dimensions % 2 != 0 {
      fatalError(
        "FourierEmbedding: \(dimensions) dimensions; it takes an even number, a cosine and a sine a frequency.")
    }
    weight = Parameter(
      Initialization.normal([dimensions / 2], standardDeviation: scale, using: &rng), isTrainable: false)
    super.init()
  }

  /// t [N] → [N, dimensions].
  public func callAsFunction(_ t: Tensor) -> Tensor {
    waves(t, frequencies: weight.value * (2 * Float.pi), name: "FourierEmbedding")
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(2 * weight.shape[0])" }
}

/// The sinusoidal embedding of Transformers (Vaswani et al. 2017) and DDPM:
/// t ↦ [cos ω₁t, …, cos ω_k t, sin ω₁t, …, sin ω_k t], ωᵢ = maximumPeriod^(−(i − 1)/k), k = dimensions / 2.
///
/// The order (cosines first) and the exponents are those of the ADM and diffusers code (`flip_sin_to_cos`, no frequency shift). For times
/// like 0 … 1000 as they are; a time in [0, 1] wants `scale: 1000`.
public final class SinusoidalEmbedding: Module {
  private let frequencies: Tensor
  private let note: String

  /// Features of `dimensions` numbers (an even count).
  public init(dimensions: Int, maximumPeriod: Double = 10_000, scale: Double = 1) {
    if dimensions < 2 || dimensions % 2 != 0 {
      fatalError(
        "SinusoidalEmbedding: \(dimensions) dimensions; it takes an even number, a cosine and a sine a frequency.")
    }
    let half = dimensions / 2
    let table = (0..<half).map { scale * Foundation.pow(maximumPeriod, -Double($0) / Double(half)) }
    frequencies = Tensor(table, shape: [half])
    note = "\(dimensions), period ≤ \(maximumPeriod)"
    super.init()
  }

  /// t [N] → [N, dimensions].
  public func callAsFunction(_ t: Tensor) -> Tensor {
    waves(t, frequencies: frequencies, name: "SinusoidalEmbedding")
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { note }
}

private func waves(_ t: Tensor, frequencies: Tensor, name: String) -> Tensor {
  if t.ndim != 1 { fatalError("\(name): the input has shape \(t.shape); it takes one number a sample, [N].") }
  let angles = t.reshaped([t.dim(0), 1]) * frequencies.reshaped([1, frequencies.scalarCount])
  return concatenated([cos(angles), sin(angles)], axis: 1)
}
