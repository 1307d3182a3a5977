import XCTest

@testable import Tensors

/// First and second derivatives of every differentiable operation against finite differences, by one helper.
final class DerivativeTests: XCTestCase {
  /// Checks ∇f·v and ∇(‖∇f‖²)·v along random directions against central differences of f and of ‖∇f‖².
  ///
  /// `f` is reduced to a number by a fixed random cotangent. Float32 leaves three or four digits to a difference
  /// quotient; a wrong rule is off in the first.
  private func check(
    _ name: String, _ shapes: [[Int]], low: Float = -1.5, high: Float = 1.5, secondOrder: Bool = true,
    _ f: @escaping ([Tensor]) -> Tensor, file: StaticString = #filePath, line: UInt = #line
  ) {
    for seed in 1...3 {
      var rng = RandomStream(seed: UInt64(seed)).stream(name)
      let x = shapes.map { Tensor.uniform($0, low: low, high: high, using: &rng) }
      let directions = shapes.map { Tensor.normal($0, using: &rng) }
      let cotangent = Tensor.normal(withoutGrad { f(x) }.shape, using: &rng)
      let value: ([Tensor]) -> Tensor = { (f($0) * cotangent).sum() }
      let gradientNorm: ([Tensor]) -> Tensor = { x in
        let leaves = x.map { $0.isTracked ? $0 : $0.tracked() }
        let gradients = grad(of: value(leaves), wrt: leaves, createGraph: true)
        return gradients.map { square($0).sum() }.reduce(Tensor(0), +)
      }
      for order in 1...(secondOrder ? 2 : 1) {
        let function = order == 1 ? value : gradientNorm
        let leaves = x.map { $0.tracked() }
        let gradients = grad(of: function(leaves), wrt: leaves)
        let got = zip(gradients, directions).map { Double(($0 * $1).sum().item()) }.reduce(0, +)
        let h: Float = 4e-3
        func at(_ step: Float) -> Double { Double(function(zip(x, directions).map { $0 + $1 * step }).item()) }
        // Richardson's extrapolation of two central differences.
        let wide = (at(2 * h) - at(-2 * h)) / Double(4 * h)
        let want = (4 * (at(h) - at(-h)) / Double(2 * h) - wide) / 3
        let size = zip(gradients, directions).map { Double(sqrt(square($0).sum() * square($1).sum()).item()) }.reduce(
          0, +)
        XCTAssertEqual(
          got, want, accuracy: 4e-3 * max(size, Swift.abs(want), 0.1),
          "\(name): derivative \(order), seed \(seed)", file: file, line: line)
      }
    }
  }

  func testPointwise() {
    check("exp", [[3, 4]]) { exp($0[0]) }
    check("log", [[3, 4]], low: 0.5, high: 2) { log($0[0]) }
    check("sqrt", [[3, 4]], low: 0.5, high: 2) { sqrt($0[0]) }
    check("rsqrt", [[3, 4]], low: 0.5, high: 2) { rsqrt($0[0]) }
    check("abs", [[3, 4]], low: 0.5, high: 2) { abs($0[0]) }
    check("square", [[3, 4]]) { square($0[0]) }
    check("pow", [[3, 4]], low: 0.5, high: 2) { pow($0[0], 2.5) }
    check("sin", [[3, 4]]) { sin($0[0]) }
    check("cos", [[3, 4]]) { cos($0[0]) }
    check("tanh", [[3, 4]]) { tanh($0[0]) }
    check("sigmoid", [[3, 4]]) { sigmoid($0[0]) }
    check("silu", [[3, 4]]) { silu($0[0]) }
    check("gelu", [[3, 4]]) { gelu($0[0]) }
    check("softplus", [[3, 4]]) { softplus($0[0]) }
    check("erf", [[3, 4]]) { erf($0[0]) }
    check("relu", [[3, 4]], low: 0.1) { relu($0[0]) + relu(-$0[0]) }
    check("leakyReLU", [[3, 4]], low: 0.1) { leakyReLU($0[0]) * leakyReLU(-$0[0]) }
    check("clamp", [[3, 4]], low: 0.1, high: 0.9) { square(clamp($0[0], 0, 1)) }
    check("clamp, one side", [[3, 4]], low: 0.1, high: 0.9) {
      square(clamp($0[0], atLeast: 0)) * clamp(-$0[0], atMost: 0)
    }
    check("logSigmoid", [[3, 4]]) { logSigmoid($0[0]) }
  }

