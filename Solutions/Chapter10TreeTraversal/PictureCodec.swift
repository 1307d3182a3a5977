// Exercise 10.9: trees that save bits
//
// A picture is flat in most places: a tree of squares says where it is not. A symbol that comes often deserves a short
// code: a tree of symbols says which. Both are built from one end and read from the other.

import Exercises

/// The picture as a quadtree: a block is divided if painting it in one gray costs more than the threshold.
///
/// - Parameter threshold: of ``GrayPicture/error(of:)``, a sum of squares. With 0 nothing is lost.
/// - Returns: nodes level by level, as they are found: the array is its own queue.
/// - Throws: `InvalidArgument` if the threshold is negative.
public func quadtree(of picture: GrayPicture, threshold: Int) throws -> Quadtree {
  try InvalidArgument.require(threshold >= 0, "a threshold is not negative, but is \(threshold)")
  // BEGIN SOLUTION
  var tree = Quadtree(side: picture.side, nodes: [Quadtree.Node(gray: picture.mean(of: picture.whole))])
  var blocks = [picture.whole]
  var next = 0
  while next < blocks.count {
    let block = blocks[next]
    if picture.error(of: block) > threshold {
      tree.nodes[next].firstChild = blocks.count
      blocks += block.quarters
      tree.nodes += block.quarters.map { Quadtree.Node(gray: picture.mean(of: $0)) }
    }
    next += 1
  }
  return tree
  // END SOLUTION
}

/// The quadtree with the least `error + price · bits` of all quadtrees of the picture, bits as ``bits(of:)`` counts
/// them (Chou, Lookabaugh and Gray 1989).
///
/// From the pixels up: the best tree of a block is either the block in one gray, or the best trees of its quarters
/// together. If both cost the same, it is the one gray.
///
/// - Parameter price: what a bit costs, in squares of grays; 0 loses nothing, and spends no bit in vain.
/// - Returns: nodes level by level.
/// - Throws: `InvalidArgument` if the price is negative or not finite.
/// - Complexity: O(s² log s) for a side of s.
public func bestQuadtree(of picture: GrayPicture, price: Double) throws -> Quadtree {
  try InvalidArgument.require(price >= 0 && price.isFinite, "a price is a number from 0 on, not \(price)")
  // BEGIN SOLUTION
  // All blocks level by level, each level's row by row; the quarters of block i of n stand at 4i in the next level, if
  // a level is ordered by its parents.
  var levels = [[picture.whole]]
  while let last = levels.last, last[0].side > 1 { levels.append(last.flatMap(\.quarters)) }
  var isDivided = levels.map { [Bool](repeating: false, count: $0.count) }
  var costsBelow: [Double] = []
  for (level, blocks) in levels.enumerated().reversed() {
    var costs: [Double] = []
    costs.reserveCapacity(blocks.count)
    for (index, block) in blocks.enumerated() {
      let whole = Double(picture.error(of: block)) + price * (block.side > 1 ? 9 : 8)
      guard block.side > 1 else {
        costs.append(whole)
        continue
      }
      let divided = costsBelow[4 * index..<4 * index + 4].reduce(price, +)
      isDivided[level][index] = divided < whole
      costs.append(min(whole, divided))
    }
    costsBelow = costs
  }
  var tree = Quadtree(side: picture.side, nodes: [Quadtree.Node(gray: picture.mean(of: picture.whole))])
  var found = [(level: 0, index: 0)]
  var next = 0
  while next < found.count {
    let (level, index) = found[next]
    if isDivided[level][index] {
      tree.nodes[next].firstChild = found.count
      for quarter in 4 * index..<4 * index + 4 {
        found.append((level + 1, quarter))
        tree.nodes.append(Quadtree.Node(gray: picture.mean(of: levels[level + 1][quarter])))
      }
    }
    next += 1
  }
  return tree
  // END SOLUTION
}

/// The picture that a quadtree paints.
///
/// - Throws: `InvalidArgument` if its links are not those of a quadtree.
public func decode(_ tree: Quadtree) throws -> GrayPicture {
  _ = try tree.blocks()
  // BEGIN SOLUTION
  let blocks = try tree.blocks()
  var pixels = [UInt8](repeating: 0, count: tree.side * tree.side)
  for (node, block) in zip(tree.nodes, blocks) where node.firstChild == nil {
    for y in block.y..<block.y + block.side {
      for x in block.x..<block.x + block.side { pixels[y * tree.side + x] = node.gray }
    }
  }
  return try GrayPicture(side: tree.side, pixels: pixels)
  // END SOLUTION
}

