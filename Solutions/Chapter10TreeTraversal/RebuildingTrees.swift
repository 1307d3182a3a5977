// Exercise 10.7: a tree from its traversals, a tree as a text, and ancestors
//
// One order alone says little about a tree. Two say everything, if one of them is in-order; and so does one, if it also
// says where nothing is. The walk around the tree answers at once where two nodes meet.

import Exercises

/// The tree with this pre-order and this in-order of its values.
///
/// - Parameters: the same values, each once, in two orders.
/// - Returns: the tree; node i is the i-th of the pre-order.
/// - Throws: `InvalidArgument` if the lists differ in length, a value comes twice, a value is in one list only, or no
///   tree has these two traversals (as for 1, 2, 3 and 3, 1, 2).
/// - Complexity: O(n), also for a chain: no searching for a value, no copies of parts, no recursion.
public func rebuild(preOrder: [Int], inOrder: [Int]) throws -> BinaryTree {
  try requireSameValues(preOrder, inOrder, names: ("pre-order", "in-order"))
  // BEGIN SOLUTION
  // The stack holds the nodes whose place in in-order has not come yet: each lies left below the one under it, or below
  // a right child on that way. `next` is the first value of in-order that is not accounted for.
  var tree = BinaryTree()
  var waiting: [Int] = []
  var next = 0
  for value in preOrder {
    let node = tree.append(value)
    var finished: Int?
    while let top = waiting.last, tree[top].value == inOrder[next] {
      finished = waiting.removeLast()
      next += 1
    }
    if let finished {
      tree[finished].right = node
    } else if let top = waiting.last {
      tree[top].left = node
    } else {
      tree.root = node
    }
    waiting.append(node)
  }
  while let top = waiting.popLast() {
    try InvalidArgument.require(
      tree[top].value == inOrder[next],
      "no tree has these traversals: place \(next) of the in-order must hold \(tree[top].value), not \(inOrder[next])")
    next += 1
  }
  return tree
  // END SOLUTION
}

/// The tree with this in-order and this post-order of its values.
///
/// - Parameters: the same values, each once, in two orders.
/// - Returns: the tree; node i is the i-th of the post-order *from its end*, so that node 0 is the root.
/// - Throws: `InvalidArgument` as ``rebuild(preOrder:inOrder:)``.
/// - Complexity: O(n), also for a chain.
public func rebuild(inOrder: [Int], postOrder: [Int]) throws -> BinaryTree {
  try requireSameValues(postOrder, inOrder, names: ("post-order", "in-order"))
  // BEGIN SOLUTION
  // From its end, post-order is pre-order in a mirror, and so is in-order.
  var tree = BinaryTree()
  var waiting: [Int] = []
  var next = inOrder.count - 1
  for value in postOrder.reversed() {
    let node = tree.append(value)
    var finished: Int?
    while let top = waiting.last, tree[top].value == inOrder[next] {
      finished = waiting.removeLast()
      next -= 1
    }
    if let finished {
      tree[finished].left = node
    } else if let top = waiting.last {
      tree[top].right = node
    } else {
      tree.root = node
    }
    waiting.append(node)
  }
  while let top = waiting.popLast() {
    try InvalidArgument.require(
      tree[top].value == inOrder[next],
      "no tree has these traversals: place \(next) of the in-order must hold \(tree[top].value), not \(inOrder[next])")
    next -= 1
  }
  return tree
  // END SOLUTION
}

/// The tree as a text: pre-order, with `#` where a child is missing, commas between.
///
///         1
///        / \          1,2,#,4,#,#,3,#,#
///       2   3
///        \
///         4
///
/// - Returns: 2n + 1 entries; `#` for the empty tree.
/// - Complexity: O(n), no recursion.
public func serialize(_ tree: BinaryTree) throws -> String {
  // BEGIN SOLUTION
  var entries: [String] = []
  entries.reserveCapacity(2 * tree.count + 1)
  var waiting = [tree.root]
  while let link = waiting.popLast() {
    guard let node = link else {
      entries.append("#")
      continue
    }
    entries.append("\(tree[node].value)")
    waiting.append(tree[node].right)
    waiting.append(tree[node].left)
  }
  return entries.joined(separator: ",")
  // END SOLUTION
}

