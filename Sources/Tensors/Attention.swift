/// Which keys a query may read.
public enum AttentionMask {
  /// All of them.
  case none
  /// Those at or before the query's own position. With more keys than queries the queries are the last positions, as
  /// when the keys of earlier positions come from a ``KeyValueCache``.
  case causal
  /// All, with these numbers added to the scores: −∞ where nothing may be read, finite for a learnt or fixed bias.
  case added(Tensor)
  /// Those where the tensor is not 0.
  case allowed(Tensor)
}

/// softmax(q kᵀ/√d + mask) v: every query reads a mean of the values, weighted by how well their keys match it.
///
/// - Parameters:
///   - q: queries, `[…, L, d]`.
///   - k: keys, `[…, S, d]`, with the same leading axes.
///   - v: values, `[…, S, e]`.
///   - mask: a tensor in it broadcasts to `[…, L, S]`. A query that may read nothing gets NaN.
/// - Returns: `[…, L, e]`.
/// - Complexity: O(L S (d + e)) time a matrix. Memory O(L S) while gradients are recorded, O(S) otherwise.
///
/// Source: A. Vaswani et al., "Attention Is All You Need", 2017, eq. 1.
public func scaledDotProductAttention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: AttentionMask = .none
) -> Tensor {
  let lead = Array(q.shape.dropLast(2))
  guard q.ndim >= 2, k.ndim == q.ndim, v.ndim == q.ndim, Array(k.shape.dropLast(2)) == lead,
    Array(v.shape.dropLast(2)) == lead, k.dim(-1) == q.dim(-1), v.dim(-2) == k.dim(-2)
  else {
    fatalError(
      "scaledDotProductAttention: q \(q.shape), k \(k.shape) and v \(v.shape) must be […, L, d], […, S, d] and […, S, e]."
    )
  }
  let problem = Attention(
    lead: lead, heads: nil, queries: q.dim(-2), keys: k.dim(-2), width: q.dim(-1), valueWidth: v.dim(-1), mask: mask)
  return problem.attend(q, k, v)
}

/// Attention in `headCount` heads: head h reads the h-th part of every query, key and value, where it lies.
///
/// - Parameters:
///   - q: queries of all heads, `[N, L, H·d]`.
///   - k: keys, `[N, S, H·d]`.
///   - v: values, `[N, S, H·e]`.
///   - headCount: H.
///   - mask: a tensor in it broadcasts to `[N, H, L, S]`.
/// - Returns: `[N, L, H·e]`, the heads side by side.
public func multiHeadAttention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, headCount: Int, mask: AttentionMask = .none
) -> Tensor {
  guard q.ndim == 3, k.ndim == 3, v.ndim == 3, k.dim(0) == q.dim(0), v.dim(0) == q.dim(0), k.dim(2) == q.dim(2),
    v.dim(1) == k.dim(1), headCount > 0, q.dim(2) % headCount == 0, v.dim(2) % headCount == 0
  else {
    fatalError(
      "multiHeadAttention: q \(q.shape), k \(k.shape) and v \(v.shape) must be [N, L, H·d], [N, S, H·d] and "
        + "[N, S, H·e] with H = \(headCount) heads.")
  }
  let problem = Attention(
    lead: [q.dim(0)], heads: headCount, queries: q.dim(1), keys: k.dim(1), width: q.dim(2) / headCount,
    valueWidth: v.dim(2) / headCount, mask: mask)
  return problem.attend(q, k, v)
}

/// Self-attention from one projection that holds all queries, then all keys, then all values: nothing is copied to
/// take them apart.
///
/// - Parameters:
///   - packed: `[N, L, 3·H·d]`.
///   - headCount: H.
///   - mask: a tensor in it broadcasts to `[N, H, L, L]`.
/// - Returns: `[N, L, H·d]`.
public func multiHeadAttention(packed: Tensor, headCount: Int, mask: AttentionMask = .none) -> Tensor {
  guard packed.ndim == 3, headCount > 0, packed.dim(2) % (3 * headCount) == 0 else {
    fatalError(
      "multiHeadAttention: the packed queries, keys and values have shape \(packed.shape); [N, L, 3·H·d] with "
        + "H = \(headCount) heads is needed.")
  }
  let (length, width) = (packed.dim(1), packed.dim(2) / 3 / headCount)
  let problem = Attention(
    lead: [packed.dim(0)], heads: headCount, queries: length, keys: length, width: width, valueWidth: width, mask: mask)
  return problem.attend(packed: packed)
}

