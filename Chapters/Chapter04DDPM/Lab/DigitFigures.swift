import Chapter04DDPM
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The figures that a network draws.
struct DigitFigures {
  let writer: FigureWriter
  /// What judges the digits; nil for data that are not 28 × 28 digits.
  let judge: DigitJudge?

  /// How far the sheets' digits are moved on towards their class.
  static let guidance = 1.0

  // MARK: - Sheets of samples (exercise 4.8)

  /// A sheet of samples in 50 steps (10 if quick) with η = 1, which is ancestral sampling with the variance β̃, and with
  /// guidance; one class a row, with its scores.
  @discardableResult
  func sheet(_ network: DigitNetwork, as figure: String, seed: UInt64, perClass: Int = 10) throws -> DigitScore? {
    let labels = network.model.sheetLabels(perClass: perClass)
    var rng = RandomStream(seed: seed).stream(figure)
    let start = network.model.noise(labels?.count ?? 10 * perClass, using: &rng)
    let x = try ddimSample(
      predictor: network.predictor(labels: labels, guidance: Self.guidance), initial: start,
      times: subsequence(count: writer.isQuick ? 10 : 50, of: network.chain.count), noise: .eta(1),
      chain: network.chain, using: &rng)
    return try writer.write(
      sheetOf: network.model.pictures(x), labels: labels, columns: perClass, as: figure, judge: judge)
  }

  // MARK: - samplers (exercises 4.6 and 4.8)

  /// One digit of each class from one noise, by three samplers with 10, 20, 50 and 200 steps.
  func samplers(_ network: DigitNetwork) throws {
    let labels = network.model.sheetLabels(perClass: 1)
    var random = RandomStream(seed: 4).stream("samplers")
    let start = network.model.noise(10, using: &random)
    let predictor = network.predictor(labels: labels, guidance: Self.guidance)
    let chain = network.chain
    let counts = writer.isQuick ? [10, 20] : [10, 20, 50, 200]
    var pictures: [Tensor] = []
    var names: [String] = []
    for kind in [ReverseVariance.beta, .posterior] {
      for count in counts {
        // A chain of only these steps: ancestral sampling knows no other way to skip any.
        let times = try subsequence(count: count, of: chain.count)
        let shorter = try chain.respaced(to: times)
        var rng = random.stream("fresh noise")
        let x = try ancestralSample(
          predictor: { x, i in try predictor(x, times[i - 1]) }, initial: start,
          variances: reverseVariances(kind, chain: shorter), chain: shorter, using: &rng)
        pictures.append(network.model.pictures(x))
        names.append("ancestral \(kind == .beta ? "β" : "β̃"), \(count)")
      }
    }
    for count in counts {
      var rng = random.stream("fresh noise")
      let x = try ddimSample(
        predictor: predictor, initial: start, times: subsequence(count: count, of: chain.count), noise: .eta(0),
        chain: chain, using: &rng)
      pictures.append(network.model.pictures(x))
      names.append("DDIM, \(count)")
    }
    let sheet = ContactSheet(pictures.flatMap { tiles(of: $0) }, columns: 10, rowLabels: names)
    try writer.write(sheet, as: "samplers", kind: .exact)
  }

  // MARK: - reverse-strip (exercises 4.4 and 4.8)

  /// Digits on their way down, and the x̂₀ that the network has in mind at each time.
  func reverseStrip(_ network: DigitNetwork) throws {
    let classes = [3, 5, 8]
    let labels = network.model.network.configuration.classCount == 0 ? nil : classes
    var rng = RandomStream(seed: 4).stream("reverse strip")
    let predictor = network.predictor(labels: labels, guidance: Self.guidance)
    var shown = [1000, 800, 600, 500, 400, 300, 200, 100, 0]
    let columns = shown.map { $0 == 1000 ? "t = 1000" : "\($0)" }
    var noisy: [Tensor] = []
    var clean: [Tensor] = []
    _ = try ddimSample(
      predictor: predictor, initial: network.model.noise(classes.count, using: &rng),
      times: subsequence(count: writer.isQuick ? 20 : 100, of: network.chain.count), noise: .eta(1),
      chain: network.chain, using: &rng
    ) { t, x in
      while let next = shown.first, t <= next {
        shown.removeFirst()
        noisy.append(x)
        guard t > 0 else {
          clean.append(x)
          continue
        }
        clean.append(try cleanFromNoise(predictor(x, t), xt: x, alphaBar: network.chain.alphaBar(t)))
      }
    }
    let rows = classes.indices.flatMap { row in
      [noisy, clean].flatMap { states in
        states.map { tiles(of: network.model.pictures($0.sliced(axis: 0, row..<row + 1)))[0] }
      }
    }
    let sheet = ContactSheet(
      rows, columns: columns.count, rowLabels: classes.flatMap { _ in ["xₜ", "x̂₀"] }, columnLabels: columns, zoom: 3)
    try writer.write(sheet, as: "reverse-strip", kind: .exact)
  }