/// The tree that ``serialize(_:)`` made this text from; node i is the i-th of the pre-order.
///
/// - Throws: `InvalidArgument` if the text is none of a tree: an entry that is neither `#` nor a number as Swift prints
///   it, a number that does not fit into an `Int`, too few entries, or too many.
/// - Complexity: O(n), no recursion.
public func deserialize(_ text: String) throws -> BinaryTree {
  // BEGIN SOLUTION
  /// A link that has not been read yet.
  enum Link { case root, left(Int), right(Int) }
  var tree = BinaryTree()
  var unread = [Link.root]
  for (place, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
    guard let link = unread.popLast() else {
      throw InvalidArgument("the tree ends before entry \(place), but the text goes on")
    }
    if entry == "#" { continue }
    guard let value = Int(entry), String(value) == entry else {
      throw InvalidArgument("entry \(place) must be a number or #, but is \"\(entry)\"")
    }
    let node = tree.append(value)
    switch link {
    case .root: tree.root = node
    case .left(let parent): tree[parent].left = node
    case .right(let parent): tree[parent].right = node
    }
    unread.append(.right(node))
    unread.append(.left(node))
  }
  try InvalidArgument.require(unread.isEmpty, "the text ends, but \(unread.count) children have not been read")
  return tree
  // END SOLUTION
}

/// The walk around the tree from the root: a node is passed when it is reached, and again after each of its subtrees.
///
/// - Returns: the walk, 2n − 1 nodes; nothing for the empty tree.
/// - Complexity: O(n), no recursion.
public func eulerTour(_ tree: BinaryTree) throws -> EulerTour {
  // BEGIN SOLUTION
  var tour = EulerTour(nodes: [], depths: [], first: Array(repeating: -1, count: tree.count))
  tour.nodes.reserveCapacity(2 * tree.count)
  tour.depths.reserveCapacity(2 * tree.count)
  var stack: [(node: Int, depth: Int, isMarked: Bool)] = []
  if let root = tree.root { stack.append((root, 0, false)) }
  while let (node, depth, isMarked) = stack.popLast() {
    if !isMarked { tour.first[node] = tour.nodes.count }
    tour.nodes.append(node)
    tour.depths.append(depth)
    if isMarked { continue }
    for child in [tree[node].right, tree[node].left] {
      guard let child else { continue }
      stack.append((node, depth, true))
      stack.append((child, depth + 1, false))
    }
  }
  return tour
  // END SOLUTION
}

/// Where the least of any 2ᵏ neighbouring numbers stands (Bender and Farach-Colton 2000).
///
/// - Returns: rows k = 0, 1, … as long as 2ᵏ ≤ n. `rows[k][i]` is the place of the least of `numbers[i ..< i + 2ᵏ]`,
///   the first such place if there are several. No rows for no numbers.
/// - Complexity: O(n log n): each row from the one before, with one comparison an entry.
public func sparseTable(_ numbers: [Int]) throws -> [[Int]] {
  // BEGIN SOLUTION
  guard !numbers.isEmpty else { return [] }
  var rows = [Array(numbers.indices)]
  var half = 1
  while 2 * half <= numbers.count {
    let row = rows[rows.count - 1]
    rows.append(
      (0...numbers.count - 2 * half).map { start in
        let (first, second) = (row[start], row[start + half])
        return numbers[second] < numbers[first] ? second : first
      })
    half *= 2
  }
  return rows
  // END SOLUTION
}

/// The lowest node that has both a and b at or below it.
///
/// On the walk around the tree from a to b it is the highest that is passed. Two overlapping pieces of 2ᵏ entries cover
/// the way between any two places.
///
/// - Parameters:
///   - tour: what ``eulerTour(_:)`` returns.
///   - table: what ``sparseTable(_:)`` returns for the tour's depths.
/// - Throws: `InvalidArgument` if there is no such node, or the table does not fit the tour.
/// - Complexity: two entries of the table, one comparison; and O(log n) to see whether the table fits.
public func lowestCommonAncestor(_ a: Int, _ b: Int, tour: EulerTour, table: [[Int]]) throws -> Int {
  try InvalidArgument.requireIndex(a, below: tour.first.count, "a node")
  try InvalidArgument.requireIndex(b, below: tour.first.count, "a node")
  try InvalidArgument.require(
    table.first?.count == tour.depths.count && tour.depths.count == tour.nodes.count,
    "the table is not that of the tour's \(tour.depths.count) depths")
  for (row, entries) in table.enumerated() {
    try InvalidArgument.require(
      row < Int.bitWidth - 1 && entries.count == tour.depths.count + 1 - (1 << row),
      "row \(row) of the table needs an entry for each run of 2ᵏ depths, k = \(row), but has \(entries.count)")
  }
  let rows = Int.bitWidth - tour.depths.count.leadingZeroBitCount
  try InvalidArgument.require(
    table.count == rows, "\(tour.depths.count) depths need a table of \(rows) rows, not \(table.count)")
  // BEGIN SOLUTION
  let (start, end) = (min(tour.first[a], tour.first[b]), max(tour.first[a], tour.first[b]))
  let length = end - start + 1
  let row = Int.bitWidth - 1 - length.leadingZeroBitCount
  let (first, second) = (table[row][start], table[row][end + 1 - (1 << row)])
  return tour.nodes[tour.depths[second] < tour.depths[first] ? second : first]
  // END SOLUTION
}
