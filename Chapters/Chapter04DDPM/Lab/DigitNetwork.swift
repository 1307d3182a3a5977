import Chapter04DDPM
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// A network that guesses the noise in pictures, with the chain that it was trained for.
///
/// All pixels together have the standard deviation 1, so that xₜ has it too, at every t.
struct DigitNetwork {
  /// How the network's output F becomes ε̂, and what its training minimises.
  enum Head: String, CaseIterable {
    /// ε̂ = F, trained with L_simple: DDPM as it stands.
    case noise
    /// ε̂ = √(1 − ᾱₜ)·xₜ + √ᾱₜ·F, so that F is v; trained with L_simple all the same.
    case mixed
    /// The same output, trained on ‖F − v‖²: a simple loss with the weights 1/ᾱₜ.
    case velocity

    /// That of the committed network, and of a run that says nothing else.
    static let standard = velocity
  }

  let model: PictureModel
  let head: Head
  let chain: DiffusionChain

  /// A fresh network for pictures like these.
  init(for data: ImageDataset, head: Head, chain: DiffusionChain, using rng: inout RandomStream) {
    model = PictureModel(for: data, deviation: 1, using: &rng)
    self.head = head
    self.chain = chain
  }

  init(model: PictureModel, head: Head, chain: DiffusionChain) {
    self.model = model
    self.head = head
    self.chain = chain
  }

  /// The network whose weights come with the course.
  static func committed(chain: DiffusionChain) throws -> DigitNetwork {
    DigitNetwork(
      model: try PictureModel(committedTo: "Chapter04DDPM", as: "ddpm-digits"), head: .standard, chain: chain)
  }

  // MARK: - The exercises around the network

  /// ε̂ for a batch that mixes times, differentiable.
  func batchPredictor(labels: [Int]?) -> BatchNoisePredictor {
    let raw = model.raw(labels: labels)
    return { x, times in
      let alphaBars = try times.map { try chain.alphaBar($0) }
      let output = raw(x, Self.timeInput(alphaBars))
      guard head != .noise else { return output }
      let own = try perSample(alphaBars.map { (1 - $0).squareRoot() }, like: x)
      return x * own + output * (try perSample(alphaBars.map { $0.squareRoot() }, like: x))
    }
  }

  /// ε̂ for samplers: one time for the whole batch, nothing recorded.
  ///
  /// - Parameter guidance: w ≥ 0 in ε̂(x; class) + w · (ε̂(x; class) − ε̂(x; no class)).
  func predictor(labels: [Int]?, guidance: Double = 0) -> NoisePredictor {
    guard guidance > 0, let labels else {
      let own = batchPredictor(labels: labels)
      return { x, t in try withoutGrad { try own(x, Array(repeating: t, count: x.dim(0))) } }
    }
    // Both questions in one batch.
    let both = batchPredictor(labels: labels + labels.map { _ in model.network.noClass })
    return { x, t in
      try withoutGrad {
        let count = x.dim(0)
        let answers = try both(concatenated([x, x], axis: 0), Array(repeating: t, count: 2 * count))
        return guided(
          aimed: answers.sliced(axis: 0, 0..<count), unaimed: answers.sliced(axis: 0, count..<2 * count), by: guidance)
      }
    }
  }

  /// The loss of a batch, already normalized.
  func loss(_ x0: Tensor, labels: [Int]?, times: [Int], noise: Tensor) throws -> Tensor {
    // ‖F − v‖² is ‖ε − ε̂‖²/ᾱₜ.
    let weights = try times.map { t in
      try head == .velocity ? 1 / weightTowardsNoise(of: .velocity, alphaBar: chain.alphaBar(t)) : 1
    }
    return try simpleLoss(
      predictor: batchPredictor(labels: labels), x0: x0, times: times, noise: noise, chain: chain, weights: weights)
  }

  /// ¼ ln σ with σ² = (1 − ᾱ)/ᾱ: the network is told how noisy its input is, and not the number of the step, so that
  /// it need not learn the schedule.
  private static func timeInput(_ alphaBars: [Double]) -> Tensor {
    Tensor(alphaBars.map { 0.125 * log((1 - $0) / $0) }, shape: [alphaBars.count])
  }
}
