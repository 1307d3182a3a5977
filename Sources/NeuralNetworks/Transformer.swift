import Tensors

/// A small language model: tokens and their positions embedded, transformer blocks, a final normalization, and scores for the next token.
///
/// Exactly: h₀[n, t] = tokens[xₙₜ] + positions[t], both learnt; `layers` are ``TransformerBlock``s (pre-LN, exact gelu, biases everywhere, hidden
/// width 4·D); logits = head(norm(h)), where `head` [V, D] has no bias and is not tied to `tokens`. With `isCausal` (the default) every position reads
/// those up to itself, as an autoregressive model must; without it all positions read all, as a masked-token or diffusion model wants.
///
/// Keys: `tokens.weight` [V, D], `positions.weight` [T, D], `layers.0.self_attn.in_proj_weight`, …, `norm.weight`, `norm.bias`, `head.weight`. The two
/// tables start normal with standard deviation 0.02, all else as in PyTorch.
///
/// ```swift
/// let model = Transformer(vocabularySize: 64, contextLength: 64, dimensions: 128, headCount: 4, layerCount: 4, using: &rng)
/// let loss = crossEntropy(model(batch.map { Array($0.dropLast()) }), targets: batch.flatMap { $0.dropFirst() })
///
/// var cache = model.makeCache()
/// var logits = model(next: [[1, 5, 2]], cache: &cache)   // the beginning, at once
/// logits = model(next: [[7]], cache: &cache)             // then token by token
/// ```
public final class Transformer: Module {
  /// A vector a token, [V, D].
  public let tokens: Embedding
  /// A vector a position, [T, D].
  public let positions: Embedding
  /// The blocks.
  public let layers: [TransformerBlock]
  /// Normalizes what the head reads.
  public let norm: LayerNorm
  /// From D numbers to a score a token, without bias.
  public let head: Linear
  /// Whether a position reads only those up to itself.
  public let isCausal: Bool

  /// A fresh model of V = `vocabularySize` tokens, at most T = `contextLength` positions, D = `dimensions` numbers a position.
  public init(
    vocabularySize: Int, contextLength: Int, dimensions: Int, headCount: Int, layerCount: Int, dropout: Float = 0,
    isCausal: Bool = true, using rng: inout RandomStream
  ) {
    func table(_ count: Int) -> Embedding {
      let table = Embedding(embeddingCount: count, dimensions: dimensions, using: &rng)
      table.weight.value = table.weight.value * 0.02
      return table
    }
    tokens = table(vocabularySize)
    positions = table(contextLength)
    var layers: [TransformerBlock] = []
    for _ in 0..<layerCount {
      layers.append(TransformerBlock(dimensions: dimensions, headCount: headCount, dropout: dropout, using: &rng))
    }
    self.layers = layers
    norm = LayerNorm(dimensions: dimensions)
    head = Linear(inputDimensions: dimensions, outputDimensions: vocabularySize, bias: false, using: &rng)
    self.isCausal = isCausal
    super.init()
  }

  /// The most positions there can be.
  public var contextLength: Int { positions.weight.shape[0] }

  /// Token sequences of one length L → scores [N, L, V]; row t scores token t + 1 if the model is causal.
  public func callAsFunction(_ sequences: [[Int]]) -> Tensor {
    var h = embed(sequences, from: 0)
    for layer in layers { h = layer(h, mask: isCausal ? .causal : .none) }
    return head(norm(h))
  }

  /// The same with dropout, whose random numbers come from `rng`.
  public func callAsFunction(_ sequences: [[Int]], using rng: inout RandomStream) -> Tensor {
    var h = embed(sequences, from: 0)
    for layer in layers { h = layer(h, mask: isCausal ? .causal : .none, using: &rng) }
    return head(norm(h))
  }

  /// What the model remembers of the sequences that it continues.
  public struct Cache {
    var layers: [KeyValueCache]
    /// Positions so far.
    public var count: Int { layers.first?.count ?? 0 }
  }

  /// An empty memory, for up to `contextLength` positions.
  public func makeCache() -> Cache {
    Cache(layers: Array(repeating: KeyValueCache(capacity: contextLength), count: layers.count))
  }

  /// The next tokens [N][L] of the sequences in `cache` → scores [N, L, V]: the same numbers as from the whole sequences at once, for the work of the
  /// new positions alone. Nothing is recorded for differentiation.
  public func callAsFunction(next sequences: [[Int]], cache: inout Cache) -> Tensor {
    if !isCausal {
      fatalError("Transformer: a model whose positions read later ones cannot continue a sequence with a cache.")
    }
    return withoutGrad {
      var h = embed(sequences, from: cache.count)
      for (index, layer) in layers.enumerated() { h = layer(h, cache: &cache.layers[index]) }
      return head(norm(h))
    }
  }

  private func embed(_ sequences: [[Int]], from start: Int) -> Tensor {
    let length = sequences.first?.count ?? 0
    if length == 0 || sequences.contains(where: { $0.count != length }) {
      fatalError(
        "Transformer: sequences of lengths \(sequences.map(\.count)); one length for all, at least 1, is needed.")
    }
    if start + length > contextLength {
      fatalError("Transformer: \(start + length) positions, but the model was built for \(contextLength).")
    }
    let h = tokens(sequences.flatMap { $0 }).reshaped([sequences.count, length, -1])
    return h + positions.weight.value.sliced(axis: 0, start..<start + length)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String {
    "\(tokens.weight.shape[0]) tokens, \(contextLength) positions, \(layers.count) layers"
  }
}
