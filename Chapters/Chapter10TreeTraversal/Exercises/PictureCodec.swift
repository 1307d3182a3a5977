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
  throw unsolved("10.9")
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
  throw unsolved("10.9")
}

/// The picture that a quadtree paints.
///
/// - Throws: `InvalidArgument` if its links are not those of a quadtree.
public func decode(_ tree: Quadtree) throws -> GrayPicture {
  _ = try tree.blocks()
  throw unsolved("10.9")
}

/// A quadtree as bits, in pre-order: for a block that is divided a 1 and then its quarters; for one that is not a 0 and
/// the eight bits of its gray, the highest first. A single pixel cannot be divided, and has no bit that says so.
///
/// - Throws: `InvalidArgument` if its links are not those of a quadtree.
public func bits(of tree: Quadtree) throws -> [Bool] {
  _ = try tree.blocks()
  throw unsolved("10.9")
}

/// The quadtree that ``bits(of:)`` made these bits from. The gray of a block that is divided is not in them: it is 0.
///
/// - Parameter side: of the picture, a power of two.
/// - Throws: `InvalidArgument` if the side is no power of two, or the bits are too few or too many.
public func quadtree(bits: [Bool], side: Int) throws -> Quadtree {
  try InvalidArgument.require(
    side > 0 && side.nonzeroBitCount == 1 && side <= 1 << 15,
    "the side of a quadtree's picture is a power of two up to 2¹⁵, not \(side)")
  throw unsolved("10.9")
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
  throw unsolved("10.9")
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
  throw unsolved("10.9")
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
  throw unsolved("10.9")
}

/// The codes of these symbols, one behind the other.
///
/// - Throws: `InvalidArgument` if a symbol has no code.
public func encode(_ symbols: [Int], codes: [[Bool]]) throws -> [Bool] {
  for symbol in symbols {
    try InvalidArgument.requireIndex(symbol, below: codes.count, "a symbol")
    try InvalidArgument.require(!codes[symbol].isEmpty, "symbol \(symbol) has no code")
  }
  throw unsolved("10.9")
}

/// The symbols whose codes these bits are, one behind the other.
///
/// - Throws: `InvalidArgument` if one code is the beginning of another, or the bits are no sequence of codes: no code
///   begins so, or the last one is cut off.
/// - Complexity: O(bits): a walk down the tree of the codes, which begins again at each leaf.
public func decode(_ bits: [Bool], codes: [[Bool]]) throws -> [Int] {
  try InvalidArgument.requirePrefixFree(codes)
  throw unsolved("10.9")
}
