import Chapter03VQGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The figures of stage two: what a prior of codes draws.
struct SampleFigures {
  /// How the sheets' digits are drawn.
  static let settings = SamplingSettings(temperature: 0.8, topP: 0.9)

  /// The four ways of drawing that are compared.
  static let ways: [(name: String, settings: SamplingSettings)] = [
    ("T = 1", SamplingSettings()), ("k = 8", SamplingSettings(topK: 8)),
    ("T = 0.8, p = 0.9", settings), ("T = 0.4", SamplingSettings(temperature: 0.4)),
  ]

  let writer: FigureWriter
  /// What judges the digits; nil for data that are not 28 × 28 digits.
  let judge: DigitJudge?

  /// `perClass` labels of each class, class by class.
  static func labels(_ classCount: Int, perClass: Int) -> [Int] {
    (0..<classCount).flatMap { Array(repeating: $0, count: perClass) }
  }

  // MARK: - digits, digits-trained-now (exercises 3.9 and 3.10)

  /// A sheet of samples, one class a row.
  func sheet(_ coder: PictureCoder, _ prior: CodePriorModel, as figure: String, seed: UInt64) throws -> DigitScore? {
    let labels = Self.labels(prior.classCount, perClass: (prior.classCount == 1 ? 10 : 1) * (writer.isQuick ? 2 : 10))
    var rng = RandomStream(seed: seed).stream(figure)
    let maps = try prior.samples(labels: labels, settings: Self.settings, using: &rng)
    return try writer.write(
      sheetOf: coder.pictures(of: maps), labels: prior.classCount == 1 ? nil : labels,
      columns: writer.isQuick ? 2 : 10, as: figure, judge: judge)
  }

  // MARK: - sampling-settings (exercise 3.10)

  /// Four ways of drawing from one prior, from the same stream of uniform numbers.
  ///
  /// - Returns: a score a way.
  func ways(_ coder: PictureCoder, _ prior: CodePriorModel, perClass: Int, seed: UInt64) throws -> [DigitScore] {
    var shown: [Image] = []
    var scores: [DigitScore] = []
    var metrics: [String: Double] = [:]
    for way in Self.ways {
      let labels = Self.labels(10, perClass: perClass)
      var rng = RandomStream(seed: seed).stream("ways")
      let pictures = try coder.pictures(of: prior.samples(labels: labels, settings: way.settings, using: &rng))
      let all = tiles(of: pictures)
      shown += (0..<20).map { all[$0 / 2 * perClass + $0 % 2] }
      if let score = judge?.score(pictures, labels: labels) {
        scores.append(score)
        metrics["\(way.name): digit-FID"] = score.digitFID
        metrics["\(way.name): as meant"] = score.agreement
      }
    }
    try writer.write(
      ContactSheet(shown, columns: 20, rowLabels: Self.ways.map(\.name)), as: "sampling-settings", metrics: metrics)
    return scores
  }

  // MARK: - independent-codes

  /// How codes are drawn without a transformer.
  enum Law: String, CaseIterable {
    /// Each code from the histogram of all.
    case oneHistogram = "one histogram"
    /// Each from the histogram of its place and class.
    case ownHistogram = "a histogram a place"
    /// Each from what the transformer says after those before it.
    case transformer = "transformer"
  }

  /// Maps of these classes drawn by a law; the histograms are those of `maps`.
  static func samples(
    _ law: Law, labels: [Int], prior: CodePriorModel, maps: [[Int]], classes: [Int], settings: SamplingSettings,
    using rng: inout RandomStream
  ) throws -> [[Int]] {
    if law == .transformer { return try prior.samples(labels: labels, settings: settings, using: &rng) }
    let length = maps[0].count
    func histogram(_ codes: [Int]) -> [Double] {
      var counts = [Double](repeating: 0, count: prior.codeCount)
      for code in codes { counts[code] += 1 }
      return counts.map { $0 / Double(codes.count) }
    }
    let overall = histogram(maps.flatMap { $0 })
    var own: [Int: [[Double]]] = [:]
    for label in Set(labels) where law == .ownHistogram {
      let those = maps.indices.filter { classes[$0] == label }
      own[label] = (0..<length).map { place in histogram(those.map { maps[$0][place] }) }
    }
    return try labels.map { label in
      try (0..<length).map { place in
        let probabilities = own[label]?[place] ?? overall
        return try drawIndex(probabilities, using: &rng)
      }
    }
  }

