import Exercises

/// A square gray picture whose side is a power of two, and which can be asked about its blocks.
public struct GrayPicture: Equatable, Sendable {
  /// Pixels a side.
  public let side: Int
  /// Row by row, 0 is black.
  public let pixels: [UInt8]

  /// - Throws: `InvalidArgument` if the side is no power of two, or there are not side² pixels.
  public init(side: Int, pixels: [UInt8]) throws {
    try InvalidArgument.require(
      side > 0 && side.nonzeroBitCount == 1 && side <= 1 << 15,
      "the side of a quadtree's picture is a power of two up to 2¹⁵, not \(side)")
    try InvalidArgument.require(
      pixels.count == side * side, "a picture of \(side) × \(side) has \(side * side) pixels, not \(pixels.count)")
    self.side = side
    self.pixels = pixels
  }

  /// A picture of any size in the middle of the smallest square of a power of two that holds it.
  ///
  /// - Parameter background: the colour of what is added.
  /// - Throws: `InvalidArgument` if there are not width · height pixels.
  public init(width: Int, height: Int, pixels: [UInt8], background: UInt8 = 0) throws {
    try InvalidArgument.require(
      width > 0 && height > 0 && pixels.count == width * height,
      "a picture of \(width) × \(height) cannot have \(pixels.count) pixels")
    var side = 1
    while side < max(width, height) { side *= 2 }
    var padded = [UInt8](repeating: background, count: side * side)
    let (left, top) = ((side - width) / 2, (side - height) / 2)
    for y in 0..<height {
      for x in 0..<width { padded[(top + y) * side + left + x] = pixels[y * width + x] }
    }
    try self.init(side: side, pixels: padded)
  }

  /// A square part of a picture.
  public struct Block: Equatable, Sendable {
    public var x: Int
    public var y: Int
    public var side: Int

    public init(x: Int, y: Int, side: Int) {
      self.x = x
      self.y = y
      self.side = side
    }

    /// The four quarters, row by row: top left, top right, bottom left, bottom right.
    public var quarters: [Block] {
      let half = side / 2
      return [
        Block(x: x, y: y, side: half), Block(x: x + half, y: y, side: half),
        Block(x: x, y: y + half, side: half), Block(x: x + half, y: y + half, side: half),
      ]
    }
  }

  /// The whole picture as a block.
  public var whole: Block { Block(x: 0, y: 0, side: side) }

  /// The mean of a block's pixels, rounded to the nearest number; a half is rounded up.
  public func mean(of block: Block) -> UInt8 {
    let area = block.side * block.side
    return UInt8((2 * moments(of: block).sum + area) / (2 * area))
  }

  /// Σ(pixel − mean)² over a block, with the rounded mean: what it costs to paint the block in one gray. No other whole
  /// number in the mean's place makes it less, so that a block's error is at least the sum of its quarters'.
  public func error(of block: Block) -> Int {
    let (sum, squares) = moments(of: block)
    let mean = Int(mean(of: block))
    return squares - 2 * mean * sum + block.side * block.side * mean * mean
  }

  private func moments(of block: Block) -> (sum: Int, squares: Int) {
    var (sum, squares) = (0, 0)
    for y in block.y..<block.y + block.side {
      for pixel in pixels[y * side + block.x..<y * side + block.x + block.side] {
        sum += Int(pixel)
        squares += Int(pixel) * Int(pixel)
      }
    }
    return (sum, squares)
  }
}

/// A picture as a tree: a node is a block, painted in one gray or divided into its four quarters.
public struct Quadtree: Equatable, Sendable {
  public struct Node: Equatable, Sendable {
    /// The gray of a block that is not divided; of one that is, its mean.
    public var gray: UInt8
    /// Where in the tree's nodes the first of the four quarters stands, the others behind it, in the order of
    /// ``GrayPicture/Block/quarters``; nil for a block that is not divided.
    public var firstChild: Int?

    public init(gray: UInt8, firstChild: Int? = nil) {
      self.gray = gray
      self.firstChild = firstChild
    }
  }

  /// Pixels a side of the whole picture: a power of two.
  public var side: Int
  /// Node 0 is the root; children stand behind their parents.
  public var nodes: [Node]

  public init(side: Int, nodes: [Node]) {
    self.side = side
    self.nodes = nodes
  }

  /// The number of blocks that are not divided.
  public var leafCount: Int { nodes.count { $0.firstChild == nil } }

  /// Every node with its block, parents before children.
  ///
  /// - Throws: `InvalidArgument` if the links are not those of a quadtree: children that do not stand behind their
  ///   parent, that have two parents or none, or a single pixel that is divided.
  public func blocks() throws -> [GrayPicture.Block] {
    try InvalidArgument.require(
      side > 0 && side.nonzeroBitCount == 1, "the side of a quadtree is a power of two, not \(side)")
    try InvalidArgument.require(!nodes.isEmpty, "a quadtree has at least one node")
    var blocks: [GrayPicture.Block?] = Array(repeating: nil, count: nodes.count)
    blocks[0] = GrayPicture.Block(x: 0, y: 0, side: side)
    for (index, node) in nodes.enumerated() {
      guard let block = blocks[index] else { throw InvalidArgument("node \(index) has no parent in front of it") }
      guard let first = node.firstChild else { continue }
      try InvalidArgument.require(block.side > 1, "node \(index) is a single pixel, but divided")
      try InvalidArgument.require(
        first > index && first <= nodes.count - 4, "the children of node \(index) cannot stand at \(first)")
      for (offset, quarter) in block.quarters.enumerated() {
        try InvalidArgument.require(blocks[first + offset] == nil, "node \(first + offset) has two parents")
        blocks[first + offset] = quarter
      }
    }
    return blocks.compactMap(\.self)
  }
}

extension InvalidArgument {
  /// Throws if one code is the beginning of another, so that a decoder could not know where it ends. Empty codes stand
  /// for symbols that do not occur.
  static func requirePrefixFree(_ codes: [[Bool]]) throws {
    let sorted = codes.filter { !$0.isEmpty }.sorted { a, b in a.lexicographicallyPrecedes(b) { !$0 && $1 } }
    for (code, next) in zip(sorted, sorted.dropFirst()) {
      try require(!next.starts(with: code), "one code is the beginning of another, or equal to it")
    }
  }

  /// Throws unless no frequency is negative and their sum fits into an `Int`.
  static func requireFrequencies(_ frequencies: [Int]) throws {
    var sum = 0
    for (symbol, frequency) in frequencies.enumerated() {
      try require(frequency >= 0, "a frequency is not negative, but symbol \(symbol) has \(frequency)")
      let (next, overflows) = sum.addingReportingOverflow(frequency)
      try require(!overflows, "the sum of the frequencies does not fit into an Int")
      sum = next
    }
  }
}
