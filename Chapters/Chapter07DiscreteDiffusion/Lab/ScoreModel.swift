import Chapter07DiscreteDiffusion
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// A network that learns ratios by score entropy (exercises 7.1, 7.4 and 7.5), for either graph.
///
/// It guesses the clean tokens, p̃(v | x, σ), and the ratios are those of the corruption averaged over its guess,
/// s[y] = Σ_v p̃(v)·K[y][v]/K[x][v]: so both graphs ask the same of the same network, and differ in nothing but the noise.
struct ScoreModel {
  let graph: TokenGraph
  let network: TokenNetwork

  init(graph: TokenGraph, length: Int, using rng: inout RandomStream) {
    self.graph = graph
    network = TokenNetwork(
      TokenNetwork.Shape(
        states: graph.stateCount, length: length, dimensions: 48, headCount: 4, layerCount: 2, seesNoise: true),
      using: &rng)
  }

  /// log s, [B, L, S]; at the states themselves and where nothing leads, 0.
  func logScores(_ texts: [[Int]], sigmas: [Double]) throws -> Tensor {
    let logits = try network(texts, logSigmas: sigmas.map { log($0) }).sliced(axis: 2, 0..<graph.tokenCount)
    let guess = softmax(logits)
    let (tokens, states, length) = (graph.tokenCount, graph.stateCount, texts[0].count)
    func column(_ value: (Double) -> Double) -> Tensor {
      Tensor(sigmas.map(value), shape: [sigmas.count, 1, 1])
    }
    let flat = texts.flatMap { $0 }
    guard let mask = graph.mask else {
      // Unchanged (x₀ = x), the ratio is r for all y; changed, 1, and 1 + c for x₀ itself.
      let stay = Tensor.oneHot(flat, classes: tokens).reshaped([texts.count, length, tokens])
      let unchanged = (guess * stay).sum(axis: 2, keepDims: true)
      let r = column { -expm1(-$0) / (Double(tokens) * exp(-$0) - expm1(-$0)) }
      let c = column { Double(tokens) * exp(-$0) / -expm1(-$0) }
      let score = unchanged * r + (1 - unchanged) + guess * c
      return log(score) * (1 - stay)
    }
    let hidden = Tensor(flat.map { $0 == mask ? 1 : 0 }, shape: [texts.count, length, 1] as [Int])
    let ratio = column { log(exp(-$0) / -expm1(-$0)) }
    let scores = (logSoftmax(logits) + ratio) * hidden
    return concatenated([scores, .zeros([texts.count, length, states - tokens])], axis: 2)
  }

  /// Trains on a source whose texts `draw` makes.
  func train(steps: Int, seed: UInt64, draw: (inout RandomStream) -> [Int]) throws {
    let schedule = try graph.mask == nil ? geometricNoise() : logLinearNoise()
    let run = TrainingRun(
      model: network, optimizer: Adam(learningRate: 3e-3, betas: (0.9, 0.99)),
      average: ExponentialMovingAverage(of: network, decay: 0.998), seed: seed)
    var loop = TrainingLoop(
      steps: steps, schedule: .warmup(steps: 100, then: .cosine(from: 3e-3, to: 0, steps: steps)), clipNorm: 1)
    loop.progress = .silent
    try loop.train(run) { run in
      let clean = (0..<64).map { _ in draw(&run["data"]) }
      let first = run["time"].nextUniform()
      let times = clean.indices.map { index in
        max(1e-3, 1 - (first + Double(index) / Double(clean.count)).truncatingRemainder(dividingBy: 1))
      }
      let sigmas = times.map(schedule.level)
      let noisy = try zip(clean, sigmas).map { try corrupt($0, graph: graph, sigma: $1, using: &run["noise"]) }
      let entropies = try denoisingScoreEntropy(
        logScores: logScores(noisy, sigmas: sigmas), noisy: noisy, clean: clean, graph: graph, sigmas: sigmas)
      // A character's, as in `mdlmLoss`: gradients are clipped at the same length for all three losses.
      return try scoreEntropyLoss(entropies: entropies, times: times, schedule: schedule) / Float(clean[0].count)
    }
    if let average = run.average { try network.load(average.stateDictionary()) }
  }
}

/// By how much a model's bound exceeds the entropy of a law, exactly: ∫ E[Σ ℓ(s; true ratio)] dσ, over all texts and with no draw.
///
/// The constant of the denoising score entropy cancels: what is left is the score entropy at the true ratios, whose mean
/// over the corrupted texts is summed up at each of the nodes.
///
/// - Parameter logScores: of texts [B][L] at σ, [B, L, S].
/// - Returns: nats a text.
func exactExcess(
  of law: SmallLaw, graph: TokenGraph, nodes: Int = 24,
  logScores: (_ texts: [[Int]], _ sigma: Double) throws -> Tensor
) throws -> Double {
  let rates = try rateMatrix(graph)
  let texts = law.space.sequences
  let states = graph.stateCount
  return try integrateOverNoise(from: 1e-4, to: 10, count: nodes) { sigma in
    let marginal = try exactMarginal(
      of: law.law, space: law.space, kernel: transitionKernel(graph, sigma: sigma))
    var sum = 0.0
    for start in stride(from: 0, to: texts.count, by: 4096) {
      let part = Array(texts[start..<min(start + 4096, texts.count)])
      let guesses = try withoutGrad { try logScores(part, sigma) }.scalars
      for (row, text) in part.enumerated() where marginal[start + row] > 0 {
        var own = 0.0
        for (place, state) in text.enumerated() where graph.mask == nil || state == graph.mask {
          let stride = law.space.stride(of: place)
          for y in 0..<graph.tokenCount where y != state {
            let ratio = marginal[start + row + (y - state) * stride] / marginal[start + row]
            let guess = Double(guesses[(row * text.count + place) * states + y])
            own += rates[state][y] * (exp(guess) - ratio * guess + (ratio > 0 ? ratio * (log(ratio) - 1) : 0))
          }
        }
        sum += marginal[start + row] * own
      }
    }
    return sum
  }
}
