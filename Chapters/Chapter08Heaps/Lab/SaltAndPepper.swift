import Chapter08Heaps
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// salt-and-pepper: digits with stuck pixels, through a median filter and through a mean filter (exercise 8.5).
struct SaltAndPepper {
  let writer: FigureWriter
  private let random = RandomStream(seed: 8)

  private static let badShare = 0.2

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let digits = try DigitSheet.load().heldOut
    let (width, height) = (digits.width, digits.height)
    let clean = (0..<10).map { label -> [UInt8] in
      let index = digits.indices(ofClass: label)[5]
      return Array(digits.bytes[index * digits.pictureSize..<(index + 1) * digits.pictureSize])
    }
    var rng = random.stream("stuck pixels")
    let noisy = clean.map { picture in
      picture.map { byte -> UInt8 in
        let u = rng.nextUniform()
        return u < Self.badShare / 2 ? 0 : u < Self.badShare ? 255 : byte
      }
    }
    let mean = noisy.map { meanFiltered($0, width: width, height: height) }
    let median = try noisy.map { try medianFiltered($0, width: width, height: height) }
    let rows = [("clean", clean), ("20 % stuck", noisy), ("mean 3 × 3", mean), ("median 3 × 3", median)]
    let quality = rows.map { Self.peakSignalToNoise($0.1, clean) }
    let sheet = ContactSheet(
      rows.flatMap { $0.1.map { Image(width: width, height: height, format: .gray, pixels: $0) } }, columns: 10,
      rowLabels: zip(rows, quality).map { row, decibels in
        decibels.isFinite ? "\(row.0): \(NumberText.fixed(decibels, digits: 1)) dB" : row.0
      }, zoom: 3)
    try writer.write(
      sheet, as: "salt-and-pepper", kind: .exact,
      metrics: ["noisy": quality[1], "mean": quality[2], "median": quality[3]])
    return TextTable(
      ["salt and pepper on ten digits", "PSNR in dB"],
      zip(rows, quality).dropFirst().map { [$0.0, NumberText.fixed($1, digits: 2)] })
  }

  /// The median of the 3 × 3 window around each pixel, by a stream: the three rows are read column by column, so that the
  /// last nine numbers are the window, and each third median belongs to a pixel.
  private func medianFiltered(_ picture: [UInt8], width: Int, height: Int) throws -> [UInt8] {
    var result: [UInt8] = []
    for y in 0..<height {
      let stream = (-1...width).flatMap { x in
        (-1...1).map { Double(pixel(picture, x, y + $0, width: width, height: height)) }
      }
      let medians = try slidingMedian(stream, window: 9)
      try requireCount(medians.count, stream.count - 8, of: "slidingMedian", exercise: "8.5")
      result += stride(from: 0, to: medians.count, by: 3).map { UInt8(max(0, min(255, medians[$0]))) }
    }
    return result
  }

  private func meanFiltered(_ picture: [UInt8], width: Int, height: Int) -> [UInt8] {
    (0..<width * height).map { index in
      let (x, y) = (index % width, index / width)
      var sum = 0
      for dy in -1...1 {
        for dx in -1...1 { sum += Int(pixel(picture, x + dx, y + dy, width: width, height: height)) }
      }
      return UInt8((sum + 4) / 9)
    }
  }

  /// A pixel; beyond the edge, the nearest one.
  private func pixel(_ picture: [UInt8], _ x: Int, _ y: Int, width: Int, height: Int) -> UInt8 {
    picture[min(height - 1, max(0, y)) * width + min(width - 1, max(0, x))]
  }

  /// 10 log₁₀(255²/mean square error), over all pictures together.
  private static func peakSignalToNoise(_ pictures: [[UInt8]], _ clean: [[UInt8]]) -> Double {
    let pairs = zip(pictures.joined(), clean.joined())
    let squares = pairs.reduce(0.0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
    let count = Double(clean.reduce(0) { $0 + $1.count })
    return 10 * Foundation.log10(255 * 255 * count / squares)
  }
}