  // MARK: - interpolation (exercise 4.9)

  /// Between two held-out digits of a class, along the arc between their codes.
  func interpolation(_ network: DigitNetwork) throws {
    let digits = try DigitSheet.load().heldOut
    let classes = [0, 2, 3, 5, 8]
    let fractions = (0...6).map { Double($0) / 6 }
    let times = try subsequence(count: writer.isQuick ? 10 : 50, of: network.chain.count)
    let knowsClasses = network.model.network.configuration.classCount > 0
    func labels(each count: Int) -> [Int]? {
      knowsClasses ? classes.flatMap { Array(repeating: $0, count: count) } : nil
    }
    let ends = digits.images(classes.flatMap { digits.indices(ofClass: $0)[3...4] })
    let codes = try ddimEncode(
      predictor: network.predictor(labels: labels(each: 2)), x0: network.model.normalized(ends), times: times,
      chain: network.chain)
    func code(_ index: Int) -> Tensor { codes.sliced(axis: 0, index..<index + 1) }
    let between = try classes.indices.flatMap { row in
      try fractions.map { try interpolate(code(2 * row), code(2 * row + 1), fraction: $0) }
    }
    var rng = RandomStream(seed: 4)
    let x = try ddimSample(
      predictor: network.predictor(labels: labels(each: fractions.count)), initial: concatenated(between, axis: 0),
      times: times, noise: .eta(0), chain: network.chain, using: &rng)
    let (real, drawn) = (tiles(of: ends), tiles(of: network.model.pictures(x)))
    var rows: [Image] = []
    for row in classes.indices {
      rows.append(real[2 * row])
      rows += drawn[row * fractions.count..<(row + 1) * fractions.count]
      rows.append(real[2 * row + 1])
    }
    let names = ["real"] + fractions.map { $0 == 0 ? "u = 0" : "\(($0 * 100).rounded() / 100)" } + ["real"]
    try writer.write(
      ContactSheet(rows, columns: fractions.count + 2, columnLabels: names, zoom: 3), as: "interpolation", kind: .exact)
  }

  // MARK: - reconstruction (exercise 4.9)

  /// DDIM's Table 2: the error of the way to the code and back, against the number of steps.
  func reconstruction(_ network: DigitNetwork, counts: [Int], perClass: Int, seed: UInt64) throws -> [Double] {
    let digits = try DigitSheet.load().heldOut
    var rng = RandomStream(seed: seed).stream("reconstruction")
    let chosen = (0..<10).flatMap { label in
      let indices = digits.indices(ofClass: label)
      return rng.permutation(indices.count).prefix(perClass).map { indices[$0] }
    }
    let batch = digits.batch(chosen)
    let labels = network.model.network.configuration.classCount == 0 ? nil : batch.labels
    let predictor = network.predictor(labels: labels)
    return try counts.map { count in
      let times = try subsequence(count: count, of: network.chain.count)
      return try reconstructionError(
        x0: network.model.normalized(batch.images),
        encode: { try ddimEncode(predictor: predictor, x0: $0, times: times, chain: network.chain) },
        decode: {
          try ddimSample(
            predictor: predictor, initial: $0, times: times, noise: .eta(0), chain: network.chain, using: &rng)
        })
    }
  }

  func reconstructionFigure(_ network: DigitNetwork) throws {
    let counts = writer.isQuick ? [5, 10] : [5, 10, 20, 50, 100]
    let errors = try reconstruction(network, counts: counts, perClass: 2, seed: 4)
    var plot = Plot(
      "To the code and back, 20 held-out digits", x: Axis("steps S, each way", scale: .log),
      y: Axis("squared error per pixel (data: variance 1)", scale: .log))
    plot.line(x: counts.map(Double.init), y: errors, marker: .disc)
    try writer.write(
      plot.image(), as: "encoding-error", kind: .exact,
      metrics: Dictionary(uniqueKeysWithValues: zip(counts, errors).map { ("S = \($0)", $1) }))
  }
}