/// One attention: its lengths, its mask, and the two ways to compute it. The definition in single operations is what
/// derivatives of higher order use; ``AttentionKernel`` is what runs otherwise.
private struct Attention {
  /// The shape of the scores, `[…, L, S]` or `[N, H, L, S]`.
  let scoreShape: [Int]
  let lead: [Int]
  /// Heads that lie side by side in the last axis; nil if there is no such division.
  let heads: Int?
  let kernel: AttentionKernel
  let isCausal: Bool
  /// Added to the scores, of a shape that broadcasts to theirs.
  let bias: Tensor?

  init(
    lead: [Int], heads: Int?, queries: Int, keys: Int, width: Int, valueWidth: Int, mask: AttentionMask
  ) {
    self.lead = lead
    self.heads = heads
    scoreShape = lead + (heads.map { [$0] } ?? []) + [queries, keys]
    var isCausal = false
    switch mask {
    case .none: bias = nil
    case .causal:
      bias = nil
      isCausal = true
      if queries > keys {
        fatalError("Attention: \(queries) queries are the last of the positions, but there are only \(keys) keys.")
      }
    case .added(let numbers): bias = numbers
    case .allowed(let flags): bias = `where`(flags, Tensor(0), Tensor(-Float.infinity))
    }
    if let bias, broadcastShape(bias.shape, scoreShape) != scoreShape {
      fatalError("Attention: a mask of shape \(bias.shape) does not broadcast to the scores' shape \(scoreShape).")
    }
    self.isCausal = isCausal
    kernel = AttentionKernel(
      samples: lead.reduce(1, *), heads: heads ?? 1, queries: queries, keys: keys, width: width,
      valueWidth: valueWidth, isCausal: isCausal,
      bias: bias.map { [scoreShape] in AttentionKernel.Bias($0, scoreShape: scoreShape) })
  }

  // MARK: The definition

  /// `[N, L, H·d]` as `[N, H, L, d]`.
  func split(_ x: Tensor) -> Tensor {
    guard let heads else { return x }
    return x.reshaped([x.dim(0), x.dim(1), heads, x.dim(2) / heads]).transposed(axes: [0, 2, 1, 3])
  }

  /// `[N, H, L, d]` as `[N, L, H·d]`.
  func merged(_ x: Tensor) -> Tensor {
    guard heads != nil else { return x }
    return x.transposed(axes: [0, 2, 1, 3]).reshaped([x.dim(0), x.dim(2), -1])
  }

  /// The weights of the means, `[…, L, S]`.
  func probabilities(_ q: Tensor, _ k: Tensor) -> Tensor {
    var scores = matmul(split(q) * kernel.scale, split(k), transposeB: true)
    if let bias { scores = scores + bias }
    if isCausal {
      let (l, s) = (kernel.queries, kernel.keys)
      let place = Tensor.arange(l).reshaped([l, 1]) + Float(s - l)
      scores = `where`(place .>= Tensor.arange(s), scores, Tensor(-Float.infinity))
    }
    return softmax(scores)
  }

  /// The gradient with respect to q (0), k (1), v (2) or the bias (3) in single operations.
  func gradient(_ g: Tensor, _ q: Tensor, _ k: Tensor, _ v: Tensor, index: Int) -> Tensor {
    let p = probabilities(q, k)
    let g = split(g)
    if index == 2 { return merged(matmul(p, g, transposeA: true)) }
    let dp = matmul(g, split(v), transposeB: true)
    let ds = p * (dp - (dp * p).sum(axis: -1, keepDims: true))
    switch index {
    case 0: return merged(matmul(ds, split(k)) * kernel.scale)
    case 1: return merged(matmul(ds, split(q), transposeA: true) * kernel.scale)
    default: return ds
    }
  }

