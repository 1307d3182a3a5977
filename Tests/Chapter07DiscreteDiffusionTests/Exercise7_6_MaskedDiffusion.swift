import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_6_MaskedDiffusion: ExerciseTestCase {
  func test1_Shapes() throws {
    let noisy = [[3, 1], [0, 3]]
    let found = try subsLogProbabilities(logits: .zeros([2, 2, 4]), noisy: noisy, mask: 3)
    expectShape(found, [2, 2, 4], "log-probabilities have the shape of the logits")
    let weight = try nelboWeight(.linear, at: 0.5)
    expectFinite(weight, "a weight is a number")
    let loss = try mdlmLoss(
      logProbabilities: .full(-1, [2, 2, 4]), clean: [[2, 1], [0, 0]], noisy: noisy, mask: 3, weights: [1, 1])
    expectShape(loss, [], "the loss of a batch is one number")
    try expectRefusal("a mask beyond the states") {
      _ = try subsLogProbabilities(logits: .zeros([1, 1, 3]), noisy: [[0]], mask: 3)
    }
    try expectRefusal("sequences of another length than the logits") {
      _ = try subsLogProbabilities(logits: .zeros([1, 2, 4]), noisy: [[0]], mask: 3)
    }
    try expectRefusal("t = 0, where nothing is masked") { _ = try nelboWeight(.linear, at: 0) }
    try expectRefusal("one weight for two sequences") {
      _ = try mdlmLoss(
        logProbabilities: .zeros([2, 1, 4]), clean: [[0], [1]], noisy: [[3], [3]], mask: 3, weights: [1])
    }
  }

  func test2_ByHand() throws {
    let logits = Tensor([log(1), log(3), log(12)], shape: [1, 1, 3])
    let masked = try subsLogProbabilities(logits: logits, noisy: [[2]], mask: 2)
    expectClose(
      exp(masked), Tensor([0.25, 0.75, 0], shape: [1, 1, 3]),
      "weights 1, 3 and 12 for the mask: without the mask ¼ and ¾. If they are 1/16 and 3/16, the mask was taken out "
        + "after the softmax")
    let visible = try subsLogProbabilities(logits: logits, noisy: [[0]], mask: 2)
    expectClose(
      exp(visible), Tensor([1, 0, 0], shape: [1, 1, 3]),
      "a token that can be seen is certain, whatever the network says")
    let linear = try nelboWeight(.linear, at: 0.25)
    expectClose(
      linear, 4, relative: 1e-12, "the linear schedule's weight is 1/t, and positive: α falls, so −α′ is what counts")

    // Two sequences of two; log p of the right token is −1, −2, −3, −4.
    let scores = Tensor([-1, -9, -2, -9, -9, -3, -4, -9], shape: [2, 2, 2])
    let loss = try mdlmLoss(
      logProbabilities: concatenated([scores, .full(-9, [2, 2, 1])], axis: 2), clean: [[0, 0], [1, 0]],
      noisy: [[2, 0], [2, 2]], mask: 2, weights: [10, 1])
    expectClose(
      loss.onlyNumber, 17.0 / 4, relative: 1e-5,
      "(10·1 + 1·(3 + 4))/4: masked positions only, each sequence with its weight, divided by all four positions "
        + "(not by "
        + "the three that are masked, nor by two sequences)")
  }

  func test3_SubstitutionAgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let logits: [[Double]]
        let tokens: [Int]
        let probabilities: [[Double]]
      }
      let logProbabilities: [Case]
    }
    let content: Content = try Fixture.load("masked", from: .module)
    for known in content.logProbabilities {
      let shape = [1, known.tokens.count, 5]
      let leaf = Tensor(known.logits.flatMap { $0 }, shape: shape).tracked()
      let found = try subsLogProbabilities(logits: leaf, noisy: [known.tokens], mask: 4)
      expectClose(
        exp(found), Tensor(known.probabilities.flatMap { $0 }, shape: shape), relative: 1e-5, absolute: 1e-7,
        "PyTorch, with −∞ in place of the mask's logit, has other probabilities")
      expectFinite(found, "−∞ is written as −10⁶, so that gradients stay numbers")
      // Weights that differ, for the sum of probabilities is 1 whatever the logits are.
      let slope = grad(of: (exp(found) * Tensor.arange(5)).sum(), wrt: [leaf])[0]
      expectFinite(slope, "gradients must be numbers")
      for (i, token) in known.tokens.enumerated() {
        let size = slope[0][i].scalars.reduce(0) { $0 + Swift.abs($1) }
        if token == 4 {
          expect(size > 1e-4, "the network learns at masked positions, but no gradient arrives at position \(i)")
        } else {
          expectEqual(size, 0, "position \(i) can be seen: what the network says there must not matter")
        }
      }
    }
  }

  func test4_Weights() throws {
    struct Content: Decodable {
      struct Case: Decodable { let power, t, alpha, weight: Double }
      let losses: [Case]
    }
    let content: Content = try Fixture.load("masked", from: .module)
    for known in content.losses {
      let power = known.power
      let schedule = MaskingSchedule(alpha: { pow(1 - $0, power) }, slope: { -power * pow(1 - $0, power - 1) })
      let weight = try nelboWeight(schedule, at: known.t)
      expectClose(
        weight, known.weight, relative: 1e-9,
        "α = (1 − t)^\(power) at t = \(known.t): −α′/(1 − α). Is it divided by 1 − α, the share that is masked?")
    }
    for t in [0.1, 0.6, 0.95] {
      let cosine = try nelboWeight(.cosine, at: t)
      let h = 1e-6
      let slope = (MaskingSchedule.cosine.alpha(t) - MaskingSchedule.cosine.alpha(t - h)) / h
      expectClose(cosine, -slope / (1 - MaskingSchedule.cosine.alpha(t)), relative: 1e-4, "the cosine schedule at \(t)")
      expect(cosine > 0, "weights are positive: α falls, so −α′ is what counts")
    }
  }

  func test5_AgainstFlowMatching() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let weight: Double
        let clean, noisy: [[Int]]
        let logits: [[[Double]]]
        let perSequence: [Double]
      }
      let losses: [Case]
    }
    let content: Content = try Fixture.load("masked", from: .module)
    for known in content.losses {
      // Log-probabilities by the definition, so that this rung asks for the loss alone.
      let rows = known.logits.flatMap { sequence in
        sequence.flatMap { logits in
          let sum = logits.dropLast().reduce(0) { $0 + exp($1) }
          return logits.dropLast().map { $0 - log(sum) } + [-1e6]
        }
      }
      let length = known.clean[0].count
      let found = Tensor(rows, shape: [known.clean.count, length, 5])
      let loss = try mdlmLoss(
        logProbabilities: found, clean: known.clean, noisy: known.noisy, mask: 4,
        weights: known.clean.map { _ in known.weight })
      let want = known.perSequence.reduce(0, +) / Double(known.clean.count * length)
      expectClose(
        loss.onlyNumber, want, relative: 1e-4, absolute: 1e-6,
        "flow_matching's loss of the same batch, a token: visible positions have no loss, and all positions are counted"
      )
    }
  }

  func test6_AnySchedule() throws {
    var rng = stream("schedules")
    let tiny = TinyLaw.random(symbols: 2, length: 3, using: &rng)
    let text = [1, 0, 1]
    // Every mask at 200 times: the mean over the batch is the integral over t of the expectation over masks.
    for (name, schedule) in [("linear", MaskingSchedule.linear), ("cosine", .cosine)] {
      var (noisy, weights, rows): ([[Int]], [Double], [Double]) = ([], [], [])
      for step in 0..<200 {
        let t = (Double(step) + 0.5) / 200
        let alpha = schedule.alpha(t)
        let weight = try nelboWeight(schedule, at: t)
        for subset in 0..<8 {
          let x = (0..<3).map { subset >> $0 & 1 == 1 ? 2 : text[$0] }
          let chance = x.reduce(1) { $0 * ($1 == 2 ? 1 - alpha : alpha) }
          noisy.append(x)
          // Eight masks share one time: the mean over them counts each an eighth.
          weights.append(8 * chance * weight)
          rows += tiny.conditionals(x).flatMap { row in row.map { $0 > 0 ? log($0) : -1e6 } }
        }
      }
      let loss = try mdlmLoss(
        logProbabilities: Tensor(rows, shape: [noisy.count, 3, 3]), clean: noisy.map { _ in text }, noisy: noisy,
        mask: 2, weights: weights)
      expectClose(
        loss.onlyNumber * 3, -log(tiny.probability(of: text)), relative: 1e-3,
        "with the exact conditionals the bound of the \(name) schedule is −log p(x): the same for every schedule")
    }
  }
}
