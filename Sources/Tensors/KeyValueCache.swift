/// The keys and values of the positions that a decoder has seen, so that the next position costs one row and not the
/// whole sequence again.
///
/// A value: a copy is an independent cache, which is how a search keeps several continuations of one beginning.
public struct KeyValueCache {
  /// The most positions there is room for.
  public let capacity: Int
  /// Positions so far.
  public private(set) var count = 0
  private var keys: Tensor?
  private var values: Tensor?

  /// An empty cache for at most `capacity` positions.
  public init(capacity: Int) { self.capacity = capacity }

  /// Adds the keys and values of `packed` and lets its queries read all positions up to their own: causal
  /// self-attention, continued.
  ///
  /// With `isCausal: false` the new positions also read each other, the later ones too: attention that is causal from block
  /// to block and without a mask within each, when every call brings one block. A block that will change again (as in block
  /// diffusion) is given to a copy of the cache, which is then thrown away.
  ///
  /// - Parameters:
  ///   - packed: queries, keys and values `[N, L, 3·H·d]` of the next L positions, of the same N as ever.
  ///   - headCount: H.
  ///   - isCausal: whether a new position reads only those new ones that come before it.
  /// - Returns: `[N, L, H·d]`. Nothing is recorded for differentiation.
  /// - Complexity: O(L (count + L) H d) a sample.
  public mutating func attend(packed: Tensor, headCount: Int, isCausal: Bool = true) -> Tensor {
    guard packed.ndim == 3, headCount > 0, packed.dim(2) % (3 * headCount) == 0 else {
      fatalError(
        "KeyValueCache: the packed queries, keys and values have shape \(packed.shape); [N, L, 3·H·d] with "
          + "H = \(headCount) heads is needed.")
    }
    let (n, length, all) = (packed.dim(0), packed.dim(1), packed.dim(2) / 3)
    let room = [n, capacity, all]
    guard count + length <= capacity, keys == nil || keys!.shape == room else {
      fatalError(
        "KeyValueCache: \(length) positions [\(n), \(length), \(all)] do not fit after \(count) of \(capacity) in "
          + "\(keys?.shape ?? room).")
    }
    if isRecording(packed) {
      fatalError("KeyValueCache: decoding with a cache is not differentiable. Call it within withoutGrad.")
    }
    var (keys, values) = (self.keys ?? .zeros(room), self.values ?? .zeros(room))
    (self.keys, self.values) = (nil, nil)
    let start = count
    func append(_ column: Int, to target: UnsafeMutablePointer<Float>) {
      for sample in 0..<n {
        for t in 0..<length {
          (target + (sample * capacity + start + t) * all).update(
            from: packed.pointer + (sample * length + t) * 3 * all + column, count: all)
        }
      }
    }
    append(all, to: keys.mutablePointer())
    append(2 * all, to: values.mutablePointer())
    count += length
    let kernel = AttentionKernel(
      samples: n, heads: headCount, queries: length, keys: count, width: all / headCount,
      valueWidth: all / headCount, isCausal: isCausal, bias: nil)
    let width = all / headCount
    let output = Tensor(shape: [n, length, all]) { y in
      kernel.forward(
        q: AttentionKernel.Rows(packed.pointer, length: length, columns: 3 * all, width: width),
        k: AttentionKernel.Rows(keys.pointer, length: capacity, columns: all, width: width),
        v: AttentionKernel.Rows(values.pointer, length: capacity, columns: all, width: width),
        y: AttentionKernel.Rows(y, length: length, columns: all, width: width), keeping: nil)
    }
    (self.keys, self.values) = (keys, values)
    return output
  }
}
