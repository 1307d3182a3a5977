import Chapter04DDPM
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// What the network's errors cost, time by time.
struct LossFigures {
  let writer: FigureWriter
  /// Pictures that were not trained on.
  let heldOut: ImageDataset

  // MARK: - loss-by-timestep (exercises 4.5 and 4.11)

  /// L_simple at single times: for the network, for a guess that knows no more than mean and variance, and for the exact
  /// minimiser of the training set's loss.
  func lossByTimestep(_ network: DigitNetwork, training: ImageDataset) throws {
    let chain = network.chain
    let count = writer.isQuick ? 8 : 128
    let few = writer.isQuick ? 2 : 24
    var rng = RandomStream(seed: 4).stream("loss by timestep")
    let batch = heldOut.batch(Array(rng.permutation(heldOut.count).prefix(count)))
    let x0 = network.model.normalized(batch.images)
    let noise = Tensor.normal(x0.shape, using: &rng)
    let labels = network.model.network.configuration.classCount == 0 ? nil : batch.labels
    let times = [1, 2, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500, 600, 700, 800, 900, 1000]

    func loss(_ predictor: BatchNoisePredictor, _ t: Int, rows: Int) throws -> Double {
      let (clean, noise) = (x0.sliced(axis: 0, 0..<rows), noise.sliced(axis: 0, 0..<rows))
      return try withoutGrad {
        Double(
          try simpleLoss(
            predictor: predictor, x0: clean, times: Array(repeating: t, count: rows), noise: noise, chain: chain
          ).item())
      }
    }
    let size = heldOut.pictureSize
    let data = network.model.normalized(training.images).reshaped([training.count, size])
    let memory: BatchNoisePredictor = { x, times in
      let flat = x.reshaped([x.dim(0), size])
      return try finiteDataNoise(flat, alphaBar: chain.alphaBar(times[0]), data: data).reshaped(x.shape)
    }
    let x = times.map(Double.init)
    let own = try times.map { try loss(network.batchPredictor(labels: labels), $0, rows: count) }
    let learntByHeart = try times.map { try loss(memory, $0, rows: few) }
    var plot = Plot(
      "L_simple by time, \(count) held-out digits", x: Axis("t", scale: .log),
      y: Axis("mean squared error of the noise", scale: .log))
    plot.line(
      x: x, y: try times.map { try chain.alphaBar($0) }, label: "knows mean and variance only: ᾱₜ", dash: [5, 4])
    plot.line(x: x, y: learntByHeart, label: "exact ε* of the training set (\(few) of them)", marker: .disc)
    plot.line(x: x, y: own, label: "network", marker: .disc)
    try writer.write(
      plot.image(width: 800), as: "loss-by-timestep", kind: .exact,
      metrics: Dictionary(uniqueKeysWithValues: zip(times, own).map { ("t = \($0)", $1) }))
  }

  // MARK: - bits-per-dimension (exercise 4.7)

  /// The bound of one run, in bits a dimension.
  struct Bound {
    let prior: Double
    /// Σ Lₜ₋₁, t = 2 … T.
    let transitions: Double
    let decoder: Double
    var total: Double { prior + transitions + decoder }
  }

  /// The times that stand for all of 2 … T, each with the number of times that it stands for: every one up to
  /// 20, where the terms are largest, and then one drawn from each of forty intervals of growing length.
  private func strata(count: Int, using rng: inout RandomStream) -> [(t: Int, weight: Int)] {
    var result = (2...20).map { (t: $0, weight: 1) }
    let edges = (0...40).map { index in
      Int((21 * pow(Double(count + 1) / 21, Double(index) / 40)).rounded())
    }
    for (start, end) in zip(edges, edges.dropFirst()) where end > start {
      result.append((start + rng.integer(below: end - start), end - start))
    }
    return result
  }

