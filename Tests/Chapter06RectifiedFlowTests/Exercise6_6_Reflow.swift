import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import NeuralNetworks
import Tensors

final class Exercise6_6_Reflow: ExerciseTestCase {
  func test1_ShapesAndBatches() throws {
    var rng = stream("shapes")
    var sizes: [[Int]] = []
    let pairs = try reflowPairs(count: 10, shape: [1, 2, 3], batchSize: 4, using: &rng) { noise in
      sizes.append(noise.shape)
      return noise * 2
    }
    expectShape(pairs.x0, [10, 1, 2, 3], "`count` samples of noise, each of the given shape")
    expectShape(pairs.x1, [10, 1, 2, 3], "one end for each noise")
    expectEqual(
      sizes, [[4, 1, 2, 3], [4, 1, 2, 3], [2, 1, 2, 3]],
      "the flow must get `batchSize` rows at a time, the rest at last")
    let batch = try pairedBatch(of: pairs, size: 6, using: &rng)
    expectShape(batch.x0, [6, 1, 2, 3], "a batch of 6 pairs")
    let model = LinearVelocity()
    let losses = try trainFlow(
      model, velocity: { model($0, $1) }, optimizer: SGD(learningRate: 0.1), steps: 3, using: &rng
    ) { _ in batch }
    expectEqual(losses.count, 3, "one loss a step")
    try expectRefusal("no pairs") { _ = try reflowPairs(count: 0, shape: [2], using: &rng) { $0 } }
    try expectRefusal("an empty batch") { _ = try pairedBatch(of: pairs, size: 0, using: &rng) }
  }

  func test2_NoiseAndItsOwnEnd() throws {
    var rng = stream("pairs")
    var copy = rng
    let flow: (Tensor) -> Tensor = { tanh($0) * 3 + square($0) }
    for (count, batchSize) in [(9, 2), (5, 100), (6, 3)] {
      let pairs = try reflowPairs(count: count, shape: [2], batchSize: batchSize, using: &rng, flow: flow)
      expectClose(
        pairs.x1, flow(pairs.x0), relative: 1e-5, absolute: 1e-6,
        "each Z₁ must be where the flow takes *its* Z₀: keep the noise, don't draw it again, and keep the order of "
          + "the rows"
      )
      let noise = Tensor.normal([count, 2], using: &copy)
      expectClose(
        pairs.x0, noise, absolute: 1e-6, "the noise must be one Tensor.normal([count] + shape), drawn before all else")
    }
    let many = try reflowPairs(count: 4000, shape: [2], using: &rng) { $0 }
    expectClose(many.x0.mean().onlyNumber, 0, absolute: 0.07, "Z₀ is standard normal noise")
    expectClose(square(many.x0).mean().onlyNumber, 1, absolute: 0.1, "Z₀ is standard normal noise")

    let model = LinearVelocity(slope: 2)
    var wasTracked = false
    _ = try valueAndGrad(model) {
      let pairs = try reflowPairs(count: 4, shape: [2], batchSize: 2, using: &rng) { noise in
        let end = model(noise, [0, 0])
        wasTracked = wasTracked || end.isTracked
        return end
      }
      wasTracked = wasTracked || pairs.x1.isTracked
      return model(pairs.x0, [0, 0, 0, 0]).mean()
    }
    expect(!wasTracked, "pairs are data: run the flow in withoutGrad, or the graph of every step is kept in memory")
  }

  func test3_PartnersStayTogether() throws {
    var rng = stream("batches")
    let x0 = Tensor.normal([40, 3], using: &rng)
    let pairs = try Pairs(x0: x0, x1: x0 * 7 + 1)
    var copy = rng
    let batch = try pairedBatch(of: pairs, size: 400, using: &rng)
    expectShape(batch.x0, [400, 3], "a batch may be larger than the set: rows are drawn with replacement")
    expectClose(
      batch.x1, batch.x0 * 7 + 1, absolute: 1e-4,
      "noise and its partner must be drawn *together*: one row number for both")
    let rows = (0..<400).map { _ in copy.integer(below: 40) }
    expectClose(
      batch.x0, x0.take(rows), absolute: 1e-6, "row numbers must come from rng.integer(below: count), one a row in turn"
    )
    let other = try pairedBatch(of: pairs, size: 400, using: &rng)
    expect(other.x0.scalars != batch.x0.scalars, "each call must draw anew")
  }

