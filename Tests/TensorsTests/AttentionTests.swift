import XCTest

@testable import Tensors

/// The fused kernels of attention, layer normalisation and cross-entropy against their definitions in single operations.
final class AttentionTests: XCTestCase {
  private var rng = RandomStream(seed: 5)

  private func expectClose(
    _ a: Tensor, _ b: Tensor, _ name: String, relative: Float = 2e-5, file: StaticString = #filePath, line: UInt = #line
  ) {
    XCTAssertEqual(a.shape, b.shape, name, file: file, line: line)
    let scale = Swift.max(abs(b).max().item(), 1e-3)
    // Written so that NaN fails.
    XCTAssertTrue(abs(a - b).max().item() <= relative * scale, "\(name): \(a), \(b)", file: file, line: line)
  }

  /// softmax(q kᵀ/√d + bias) v of single heads, `[N, H, L, d]`.
  private func definition(_ q: Tensor, _ k: Tensor, _ v: Tensor, bias: Tensor?, isCausal: Bool) -> Tensor {
    var scores = matmul(q, k, transposeB: true) / Float(q.dim(-1)).squareRoot()
    if let bias { scores = scores + bias }
    if isCausal {
      let (l, s) = (q.dim(-2), k.dim(-2))
      let hidden = (0..<l).flatMap { t in (0..<s).map { $0 > t + s - l ? -Float.infinity : 0 } }
      scores = scores + Tensor(hidden, shape: [l, s])
    }
    return matmul(softmax(scores), v)
  }

  private func heads(_ x: Tensor, _ count: Int) -> Tensor {
    x.reshaped([x.dim(0), x.dim(1), count, -1]).transposed(axes: [0, 2, 1, 3])
  }

  /// Lengths below, at and above the kernel's blocks of 32 queries and the vectors' 16 lanes.
  private let sizes = [(1, 1, 3), (1, 50, 16), (5, 7, 4), (32, 32, 16), (33, 70, 5), (70, 70, 32)]

  func testValuesAndGradientsOfEveryMask() {
    for (l, s, d) in sizes {
      for (name, mask, bias, isCausal) in [
        ("none", AttentionMask.none, nil, false), ("causal", .causal, nil, true),
        ("added", .added(Tensor.normal([2, 1, l, s], using: &rng)), "same", false),
        ("row", .added(Tensor.normal([s], using: &rng)), "same", false),
        ("column", .added(Tensor.normal([3, l, 1], using: &rng)), "same", false),
      ] as [(String, AttentionMask, String?, Bool)] {
        let name = "\(name) \(l) \(s) \(d)"
        var added: Tensor?
        if bias != nil, case .added(let numbers) = mask { added = numbers }
        let leaves = [[2, l, 3 * d], [2, s, 3 * d], [2, s, 3 * (d + 1)]].map {
          Tensor.normal($0, using: &rng).tracked()
        }
        let seed = Tensor.normal([2, l, 3 * (d + 1)], using: &rng)
        let fused = multiHeadAttention(leaves[0], leaves[1], leaves[2], headCount: 3, mask: mask)
        let want = definition(
          heads(leaves[0], 3), heads(leaves[1], 3), heads(leaves[2], 3), bias: added, isCausal: isCausal
        ).transposed(axes: [0, 2, 1, 3]).reshaped(seed.shape)
        expectClose(fused.detached(), want.detached(), name)
        expectClose(
          withoutGrad { multiHeadAttention(leaves[0], leaves[1], leaves[2], headCount: 3, mask: mask) },
          want.detached(),
          "\(name), not recorded")
        let wanted = grad(of: want, wrt: leaves, seed: seed)
        for (index, gradient) in grad(of: fused, wrt: leaves, seed: seed).enumerated() {
          expectClose(gradient, wanted[index], "\(name): gradient \(index)")
        }
        for (index, gradient) in grad(of: fused, wrt: leaves, seed: seed, createGraph: true).enumerated() {
          expectClose(gradient.detached(), wanted[index], "\(name): recorded gradient \(index)")
        }
      }
    }
  }

  func testPackedAndPlainAttentionAgree() {
    for (length, d, mask) in [(7, 4, AttentionMask.causal), (40, 16, .none), (65, 8, .causal)] {
      let packed = Tensor.normal([2, length, 9 * d], using: &rng).tracked()
      let seed = Tensor.normal([2, length, 3 * d], using: &rng)
      let parts = (0..<3).map { heads(packed.sliced(axis: 2, $0 * 3 * d..<($0 + 1) * 3 * d), 3) }
      let plain = scaledDotProductAttention(parts[0], parts[1], parts[2], mask: mask)
        .transposed(axes: [0, 2, 1, 3]).reshaped(seed.shape)
      let fused = multiHeadAttention(packed: packed, headCount: 3, mask: mask)
      expectClose(fused.detached(), plain.detached(), "packed \(length)")
      let want = grad(of: plain, wrt: [packed], seed: seed)[0]
      expectClose(grad(of: fused, wrt: [packed], seed: seed)[0], want, "packed \(length): gradient")
      expectClose(
        grad(of: fused, wrt: [packed], seed: seed, createGraph: true)[0].detached(), want, "packed \(length): recorded")
    }
  }