  func testArithmeticUnderBroadcasting() {
    for (a, b) in [([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1], [1, 3]), ([2, 3, 2], [3, 1]), ([], [2, 2])] {
      check("+ \(a) \(b)", [a, b]) { square($0[0] + $0[1]) }
      check("- \(a) \(b)", [a, b]) { square($0[0] - $0[1]) }
      check("* \(a) \(b)", [a, b]) { $0[0] * $0[1] }
      check("/ \(a) \(b)", [a, b], low: 0.7, high: 2) { $0[0] / $0[1] }
    }
    // Shapes that differ in nothing but an axis of length 1.
    let (row, column) = (Tensor([1, 2, 3], shape: [1, 3]), Tensor([1, 2, 3], shape: [3, 1]))
    XCTAssertEqual((row * Tensor([4, 5, 6])).scalars, [4, 10, 18])
    XCTAssertEqual((Tensor([4, 5, 6]) - row).scalars, [3, 3, 3])
    XCTAssertEqual((column + column.reshaped([1, 3, 1])).scalars, [2, 4, 6])
    check("numbers", [[4]], low: 0.7, high: 2) { (2 - $0[0]) * (3 / $0[0]) + (1 + $0[0] * 0.5) / 2 - 1 }
    check("maximum", [[4], [4]]) { square(maximum($0[0], $0[1] + 4)) + square(minimum($0[0], $0[1] + 4)) }
    check("where", [[2, 3], [3]]) { square(`where`(Tensor([1, 0, 1]), $0[0], $0[1])) }
  }

  func testReductions() {
    check("sum", [[2, 3, 4]]) { square($0[0].sum(axes: [0, 2])) }
    check("mean", [[2, 3, 4]]) { square($0[0].mean(axis: 1, keepDims: true)) }
    check("variance", [[2, 3, 4]]) { $0[0].variance(axes: [1, 2], correction: 1) }
    check("max", [[2, 5]]) { square($0[0].max(axis: 1)) }
    check("min", [[2, 5]]) { square($0[0].min(axis: 0)) }
    check("logSumExp", [[2, 5]]) { logSumExp($0[0], axes: [1]) }
    check("softmax", [[2, 5]]) { softmax($0[0]) }
    check("softmax of axis 0", [[4, 3]]) { softmax($0[0], axis: 0) }
    check("logSoftmax", [[2, 5]]) { logSoftmax($0[0]) }
    check("logSumExp of two axes", [[2, 3, 2]]) { logSumExp($0[0], axes: [0, 2]) }
    check("softmax of two axes", [[2, 3, 2]]) { softmax($0[0], axes: [0, -1]) }
    check("logSoftmax of two axes", [[2, 3, 2]]) { logSoftmax($0[0], axes: [1, 2]) }
    check("cumulativeSum", [[2, 4, 3]]) { square($0[0].cumulativeSum(axis: 1)) }
    check("cumulativeSum, reversed", [[2, 5]]) { square($0[0].cumulativeSum(axis: -1, reversed: true)) }
  }

  func testShaping() {
    check("reshaped, transposed", [[2, 3, 4]]) { square($0[0].transposed(axes: [2, 0, 1]).reshaped([4, 6])) }
    check("sliced", [[2, 5]]) { square($0[0].sliced(axis: 1, 1..<4)) }
    check("padded", [[2, 3]]) { square($0[0].padded(axis: 1, before: 1, after: 2) + 1) }
    check("take", [[4, 3]]) { square($0[0].take([2, 0, 2], axis: 0)) }
    check("scatterAdded", [[3, 2]]) { square($0[0].scatterAdded([1, 1, 0], axis: 0, length: 4)) }
    check("concatenated", [[2, 2], [2, 3]]) { square(concatenated($0, axis: 1)) }
    check("stacked", [[2, 2], [2, 2]]) { square(stacked($0, axis: 1)) }
    check("broadcast", [[2, 1]]) { square($0[0].broadcast(to: [3, 2, 4])) }
    check("subscript", [[3, 2]]) { square($0[0][1]) }
  }

  func testGatheringSortingAndPadding() {
    check("gathered", [[2, 4]]) { square($0[0].gathered([3, 0, 3, 1, 1, 2], shape: [2, 3], axis: 1)) }
    check("gathered, axis 0", [[3, 4]]) { square($0[0].gathered([2, 0, 2, 1, 2, 0], shape: [2, 3], axis: 0)) }
    check("scatterAdded at", [[2, 4], [2, 3]]) { square($0[0].scatterAdded($0[1], at: [3, 0, 3, 1, 1, 2], axis: 1)) }
    check("scatterAdded at, axis 0", [[3, 4], [2, 3]]) {
      square($0[0].scatterAdded($0[1], at: [2, 0, 2, 2, 1, 2], axis: 0))
    }
    // Apart by more than the step of the differences, or these would see the order change.
    let apart = Tensor([0, 30, -10, 20, 10], shape: [5])
    check("sorted", [[2, 5]]) { square(($0[0] + apart).sorted(axis: 1, descending: true).values) * Tensor.arange(5) }
    check("topK", [[2, 5]]) { square(($0[0] + apart).topK(3).values) }
    check("padded", [[2, 3, 3]]) { square($0[0].padded([(1, 0), (2, 1)], mode: .constant(0.5))) }
    check("padded, reflected", [[2, 3, 3]]) { square($0[0].padded([(2, 1), (0, 2)], mode: .reflect)) }
    check("padded, replicated", [[2, 3, 3]]) { square($0[0].padded([(2, 1), (0, 2)], mode: .replicate)) }
    check("sliced in all axes", [[3, 4, 2]]) { square($0[0].sliced([1..<3, 0..<3, 1..<2])) }
    check("flipped", [[3, 2]]) { square($0[0].flipped(axis: 0)) * Tensor([1, 2]) }
  }

