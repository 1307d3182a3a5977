import Chapter09SpanningTrees
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// dependence: the tree of Chow and Liu over the pixels of black and white digits, and what it draws (exercise 9.10).
struct DependenceFigure {
  let writer: FigureWriter
  let isQuick: Bool
  private let random = RandomStream(seed: 9)

  private static let pseudoCount = 0.5
  private static let threshold: UInt8 = 96

  func draw() throws -> TextTable {
    let split = try DigitSheet.load(pooledBy: 2)
    let (train, heldOut) = (Self.bits(split.train), Self.bits(split.heldOut))
    let table = try BinaryTable(train)
    let tree = try chowLiu(table, pseudoCount: Self.pseudoCount)
    try requireCount(tree.variableCount, table.variableCount, of: "chowLiu", exercise: "9.10")
    var ofClass: [DependenceTree] = []
    var alone: [DependenceTree] = []
    for label in 0..<10 {
      let own = try BinaryTable(split.train.indices(ofClass: label).map { train[$0] })
      ofClass.append(try chowLiu(own, pseudoCount: Self.pseudoCount))
      alone.append(try Self.independent(own))
    }
    let independent = try Self.independent(table)
    let models = [
      ("each pixel alone", [independent]), ("one tree", [tree]), ("each pixel alone, by class", alone),
      ("a tree for each class", ofClass),
    ]
    let size = Double(table.variableCount)
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
    // As many training digits as held-out ones; the digits are sorted by class.
    let (seenDigits, unseenDigits) = (every(isQuick ? 20 : 4, of: train), every(isQuick ? 5 : 1, of: heldOut))
    for (name, mixture) in models {
      let (seen, unseen) = (try Self.bits(of: seenDigits, mixture), try Self.bits(of: unseenDigits, mixture))
      metrics["\(name): bits"] = unseen
      rows.append([
        name, NumberText.fixed(seen, digits: 1), NumberText.fixed(unseen, digits: 1),
        NumberText.fixed(unseen / size, digits: 4),
      ])
    }
    var rng = random.stream("samples")
    let real = (0..<10).map { heldOut[split.heldOut.indices(ofClass: $0)[3]] }
    let drawn = try models.map { _, mixture in
      try (0..<10).map { try mixture[$0 % mixture.count].sample(using: &rng) }
    }
    let page = DependencePage(
      map: PixelTree(
        title: "Which pixel tells most about which", tree: tree,
        informations: try tree.parents.indices.map { pixel in
          guard let parent = tree.parents[pixel] else { return 0 }
          return try mutualInformation(try table.joint(parent, pixel, pseudoCount: Self.pseudoCount))
        }, ink: table.inkShares, side: split.train.width),
      rows: [("held-out digits", real)] + zip(models, drawn).map { ($0.0, $1) }, side: split.train.width)
    try writer.write(
      Page(page).image(width: 1500, height: 650, scale: 1.5), as: "dependence", kind: .exact, metrics: metrics)
    return TextTable(
      ["digits of \(split.train.width) × \(split.train.height) bits", "bits a digit, training", "held out", "a pixel"],
      rows)
  }

  private static func bits(_ digits: ImageDataset) -> [[Bool]] {
    (0..<digits.count).map { index in
      digits.bytes[index * digits.pictureSize..<(index + 1) * digits.pictureSize].map { $0 > threshold }
    }
  }

  private func every(_ step: Int, of pictures: [[Bool]]) -> [[Bool]] {
    stride(from: 0, to: pictures.count, by: step).map { pictures[$0] }
  }

  /// A chain in which nothing depends on anything: the law of the single pixels.
  private static func independent(_ table: BinaryTable) throws -> DependenceTree {
    let shares = try (0..<table.variableCount).map { try table.joint($0, $0, pseudoCount: pseudoCount).first }
    return try DependenceTree(
      parents: shares.indices.map { $0 == 0 ? nil : 0 }, order: Array(shares.indices), ifParentFalse: shares,
      ifParentTrue: shares)
  }

