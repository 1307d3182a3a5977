import Chapter10TreeTraversal
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// Digits as quadtrees, and the codes of their grays (exercise 10.9).
struct PictureFigures {
  let writer: FigureWriter
  /// The pictures to code: the course's held-out digits, or the student's own.
  private let pictures: [GrayPicture]
  /// Chapter 5's generated digits; nothing if the course's reference pictures are not there.
  private let generated: [GrayPicture]
  private let isOwn: Bool

  init(_ writer: FigureWriter, own: ImageDataset?) throws {
    self.writer = writer
    let data = try own ?? DigitSheet.load().heldOut
    let count = writer.isQuick ? 10 : 50
    let chosen =
      own == nil
      ? (0..<count).map { data.indices(ofClass: $0 % 10)[$0 / 10] } : Array(0..<min(count, data.count))
    pictures = try chosen.map { try Self.picture(data.picture($0)) }
    isOwn = own != nil
    let sheet = try PackageRoot.find().appendingPathComponent("Solutions/Chapter05EDM/Figures/digits.png")
    let tiles = own == nil ? (try? ContactSheet.tiles(in: PNG.read(sheet))) ?? [] : []
    generated = try tiles.map(Self.picture)
  }

  /// A digit in the middle of 32 × 32 black pixels.
  private static func picture(_ image: Image) throws -> GrayPicture {
    let gray = image.toGray()
    return try GrayPicture(width: gray.width, height: gray.height, pixels: gray.pixels)
  }

  // MARK: - quadtree

  func quadtrees() throws -> TextTable {
    let budgets = [300, 600, 1000, 1600]
    let shown =
      isOwn
      ? Array(pictures.prefix(3)) : [pictures[3], pictures[8]] + generated.prefix(1)
    let names = isOwn ? shown.indices.map { "picture \($0)" } : ["a 3 of the sheet", "an 8 of the sheet", "generated"]
    var rows: [[(any Drawable)?]] = []
    var table: [[String]] = []
    for (name, picture) in zip(names, shown) {
      var row: [any Drawable] = [
        QuadtreeDrawing(title: "\(name): \(8 * picture.pixels.count) bits", picture: picture, blocks: [])
      ]
      var cells = [name]
      for budget in budgets {
        let tree = try Self.tree(of: picture, budget: budget)
        row.append(try Self.drawing(of: tree, picture, name: nil))
        cells.append("\(try Self.bitCount(tree)) bits, error \(try Self.rootError(tree, picture).short)")
      }
      let lossless = try bestQuadtree(of: picture, price: 0)
      guard try decode(lossless) == picture else {
        throw LabError.wrongAnswer("a quadtree at price 0 lost something", exercise: "10.9")
      }
      row.append(try Self.drawing(of: lossless, picture, name: "lossless"))
      cells.append("\(try Self.bitCount(lossless)) bits")
      rows.append(row)
      table.append(cells)
    }
    try writer.write(
      FigureGrid(rows, gap: 18).image(width: 1620, height: 296 * Double(rows.count), scale: 1.5), as: "quadtree",
      kind: .exact)
    return TextTable(["picture"] + budgets.map { "at most \($0) bits" } + ["lossless"], table)
  }

  private static func drawing(of tree: Quadtree, _ picture: GrayPicture, name: String?) throws -> QuadtreeDrawing {
    let blocks = zip(tree.nodes, try tree.blocks()).filter { $0.0.firstChild == nil }.map(\.1)
    let title = "\(name.map { $0 + ": " } ?? "")\(try bitCount(tree)) bits, \(blocks.count) blocks"
    return QuadtreeDrawing(title: title, picture: try decode(tree), blocks: blocks)
  }

  private static func bitCount(_ tree: Quadtree) throws -> Int {
    let bits = try bits(of: tree)
    let read = try quadtree(bits: bits, side: tree.side)
    guard try decode(read) == decode(tree) else {
      throw LabError.wrongAnswer("a quadtree did not survive being written as bits", exercise: "10.9")
    }
    return bits.count
  }

  /// The best tree of not more than so many bits, by halving the interval of the price.
  private static func tree(of picture: GrayPicture, budget: Int) throws -> Quadtree {
    var (cheap, dear) = (0.0, 1e7)
    var best = try bestQuadtree(of: picture, price: dear)
    for _ in 0..<18 {
      let price = (cheap * dear).squareRoot() > 0 ? (cheap * dear).squareRoot() : 1
      let tree = try bestQuadtree(of: picture, price: price)
      if try bits(of: tree).count <= budget { (dear, best) = (price, tree) } else { cheap = price }
      if cheap == 0, price <= 1 { cheap = 1e-3 }
    }
    return best
  }

  /// √(mean squared difference of the grays), 0 to 255.
  private static func rootError(_ tree: Quadtree, _ picture: GrayPicture) throws -> Double {
    (Double(try squaredError(tree, picture)) / Double(picture.pixels.count)).squareRoot()
  }

  private static func squaredError(_ tree: Quadtree, _ picture: GrayPicture) throws -> Int {
    zip(try decode(tree).pixels, picture.pixels).reduce(0) {
      let difference = Int($1.0) - Int($1.1)
      return $0 + difference * difference
    }
  }