  /// The variational bound of held-out digits, for both variances of the reverse steps, of the same draws.
  func bounds(
    _ network: DigitNetwork, perClass: Int, seed: UInt64
  ) throws -> (terms: [[(t: Int, bits: Double)]], bounds: [Bound]) {
    let chain = network.chain
    let dimensions = heldOut.pictureSize
    var rng = RandomStream(seed: seed).stream("bits per dimension")
    let chosen =
      heldOut.isLabelled
      ? (0..<heldOut.classCount).flatMap { label in
        let indices = heldOut.indices(ofClass: label)
        return rng.permutation(indices.count).prefix(perClass).map { indices[$0] }
      } : Array(rng.permutation(heldOut.count).prefix(10 * perClass))
    let batch = heldOut.batch(chosen)
    let x0 = network.model.normalized(batch.images)
    let predictor = network.predictor(
      labels: network.model.network.configuration.classCount == 0 ? nil : batch.labels)
    // The grey levels as the network sees them.
    let levels = try GreyLevels(
      lowest: (-1 - network.model.mean) * network.model.scale, highest: (1 - network.model.mean) * network.model.scale)
    var kinds = try [ReverseVariance.beta, .posterior].map { try reverseVariances($0, chain: chain) }
    // β̃₁ is 0, and no decoder has that variance.
    kinds[1][0] = kinds[0][0]

    func bits(_ nats: Tensor) throws -> Double {
      try bitsPerDimension(nats: Double(nats.mean().item()), dimensions: dimensions)
    }
    func noisy(_ t: Int) throws -> (noise: Tensor, x: Tensor, predicted: Tensor) {
      let noise = Tensor.normal(x0.shape, using: &rng)
      let x = try qSample(x0: x0, times: Array(repeating: t, count: x0.dim(0)), chain: chain, noise: noise)
      return (noise, x, try predictor(x, t))
    }
    let prior = try bits(priorTerm(x0: x0, chain: chain))
    var terms: [[(t: Int, bits: Double)]] = [[], []]
    var sums = [0.0, 0.0]
    for (t, weight) in strata(count: chain.count, using: &rng) {
      let draw = try noisy(t)
      for kind in kinds.indices {
        let term = try bits(
          transitionTerm(
            noise: draw.noise, predictedNoise: draw.predicted, t: t, variance: kinds[kind][t - 1], chain: chain))
        terms[kind].append((t, term))
        sums[kind] += Double(weight) * term
      }
    }
    let last = try noisy(1)
    let mean = try cleanFromNoise(last.predicted, xt: last.x, alphaBar: chain.alphaBar(1))
    let bounds = try kinds.indices.map { kind in
      let decoder = try bits(decoderTerm(x0: x0, mean: mean, variance: kinds[kind][0], levels: levels))
      return Bound(prior: prior, transitions: sums[kind], decoder: decoder)
    }
    return (terms, bounds)
  }

  /// The bound term by term; returns a table of several draws.
  func bitsPerDimensionFigure(_ network: DigitNetwork, seeds: Int) throws -> String {
    let perClass = writer.isQuick ? 1 : 6
    let names = ["σ² = β", "σ² = β̃"]
    var plot = Plot(
      "What each step costs, \(10 * perClass) held-out digits", x: Axis("t", scale: .log),
      y: Axis("Lₜ₋₁, bits per dimension", scale: .log))
    var all: [[Bound]] = [[], []]
    var metrics: [String: Double] = [:]
    for seed in 1...seeds {
      let (terms, bounds) = try self.bounds(network, perClass: perClass, seed: UInt64(seed))
      for kind in names.indices {
        all[kind].append(bounds[kind])
        guard seed == 1 else { continue }
        let bound = bounds[kind]
        plot.line(
          x: terms[kind].map { Double($0.t) }, y: terms[kind].map(\.bits),
          label: "\(names[kind]): \(bound.total.short) in all, L₀ \(bound.decoder.short)", marker: .disc)
        metrics["\(names[kind]), L_T"] = bound.prior
        metrics["\(names[kind]), sum of L_t-1"] = bound.transitions
        metrics["\(names[kind]), L_0"] = bound.decoder
        metrics["\(names[kind]), total"] = bound.total
      }
    }
    try writer.write(plot.image(width: 800), as: "bits-per-dimension", kind: .exact, metrics: metrics)
    let rows = zip(names, all).map { name, bounds in
      [name]
        + [bounds.map(\.prior), bounds.map(\.transitions), bounds.map(\.decoder), bounds.map(\.total)].map {
          seeds == 1 ? $0[0].short : Spread($0).description
        }
    }
    return TextTable(["reverse variance", "L_T", "Σ Lₜ₋₁", "L₀", "bits per dimension"], rows).description
  }
}
