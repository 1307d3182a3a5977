import Chapter09SpanningTrees
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// segments: a picture of three kinds of surfaces and a sheet of digits, cut into segments at several scales (exercise 9.8).
struct SegmentFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 9)

  private static let side = 84
  private static let minimumSize = 20

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let surfaces = try surfaces()
    let digits = try digitSheet()
    var panels: [[(any Drawable)?]] = []
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
    for (name, picture, scales) in [
      ("three surfaces", surfaces, [60.0, 300, 900]), ("nine digits", digits, [60.0, 300, 900]),
    ] {
      var row: [(any Drawable)?] = [PicturePanel(title: name, image: Self.image(of: picture))]
      for scale in scales {
        let segments = try felzenszwalb(picture, scale: scale, minimumSize: Self.minimumSize)
        try requireCount(segments.count, picture.width * picture.height, of: "felzenszwalb", exercise: "9.8")
        let count = Set(segments).count
        row.append(
          PicturePanel(
            title: "k = \(Int(scale)): \(count) segments",
            image: Self.image(of: segments, width: picture.width, height: picture.height)))
        rows.append([name, "\(Int(scale))", "\(count)", Self.largest(segments)])
        metrics["\(name), k = \(Int(scale))"] = Double(count)
      }
      panels.append(row)
    }
    try writer.write(
      Page(FigureGrid(panels, gap: 14)).image(width: 1400, height: 770, scale: 1.5), as: "segments", kind: .exact,
      metrics: metrics)
    return TextTable(["picture", "k", "segments", "pixels of the largest four"], rows)
  }

  private static func largest(_ segments: [Int]) -> String {
    var sizes: [Int: Int] = [:]
    for segment in segments { sizes[segment, default: 0] += 1 }
    return sizes.values.sorted(by: >).prefix(4).map(String.init).joined(separator: ", ")
  }

  /// A smooth slope, a flat disc and a rough one on it: the steps between neighbours within the rough disc are greater than
  /// those across the border of the flat one.
  private func surfaces() throws -> Raster {
    var rng = random.stream("surfaces")
    let side = Self.side
    var values: [Double] = []
    for y in 0..<side {
      for x in 0..<side {
        let (px, py) = (Double(x), Double(y))
        let slope = [40 + 1.3 * px, 70 + 0.7 * px, 150 - 0.8 * px]
        let isFlat = hypot(px - 27, py - 56) < 17
        let isRough = hypot(px - 56, py - 30) < 21
        let noise = (rng.nextNormal(), rng.nextNormal(), rng.nextNormal())
        let amount = isRough ? 26.0 : 1.5
        let base = isRough ? [190.0, 120, 70] : isFlat ? [slope[0] + 36, slope[1] + 30, slope[2] + 10] : slope
        values += [base[0] + amount * noise.0, base[1] + amount * noise.1, base[2] + amount * noise.2].map {
          min(255, max(0, $0.rounded()))
        }
      }
    }
    return try Raster(width: side, height: side, channels: 3, values: values)
  }

  /// Nine held-out digits, side by side.
  private func digitSheet() throws -> Raster {
    let digits = try DigitSheet.load().heldOut
    let size = digits.width
    var values = [Double](repeating: 0, count: 9 * size * size)
    for (place, label) in [8, 0, 6, 4, 9, 2, 3, 5, 7].enumerated() {
      let index = digits.indices(ofClass: label)[11]
      for y in 0..<size {
        for x in 0..<size {
          let target = (place / 3 * size + y) * 3 * size + place % 3 * size + x
          values[target] = Double(digits.bytes[index * digits.pictureSize + y * size + x])
        }
      }
    }
    return try Raster(width: 3 * size, height: 3 * size, values: values)
  }

  private static func image(of picture: Raster) -> Image {
    Image(
      width: picture.width, height: picture.height, format: picture.channels == 1 ? .gray : .rgb,
      pixels: picture.values.map { UInt8(min(255, max(0, $0))) })
  }

  /// Each segment in a colour of its own, the largest in the darkest.
  private static func image(of segments: [Int], width: Int, height: Int) -> Image {
    var sizes: [Int: Int] = [:]
    for segment in segments { sizes[segment, default: 0] += 1 }
    let bySize = sizes.keys.sorted { (sizes[$0]!, $1) > (sizes[$1]!, $0) }
    let bright: [UInt32] = [
      0x22313f, 0xf4a259, 0x5fa8d3, 0xbc4b51, 0x8cb369, 0xf4e285, 0x9d79bc, 0x5b8e7d, 0xe07a9b, 0x3d5a80, 0xd8c3a5,
    ]
    var colors: [Int: Color] = [:]
    for (rank, segment) in bySize.enumerated() {
      colors[segment] = Color(hex: rank == 0 ? bright[0] : bright[1 + (rank - 1) % (bright.count - 1)])
    }
    return Image(
      width: width, height: height, format: .rgb,
      pixels: segments.flatMap { segment -> [UInt8] in
        let color = colors[segment] ?? .black
        return [color.red, color.green, color.blue]
      })
  }
}

/// A picture with a title above it, as large as fits.
struct PicturePanel: Drawable {
  let title: String
  let image: Image

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      title, at: Point(rectangle.midX, rectangle.y + 4), size: 14, isBold: true, horizontal: .center, vertical: .top)
    let unit = min(rectangle.width / Double(image.width), (rectangle.height - 28) / Double(image.height))
    let (width, height) = (unit * Double(image.width), unit * Double(image.height))
    canvas.draw(
      image, in: Rectangle(x: rectangle.midX - width / 2, y: rectangle.y + 28, width: width, height: height))
  }
}
