import NeuralNetworks
import Tensors

/// What two players and their optimizers were seen doing, in order.
final class GameDiary {
  enum Event: Equatable {
    /// A network was asked. `isTracked`: its input was part of a graph.
    case asked(String, isTracked: Bool)
    /// An optimizer moved a network.
    case moved(String, by: String)
  }

  private(set) var events: [Event] = []
  /// What each network was asked about, in order.
  private(set) var inputs: [String: [Tensor]] = [:]

  func noteInput(_ input: Tensor, of player: String) {
    events.append(.asked(player, isTracked: input.isTracked))
    inputs[player, default: []].append(input.detached())
  }

  func noteMove(of player: String, by optimizer: String) { events.append(.moved(player, by: optimizer)) }

  /// Who moved, in order: "D" and "G".
  var moves: [String] {
    events.compactMap { if case .moved(let player, _) = $0 { player } else { nil } }
  }

  /// Each network that an optimizer other than its own moved.
  var movedByAnother: [String] {
    events.compactMap { if case .moved(let player, let by) = $0, player != by { "\(player) by \(by)'s" } else { nil } }
  }
}

/// A network that keeps a diary.
final class WatchedNetwork: Module, UnaryLayer {
  let inner: any UnaryLayer
  private let name: String
  private let diary: GameDiary

  init(_ name: String, _ inner: any UnaryLayer, diary: GameDiary) {
    self.name = name
    self.inner = inner
    self.diary = diary
    super.init()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    diary.noteInput(x, of: name)
    return inner(x)
  }

  override var summary: String { name }
}

/// An optimizer that keeps a diary.
final class WatchedOptimizer: Optimizer {
  private let name: String
  private let inner: any Optimizer
  private let diary: GameDiary

  init(_ name: String, _ inner: any Optimizer, diary: GameDiary) {
    self.name = name
    self.inner = inner
    self.diary = diary
  }

  var learningRate: Double {
    get { inner.learningRate }
    set { inner.learningRate = newValue }
  }

  func update(_ model: Module, gradients: Gradients) {
    diary.noteMove(of: model.summary, by: name)
    inner.update(model, gradients: gradients)
  }

  var state: [String: Tensor] { inner.state }

  func load(state: [String: Tensor]) throws { try inner.load(state: state) }
}

/// A network that answers 0 whatever it is asked, and whose only parameter never gets a gradient.
final class MuteNetwork: Module, UnaryLayer {
  let weight = Parameter(.ones([1]))

  func callAsFunction(_ x: Tensor) -> Tensor { (x + weight.value) * 0 }
}
