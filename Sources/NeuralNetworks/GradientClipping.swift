import Tensors

/// Scales all gradients by one factor so that their global norm is at most `maxNorm`: g ← g · min(1, maxNorm / (‖g‖ + 10⁻⁶)), as PyTorch's
/// `clip_grad_norm_`.
///
/// - Returns: the clipped gradients, and the norm before clipping. If the norm is not finite the gradients come back as they are: the
///   caller should stop rather than take a step.
public func clipGradNorm(_ gradients: Gradients, maxNorm: Double) -> (gradients: Gradients, norm: Double) {
  let norm = gradients.globalNorm
  let factor = maxNorm / (norm + 1e-6)
  guard norm.isFinite, factor < 1 else { return (gradients, norm) }
  return (gradients.scaled(by: Float(factor)), norm)
}
