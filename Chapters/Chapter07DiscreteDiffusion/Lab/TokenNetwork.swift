import LabKit
import NeuralNetworks
import Tensors

/// The chapter's network: for every place of a text a score for each token, from all tokens that the place may see.
///
/// Tokens and places are embedded, transformer blocks follow, and a linear layer gives the scores. It does not know the noise
/// level unless it is told: for masked texts the number of masks says all. Keys as in the course's `Transformer`.
final class TokenNetwork: Module {
  /// All that is needed to build the network again.
  struct Shape: Codable, Equatable {
    /// Characters, and the mask if there is one.
    var states: Int
    var length: Int
    var dimensions = 64
    var headCount = 4
    var layerCount = 2
    /// Whether the logarithm of σ is an input.
    var seesNoise = false
  }

  let tokens: Embedding
  let positions: Embedding
  let noise: Linear?
  let layers: [TransformerBlock]
  let norm: LayerNorm
  let head: Linear
  let shape: Shape
  private let waves: SinusoidalEmbedding

  init(_ shape: Shape, using rng: inout RandomStream) {
    func table(_ count: Int) -> Embedding {
      let table = Embedding(embeddingCount: count, dimensions: shape.dimensions, using: &rng)
      table.weight.value = table.weight.value * 0.1
      return table
    }
    self.shape = shape
    tokens = table(shape.states)
    positions = table(shape.length)
    noise =
      shape.seesNoise
      ? Linear(inputDimensions: shape.dimensions, outputDimensions: shape.dimensions, using: &rng) : nil
    var layers: [TransformerBlock] = []
    for _ in 0..<shape.layerCount {
      layers.append(TransformerBlock(dimensions: shape.dimensions, headCount: shape.headCount, using: &rng))
    }
    self.layers = layers
    norm = LayerNorm(dimensions: shape.dimensions)
    head = Linear(inputDimensions: shape.dimensions, outputDimensions: shape.states, using: &rng)
    waves = SinusoidalEmbedding(dimensions: shape.dimensions, maximumPeriod: 1000, scale: 10)
    super.init()
  }

  override class var hasFixedParts: Bool { true }

  // MARK: - Whole texts

  /// B texts of L tokens → scores [B, L, states]; every place sees all.
  ///
  /// - Parameter logSigmas: the logarithm of each text's σ, for a network that sees it.
  func callAsFunction(_ texts: [[Int]], logSigmas: [Double]? = nil) throws -> Tensor {
    var h = try embedded(texts, from: 0)
    if let noise, let logSigmas {
      let features = noise(waves(Tensor(logSigmas, shape: [logSigmas.count])))
      h = h + silu(features).expandedDimensions(axis: 1)
    }
    return scores(layers.reduce(h) { $1($0) })
  }

  /// Two copies of the same texts, one behind the other with the same positions: L noisy tokens and L clean ones → scores of
  /// the noisy half, [B, L, states].
  ///
  /// - Parameter allowed: [2L, 2L], not 0 where a row's place may see a column's.
  func callAsFunction(noisy: [[Int]], clean: [[Int]], allowed: Tensor) throws -> Tensor {
    let length = noisy.first?.count ?? 0
    var h = concatenated([try embedded(noisy, from: 0), try embedded(clean, from: 0)], axis: 1)
    for layer in layers { h = layer(h, mask: .allowed(allowed)) }
    return scores(h.sliced(axis: 1, 0..<length))
  }

  // MARK: - Block by block

  /// Keys and values of the blocks that are finished.
  struct Cache {
    fileprivate var layers: [KeyValueCache]
    /// Places so far.
    var count: Int { layers.first?.count ?? 0 }
  }

  func makeCache() -> Cache {
    Cache(layers: Array(repeating: KeyValueCache(capacity: shape.length), count: layers.count))
  }

  /// The next block of each text → its scores [B, L′, states]: it sees itself and what the cache holds, and the cache
  /// then holds it too.
  func callAsFunction(next block: [[Int]], cache: inout Cache) throws -> Tensor {
    try withoutGrad {
      var h = try embedded(block, from: cache.count)
      for (index, layer) in layers.enumerated() { h = layer(h, cache: &cache.layers[index], isCausal: false) }
      return scores(h)
    }
  }

  // MARK: - Both

  private func scores(_ h: Tensor) -> Tensor { head(norm(h)) }

  private func embedded(_ texts: [[Int]], from start: Int) throws -> Tensor {
    let length = texts.first?.count ?? 0
    guard length > 0, start + length <= shape.length, texts.allSatisfy({ $0.count == length }) else {
      throw LabError(
        "The network takes texts of one length, \(shape.length) tokens at most; it got \(texts.map(\.count).max() ?? 0) "
          + "tokens after \(start).")
    }
    // A wrong answer shall say so, not crash.
    if let wrong = texts.joined().first(where: { !(0..<shape.states).contains($0) }) {
      throw LabError("The network was given token \(wrong); there are \(shape.states), from 0 on.")
    }
    let h = tokens(texts.flatMap { $0 }).reshaped([texts.count, length, -1])
    return h + positions.weight.value.sliced(axis: 0, start..<start + length)
  }
}