  func testProductsAndConvolutions() {
    for (a, b) in [(false, false), (true, false), (false, true), (true, true)] {
      check("matmul \(a) \(b)", [a ? [4, 3] : [3, 4], b ? [2, 4] : [4, 2]]) {
        matmul($0[0], $0[1], transposeA: a, transposeB: b)
      }
    }
    check("batched matmul", [[2, 1, 3, 2], [3, 2, 2]]) { matmul($0[0], $0[1]) }
    check("linear", [[2, 2, 3], [4, 3], [4]]) { linear($0[0], weight: $0[1], bias: $0[2]) }
    check("conv2d", [[2, 2, 5, 5], [3, 2, 3, 3], [3]]) { conv2d($0[0], $0[1], bias: $0[2], padding: 1) }
    check("conv2d, stride 2", [[1, 2, 5, 5], [3, 2, 3, 3]]) { conv2d($0[0], $0[1], stride: 2, padding: 1) }
    check("conv2d, groups", [[1, 4, 4, 4], [4, 2, 3, 3]]) { conv2d($0[0], $0[1], padding: 1, groups: 2) }
    check("averagePool2d", [[1, 2, 4, 4]]) { square(averagePool2d($0[0], size: 2)) }
    check("averagePool2d of windows", [[1, 2, 5, 4]]) { square(averagePool2d($0[0], size: 3, stride: 2, padding: 1)) }
    check("averagePool2d, padding not counted", [[1, 2, 5, 4]]) {
      square(averagePool2d($0[0], size: 3, stride: 1, padding: 1, countsPadding: false))
    }
    let steps = Tensor((0..<30).map { Float($0 * 7 % 30) * 4 }, shape: [1, 1, 6, 5])
    check("maxPool2d", [[1, 2, 6, 5]]) { square(maxPool2d($0[0] + steps, size: 3, stride: 2, padding: 1) * 0.02) }
    check("convTranspose2d", [[2, 2, 3, 4], [2, 3, 3, 3], [3]]) {
      convTranspose2d($0[0], $0[1], bias: $0[2], stride: 2, padding: 1, outputPadding: 1)
    }
    check("convTranspose2d, groups", [[1, 4, 3, 3], [4, 1, 3, 3]]) {
      convTranspose2d($0[0], $0[1], padding: 1, groups: 2)
    }
    check("upsampleNearest2d", [[1, 2, 2, 2]]) { square(upsampleNearest2d($0[0], factor: 2)) }
    for images in [1, 2] {
      check("groupNormSiLU", [[2, 4, 3, 3], [images, 4], [images, 4]]) {
        groupNormSiLU($0[0], groupCount: 2, gain: $0[1], offset: $0[2], eps: 0.1)
      }
    }
    check("linear of matrices", [[2, 3, 4], [5, 4], [5]]) { linear($0[0], weight: $0[1], bias: $0[2]) }
    check("groupNorm", [[2, 4, 3, 3], [4], [4]]) {
      groupNorm($0[0], groupCount: 2, weight: $0[1], bias: $0[2], eps: 0.1)
    }
  }

  func testAttentionAndItsCompanions() {
    check("attention", [[2, 3, 4], [2, 5, 4], [2, 5, 2]]) { scaledDotProductAttention($0[0], $0[1], $0[2]) }
    check("causal attention", [[2, 3, 24]]) { multiHeadAttention(packed: $0[0], headCount: 2, mask: .causal) }
    check("attention with a learnt bias", [[1, 3, 4], [1, 3, 4], [1, 3, 4], [3, 3]]) {
      multiHeadAttention($0[0], $0[1], $0[2], headCount: 2, mask: .added($0[3]))
    }
    check("layerNorm", [[3, 5], [5], [5]]) { layerNorm($0[0], weight: $0[1], bias: $0[2], eps: 0.1) }
    check("crossEntropy", [[4, 3]]) { crossEntropy($0[0], targets: [2, 0, 1, 1]) }
  }

