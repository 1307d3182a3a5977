import XCTest

@testable import Tensors

/// Rectifiers that are computed along with a product, forward and back: the same bits as the operations one by one.
final class RectifiedLinearTests: XCTestCase {
  /// Rows, inputs, outputs: whole tiles and partial ones, few rows, few columns, several blocks of depth.
  private let sizes = [
    (1, 5, 3), (3, 40, 70), (8, 16, 48), (13, 7, 50), (64, 300, 2), (70, 40, 1), (256, 128, 128), (130, 300, 33),
    (200, 0, 20),
  ]

  private func bits(_ x: Tensor) -> [UInt32] { x.scalars.map(\.bitPattern) }

  private func layer(_ rows: Int, _ inputs: Int, _ outputs: Int) -> (x: Tensor, w: Tensor, b: Tensor) {
    var rng = RandomStream(seed: UInt64(rows * 1000 + inputs))
    return (
      .normal([rows, inputs], using: &rng), .normal([outputs, inputs], using: &rng), .normal([outputs], using: &rng)
    )
  }

  private func rectified(_ x: Tensor, _ w: Tensor, _ b: Tensor, _ slope: Float?) -> Tensor {
    rectifiedLinear(x, weight: w, bias: b, slope: slope)
  }

  private func oneByOne(_ x: Tensor, _ w: Tensor, _ b: Tensor, _ slope: Float?) -> Tensor {
    let y = linear(x, weight: w, bias: b)
    return slope.map { leakyReLU(y, slope: $0) } ?? relu(y)
  }

  func testValuesAndGradientsOfEverySize() {
    for (rows, inputs, outputs) in sizes {
      let (x, w, b) = layer(rows, inputs, outputs)
      for slope: Float? in [nil, 0.2] {
        let what = "\(rows) \(inputs) \(outputs) \(slope.debugDescription)"
        XCTAssertTrue(bits(rectified(x, w, b, slope)) == bits(oneByOne(x, w, b, slope)), what)
        let leaves = [x, w, b].map { $0.tracked() }
        let results = [rectified, oneByOne].map { f -> [[UInt32]] in
          let y = f(leaves[0], leaves[1], leaves[2], slope)
          return grad(of: square(y).sum(), wrt: leaves).map(bits)
        }
        XCTAssertTrue(results[0] == results[1], what)
      }
    }
  }

  func testOtherShapesAndSlopes() {
    var rng = RandomStream(seed: 4)
    let (w, b) = (Tensor.normal([5, 3], using: &rng), Tensor.normal([5], using: &rng))
    for shape in [[3], [2, 4, 3]] {
      let x = Tensor.normal(shape, using: &rng)
      for slope: Float? in [nil, 0.1, 0, -0.5] {
        let got = rectified(x, w, b, slope)
        XCTAssertEqual(got.shape, Array(shape.dropLast()) + [5])
        XCTAssertTrue(bits(got) == bits(oneByOne(x, w, b, slope)))
      }
    }
  }

  func testSpecialValues() {
    let special: [Float] = [
      .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e38, -1e38, 2, -2,
    ]
    let count = special.count
    // 1 · x + 0 for every x, also beyond the first vector.
    let x = Tensor((0..<32 * count).map { special[$0 % count] }, shape: [32 * count, 1])
    let (w, b) = (Tensor.ones([20, 1]), Tensor.zeros([20]))
    for slope: Float? in [nil, 0.2] {
      let (got, want) = (rectified(x, w, b, slope).scalars, oneByOne(x, w, b, slope).scalars)
      for (a, b) in zip(got, want) { XCTAssertTrue(a == b || (a.isNaN && b.isNaN), "\(a) instead of \(b)") }
    }
    // An infinite gradient that relu stops is 0, not NaN.
    let leaf = Tensor.full(-1, [16, 32]).tracked()
    let product = matmul(relu(leaf), Tensor.full(.infinity, [32, 32]))
    XCTAssertEqual(grad(of: product, wrt: [leaf], seed: .ones([16, 32]))[0].scalars, Array(repeating: 0, count: 512))
    let sloped = matmul(leakyReLU(leaf, slope: 0.2), Tensor.full(.infinity, [32, 32]))
    XCTAssertEqual(grad(of: sloped, wrt: [leaf], seed: .ones([16, 32]))[0].scalars.first, .infinity)
  }