/// A quadtree as bits, in pre-order: for a block that is divided a 1 and then its quarters; for one that is not a 0 and
/// the eight bits of its gray, the highest first. A single pixel cannot be divided, and has no bit that says so.
///
/// - Throws: `InvalidArgument` if its links are not those of a quadtree.
public func bits(of tree: Quadtree) throws -> [Bool] {
  _ = try tree.blocks()
  // BEGIN SOLUTION
  let blocks = try tree.blocks()
  var bits: [Bool] = []
  var waiting = [0]
  while let index = waiting.popLast() {
    let node = tree.nodes[index]
    if blocks[index].side > 1 { bits.append(node.firstChild != nil) }
    if let first = node.firstChild {
      waiting += [first + 3, first + 2, first + 1, first]
    } else {
      for bit in (0..<8).reversed() { bits.append(node.gray >> bit & 1 == 1) }
    }
  }
  return bits
  // END SOLUTION
}

/// The quadtree that ``bits(of:)`` made these bits from. The gray of a block that is divided is not in them: it is 0.
///
/// - Parameter side: of the picture, a power of two.
/// - Throws: `InvalidArgument` if the side is no power of two, or the bits are too few or too many.
public func quadtree(bits: [Bool], side: Int) throws -> Quadtree {
  try InvalidArgument.require(
    side > 0 && side.nonzeroBitCount == 1 && side <= 1 << 15,
    "the side of a quadtree's picture is a power of two up to 2¹⁵, not \(side)")
  // BEGIN SOLUTION
  var place = 0
  func take() throws -> Bool {
    try InvalidArgument.require(place < bits.count, "the bits end in the middle of a tree")
    place += 1
    return bits[place - 1]
  }
  var tree = Quadtree(side: side, nodes: [Quadtree.Node(gray: 0)])
  var waiting = [(index: 0, side: side)]
  while let (index, side) = waiting.popLast() {
    if side > 1, try take() {
      let first = tree.nodes.count
      tree.nodes[index].firstChild = first
      tree.nodes += Array(repeating: Quadtree.Node(gray: 0), count: 4)
      for offset in (0..<4).reversed() { waiting.append((first + offset, side / 2)) }
    } else {
      for _ in 0..<8 { tree.nodes[index].gray = tree.nodes[index].gray << 1 | (try take() ? 1 : 0) }
    }
  }
  try InvalidArgument.require(
    place == bits.count, "the tree ends after \(place) bits, but there are \(bits.count)")
  return tree
  // END SOLUTION
}

/// A tree of least cost for symbols of these frequencies (Huffman 1952): the two rarest become children of a new node,
/// which is as frequent as both together, until one is left.
///
/// - Parameter frequencies: of the symbols 0, 1, …; a symbol of frequency 0 gets no leaf.
/// - Returns: leaves hold their symbol as value, inner nodes −1. Empty if nothing occurs, a single leaf if only one
///   symbol does. Σ frequency · depth is as small as it can be; between trees of equal cost any may be returned.
/// - Throws: `InvalidArgument` if a frequency is negative or the sum does not fit into an `Int`.
/// - Complexity: O(n log n).
public func huffmanTree(frequencies: [Int]) throws -> BinaryTree {
  try InvalidArgument.requireFrequencies(frequencies)
  // BEGIN SOLUTION
  // Two queues (van Leeuwen 1976): inner nodes are made in the order of their frequencies, so that no heap is needed.
  var tree = BinaryTree()
  let symbols = frequencies.indices.filter { frequencies[$0] > 0 }.sorted { frequencies[$0] < frequencies[$1] }
  let leaves = symbols.map { (node: tree.append($0), frequency: frequencies[$0]) }
  var inner: [(node: Int, frequency: Int)] = []
  var (nextLeaf, nextInner) = (0, 0)
  func takeRarest() -> (node: Int, frequency: Int) {
    if nextLeaf < leaves.count, nextInner == inner.count || leaves[nextLeaf].frequency <= inner[nextInner].frequency {
      nextLeaf += 1
      return leaves[nextLeaf - 1]
    }
    nextInner += 1
    return inner[nextInner - 1]
  }
  for _ in leaves.dropFirst() {
    let (first, second) = (takeRarest(), takeRarest())
    inner.append((tree.append(-1, left: first.node, right: second.node), first.frequency + second.frequency))
  }
  tree.root = inner.last?.node ?? leaves.first?.node
  return tree
  // END SOLUTION
}