  /// −log₂ p(x), the mean over pictures; p is the mean of the laws of a mixture.
  private static func bits(of pictures: [[Bool]], _ mixture: [DependenceTree]) throws -> Double {
    var sum = 0.0
    for picture in pictures {
      let logs = try mixture.map { try $0.logLikelihood(picture) }
      let greatest = logs.max() ?? 0
      sum += greatest + log(logs.reduce(0) { $0 + exp($1 - greatest) } / Double(mixture.count))
    }
    return -sum / Double(pictures.count) / log(2)
  }
}

extension BinaryTable {
  /// The share of the observations in which each variable is true.
  fileprivate var inkShares: [Double] { (0..<variableCount).map { Double(countBoth($0, $0)) / Double(max(1, count)) } }
}

/// A tree over the pixels of a picture, above their mean; thick edges carry much information.
struct PixelTree: Drawable {
  let title: String
  let tree: DependenceTree
  /// Of each pixel with its parent, in nats.
  let informations: [Double]
  let ink: [Double]
  let side: Int

  private static let map = ColorMap(
    stops: [0x3b4a5c, 0x4f7cac, 0x3ed6c5, 0xd7e26b, 0xffd166].map { Color(hex: $0) })

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      title, at: Point(rectangle.midX, rectangle.y + 4), size: 17, isBold: true, horizontal: .center, vertical: .top)
    let width = min(rectangle.width, rectangle.height - 34)
    let frame = Rectangle(x: rectangle.midX - width / 2, y: rectangle.y + 34, width: width, height: width)
    let cell = width / Double(side)
    canvas.fill(frame, color: ForestFrame.night)
    func center(_ pixel: Int) -> Point {
      Point(frame.x + (Double(pixel % side) + 0.5) * cell, frame.y + (Double(pixel / side) + 0.5) * cell)
    }
    for pixel in ink.indices {
      let box = Rectangle(
        x: center(pixel).x - cell / 2 + 1, y: center(pixel).y - cell / 2 + 1, width: cell - 2, height: cell - 2)
      canvas.fill(box, color: Color.white.opacity(0.28 * ink[pixel] + 0.015))
    }
    let most = informations.max() ?? 1
    let order = tree.parents.indices.sorted { informations[$0] < informations[$1] }
    for pixel in order {
      guard let parent = tree.parents[pixel] else { continue }
      let share = (informations[pixel] / max(most, 1e-9)).squareRoot()
      // Pixels that are hardly ever inked tell nothing, and any tree will do for them.
      guard informations[pixel] > 0.002 else { continue }
      canvas.line(
        from: center(parent), to: center(pixel), color: Self.map.color(share), width: 1.2 + 6.5 * share)
    }
    for pixel in order where informations[pixel] > 0.002 {
      for end in [pixel, tree.parents[pixel] ?? pixel] { canvas.disc(at: center(end), radius: 3, color: .white) }
    }
  }
}

/// The tree on the left, rows of pictures on the right.
private struct DependencePage: Drawable {
  let map: PixelTree
  let rows: [(name: String, pictures: [[Bool]])]
  let side: Int

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let left = min(rectangle.height - 34, rectangle.width * 0.5)
    map.draw(on: &canvas, in: Rectangle(x: rectangle.x, y: rectangle.y, width: left, height: rectangle.height))
    let right = rectangle.inset(left: left + 26, top: 8)
    let pitch = right.height / Double(rows.count)
    for (index, row) in rows.enumerated() {
      let top = right.y + pitch * Double(index)
      canvas.text(row.name, at: Point(right.x, top), size: 14, isBold: true, vertical: .top)
      let count = Double(row.pictures.count)
      let size = min((right.width - 6 * (count - 1)) / count, pitch - 40)
      for (column, picture) in row.pictures.enumerated() {
        let image = Image(width: side, height: side, format: .gray, pixels: picture.map { $0 ? 255 : 16 })
        canvas.draw(
          image,
          in: Rectangle(x: right.x + Double(column) * (size + 6), y: top + 24, width: size, height: size))
      }
    }
  }
}
