// Exercise 6.6: reflow: train again, on the pairs that the flow itself has made

import Exercises
import NeuralNetworks
import Tensors

/// `count` pairs (Z₀, Z₁) of a flow: noise, and where the flow takes *that* noise.
///
/// Liu et al. 2022, Algorithm 1. Draw all the noise first, by one `Tensor.normal([count] + shape, using: &rng)`; then
/// send it through the flow, `batchSize` rows at a time (the last batch may be smaller), without recording a graph.
///
/// - Parameters:
///   - shape: of one sample, without the batch's axis.
///   - flow: takes a batch of noise to the flow's end, for instance with `heunODE`.
public func reflowPairs(
  count: Int, shape: [Int], batchSize: Int = 256, using rng: inout RandomStream, flow: (Tensor) throws -> Tensor
) throws -> Pairs {
  try InvalidArgument.require(count >= 1, "count must be at least 1, but is \(count)")
  try InvalidArgument.require(batchSize >= 1, "batchSize must be at least 1, but is \(batchSize)")
  throw unsolved("6.6")
}

/// `size` of the pairs, drawn at random with replacement: noise and partner always *together*.
///
/// Draw the row numbers with `rng.integer(below:)`, one for each of the batch in turn.
public func pairedBatch(of pairs: Pairs, size: Int, using rng: inout RandomStream) throws -> Pairs {
  try InvalidArgument.require(size >= 1, "size must be at least 1, but is \(size)")
  throw unsolved("6.6")
}

/// Trains a velocity network on pairs: 1-rectified flow if noise and data are paired at random, k-rectified flow if the
/// pairs come from the flow before. Each of the `steps` steps
///
/// 1. asks `nextBatch` for pairs,
/// 2. draws one time a row, uniform in [0, 1), with `rng.nextUniform()`,
/// 3. makes a step of the optimizer down the loss of exercise 6.1, ‖v(x_t, t) − (x₁ − x₀)‖², averaged over samples and
///    dimensions.
///
/// Its times and its loss are those of exercise 6.1: with a wrong 6.1 this one is wrong too.
///
/// Liu et al. 2022, Algorithm 1. `valueAndGrad` and `optimizer.update(_:gradients:)` do the work of a step.
///
/// - Parameters:
///   - model: whose parameters move.
///   - velocity: v, computed with `model`.
///   - nextBatch: a new batch for each step. It gets `rng` before the times are drawn from it.
/// - Returns: the loss of every step, before it was made.
public func trainFlow(
  _ model: Module, velocity: BatchVelocity, optimizer: any Optimizer, steps: Int, using rng: inout RandomStream,
  nextBatch: (_ rng: inout RandomStream) throws -> Pairs
) throws -> [Float] {
  try InvalidArgument.require(steps >= 0, "steps must not be negative, but is \(steps)")
  throw unsolved("6.6")
}
