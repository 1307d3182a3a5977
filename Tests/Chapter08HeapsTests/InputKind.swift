import Tensors

/// The kinds of input that break algorithms on orders.
enum InputKind: String, CaseIterable {
  case duplicates, different, rising, falling, drifting, sinking, dips, spikes, equal, negative, extreme

  /// `count` integers of this kind.
  func integers(_ count: Int, using rng: inout RandomStream) -> [Int] {
    (0..<count).map { index in
      switch self {
      case .duplicates: rng.integer(below: 4)
      case .different: rng.integer(below: 1_000_000) * 1000 + index
      case .rising: index
      case .falling: count - index
      case .drifting: 2 * index + rng.integer(below: 12)
      case .sinking: rng.integer(below: 12) - 2 * index
      case .dips: index % 5 % 2 == 0 ? 0 : -1 - rng.integer(below: 1000)
      case .spikes: index % 5 % 2 == 0 ? 0 : 1 + rng.integer(below: 1000)
      case .equal: 7
      case .negative: -rng.integer(below: 50)
      case .extreme: [Int.min, Int.min + 1, -1, 0, 1, Int.max - 1, Int.max][rng.integer(below: 7)]
      }
    }
  }
}
