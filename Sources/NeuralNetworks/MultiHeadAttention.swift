import Tensors

/// Multi-head attention (Vaswani et al. 2017, section 3.2.2), with the keys and the arithmetic of PyTorch's `nn.MultiheadAttention`
/// (`batch_first=True`).
///
/// Queries, keys and values are linear functions of the inputs; each of `headCount` heads attends in its own part of them; `output` mixes the
/// heads' results. Input [N, L, D], output [N, L, D].
///
/// Keys: `in_proj_weight` [3·D, D] and `in_proj_bias` [3·D] (queries, keys, values below each other), `out_proj.weight` [D, D], `out_proj.bias`.
/// As in PyTorch `in_proj_weight` starts uniform in ±√(6/(4·D)), the biases at 0.
///
/// ```swift
/// let attention = MultiHeadAttention(dimensions: 128, headCount: 4, using: &rng)
/// let y = attention(x, mask: .causal)          // every position reads those before it
/// let z = attention(x, context: encoded)       // every position reads another sequence
/// ```
public final class MultiHeadAttention: Module, UnaryLayer {
  /// Queries, keys and values in one matrix, [3·D, D].
  public let inputWeight: Parameter
  /// Their bias, [3·D]; nil without one.
  public let inputBias: Parameter?
  /// What mixes the heads' results.
  public let output: Linear
  /// The number of heads.
  public let headCount: Int

  /// Attention over `dimensions` numbers a position in `headCount` heads of equal size.
  public init(dimensions: Int, headCount: Int, bias: Bool = true, using rng: inout RandomStream) {
    if headCount < 1 || dimensions % headCount != 0 {
      fatalError("MultiHeadAttention: \(headCount) heads do not divide \(dimensions) dimensions.")
    }
    let bound = (6 / Float(4 * dimensions)).squareRoot()
    inputWeight = Parameter(.uniform([3 * dimensions, dimensions], low: -bound, high: bound, using: &rng))
    inputBias = bias ? Parameter(.zeros([3 * dimensions])) : nil
    output = Linear(inputDimensions: dimensions, outputDimensions: dimensions, bias: bias, using: &rng)
    self.headCount = headCount
    super.init()
    if let bias = output.bias { bias.value = .zeros(bias.shape) }
  }

  public override func children() -> [(key: String, content: Content)] {
    [("in_proj_weight", .parameter(inputWeight))] + (inputBias.map { [("in_proj_bias", .parameter($0))] } ?? [])
      + [("out_proj", .module(output))]
  }

  private var dimensions: Int { inputWeight.shape[1] }

  private func check(_ x: Tensor, _ name: String) {
    if x.ndim != 3 || x.dim(2) != dimensions {
      fatalError("MultiHeadAttention: \(name) has shape \(x.shape); it must be [N, L, \(dimensions)].")
    }
  }

  /// Self-attention without a mask: x [N, L, D] → [N, L, D].
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, mask: .none) }

  /// Self-attention: x [N, L, D] → [N, L, D]. A tensor in `mask` broadcasts to [N, heads, L, L].
  public func callAsFunction(_ x: Tensor, mask: AttentionMask) -> Tensor {
    check(x, "the input")
    let packed = linear(x, weight: inputWeight.value, bias: inputBias?.value)
    return output(multiHeadAttention(packed: packed, headCount: headCount, mask: mask))
  }

  /// Cross-attention: queries from x [N, L, D], keys and values from `context` [N, S, D] → [N, L, D]. A tensor in `mask` broadcasts to
  /// [N, heads, L, S].
  public func callAsFunction(_ x: Tensor, context: Tensor, mask: AttentionMask = .none) -> Tensor {
    check(x, "the input")
    check(context, "the context")
    let d = dimensions
    func project(_ x: Tensor, _ rows: Range<Int>) -> Tensor {
      linear(
        x, weight: inputWeight.value.sliced(axis: 0, rows), bias: inputBias?.value.sliced(axis: 0, rows))
    }
    return output(
      multiHeadAttention(
        project(x, 0..<d), project(context, d..<2 * d), project(context, 2 * d..<3 * d), headCount: headCount,
        mask: mask))
  }

  /// Causal self-attention of the next positions x [N, L, D] over all that the cache has seen and themselves → [N, L, D].
  ///
  /// One call after the other gives what one causal call on the whole sequence would. With `isCausal: false` the new positions
  /// also read each other, as a block does in block diffusion.
  public func callAsFunction(_ x: Tensor, cache: inout KeyValueCache, isCausal: Bool = true) -> Tensor {
    check(x, "the input")
    let packed = linear(x, weight: inputWeight.value, bias: inputBias?.value)
    return output(cache.attend(packed: packed, headCount: headCount, isCausal: isCausal))
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(dimensions), \(headCount) heads" }
}
