import Tensors

/// A slowly following copy of a model's weights, a ← a + (1 − decay)(w − a), which samples better than the weights themselves.
///
/// After t updates with constant w the distance to w has fallen to decayᵗ of what it was. With `isWarmedUp` the decay of update t (from 1) is
/// min(decay, (1 + t)/(10 + t)), so that the random first weights are soon forgotten.
public final class ExponentialMovingAverage {
  /// The share of the old average that an update keeps.
  public let decay: Double
  /// Whether the first updates keep less.
  public let isWarmedUp: Bool
  /// Updates so far.
  public private(set) var updateCount = 0
  private var averages: [String: Tensor]

  /// An average that starts as the model's present weights.
  public init(of model: Module, decay: Double = 0.999, isWarmedUp: Bool = true) {
    self.decay = decay
    self.isWarmedUp = isWarmedUp
    averages = model.stateDictionary()
  }

  /// Follows the model by one step.
  public func update(_ model: Module) {
    updateCount += 1
    let t = Double(updateCount)
    let decay = isWarmedUp ? min(self.decay, (1 + t) / (10 + t)) : self.decay
    let rate = Float(1 - decay)
    var lengths: [Int] = []
    var pointers: [(average: UnsafeMutablePointer<Float>, weight: UnsafeMutablePointer<Float>)] = []
    for (key, parameter) in model.parameters() {
      guard let place = averages.index(forKey: key) else {
        fatalError("ExponentialMovingAverage: the model has a parameter \(key) that the averaged one did not have.")
      }
      lengths.append(parameter.value.scalarCount)
      pointers.append((averages.values[place].mutablePointer(), parameter.value.pointer))
    }
    forEachPiece(of: lengths) { index, range in
      let (a, w) = pointers[index]
      for i in range { a[i] += rate * (w[i] - a[i]) }
    }
  }

  /// The averaged numbers by key, ready for ``Module/load(_:strict:source:)``.
  public func stateDictionary() -> [String: Tensor] { averages }

  /// Runs `body` while the model has the averaged weights; then it has its own again.
  public func withAverages<R>(of model: Module, _ body: () throws -> R) throws -> R {
    let own = model.stateDictionary()
    try model.load(averages)
    defer { for (key, parameter) in model.parameters() { parameter.value = own[key]! } }
    return try body()
  }

  /// Takes over averages that ``stateDictionary()`` gave, and their number of updates.
  /// - Throws: ``ModelLoadingError`` if they are of another model.
  public func load(_ averages: [String: Tensor], updateCount: Int) throws {
    let problems = Self.differences(between: self.averages, and: averages)
    if !problems.isEmpty { throw ModelLoadingError(model: "the moving average", source: nil, problems: problems) }
    self.averages = averages
    self.updateCount = updateCount
  }

  private static func differences(
    between own: [String: Tensor], and other: [String: Tensor]
  ) -> [ModelLoadingError.Problem] {
    var problems: [ModelLoadingError.Problem] = []
    for (key, tensor) in own.sorted(by: { $0.key < $1.key }) {
      guard let theirs = other[key] else {
        problems.append(.missing(key: key, shape: tensor.shape))
        continue
      }
      if theirs.shape != tensor.shape { problems.append(.shape(key: key, model: tensor.shape, file: theirs.shape)) }
    }
    for (key, tensor) in other.sorted(by: { $0.key < $1.key }) where own[key] == nil {
      problems.append(.unknown(key: key, shape: tensor.shape))
    }
    return problems
  }
}