  /// The gradient of a product passes an activation at once: against the recorded sweep, which takes single operations.
  func testASweepThroughProducts() {
    var rng = RandomStream(seed: 5)
    let batched = (Tensor.normal([3, 10, 40], using: &rng), Tensor.normal([3, 40, 20], using: &rng))
    let repeated = (Tensor.normal([10, 40], using: &rng), Tensor.normal([3, 40, 20], using: &rng))
    let tall = (Tensor.normal([3, 10, 40], using: &rng), Tensor.normal([40, 20], using: &rng))
    for (name, (x, w)) in [("batched", batched), ("repeated", repeated), ("tall", tall)] {
      for slope: Float? in [nil, 0.2] {
        let leaf = x.tracked()
        let a = slope.map { leakyReLU(leaf, slope: $0) } ?? relu(leaf)
        let y = matmul(a, w)
        let seed = Tensor.normal(y.shape, using: &rng)
        let fused = grad(of: y, wrt: [leaf], seed: seed)[0]
        let single = grad(of: y, wrt: [leaf], seed: seed, createGraph: true)[0]
        XCTAssertEqual(fused.shape, x.shape)
        for (a, b) in zip(fused.scalars, single.scalars) { XCTAssertEqual(a, b, accuracy: 1e-5, name) }
        let transposed = matmul(a, seed, transposeA: true)
        if name == "batched" {
          let one = grad(of: transposed, wrt: [leaf], seed: .ones(transposed.shape))[0]
          let two = grad(of: transposed, wrt: [leaf], seed: .ones(transposed.shape), createGraph: true)[0]
          for (a, b) in zip(one.scalars, two.scalars) { XCTAssertEqual(a, b, accuracy: 1e-5) }
        }
      }
    }
  }

  /// An activation that something else reads as well, or whose own gradient is asked for, is not passed over.
  func testAnActivationThatIsReadTwice() {
    var rng = RandomStream(seed: 6)
    let (x, w) = (Tensor.normal([20, 40], using: &rng), Tensor.normal([40, 40], using: &rng))
    let leaf = x.tracked()
    let a = relu(leaf)
    let y = matmul(a, w) + a
    let seed = Tensor.normal([20, 40], using: &rng)
    let direct = (matmul(seed, w, transposeB: true) + seed) * (x .> 0)
    for (got, want) in zip(grad(of: y, wrt: [leaf], seed: seed)[0].scalars, direct.scalars) {
      XCTAssertEqual(got, want, accuracy: 1e-5)
    }
    let once = matmul(a, w)
    let both = grad(of: once, wrt: [a, leaf], seed: seed)
    XCTAssertTrue(bits(both[0]) == bits(matmul(seed, w, transposeB: true)))
    XCTAssertTrue(both[1].scalars == (both[0] * (x .> 0)).scalars)
    // The sum of an activation's square reads it twice in one operation.
    let z = matmul(a * a, w)
    for (got, want) in zip(
      grad(of: z, wrt: [leaf], seed: seed)[0].scalars, (matmul(seed, w, transposeB: true) * a.detached() * 2).scalars)
    { XCTAssertEqual(got, want, accuracy: 1e-5) }
  }

  func testSecondDerivatives() {
    let (x, w, b) = layer(20, 6, 40)
    var rng = RandomStream(seed: 7)
    let top = Tensor.normal([40, 3], using: &rng)
    let results = [rectified, oneByOne].map { f -> [[UInt32]] in
      let leaves = [x, w, b].map { $0.tracked() }
      let y = square(matmul(f(leaves[0], leaves[1], leaves[2], 0.2), top)).sum()
      let slope = grad(of: y, wrt: [leaves[0]], createGraph: true)[0]
      return grad(of: square(slope).sum(), wrt: leaves).map(bits)
    }
    XCTAssertTrue(results[0] == results[1])
    XCTAssertTrue(results[0].joined().contains { $0 != 0 })
  }

  func testTheGraphTellsOfBothOperations() {
    let (x, w, b) = layer(4, 3, 5)
    XCTAssertEqual(
      rectified(x, w.tracked(), b, 0.2).recordedGraph, oneByOne(x, w.tracked(), b, 0.2).recordedGraph)
  }

  func testThreads() {
    for (rows, inputs, outputs) in sizes {
      let (x, w, b) = layer(rows, inputs, outputs)
      let leaves = [x, w, b].map { $0.tracked() }
      let results = [1, 2, 5].map { threads in
        withThreads(threads) { () -> [[UInt32]] in
          let y = rectified(leaves[0], leaves[1], leaves[2], 0.2)
          return [bits(y)] + grad(of: square(y).sum(), wrt: leaves).map(bits)
        }
      }
      XCTAssertTrue(results[0] == results[1])
      XCTAssertTrue(results[0] == results[2])
    }
  }
}
