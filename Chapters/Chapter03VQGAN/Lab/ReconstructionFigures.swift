import Chapter03VQGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// How well reconstructions of pictures are what they were made of.
struct ReconstructionScore: Sendable {
  /// 10 log₁₀(2²/mean squared error), in dB; a pixel's range is 2.
  let psnr: Double
  /// Energy at high frequencies over that of the pictures.
  let sharpness: Double
  /// The squared Fréchet distance between the features of the reconstructions and of the same pictures.
  let rFID: Double
  /// exp H of the codes.
  let perplexity: Double

  init(_ coder: PictureCoder, on pictures: Tensor, classifier: DigitClassifier) throws {
    let maps = try coder.maps(of: pictures)
    let y = try coder.pictures(of: maps)
    psnr = 10 * Foundation.log10(4 / Double(square(y - pictures).mean().item()))
    sharpness = HighFrequencies.energy(of: y) / HighFrequencies.energy(of: pictures)
    rFID = frechetDistance(
      FeatureStatistics(classifier.examine(y).features), FeatureStatistics(classifier.examine(pictures).features))
    perplexity = try codePerplexity(maps, codeCount: coder.plan.codeCount)
  }

  var metrics: [String: Double] {
    ["PSNR": psnr, "sharpness": sharpness, "rFID": rFID, "perplexity": perplexity]
  }

  var line: String {
    "PSNR \(psnr.short) dB, high frequencies \(sharpness.short) of the original's, rFID \(rFID.short), perplexity "
      + "of the codes \(perplexity.short)"
  }
}

/// The figures of stage one.
struct ReconstructionFigures {
  let writer: FigureWriter
  let judge: DigitJudge
  let heldOut: ImageDataset

  // MARK: - reconstructions (exercises 3.1 to 3.8)

  /// Two held-out pictures of each class: picture, code map, reconstruction, error.
  func reconstructions(_ coder: PictureCoder, as figure: String = "reconstructions") throws -> ReconstructionScore {
    let classes = max(heldOut.classCount, 1)
    let chosen = (0..<12).map { index -> Int in
      let own = heldOut.isLabelled ? heldOut.indices(ofClass: index % classes) : Array(0..<heldOut.count)
      return own[(7 + index / classes * 31) % own.count]
    }
    let pictures = heldOut.images(chosen)
    let maps = try coder.maps(of: pictures)
    let y = try coder.pictures(of: maps)
    let colors = CodeColors(coder.codes.codebook)
    let (side, size) = (coder.plan.mapSide, coder.plan.factor)
    let sheet = ContactSheet(
      tiles(of: pictures) + maps.map { colors.image(of: $0, columns: side, size: size) } + tiles(of: y)
        + tiles(of: abs(y - pictures) - 1), columns: chosen.count,
      rowLabels: ["picture", "codes", "decoded", "error"], zoom: 3)
    let score = try ReconstructionScore(coder, on: heldOut.images, classifier: judge.classifier)
    try writer.write(sheet, as: figure, metrics: score.metrics)
    return score
  }

  // MARK: - codebook-atlas and codebook-use (exercise 3.5)

  /// For each code, in the order of their use, the mean of what is decoded at the places that have it: its own 4 × 4 pixels
  /// in the middle of 12 × 12. Means are pale: they are brightened (the square root of the ink).
  func atlas(_ coder: PictureCoder) throws {
    let count = coder.plan.codeCount
    let (side, f) = (coder.plan.mapSide, coder.plan.factor)
    let maps = try coder.maps(of: heldOut.images)
    let y = try coder.pictures(of: maps)
    let (width, patch) = (coder.plan.side, 3 * f)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: patch * patch), count: count)
    var uses = [Int](repeating: 0, count: count)
    y.withScalars { scalars in
      for (index, map) in maps.enumerated() {
        for (place, code) in map.enumerated() {
          uses[code] += 1
          // A code may come a thousand times; a hundred of them show its mean.
          guard uses[code] <= 150 else { continue }
          let (top, left) = ((place / side - 1) * f, (place % side - 1) * f)
          for v in 0..<patch {
            for u in 0..<patch {
              let isInside = (0..<width).contains(top + v) && (0..<width).contains(left + u)
              sums[code][v * patch + u] +=
                isInside ? Double(scalars[(index * width + top + v) * width + left + u]) : -1
            }
          }
        }
      }
    }
    let order = (0..<count).sorted { uses[$0] > uses[$1] }
    let tiles = order.map { code -> Image in
      let n = Double(max(1, min(uses[code], 150)))
      return Image(
        gray: sums[code].map { uses[code] == 0 ? 0.5 : Float(max(0, $0 / n + 1) / 2).squareRoot() }, width: patch,
        height: patch, low: 0)
    }
    try writer.write(
      ContactSheet(tiles, columns: 16, zoom: 5), as: "codebook-atlas",
      metrics: ["codes in use": Double(uses.count { $0 > 0 })])

    let total = Double(uses.reduce(0, +))
    let shares = order.map { Double(uses[$0]) / total }
    let perplexity = try codePerplexity(maps, codeCount: count)
    let alone = try maps.map { try codePerplexity([$0], codeCount: count) }.reduce(0, +) / Double(maps.count)
    var plot = Plot(
      "How often \(count) codes are used in 1,000 pictures", x: Axis("code, the most frequent first"),
      y: Axis("share", range: 0...max(0.05, shares[0] * 1.1)))
    plot.bars(x: shares.indices.map { Double($0 + 1) }, heights: shares, width: 0.8)
    plot.horizontalLine(1 / Double(count), label: "all equally often: 1/\(count)")
    plot.note(
      "perplexity \(perplexity.short); of one picture alone \(alone.short) on average", x: Double(count) * 0.98,
      y: max(0.05, shares[0]) * 0.6, horizontal: .right)
    try writer.write(
      plot.image(width: 760, height: 340), as: "codebook-use", kind: .samples,
      metrics: ["perplexity": perplexity, "perplexity of a picture": alone])
  }
}
