import Tensors

/// Batch normalization (Ioffe & Szegedy 2015): every channel is brought to mean 0 and variance 1 over the batch and all places, then scaled and shifted.
///
/// In training y = (x − mean) / √(variance + eps) · weight + bias with the batch's own mean and population variance, and the running averages follow:
/// r ← (1 − momentum) · r + momentum · (mean, or variance · n/(n − 1)). In evaluation (`isTraining == false`) the running averages take the place of the
/// batch's, so that a sample's output does not depend on its company. All as in PyTorch, for one or two dimensions alike.
///
/// Input [N, C] or [N, C, ...]. Keys: `weight`, `bias`, `running_mean`, `running_var` (all [C]; the last two not trainable, starting at 0 and 1) and
/// `num_batches_tracked` (a single number), which counts.
public final class BatchNorm: Module, UnaryLayer {
  /// The scale, [C].
  public let weight: Parameter
  /// The shift, [C].
  public let bias: Parameter
  /// What evaluation takes for the mean, [C].
  public let runningMean: Parameter
  /// What evaluation takes for the variance, [C].
  public let runningVariance: Parameter
  /// How many batches the averages have seen.
  public let batchCount: Parameter
  /// The share of a new batch in the running averages.
  public let momentum: Float
  /// Keeps the division finite.
  public let eps: Float

  /// A normalization of `dimensions` channels.
  public init(dimensions: Int, momentum: Float = 0.1, eps: Float = 1e-5) {
    weight = Parameter(.ones([dimensions]))
    bias = Parameter(.zeros([dimensions]))
    runningMean = Parameter(.zeros([dimensions]), isTrainable: false)
    runningVariance = Parameter(.ones([dimensions]), isTrainable: false)
    batchCount = Parameter(Tensor(0), isTrainable: false)
    self.momentum = momentum
    self.eps = eps
    super.init()
  }

  public override func children() -> [(key: String, content: Content)] {
    [
      ("weight", .parameter(weight)), ("bias", .parameter(bias)), ("running_mean", .parameter(runningMean)),
      ("running_var", .parameter(runningVariance)), ("num_batches_tracked", .parameter(batchCount)),
    ]
  }

  /// x [N, C, ...] → the same shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let channels = weight.shape[0]
    if x.ndim < 2 || x.dim(1) != channels {
      fatalError("BatchNorm: the input has shape \(x.shape); its axis 1 must be \(channels) channels.")
    }
    let perChannel = [channels] + Array(repeating: 1, count: x.ndim - 2)
    guard isTraining else {
      let scale = weight.value * rsqrt(runningVariance.value + eps)
      let shift = bias.value - runningMean.value * scale
      return x * scale.reshaped(perChannel) + shift.reshaped(perChannel)
    }
    let count = x.scalarCount / channels
    if count < 2 {
      fatalError(
        "BatchNorm: the input \(x.shape) has one number a channel, whose variance is 0; train with larger batches.")
    }
    // With the channels in front this is one group a channel of a single sample.
    var order = Array(x.shape.indices)
    order.swapAt(0, 1)
    let byChannel = x.transposed(axes: order)
    follow(byChannel.detached().reshaped([channels, count]))
    let normalized = groupNorm(
      byChannel.reshaped([1, channels, count]), groupCount: channels, weight: weight.value, bias: bias.value, eps: eps)
    return normalized.reshaped(byChannel.shape).transposed(axes: order)
  }

  /// Moves the running averages towards the batch, [C, n].
  private func follow(_ batch: Tensor) {
    withoutGrad {
      let mean = batch.mean(axis: 1)
      let variance = batch.variance(axis: 1, correction: 1)
      runningMean.value = runningMean.value * (1 - momentum) + mean * momentum
      runningVariance.value = runningVariance.value * (1 - momentum) + variance * momentum
      batchCount.value = batchCount.value + 1
    }
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(weight.shape[0])" }
}