  func testAllowedKeysAndALearntBias() {
    let x = (0..<3).map { _ in Tensor.normal([2, 3, 4], using: &rng) }
    let flags = Tensor([1, 0, 1])
    let some = scaledDotProductAttention(x[0], x[1], x[2], mask: .allowed(flags))
    let fewer = scaledDotProductAttention(x[0], x[1].take([0, 2], axis: 1), x[2].take([0, 2], axis: 1))
    expectClose(some, fewer, "a key that may not be read might as well not exist")
    let bias = Tensor.normal([3, 3], using: &rng).tracked()
    let seed = Tensor.normal([2, 3, 4], using: &rng)
    let fused = scaledDotProductAttention(x[0], x[1], x[2], mask: .added(bias))
    let want = definition(x[0], x[1], x[2], bias: bias, isCausal: false)
    expectClose(grad(of: fused, wrt: [bias], seed: seed)[0], grad(of: want, wrt: [bias], seed: seed)[0], "bias")
  }

  func testTheNumberOfThreadsDoesNotChangeTheBits() {
    let packed = Tensor.normal([4, 64, 3 * 64], using: &rng).tracked()
    let x = Tensor.normal([1000, 64], using: &rng).tracked()
    let weight = Tensor.normal([64], using: &rng).tracked()
    func bits() -> [[Float]] {
      let y = multiHeadAttention(packed: packed, headCount: 4, mask: .causal)
      let z = layerNorm(x, weight: weight)
      let targets = (0..<1000).map { $0 % 64 }
      return [y, z].map(\.scalars) + grad(of: square(y).sum(), wrt: [packed]).map(\.scalars)
        + grad(of: crossEntropy(z, targets: targets), wrt: [x, weight]).map(\.scalars)
    }
    XCTAssertEqual(withThreads(1, bits), withThreads(2, bits))
  }

  func testLayerNormalisation() {
    for (rows, length) in [(1, 1), (3, 5), (64, 16), (200, 37), (65, 128)] {
      for parameters in 0...2 {
        let leaves = [[rows, length], [length], [length]].prefix(parameters + 1).map {
          Tensor.normal($0, using: &rng).tracked()
        }
        let weight = parameters > 0 ? leaves[1] : nil
        let bias = parameters > 1 ? leaves[2] : nil
        let seed = Tensor.normal([rows, length], using: &rng)
        let centred = leaves[0] - leaves[0].mean(axis: 1, keepDims: true)
        var want = centred / sqrt(square(centred).mean(axis: 1, keepDims: true) + 0.01)
        if let weight { want = want * weight }
        if let bias { want = want + bias }
        let got = layerNorm(leaves[0], weight: weight, bias: bias, eps: 0.01)
        let name = "layerNorm \(rows) \(length) \(parameters)"
        expectClose(got.detached(), want.detached(), name)
        let wanted = grad(of: want, wrt: leaves, seed: seed)
        for (index, leaf) in leaves.enumerated() {
          // Alone, and with the others, whose sums come from the same walk.
          expectClose(
            grad(of: got, wrt: [leaf], seed: seed)[0], wanted[index], "\(name): gradient \(index)", relative: 1e-4)
          expectClose(
            grad(of: got, wrt: leaves, seed: seed)[index], wanted[index], "\(name): gradients \(index)", relative: 1e-4)
          expectClose(
            grad(of: got, wrt: leaves, seed: seed, createGraph: true)[index].detached(), wanted[index],
            "\(name): recorded gradient \(index)", relative: 1e-4)
        }
      }
    }
  }

  func testCrossEntropy() {
    let logits = (Tensor.normal([4, 3, 6], using: &rng) * 3).tracked()
    let targets = (0..<12).map { $0 % 6 }
    let hits = Tensor((0..<12).flatMap { row in (0..<6).map { $0 == targets[row] ? 1 : Float(0) } }, shape: [4, 3, 6])
    let want = -(logSoftmax(logits) * hits).sum() / 12
    let got = crossEntropy(logits, targets: targets)
    expectClose(got.detached(), want.detached(), "crossEntropy")
    let wanted = grad(of: want, wrt: [logits])[0]
    expectClose(grad(of: got, wrt: [logits])[0], wanted, "gradient")
    expectClose(grad(of: got, wrt: [logits], createGraph: true)[0].detached(), wanted, "recorded gradient")
    // Scores beyond what exp can take, and a certain answer.
    XCTAssertEqual(crossEntropy(Tensor([1000, 0] as [Float], shape: [1, 2]), targets: [1]).item(), 1000)
    XCTAssertEqual(crossEntropy(Tensor([1000, 0] as [Float], shape: [1, 2]), targets: [0]).item(), 0)
  }
}
