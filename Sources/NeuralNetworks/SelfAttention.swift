import Tensors

/// Multi-head self-attention (Vaswani et al. 2017, eq. 1): every position reads from all positions, softmax(QKᵀ/√d) V in each head.
///
/// Input [N, T, C] (a sequence) or [N, C, H, W] (an image, whose pixels are the positions); output of the same shape. No normalization, no
/// residual sum, no mask. Keys: `qkv` is a ``Linear`` C → 3C whose outputs are all queries, then all keys, then all values, each by head;
/// `proj` is a ``Linear`` C → C.
///
/// For masks, other sequences and decoding take ``MultiHeadAttention``. - Complexity: O(T²·C) time a sample.
public final class SelfAttention: Module, UnaryLayer {
  /// Queries, keys and values in one product.
  public let qkv: Linear
  /// What mixes the heads' results.
  public let proj: Linear
  /// The number of heads.
  public let headCount: Int

  /// Attention over `dimensions` channels in `headCount` heads of equal size.
  public init(dimensions: Int, headCount: Int, using rng: inout RandomStream) {
    if headCount < 1 || dimensions % headCount != 0 {
      fatalError("SelfAttention: \(headCount) heads do not divide \(dimensions) dimensions.")
    }
    qkv = Linear(inputDimensions: dimensions, outputDimensions: 3 * dimensions, using: &rng)
    proj = Linear(inputDimensions: dimensions, outputDimensions: dimensions, using: &rng)
    self.headCount = headCount
    super.init()
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    if x.ndim == 3 { return attend(x) }
    if x.ndim != 4 {
      fatalError(
        "SelfAttention: the input has shape \(x.shape); it must be a sequence [N, T, C] or an image [N, C, H, W].")
    }
    let (n, c) = (x.dim(0), x.dim(1))
    let tokens = x.reshaped([n, c, -1]).transposed()
    return attend(tokens).transposed().reshaped(x.shape)
  }

  private func attend(_ x: Tensor) -> Tensor { proj(multiHeadAttention(packed: qkv(x), headCount: headCount)) }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(headCount) heads" }
}