  func testANetworkWithAGradientPenalty() {
    // Wasserstein GANs differentiate (‖∇ₓD(x)‖ − 1)² with respect to the weights; the commonest failure is a silent
    // zero.
    check("penalty", [[5, 4], [6, 4], [1, 6]], secondOrder: false) { p in
      let x = p[0].isTracked ? p[0] : p[0].tracked()
      let d = linear(tanh(linear(x, weight: p[1])), weight: p[2])
      let g = grad(of: d, wrt: [x], createGraph: true)[0]
      return square(sqrt(square(g).sum(axis: 1) + 1e-6) - 1)
    }
  }

  // MARK: The engine

  func testAHundredThousandOperations() {
    let x = Tensor(1).tracked()
    var y = x
    for _ in 0..<100_000 { y = y * 1.000_01 }
    XCTAssertEqual(grad(of: y, wrt: [x])[0].item(), 2.718_2, accuracy: 0.01)
    y = x
    // Dropped here: a hundred thousand nested deinits would overflow the stack.
    var pair = x
    for _ in 0..<100_000 { pair = pair + pair.detached() * 0 }
    XCTAssertEqual(grad(of: pair, wrt: [x])[0].item(), 1)
  }

  func testDiamondsAreVisitedOnce() {
    // Sixty doublings by a diamond have 2⁶⁰ paths.
    let x = Tensor(1).tracked()
    var y = x
    for _ in 0..<60 { y = y + y }
    XCTAssertEqual(grad(of: y, wrt: [x])[0].item(), 0x1p60)
  }

  /// Contributions are added up where the first of them lies. Whoever else holds that memory must not notice.
  func testSumsOfGradientsLeaveOthersAlone() {
    let (a, b) = (Tensor([1, 2]).tracked(), Tensor([3, 4]).tracked())
    let square = a * a
    // a and b get one and the same tensor from the sum; only a gets more.
    let sum = a + b
    let seed = Tensor([10, 20])
    XCTAssertEqual(grad(of: sum + square, wrt: [a, b], seed: seed).map(\.scalars), [[30, 100], [10, 20]])
    XCTAssertEqual(
      grad(of: sum + square, wrt: [sum, a, square], seed: seed).map(\.scalars), [[10, 20], [30, 100], [10, 20]])
    // The seed itself is what a doubled input gets first.
    XCTAssertEqual(grad(of: a + a, wrt: [a], seed: seed)[0].scalars, [20, 40])
    XCTAssertEqual(seed.scalars, [10, 20])
    // Gradients of a recorded sweep remember how they were computed, whichever contribution is a constant.
    let slope = grad(of: a * a * a + a, wrt: [a], seed: .ones([2]), createGraph: true)[0]
    XCTAssertEqual(grad(of: slope, wrt: [a])[0].scalars, [6, 12])
  }

  func testGradientsGoOnlyWhereTheyAreAskedFor() {
    let (a, b) = (Tensor(2).tracked(), Tensor(3).tracked())
    let y = a * a * b
    XCTAssertEqual(grad(of: y, wrt: [b, a]).map { $0.item() }, [4, 12])
    XCTAssertEqual(grad(of: a * 2, wrt: [b])[0].item(), 0)
    XCTAssertEqual(grad(of: Tensor(1), wrt: [b])[0].item(), 0)
    // An input inside the graph, and the output itself.
    let square = a * a
    let cube = square * a
    XCTAssertEqual(grad(of: cube, wrt: [square, a, cube]).map { $0.item() }, [2, 12, 1])
    XCTAssertEqual(grad(of: a.detached() * b, wrt: [a, b]).map { $0.item() }, [0, 2])
  }

  func testNothingIsRecordedWithoutATrackedTensorOrWithoutGrad() {
    XCTAssertFalse((Tensor(1) * Tensor(2)).isTracked)
    let x = Tensor(1).tracked()
    XCTAssertTrue((x * 2).isTracked)
    XCTAssertFalse(withoutGrad { x * 2 }.isTracked)
    XCTAssertFalse(grad(of: x * x, wrt: [x])[0].isTracked)
    XCTAssertTrue(grad(of: x * x, wrt: [x], createGraph: true)[0].isTracked)
    XCTAssertEqual(gradient(of: { $0 * $0 * $0 }, at: Tensor(2)).item(), 12)
  }

  func testThirdDerivative() {
    let x = Tensor(0.7).tracked()
    let first = grad(of: sin(x), wrt: [x], createGraph: true)[0]
    let second = grad(of: first, wrt: [x], createGraph: true)[0]
    XCTAssertEqual(grad(of: second, wrt: [x])[0].item(), -Float(0.764_842_2), accuracy: 1e-5)
  }
}