  // MARK: - rate-distortion

  /// The mean rate and the error of all pictures at one setting.
  private struct Point {
    var bits: Double
    var codedBits: Double
    var error: Double
  }

  func rateAndDistortion() throws -> TextTable {
    let prices = [0.5, 8, 100, 300, 900, 1600, 2500, 4000, 6000, 8000, 12_000, 18_000, 30_000, 100_000]
    let thresholds = [0, 150, 2000, 6000, 15_000, 40_000, 80_000, 160_000, 320_000, 640_000, 1_300_000, 5_000_000]
    let best = try prices.map { price in
      try point(pictures) { try bestQuadtree(of: $0, price: price) }
    }
    let plain = try thresholds.map { threshold in
      try point(pictures) { try quadtree(of: $0, threshold: threshold) }
    }
    var plot = Plot(
      isOwn ? "Your pictures" : "\(pictures.count) digits of the sheet", x: Axis("bits a pixel", scale: .log),
      y: Axis("root mean square error of a gray", range: 0...90))
    let size = Double(pictures[0].pixels.count)
    func line(_ points: [Point], _ label: String, _ color: Color, isCoded: Bool = false, dash: [Double] = []) {
      plot.line(
        x: points.map { (isCoded ? $0.codedBits : $0.bits) / size }, y: points.map(\.error), label: label, color: color,
        width: 2, dash: dash, marker: .disc)
    }
    line(plain, "divided where the error exceeds a threshold", .palette(1))
    line(best, "the best tree at a price per bit", .palette(0))
    line(best, "the same, grays in Huffman codes", .palette(2), isCoded: true)
    plot.legend = .topRight

    var second = Plot(
      "Drawn by hand and drawn by chapter 5's model", x: Axis("bits a pixel", scale: .log),
      y: Axis("root mean square error of a gray", range: 0...90))
    second.line(
      x: best.map { $0.bits / size }, y: best.map(\.error), label: isOwn ? "yours" : "digits of the sheet",
      color: .palette(0), width: 2, marker: .disc)
    if !generated.isEmpty {
      let model = try prices.map { price in
        try point(Array(generated.prefix(pictures.count))) { try bestQuadtree(of: $0, price: price) }
      }
      second.line(
        x: model.map { $0.bits / Double(generated[0].pixels.count) }, y: model.map(\.error), label: "generated digits",
        color: .palette(3), width: 2, marker: .disc)
    }
    second.legend = .topRight
    try writer.write(
      FigureGrid([[plot, second]], gap: 24).image(width: 1400, height: 470, scale: 1.5), as: "rate-distortion",
      kind: .exact)
    return TextTable(
      ["price of a bit", "bits a picture", "with Huffman codes", "root mean square error"],
      zip(prices, best).map { ["\(NumberText.short($0))", $1.bits.short, $1.codedBits.short, $1.error.short] })
  }

  private func point(_ pictures: [GrayPicture], _ code: (GrayPicture) throws -> Quadtree) throws -> Point {
    var (bitCount, squares, structure) = (0, 0, 0)
    var counts = [Int](repeating: 0, count: 256)
    for picture in pictures {
      let tree = try code(picture)
      let bits = try bits(of: tree).count
      bitCount += bits
      structure += bits - 8 * tree.leafCount
      squares += try Self.squaredError(tree, picture)
      for node in tree.nodes where node.firstChild == nil { counts[Int(node.gray)] += 1 }
    }
    let lengths = try codeLengths(of: huffmanTree(frequencies: counts), symbolCount: 256)
    let coded = structure + zip(counts, lengths).reduce(0) { $0 + $1.0 * $1.1 }
    let count = Double(pictures.count)
    return Point(
      bits: Double(bitCount) / count, codedBits: Double(coded) / count,
      error: (Double(squares) / count / Double(pictures[0].pixels.count)).squareRoot())
  }

  // MARK: - huffman

  func huffman() throws -> TextTable {
    let levels = 16
    var counts = [Int](repeating: 0, count: levels)
    for picture in pictures {
      for node in try bestQuadtree(of: picture, price: 100).nodes where node.firstChild == nil {
        counts[Int(node.gray) * levels / 256] += 1
      }
    }
    let tree = try huffmanTree(frequencies: counts)
    let lengths = try codeLengths(of: tree, symbolCount: levels)
    let codes = try canonicalCodes(lengths: lengths)
    let total = Double(counts.reduce(0, +))
    let entropy = counts.filter { $0 > 0 }.reduce(0.0) {
      $0 - Double($1) / total * Foundation.log2(Double($1) / total)
    }
    let mean = zip(counts, lengths).reduce(0.0) { $0 + Double($1.0 * $1.1) } / total
    // The drawing is that of the canonical codes' tree: of equal cost, and in order.
    try writer.write(
      CodeTreeDrawing(codes: codes, counts: counts).image(width: 1500, height: 640, scale: 1.5), as: "huffman",
      kind: .exact, metrics: ["entropy": entropy, "mean length": mean])
    return TextTable(
      ["grays of blocks, 16 levels", "bits a gray"],
      [["entropy H", entropy.short], ["Huffman's code L", mean.short], ["all codes equally long", "4.0"]])
  }
}