  /// The three laws, one a row.
  func independentCodes(
    _ coder: PictureCoder, _ prior: CodePriorModel, maps: [[Int]], classes: [Int], perClass: Int, seed: UInt64
  ) throws -> [DigitScore] {
    let labels = Self.labels(10, perClass: perClass)
    var shown: [Image] = []
    var scores: [DigitScore] = []
    var metrics: [String: Double] = [:]
    for law in Law.allCases {
      var rng = RandomStream(seed: seed).stream("laws")
      let drawn = try Self.samples(
        law, labels: labels, prior: prior, maps: maps, classes: classes, settings: SamplingSettings(), using: &rng)
      let pictures = try coder.pictures(of: drawn)
      let all = tiles(of: pictures)
      shown += (0..<20).map { all[$0 / 2 * perClass + $0 % 2] }
      if let score = judge?.score(pictures, labels: labels) {
        scores.append(score)
        metrics["\(law.rawValue): digit-FID"] = score.digitFID
      }
    }
    try writer.write(
      ContactSheet(shown, columns: 20, rowLabels: Law.allCases.map(\.rawValue)), as: "independent-codes",
      metrics: metrics)
    return scores
  }

  // MARK: - attention (exercise 3.9)

  /// Where the prior looks while it predicts six codes of a picture: the weights of `causalAttention`, a mean over the heads
  /// of a layer.
  func attention(_ coder: PictureCoder, _ prior: CodePriorModel, picture: Tensor, label: Int) throws {
    let map = try coder.maps(of: picture)[0]
    let (side, length) = (prior.mapSide, prior.length)
    let input = try priorSequence(codes: map, label: label, codeCount: prior.codeCount).input
    let network = prior.transformer
    network.isTraining = false
    defer { network.isTraining = true }
    let queries = [(1, 3), (2, 4), (3, 2), (4, 3), (5, 2), (5, 4)].map { $0.0 * side + $0.1 }
    var rows: [Image] = []
    var metrics: [String: Double] = [:]
    try withoutGrad {
      var h = network.tokens(input).reshaped([1, length, -1]) + network.positions.weight.value
      for (number, layer) in network.layers.enumerated() {
        let weights = try Self.weights(of: layer, at: h)
        var seen = 0.0
        for query in queries {
          rows.append(Self.picture(of: Array(weights[query * length..<(query + 1) * length]), query: query, side: side))
          seen += Double(weights[query * length]) / Double(queries.count)
        }
        metrics["weight on the class, layer \(number + 1)"] = seen
        h = layer(h, mask: .causal)
      }
    }
    // The decoded picture with the place of the query, above the layers.
    let decoded = try coder.pictures(of: [map])
    let size = 4 * side
    let places = queries.map { query in
      Self.marked(tiles(of: decoded)[0].toRGB(), query: query, side: side, size: decoded.dim(3) / side)
    }
    guard places[0].width == size else { return }
    try writer.write(
      ContactSheet(
        places + rows, columns: queries.count,
        rowLabels: ["next code"] + network.layers.indices.map { "layer \($0 + 1)" }, zoom: 4), as: "attention",
      metrics: metrics)
  }

  /// A layer's attention, the mean over its heads: row t, the weights with which position t reads the inputs.
  private static func weights(of layer: TransformerBlock, at h: Tensor) throws -> [Float] {
    let attention = layer.attention
    let (length, dimensions, heads) = (h.dim(1), h.dim(2), attention.headCount)
    let packed = linear(layer.norm1(h), weight: attention.inputWeight.value, bias: attention.inputBias?.value)
    func part(_ index: Int) -> Tensor {
      packed.sliced(axis: 2, index * dimensions..<(index + 1) * dimensions)
        .reshaped([length, heads, dimensions / heads]).transposed(axes: [1, 0, 2])
    }
    // With the identity for values the answers are the weights themselves.
    let identity = stacked((0..<heads).map { _ in Tensor.eye(length) })
    let weights = try causalAttention(part(0), part(1), identity)
    return weights.mean(axis: 0).scalars
  }

  /// Weights on the codes before the query's, bright for large; what has not been drawn yet is slate, the query red. Input j
  /// is code j − 1, input 0 the class.
  private static func picture(of weights: [Float], query: Int, side: Int) -> Image {
    let largest = max(weights[1...].max() ?? 1, 1e-6)
    var pixels: [UInt8] = []
    for y in 0..<4 * side {
      for x in 0..<4 * side {
        let place = y / 4 * side + x / 4
        let color =
          place < query
          ? ColorMap.viridis.color(Double(weights[place + 1] / largest))
          : place == query ? Color.palette(1) : Color.frame
        pixels += [color.red, color.green, color.blue]
      }
    }
    return Image(width: 4 * side, height: 4 * side, format: .rgb, pixels: pixels)
  }

  /// A picture with a red frame around one code's patch.
  private static func marked(_ image: Image, query: Int, side: Int, size: Int) -> Image {
    var image = image
    let (top, left) = (query / side * size, query % side * size)
    let color = Color.palette(1)
    for v in 0..<size {
      for u in 0..<size where v == 0 || u == 0 || v == size - 1 || u == size - 1 {
        let place = 3 * ((top + v) * image.width + left + u)
        (image.pixels[place], image.pixels[place + 1], image.pixels[place + 2]) = (color.red, color.green, color.blue)
      }
    }
    return image
  }
}