  // MARK: The fused way

  /// Where the heads of a tensor `[…, L, H·width]` lie, beginning at column `column` of rows of `columns` numbers.
  func rows(_ x: Tensor, width: Int, column: Int = 0) -> AttentionKernel.Rows {
    AttentionKernel.Rows(x.pointer + column, length: x.dim(-2), columns: x.dim(-1), width: width)
  }

  func attend(_ q: Tensor, _ k: Tensor, _ v: Tensor) -> Tensor {
    let inputs = [q, k, v] + (bias.map { [$0] } ?? [])
    let isKept = GradMode.isRecording && inputs.contains { $0.isTracked }
    let kept = isKept ? Storage(count: kernel.keptCount) : nil
    let (width, valueWidth) = (kernel.width, kernel.valueWidth)
    let output = Tensor(shape: Array(q.shape.dropLast()) + [v.dim(-1)]) { y in
      kernel.forward(
        q: rows(q, width: width), k: rows(k, width: width), v: rows(v, width: valueWidth),
        y: AttentionKernel.Rows(y, length: q.dim(-2), columns: v.dim(-1), width: valueWidth),
        keeping: kept?.pointer)
    }
    return output.recorded(from: inputs) { g, _, index in
      guard let kept, index < 3, !isRecording(g, q, k, v), !(bias?.isTracked ?? false && GradMode.isRecording) else {
        return gradient(g, q, k, v, index: index)
      }
      let target = [q, k, v][index]
      return Tensor(shape: target.shape) { d in
        let part = AttentionKernel.Rows(
          d, length: target.dim(-2), columns: target.dim(-1), width: index == 2 ? valueWidth : width)
        kernel.backward(
          g: rows(g, width: valueWidth), probabilities: kept.pointer, q: rows(q, width: width),
          k: rows(k, width: width), v: rows(v, width: valueWidth), dq: index == 0 ? part : nil,
          dk: index == 1 ? part : nil, dv: index == 2 ? part : nil)
      }
    }
  }

  func attend(packed: Tensor) -> Tensor {
    let width = kernel.width
    let all = width * kernel.heads
    let inputs = [packed] + (bias.map { [$0] } ?? [])
    let isKept = GradMode.isRecording && inputs.contains { $0.isTracked }
    let kept = isKept ? Storage(count: kernel.keptCount) : nil
    let output = Tensor(shape: [packed.dim(0), packed.dim(1), all]) { y in
      kernel.forward(
        q: rows(packed, width: width), k: rows(packed, width: width, column: all),
        v: rows(packed, width: width, column: 2 * all),
        y: AttentionKernel.Rows(y, length: packed.dim(1), columns: all, width: width), keeping: kept?.pointer)
    }
    return output.recorded(from: inputs) { g, _, index in
      guard let kept, index == 0, !isRecording(g, packed), !(bias?.isTracked ?? false && GradMode.isRecording) else {
        let parts = (0..<3).map { packed.sliced(axis: 2, $0 * all..<($0 + 1) * all) }
        if index == 1 { return gradient(g, parts[0], parts[1], parts[2], index: 3) }
        return concatenated((0..<3).map { gradient(g, parts[0], parts[1], parts[2], index: $0) }, axis: 2)
      }
      return Tensor(shape: packed.shape) { d in
        let part = { (index: Int) in
          AttentionKernel.Rows(d + index * all, length: packed.dim(1), columns: 3 * all, width: width)
        }
        kernel.backward(
          g: rows(g, width: width), probabilities: kept.pointer, q: rows(packed, width: width),
          k: rows(packed, width: width, column: all), v: rows(packed, width: width, column: 2 * all), dq: part(0),
          dk: part(1), dv: part(2))
      }
    }
  }
}
