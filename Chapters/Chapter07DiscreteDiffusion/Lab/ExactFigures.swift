import Chapter07DiscreteDiffusion
import Figures
import Foundation
import LabKit
import Tensors

/// The figures that need no network.
struct ExactFigures {
  let writer: FigureWriter

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws {
    try simplex()
    try scoreEntropyCurves()
    try likelihoodBound()
    try oneStepLaws()
    try stepsGap()
    try attentionMasks()
    try truncatedGumbel()
  }

  // MARK: - simplex (exercises 7.1 and 7.3)

  /// How laws on three states move under both graphs, and the entries of their kernels.
  private func simplex() throws {
    let sigmas = (0...120).map { 6 * pow(Double($0) / 120, 2) }
    let shown = [0.25, 0.5, 1, 2].map { sigma in sigmas.firstIndex { $0 >= sigma }! }
    func path(_ law: [Double], _ graph: TokenGraph, color: Int) throws -> (
      points: [[Double]], dots: [Int], color: Color
    ) {
      let space = try SequenceSpace(stateCount: 3, length: 1)
      let points = try sigmas.map { sigma in
        try exactMarginal(of: law, space: space, kernel: transitionKernel(graph, sigma: sigma))
      }
      for point in points { try requireCount(point.count, 3, of: "exactMarginal", exercise: "7.3") }
      return (points, shown, .palette(color))
    }
    let laws = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.72, 0.22, 0.06], [0.05, 0.55, 0.4]]
    let uniform = SimplexDrawing(
      title: "uniform, N = 3", corners: ["a", "b", "c"],
      paths: try laws.enumerated().map { try path($1, .uniform(tokens: 3), color: $0) })
    let shares = [1, 0.75, 0.45, 0.2, 0.0]
    let absorbing = SimplexDrawing(
      title: "absorbing, N = 2 and the mask", corners: ["a", "b", "mask"],
      paths: try shares.enumerated().map { try path([$1, 1 - $1, 0], .absorbing(tokens: 2), color: $0) })

    var plot = Plot(
      "How long a token stays as it was", x: Axis("σ", range: 0...5), y: Axis("probability", range: 0...1))
    let grid = (0...100).map { Double($0) / 20 }
    for (name, graph, color) in [
      ("uniform, N = 3", TokenGraph.uniform(tokens: 3), 0), ("uniform, N = 27", .uniform(tokens: 27), 1),
      ("absorbing, any N", .absorbing(tokens: 3), 2),
    ] {
      let kernels = try grid.map { try transitionKernel(graph, sigma: $0) }
      plot.line(x: grid, y: kernels.map { $0[0][0] }, label: name, color: .palette(color), width: 2.2)
      let last = graph.stateCount - 1
      plot.line(x: grid, y: kernels.map { $0[last][0] }, color: .palette(color), width: 1.6, dash: [6, 4])
    }
    plot.legend = .beside
    try writer.write(
      FigureGrid([[Margin(uniform), Margin(absorbing), plot]]).image(width: 1440, height: 400, scale: 1.5),
      as: "simplex", kind: .exact)
  }

  // MARK: - score-entropy (exercise 7.4)

  private func scoreEntropyCurves() throws {
    let grid = (1...400).map { Double($0) / 80 }
    var entropy = Plot("Score entropy", x: Axis("guess s", range: 0...5), y: Axis("loss", range: 0...4))
    var squares = Plot("Half the squared error", x: Axis("guess s", range: 0...5), y: Axis("loss", range: 0...4))
    for (index, ratio) in [0.0, 0.3, 1, 2.5].enumerated() {
      let values = try grid.map { try scoreEntropy(logScore: log($0), ratio: ratio) }
      entropy.line(x: grid, y: values, label: "a = \(ratio)", color: .palette(index), width: 2.2)
      squares.line(
        x: grid, y: grid.map { ($0 - ratio) * ($0 - ratio) / 2 }, label: "a = \(ratio)", color: .palette(index),
        width: 2.2)
    }
    (entropy.legend, squares.legend) = (.none, .bottomRight)
    try writer.write(
      FigureGrid([[entropy, squares]]).image(width: 1000, height: 400, scale: 1.5), as: "score-entropy", kind: .exact)
  }

  // MARK: - likelihood-bound (exercises 7.2 and 7.5)

  private func likelihoodBound() throws {
    var integrands = Plot(
      "σ · E[score entropy], exact scores", x: Axis("σ", scale: .log), y: Axis("nats per unit of log σ"))
    var errors = Plot(
      "Error of the integral, a rare text", x: Axis("nodes", scale: .log), y: Axis("nats", scale: .log))
    let graphs: [(String, (Int) -> TokenGraph)] = [
      ("uniform", { .uniform(tokens: $0) }), ("absorbing", { .absorbing(tokens: $0) }),
    ]
    for (number, (name, graph)) in graphs.enumerated() {
      let small = try SmallLaw.random(tokens: 3, length: 2, graph: graph)
      let (rates, own) = (try rateMatrix(graph(3)), graph(3))
      func entropy(_ clean: [Int], _ sigma: Double) throws -> Double {
        let kernel = try transitionKernel(own, sigma: sigma)
        let marginal = try exactMarginal(of: small.law, space: small.space, kernel: kernel)
        return try expectedScoreEntropy(clean: clean, rates: rates, kernel: kernel) { texts in
          try texts.map { try concreteScore(of: marginal, space: small.space, at: $0) }
        }
      }
      /// KL(p_σ(·|x₀) ‖ p_σ): what is still to be told at σ.
      func rest(_ clean: [Int], _ sigma: Double) throws -> Double {
        let kernel = try transitionKernel(own, sigma: sigma)
        let marginal = try exactMarginal(of: small.law, space: small.space, kernel: kernel)
        return small.space.sequences.enumerated().reduce(0) { sum, item in
          let p = zip(item.element, clean).reduce(1) { $0 * kernel[$1.0][$1.1] }
          return p > 0 ? sum + p * log(p / marginal[item.offset]) : sum
        }
      }
      let order = small.support.sorted { $0.probability < $1.probability }
      let grid = (0...90).map { pow(10, -4 + 5.4 * Double($0) / 90) }
      for (index, entry) in [order[0], order[order.count / 2], order[order.count - 1]].enumerated() {
        integrands.line(
          x: grid, y: try grid.map { $0 * (try entropy(entry.text, $0)) },
          label: "\(name), −log p₀ = \((-log(entry.probability)).short)", color: .palette(index), width: 2,
          dash: number == 0 ? [] : [6, 4])
      }
      let (low, high) = (1e-5, 12.0)
      let rare = order[0].text
      let exact = try rest(rare, low) - rest(rare, high)
      let counts = [4, 6, 8, 12, 16, 24, 32, 48, 64, 96]
      let logarithmic = try counts.map { count in
        abs(try integrateOverNoise(from: low, to: high, count: count) { try entropy(rare, $0) } - exact)
      }
      let even = try counts.map { count -> Double in
        let step = (high - low) / Double(count)
        return abs(
          try (0..<count).reduce(0) { $0 + step * (try entropy(rare, low + step * (Double($1) + 0.5))) } - exact)
      }
      let x = counts.map(Double.init)
      errors.line(
        x: x, y: even, label: "\(name), even in σ", color: .palette(number), dash: [6, 4], marker: .ring)
      errors.line(
        x: x, y: logarithmic.map { max($0, 1e-15) }, label: "\(name), even in log σ", color: .palette(number),
        marker: .disc)
    }
    integrands.legend = .topLeft
    try writer.write(
      FigureGrid([[try boundTerms(), integrands, errors]]).image(width: 1500, height: 420, scale: 1.5),
      as: "likelihood-bound", kind: .exact)
  }

  /// D3PM's bound term by term for a single token.
  private func boundTerms() throws -> Plot {
    let law = [0.6, 0.3, 0.1]
    let count = 24
    var plot = Plot("D3PM: what each step costs", x: Axis("step t"), y: Axis("Lₜ₋₁, nats"))
    for (index, entry) in [("uniform", TokenGraph.uniform(tokens: 3)), ("absorbing", .absorbing(tokens: 3))]
      .enumerated()
    {
      let graph = entry.1
      let full = law + Array(repeating: 0, count: graph.stateCount - 3)
      // β = 1/(T − t + 1): an equal share of the tokens is hit at every step.
      let alphas = (0...count).map { 1 - Double($0) / Double(count) }
      let sigmas = zip(alphas, alphas.dropFirst()).map { $1 == 0 ? Double.infinity : log($0 / $1) }
      let steps = try sigmas.map { try transitionKernel(graph, sigma: $0) }
      let space = try SequenceSpace(stateCount: graph.stateCount, length: 1)
      let cumulative = try alphas.map { try transitionKernel(graph, sigma: -log($0)) }
      let bound = try d3pmBound(
        x0: 2, steps: steps, prior: exactMarginal(of: full, space: space, kernel: cumulative[count]),
        denoiser: { state, t in
          Array(try cleanPosterior(of: full, space: space, kernel: cumulative[t], at: [state])[0])
        })
      let terms = [bound.reconstruction] + bound.transitions
      plot.line(
        x: terms.indices.map { Double($0 + 1) }, y: terms,
        label: "\(entry.0): \((bound.total * 1e4).rounded() / 1e4) in all", color: .palette(index), marker: .disc)
    }
    return plot
  }

  // MARK: - one-step-laws (exercise 7.7)

  private func oneStepLaws() throws {
    var plots: [Plot] = []
    let start = 1.5
    for (name, graph) in [("uniform", TokenGraph.uniform(tokens: 3)), ("absorbing", .absorbing(tokens: 3))] {
      let small = try SmallLaw.random(tokens: 3, length: 2, sharpness: 1, graph: { _ in graph })
      let rates = try rateMatrix(graph)
      let later = try exactMarginal(
        of: small.law, space: small.space, kernel: transitionKernel(graph, sigma: start))
      let texts = small.space.sequences
      /// The laws of the next text from x: the true one, τ-leap's and Tweedie's.
      func laws(from x: [Int], _ step: Double) throws -> [[Double]] {
        let forward = try transitionKernel(graph, sigma: step)
        let backward = try transitionKernel(graph, sigma: -step)
        let earlier = try exactMarginal(
          of: small.law, space: small.space, kernel: transitionKernel(graph, sigma: start - step))
        let score = try concreteScore(of: later, space: small.space, at: x)
        let truth = texts.indices.map { index in
          zip(x, texts[index]).reduce(earlier[index] / later[small.space.index(of: x)]) { $0 * forward[$1.0][$1.1] }
        }
        func product(_ rows: [[Double]]) -> [Double] {
          texts.map { text in zip(rows, text).reduce(1) { $0 * $1.0[$1.1] } }
        }
        let leap = try x.indices.map {
          try tauLeapProbabilities(from: x[$0], score: score[$0], rates: rates, noise: step)
        }
        let tweedie = try x.indices.map {
          try tweedieProbabilities(from: x[$0], score: score[$0], forward: forward, backward: backward)
        }
        return [truth, product(leap), product(tweedie)]
      }
      func divergence(_ p: [Double], _ q: [Double]) -> Double {
        zip(p, q).reduce(0) { $1.0 > 1e-300 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
      }
      let steps = (0...16).map { 0.02 * pow(70, Double($0) / 16) }
      var sums: [[Double]] = [[], []]
      for step in steps {
        var mean = [0.0, 0.0]
        for (index, x) in texts.enumerated() where later[index] > 0 {
          let all = try laws(from: x, step)
          for sampler in 0..<2 { mean[sampler] += later[index] * divergence(all[0], all[sampler + 1]) }
        }
        for sampler in 0..<2 { sums[sampler].append(mean[sampler]) }
      }
      var plot = Plot(
        "\(name): one step from σ = \(start)", x: Axis("Δσ", scale: .log),
        y: Axis("KL(true ‖ sampler), nats", scale: .log))
      plot.line(x: steps, y: sums[0], label: "τ-leap", color: .palette(1), marker: .disc)
      plot.line(x: steps, y: sums[1], label: "Tweedie", color: .palette(0), marker: .disc)
      plot.legend = .topLeft
      plots.append(plot)
      if graph.mask != nil {
        let x = [3, 3]
        let all = try laws(from: x, 1)
        let letters = ["a", "b", "c", "_"]
        let ticks = texts.enumerated().map { Axis.Tick(Double($0), $1.map { letters[$0] }.joined()) }
        var example = Plot(
          "From __ with Δσ = 1", x: Axis("next text", range: -0.6...Double(texts.count) - 0.4, ticks: ticks),
          y: Axis("probability"))
        let places = texts.indices.map(Double.init)
        example.bars(x: places, heights: all[0], width: 0.8, label: "true", color: .frame)
        example.scatter(x: places, y: all[1], label: "τ-leap", color: .palette(1), radius: 5)
        example.scatter(x: places, y: all[2], label: "Tweedie", color: .palette(0), radius: 3.4)
        example.legend = .topLeft
        plots.append(example)
      }
    }
    try writer.write(
      FigureGrid([plots]).image(width: 1500, height: 420, scale: 1.5), as: "one-step-laws", kind: .exact)
  }

  // MARK: - steps-gap (exercise 7.8)

  private func stepsGap() throws {
    let counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    var plot = Plot(
      "What T steps lose, with exact conditionals", x: Axis("T", scale: .log),
      y: Axis("E[NELBO_T] − H, nats", scale: .log))
    let laws = try [SmallLaw.random(tokens: 3, length: 3), .markov(length: 5), .brackets(length: 6)]
    for (index, small) in laws.enumerated() {
      let correlation = try totalCorrelation(of: small.law, space: small.space)
      let gaps = try small.gaps(steps: counts)
      let x = counts.map(Double.init)
      plot.line(
        x: x, y: gaps, label: "\(small.name): TC = \(correlation.short)",
        color: .palette(index), marker: .disc)
      plot.line(x: [0.7, 1.6], y: [correlation, correlation], color: .palette(index), width: 4)
    }
    let top = try totalCorrelation(of: laws[2].law, space: laws[2].space)
    plot.note("thick: total correlation", x: 1.7, y: top, color: .softInk)
    try writer.write(plot.image(width: 720, height: 460), as: "steps-gap", kind: .exact)
  }

  // MARK: - attention-masks (exercise 7.9)

  private func attentionMasks() throws {
    let length = 6
    let boards = try [1, 2, 6].map { block in
      let masks = try blockMasks(length: length, blockLength: block)
      let whole = try trainingMask(masks).scalars
      try requireCount(whole.count, 4 * length * length, of: "trainingMask", exercise: "7.9")
      let parts = (0..<2 * length).map { row in
        (0..<2 * length).map { column -> Int in
          if whole[row * 2 * length + column] == 0 { return 0 }
          return row < length ? (column < length ? 1 : 2) : 3
        }
      }
      return AttentionMaskDrawing(
        title: block == 1 ? "L′ = 1: autoregressive" : block == length ? "L′ = L: masked diffusion" : "L′ = \(block)",
        parts: parts, blockLength: block,
        legend: [
          (1, "M_BD: noisy sees its own noisy block"), (2, "M_OBC: noisy sees earlier clean blocks"),
          (3, "M_BC: clean sees its own and earlier clean blocks"),
        ])
    }
    try writer.write(
      FigureGrid([boards.map { Margin($0) }]).image(width: 1230, height: 480, scale: 1.5), as: "attention-masks",
      kind: .exact)
  }

  // MARK: - truncated-gumbel (exercise 7.10)

  private func truncatedGumbel() throws {
    let limit = try gumbelFromFloat32(bits: (1 << 24) - 1)
    var ratio = Plot(
      "Two tokens: the chance of the rare one", x: Axis("its probability p", scale: .log),
      y: Axis("drawn / p", range: 0...1.1))
    let grid = (0...120).map { pow(10, -9 + 8.5 * Double($0) / 120) }
    for (name, limit, color) in [("Float32: g ≤ \(limit.short)", limit, 1), ("g ≤ 12", 12, 2)] {
      ratio.line(
        x: grid, y: try grid.map { try truncatedGumbelLaw(probabilities: [$0, 1 - $0], limit: limit)[0] / $0 },
        label: name, color: .palette(color), width: 2.2)
    }
    ratio.horizontalLine(1, label: "inverse of the sums, in Double")
    ratio.legend = .bottomRight

    let count = writer.isQuick ? 2000 : 20_000
    let weights = (1...count).map { pow(Double($0), -2) }
    let sum = weights.reduce(0, +)
    let law = weights.map { $0 / sum }
    let cut = try truncatedGumbelLaw(probabilities: law, limit: limit)
    try requireCount(cut.count, law.count, of: "truncatedGumbelLaw", exercise: "7.10")
    let kept = try nucleus(law, mass: 0.9)
    var zipf = Plot(
      "Many tokens, p ∝ 1/rank²", x: Axis("rank", scale: .log), y: Axis("probability", scale: .log, range: 1e-14...2))
    let ranks = law.indices.map { Double($0 + 1) }
    zipf.line(x: ranks, y: law, label: "the law", width: 2.6)
    zipf.line(
      x: ranks, y: cut.map { $0 > 1e-14 ? $0 : .nan }, label: "Gumbel in Float32", color: .palette(1), width: 2.2)
    zipf.line(
      x: ranks, y: kept.map { $0 > 0 ? $0 : .nan }, label: "nucleus, p = 0.9", color: .palette(2), width: 2.2,
      marker: .disc)
    zipf.legend = .bottomLeft
    try writer.write(
      FigureGrid([[ratio, zipf]]).image(width: 1000, height: 420, scale: 1.5), as: "truncated-gumbel", kind: .exact)
  }
}
