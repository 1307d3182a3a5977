import Tensors

/// A table of vectors looked up by number: `weight` [count, D] starts as standard normal numbers, as in PyTorch.
public final class Embedding: Module {
  /// The table, [count, D].
  public let weight: Parameter

  /// A table of `embeddingCount` vectors of `dimensions` numbers.
  public init(embeddingCount: Int, dimensions: Int, using rng: inout RandomStream) {
    weight = Parameter(Initialization.normal([embeddingCount, dimensions], using: &rng))
    super.init()
  }

  /// n indices → [n, D]. An index that comes twice collects both gradients.
  public func callAsFunction(_ indices: [Int]) -> Tensor {
    if let wrong = indices.first(where: { $0 < 0 || $0 >= weight.shape[0] }) {
      fatalError("Embedding: index \(wrong) is outside the table of \(weight.shape[0]) vectors.")
    }
    return weight.value.take(indices, axis: 0)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(weight.shape[0]) × \(weight.shape[1])" }
}