  func test4_OneStepByHand() throws {
    var rng = stream("step")
    // v = c: the loss is mean (c − (x₁ − x₀))², its derivative 2(c − mean).
    let pairs = try Pairs(x0: Tensor(rows: [[0, 1], [2, 3]]), x1: Tensor(rows: [[1, 3], [5, 7]]))
    let model = LinearVelocity(offset: 1)
    let optimizer = SpyOptimizer(learningRate: 0.1)
    let constant: BatchVelocity = { x, times in model(x * 0, times.map { _ in 0 }) }
    let losses = try trainFlow(model, velocity: constant, optimizer: optimizer, steps: 2, using: &rng) { _ in pairs }
    // directions 1, 2, 3, 4: mean 2.5; at c = 1 the loss is (0 + 1 + 4 + 9)/4 and its slope −3
    expectClose(
      Double(losses.first ?? .nan), 3.5,
      "the first loss, before the first step: mean of (1 − (x₁ − x₀))² over samples and coordinates")
    expectEqual(optimizer.calls.count, 2, "one update a step")
    expect(optimizer.calls.allSatisfy { $0.model === model }, "the optimizer must move the model that was given")
    // c = 1 + 0.1·3 = 1.3, then the loss is 1.25 + 1.2²
    expectClose(
      Double(losses.last ?? .nan), 2.69, relative: 1e-4, "the second loss must be that of the moved model: c = 1.3")
    expectClose(
      model.offset.value.onlyNumber, 1.54, relative: 1e-4, "after two steps c must be 1.54: 1 + 0.1·3 + 0.1·2.4")
    let still = try trainFlow(model, velocity: constant, optimizer: optimizer, steps: 0, using: &rng) { _ in pairs }
    expectEqual(still.count, 0, "no steps, no losses")
  }

  func test5_TimesAndBatches() throws {
    var rng = stream("times")
    var copy = rng
    let pairs = try Pairs(x0: Tensor.normal([16, 2], using: &rng), x1: Tensor.normal([16, 2], using: &rng))
    _ = Tensor.normal([16, 2], using: &copy)
    _ = Tensor.normal([16, 2], using: &copy)
    let model = LinearVelocity()
    let witness = BatchWitness { model($0, $1) }
    var batches = 0
    _ = try trainFlow(
      model, velocity: witness.callAsFunction, optimizer: SGD(learningRate: 0.01), steps: 5, using: &rng
    ) { rng in
      batches += 1
      _ = rng.nextNormal()
      return pairs
    }
    expectEqual(batches, 5, "a new batch must be asked for at each step")
    expectEqual(witness.times.count, 5, "v must be evaluated once a step")
    expectEqual(Set(witness.times.joined()).count, 80, "each row of each batch must get a time of its own")
    for (step, (times, x)) in zip(witness.times, witness.inputs).enumerated() {
      _ = copy.nextNormal()
      let want = (0..<16).map { _ in copy.nextUniform() }
      expectClose(
        times, want, relative: 1e-9,
        "step \(step): first nextBatch, then one rng.nextUniform() a row")
      guard times.count == 16 else { continue }
      let t = Tensor(column: times)
      expectClose(
        x, pairs.x1 * t + pairs.x0 * (1 - t), absolute: 1e-5,
        "step \(step): v must be asked at t·x₁ + (1 − t)·x₀ of the batch's own pairs")
    }
  }

  func test6_WhatPairsTeach() throws {
    var rng = stream("teach")
    let noise = Tensor.normal([256, 1], using: &rng)
    // Z₁ = Z₀ + 3: paired, v = 3 explains everything; torn apart, a variance of 2 or so remains.
    let pairs = try Pairs(x0: noise, x1: noise + 3)
    func finalLoss(_ nextBatch: (inout RandomStream) throws -> Pairs) throws -> (loss: Double, offset: Double) {
      let model = LinearVelocity()
      let losses = try trainFlow(
        model, velocity: { x, times in model(x * 0, times) }, optimizer: SGD(learningRate: 0.2), steps: 80, using: &rng,
        nextBatch: nextBatch)
      return (Double(losses.last ?? .nan), model.offset.value.onlyNumber + model.clock.value.onlyNumber / 2)
    }
    let paired = try finalLoss { rng in try pairedBatch(of: pairs, size: 64, using: &rng) }
    expect(
      paired.loss < 0.01,
      "on the flow's own pairs (z, z + 3) nothing is left unexplained, but the loss stays at \(paired.loss)")
    expectClose(paired.offset, 3, absolute: 0.05, "on the pairs (z, z + 3) the velocity is 3")
    let torn = try finalLoss { rng in
      let (a, b) = (
        try pairedBatch(of: pairs, size: 64, using: &rng), try pairedBatch(of: pairs, size: 64, using: &rng)
      )
      return try Pairs(x0: a.x0, x1: b.x1)
    }
    expect(
      torn.loss > 0.8,
      "with partners torn apart the lines cross, and a loss of about 2 must remain, but got \(torn.loss)")
  }
}
