import Chapter10TreeTraversal
import Tensors

/// The kinds of tree, and of values in it, that break algorithms on trees.
enum TreeKind: String, CaseIterable {
  case uniform, search, complete, leftChain = "left chain", rightChain = "right chain", zigzag, leftComb = "left comb"
  case rightComb = "right comb"

  /// A tree of this kind: its nodes lie in the array in random order, its values are of random kind.
  func tree(_ count: Int, using rng: inout RandomStream) throws -> BinaryTree {
    let shape =
      switch self {
      case .uniform: try BinaryTree.random(count: count, using: &rng)
      case .search: try TreeKind.searchTree(count, using: &rng)
      case .complete: try BinaryTree.complete(count: count)
      case .leftChain: try BinaryTree.chain(count: count, .left)
      case .rightChain: try BinaryTree.chain(count: count, .right)
      case .zigzag: try BinaryTree.chain(count: count, .zigzag)
      case .leftComb: try TreeKind.comb(count)
      case .rightComb: try TreeKind.comb(count).mirrored()
      }
    let values = InputKind.allCases[rng.integer(below: InputKind.allCases.count)].integers(count, using: &rng)
    return try shape.with(values: values).renumbered { rng.shuffled($0) }
  }

  /// A chain to the left, and a leaf to the right of each of its nodes but perhaps the last.
  static func comb(_ count: Int) throws -> BinaryTree {
    try BinaryTree(
      values: Array(0..<count), left: (0..<count).map { $0 % 2 == 0 && $0 + 2 < count ? $0 + 2 : nil },
      right: (0..<count).map { $0 % 2 == 0 && $0 + 1 < count ? $0 + 1 : nil })
  }

  /// The search tree of keys in random order: a node's value is its rank.
  static func searchTree(_ count: Int, using rng: inout RandomStream) throws -> BinaryTree {
    let keys = rng.shuffled(0..<count)
    var left = [Int?](repeating: nil, count: count)
    var right = left
    for (node, key) in keys.enumerated().dropFirst() {
      var place = 0
      while let next = key < keys[place] ? left[place] : right[place] { place = next }
      if key < keys[place] { left[place] = node } else { right[place] = node }
    }
    return try BinaryTree(values: keys, left: left, right: right)
  }
}

/// Kinds of values.
enum InputKind: String, CaseIterable {
  case duplicates, different, equal, negative, rising, falling, extreme

  /// `count` integers of this kind.
  func integers(_ count: Int, using rng: inout RandomStream) -> [Int] {
    (0..<count).map { index in
      switch self {
      case .duplicates: rng.integer(below: 3)
      case .different: rng.integer(below: 1_000_000) * 1000 + index
      case .equal: 7
      case .negative: -1 - rng.integer(below: 50)
      case .rising: index
      case .falling: count - index
      case .extreme: [Int.min, Int.min + 1, -1, 0, 1, Int.max - 1, Int.max][rng.integer(below: 7)]
      }
    }
  }
}

extension RandomStream {
  /// The numbers of a range in random order.
  mutating func shuffled(_ range: Range<Int>) -> [Int] {
    var numbers = Array(range)
    for index in numbers.indices.reversed() { numbers.swapAt(index, integer(below: index + 1)) }
    return numbers
  }
}