/// The length of each symbol's code: the depth of its leaf. 0 for a symbol without one; a symbol that is alone has
/// length 1, for something must be sent.
///
/// - Parameters:
///   - tree: as ``huffmanTree(frequencies:)`` returns it; a leaf's value is its symbol.
///   - symbolCount: symbols are 0 ..< symbolCount.
/// - Throws: `InvalidArgument` if a leaf's value is no symbol.
/// - Complexity: O(n), no recursion.
public func codeLengths(of tree: BinaryTree, symbolCount: Int) throws -> [Int] {
  for node in tree.nodes where node.left == nil && node.right == nil {
    try InvalidArgument.requireIndex(node.value, below: symbolCount, "the symbol of a leaf")
  }
  // BEGIN SOLUTION
  var lengths = [Int](repeating: 0, count: symbolCount)
  var waiting: [(node: Int, depth: Int)] = []
  if let root = tree.root { waiting.append((root, 0)) }
  while let (node, depth) = waiting.popLast() {
    let (left, right) = (tree[node].left, tree[node].right)
    if left == nil, right == nil { lengths[tree[node].value] = max(1, depth) }
    for child in [left, right] { if let child { waiting.append((child, depth + 1)) } }
  }
  return lengths
  // END SOLUTION
}

/// The canonical codes of these lengths (RFC 1951, 3.2.2): shorter codes come first, and among equally long ones those
/// of lower symbols; each is the one before plus one, with zeros appended up to its length.
///
/// - Returns: one code a symbol, the first bit first; empty for length 0.
/// - Throws: `InvalidArgument` if a length is negative, or Σ 2^(−length) > 1, so that no prefix code has them.
public func canonicalCodes(lengths: [Int]) throws -> [[Bool]] {
  for (symbol, length) in lengths.enumerated() {
    try InvalidArgument.require(length >= 0, "a length is not negative, but symbol \(symbol) has \(length)")
  }
  // BEGIN SOLUTION
  var codes = [[Bool]](repeating: [], count: lengths.count)
  var code: [Bool] = []
  var isFirst = true
  for symbol in lengths.indices.sorted(by: { (lengths[$0], $0) < (lengths[$1], $1) }) where lengths[symbol] > 0 {
    if !isFirst {
      guard let zero = code.lastIndex(of: false) else {
        throw InvalidArgument("these lengths are too short: no prefix code has them")
      }
      code[zero] = true
      for index in code.indices[(zero + 1)...] { code[index] = false }
    }
    isFirst = false
    code += Array(repeating: false, count: lengths[symbol] - code.count)
    codes[symbol] = code
  }
  return codes
  // END SOLUTION
}

/// The codes of these symbols, one behind the other.
///
/// - Throws: `InvalidArgument` if a symbol has no code.
public func encode(_ symbols: [Int], codes: [[Bool]]) throws -> [Bool] {
  for symbol in symbols {
    try InvalidArgument.requireIndex(symbol, below: codes.count, "a symbol")
    try InvalidArgument.require(!codes[symbol].isEmpty, "symbol \(symbol) has no code")
  }
  // BEGIN SOLUTION
  return symbols.flatMap { codes[$0] }
  // END SOLUTION
}

/// The symbols whose codes these bits are, one behind the other.
///
/// - Throws: `InvalidArgument` if one code is the beginning of another, or the bits are no sequence of codes: no code
///   begins so, or the last one is cut off.
/// - Complexity: O(bits): a walk down the tree of the codes, which begins again at each leaf.
public func decode(_ bits: [Bool], codes: [[Bool]]) throws -> [Int] {
  try InvalidArgument.requirePrefixFree(codes)
  // BEGIN SOLUTION
  var tree = BinaryTree()
  let root = tree.append(-1)
  for (symbol, code) in codes.enumerated() {
    var node = root
    for bit in code {
      if let child = bit ? tree[node].right : tree[node].left {
        node = child
      } else {
        let child = tree.append(-1)
        if bit { tree[node].right = child } else { tree[node].left = child }
        node = child
      }
    }
    if !code.isEmpty { tree[node].value = symbol }
  }
  var symbols: [Int] = []
  var node = root
  for (place, bit) in bits.enumerated() {
    guard let child = bit ? tree[node].right : tree[node].left else {
      throw InvalidArgument("bit \(place) belongs to no code")
    }
    node = child
    if tree[node].value >= 0 {
      symbols.append(tree[node].value)
      node = root
    }
  }
  try InvalidArgument.require(node == root, "the last code is cut off")
  return symbols
  // END SOLUTION
}
