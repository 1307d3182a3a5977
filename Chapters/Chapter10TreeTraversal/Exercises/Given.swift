import Exercises

extension BinaryTree {
  /// Throws unless all the sums of values that can be formed fit into an `Int`: Σ|value| ≤ Int.max.
  func requireSums() throws {
    var rest = UInt(Int.max)
    for node in nodes {
      try InvalidArgument.require(
        node.value.magnitude <= rest, "the values are so large that a sum of them does not fit into an Int")
      rest -= node.value.magnitude
    }
  }
}

extension InvalidArgument {
  /// Throws unless 0 ≤ index < count.
  static func requireIndex(_ index: Int, below count: Int, _ name: String) throws {
    try require(
      index >= 0 && index < count,
      count == 0
        ? "\(name) is \(index), but there are none" : "\(name) must be from 0 to \(count - 1), but is \(index)")
  }
}

/// Throws unless both lists hold the same values, each once.
func requireSameValues(_ first: [Int], _ second: [Int], names: (String, String)) throws {
  try InvalidArgument.require(
    first.count == second.count,
    "the \(names.0) has \(first.count) values, the \(names.1) \(second.count): they are not of one tree")
  let values = Set(first)
  try InvalidArgument.require(
    values.count == first.count, "a value comes twice in the \(names.0), so that no single tree is meant")
  var others = Set<Int>(minimumCapacity: second.count)
  for value in second {
    try InvalidArgument.require(values.contains(value), "\(value) is in the \(names.1), but not in the \(names.0)")
    try InvalidArgument.require(
      others.insert(value).inserted, "\(value) comes twice in the \(names.1), so that no single tree is meant")
  }
}
