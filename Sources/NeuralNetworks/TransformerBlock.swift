import Tensors

/// A transformer block with normalization before each part (pre-LN; Xiong et al. 2020), key by key PyTorch's
/// `nn.TransformerEncoderLayer(activation="gelu", batch_first=True, norm_first=True)`.
///
/// h = x + dropout(attention(norm1(x))); y = h + dropout(linear2(gelu(linear1(norm2(h))))). All linear layers have biases; gelu is the exact one.
///
/// Keys: `self_attn.in_proj_weight`, `self_attn.in_proj_bias`, `self_attn.out_proj.…`, `linear1.…` [H, D], `linear2.…` [D, H], `norm1.…`, `norm2.…`.
/// Dropout is on the two branches only, not on the attention's weights. Input [N, L, D], output [N, L, D].
public final class TransformerBlock: Module, UnaryLayer {
  /// Normalizes what attention reads.
  public let norm1: LayerNorm
  /// Self-attention.
  public let attention: MultiHeadAttention
  /// Normalizes what the perceptron reads.
  public let norm2: LayerNorm
  /// From D to H numbers a position.
  public let linear1: Linear
  /// From H back to D.
  public let linear2: Linear
  /// On both branches.
  public let dropout: Dropout

  /// A block of `dimensions` numbers a position; H is `hiddenDimensions`, 4·D if left out.
  public init(
    dimensions: Int, headCount: Int, hiddenDimensions: Int? = nil, dropout: Float = 0, using rng: inout RandomStream
  ) {
    let hidden = hiddenDimensions ?? 4 * dimensions
    norm1 = LayerNorm(dimensions: dimensions)
    attention = MultiHeadAttention(dimensions: dimensions, headCount: headCount, using: &rng)
    norm2 = LayerNorm(dimensions: dimensions)
    linear1 = Linear(inputDimensions: dimensions, outputDimensions: hidden, using: &rng)
    linear2 = Linear(inputDimensions: hidden, outputDimensions: dimensions, using: &rng)
    self.dropout = Dropout(probability: dropout)
    super.init()
  }

  public override func children() -> [(key: String, content: Content)] {
    [
      ("self_attn", .module(attention)), ("linear1", .module(linear1)), ("linear2", .module(linear2)),
      ("norm1", .module(norm1)), ("norm2", .module(norm2)), ("dropout", .module(dropout)),
    ]
  }

  /// x [N, L, D] → [N, L, D], every position reading all.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, mask: .none) }

  /// x [N, L, D] → [N, L, D]. A tensor in `mask` broadcasts to [N, heads, L, L]. For a block without dropout, or in evaluation.
  public func callAsFunction(_ x: Tensor, mask: AttentionMask) -> Tensor {
    if isTraining && dropout.probability > 0 {
      fatalError(
        "TransformerBlock: dropout \(dropout.probability) in training takes a random stream: block(x, mask: m, using: &rng)."
      )
    }
    return apply(x, attend: { attention($0, mask: mask) }, drop: { $0 })
  }

  /// The same with dropout, whose random numbers come from `rng`.
  public func callAsFunction(_ x: Tensor, mask: AttentionMask, using rng: inout RandomStream) -> Tensor {
    apply(x, attend: { attention($0, mask: mask) }, drop: { dropout($0, using: &rng) })
  }

  /// The next positions x [N, L, D] of a causal sequence, the earlier ones being in the cache → [N, L, D]. Never drops anything.
  ///
  /// With `isCausal: false` the new positions also read each other, as a block does in block diffusion.
  public func callAsFunction(_ x: Tensor, cache: inout KeyValueCache, isCausal: Bool = true) -> Tensor {
    apply(x, attend: { attention($0, cache: &cache, isCausal: isCausal) }, drop: { $0 })
  }

  private func apply(_ x: Tensor, attend: (Tensor) -> Tensor, drop: (Tensor) -> Tensor) -> Tensor {
    let h = x + drop(attend(norm1(x)))
    return h + drop(linear2(gelu(linear1(norm2(h)))))
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(linear1.weight.shape[1]), hidden \(linear1.weight.shape[0])" }
}
