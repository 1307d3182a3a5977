import Chapter01GAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_10_TopKTraining: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    let mask = try topKMask(scores: Tensor([3, 1, 2]), k: 2)
    expectShape(mask, [3], "the mask has a number for each fake")
    let loss = try topKGeneratorLoss(fake: Tensor([3, 1, 2]), k: 2, kind: .nonSaturating)
    expectShape(loss, [], "the loss is one number, of shape []")
    let k = try annealedTopK(batchSize: 10, epoch: 0)
    expectEqual(k, 10, "at the start the whole batch teaches")
    for k in [0, 4, -1] {
      try expectRefusal("k = \(k) of three") { _ = try topKMask(scores: Tensor([3, 1, 2]), k: k) }
    }
    try expectRefusal("scores of shape [B, 1]") { _ = try topKMask(scores: .ones([3, 1]), k: 1) }
    try expectRefusal("a floor of 0") { _ = try annealedTopK(batchSize: 10, epoch: 1, floor: 0) }
  }

  func test2_ByHand() throws {
    let scores = Tensor([0.5, -3, 2, 0, 1])
    let mask = try topKMask(scores: scores, k: 3)
    expectClose(mask, Tensor([1, 0, 1, 0, 1]), "the three highest scores: the fakes that look *most* real")
    let one = try topKMask(scores: scores, k: 1)
    expectClose(one, Tensor([0, 0, 1, 0, 0]), "k = 1 keeps the best one")
    let all = try topKMask(scores: scores, k: 5)
    expectClose(all, .ones([5]), "k = B keeps all")
    let ties = try topKMask(scores: Tensor([1, 2, 1, 1, 0]), k: 3)
    expectClose(ties, Tensor([1, 1, 1, 0, 0]), "exactly k are kept; of equal scores those with the lower index")
    let level = try topKMask(scores: .zeros([6]), k: 2)
    expectClose(level, Tensor([1, 1, 0, 0, 0, 0]), "a discriminator that finds all alike: still exactly k")

    let three = log(3.0)
    let logits = Tensor([three, -5, 0, -7], shape: [4])
    let better = try topKGeneratorLoss(fake: logits, k: 2, kind: .nonSaturating)
    expectClose(
      better.onlyNumber, (-log(0.75) + log(2)) / 2, relative: 1e-5,
      "the losses at ln 3 and 0, divided by k = 2: not by the batch, and the others add nothing")
    let saturating = try topKGeneratorLoss(fake: logits, k: 2, kind: .saturating)
    expectClose(
      saturating.onlyNumber, (log(0.25) - log(2)) / 2, relative: 1e-5, "the same with the saturating loss")
  }

  func test3_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Kind: Decodable {
        let loss: Double
        let gradient: [Double]
      }
      struct Case: Decodable {
        let logits: [Double]
        let k: Int
        let kept: [Int]
        let saturating, nonSaturating: Kind
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("top-k", from: .module)
    for known in content.cases {
      let logits = Tensor(known.logits, shape: [known.logits.count])
      let mask = try topKMask(scores: logits, k: known.k)
      expectEqual(mask.scalars.indices.filter { mask.scalars[$0] == 1 }, known.kept, "torch.topk keeps others")
      for (kind, want) in [(GeneratorLossKind.saturating, known.saturating), (.nonSaturating, known.nonSaturating)] {
        let leaf = logits.tracked()
        let loss = try topKGeneratorLoss(fake: leaf, k: known.k, kind: kind)
        expectClose(loss.onlyNumber, want.loss, relative: 1e-5, "PyTorch: the \(kind) loss of the kept \(known.k)")
        let gradient = grad(of: loss, wrt: [leaf])[0]
        expectClose(
          gradient.scalars.map(Double.init), want.gradient, relative: 1e-4, absolute: 1e-7,
          "PyTorch: its gradient, zero for the fakes that are left out")
      }
    }
  }

  func test4_NoGradientThroughTheChoice() throws {
    var rng = stream("choice")
    let scores = Tensor.normal([8], using: &rng).tracked()
    let mask = try topKMask(scores: scores, k: 3)
    expect(!mask.isTracked, "which fakes are chosen is no matter of differentiation: the mask is not tracked")
    expectClose(mask.sum().onlyNumber, 3, relative: 1e-9, "exactly k ones")
    let (kept, left) = (
      zip(scores.scalars, mask.scalars).filter { $0.1 == 1 }.map(\.0),
      zip(scores.scalars, mask.scalars).filter { $0.1 == 0 }.map(\.0)
    )
    expect(
      (kept.min() ?? -.infinity) >= (left.max() ?? .infinity),
      "every kept score is at least as high as every one left out")
    let whole = try topKGeneratorLoss(fake: scores, k: 8, kind: .nonSaturating)
    expectClose(whole, softplus(-scores).mean(), relative: 1e-5, "k = B is the loss of exercise 1.2")
  }

  func test5_Annealing() throws {
    let table: [(Double, Int)] = [(0, 200), (1, 198), (10, 181), (50, 121), (68, 101), (69, 100), (1000, 100)]
    for (epoch, want) in table {
      let k = try annealedTopK(batchSize: 200, epoch: epoch)
      expectEqual(k, want, "200 · max(0.99ⁿ, ½) at n = \(epoch): it decays geometrically, and never below the floor")
    }
    let quick = try annealedTopK(batchSize: 64, epoch: 2, decay: 0.5, floor: 0.1)
    expectEqual(quick, 16, "64 · ½² = 16, above the floor")
    let low = try annealedTopK(batchSize: 64, epoch: 5, decay: 0.5, floor: 0.25)
    expectEqual(low, 16, "64 · ½⁵ is below the floor of a quarter")
    let single = try annealedTopK(batchSize: 3, epoch: 100, decay: 0.5, floor: 0.1)
    expectEqual(single, 1, "at least one fake teaches")
    let part = try annealedTopK(batchSize: 100, epoch: 0.5, decay: 0.81, floor: 0.1)
    expectEqual(part, 90, "half an epoch counts: 0.81^½ = 0.9")
    var last = 200
    for epoch in 0..<100 {
      let k = try annealedTopK(batchSize: 200, epoch: Double(epoch))
      expect(k <= last, "k never rises again, but it is \(k) at epoch \(epoch) after \(last)")
      last = k
    }
  }
}
