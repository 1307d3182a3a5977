import XCTest

@testable import Tensors

/// Products with Jacobians and Hessians against the matrices themselves.
final class DerivativeProductTests: XCTestCase {
  private var rng = RandomStream(seed: 4)

  /// A field with a dense Jacobian, made of every kind of rule: fused, linear, with a reduction.
  private func field(_ x: Tensor, _ weight: Tensor) -> Tensor {
    let h = silu(linear(x, weight: weight))
    return tanh(h) * x + softmax(h) + x.mean(axis: -1, keepDims: true)
  }

  /// ∂fᵢ/∂xⱼ as a matrix, a row an output.
  private func jacobian(_ f: (Tensor) -> Tensor, at x: Tensor) -> Tensor {
    let leaf = x.tracked()
    let value = f(leaf)
    let rows = (0..<value.scalarCount).map { row in
      grad(of: value, wrt: [leaf], seed: Tensor.oneHot([row], classes: value.scalarCount).reshaped(value.shape))[0]
    }
    return stacked(rows.map { $0.reshaped([x.scalarCount]) })
  }

  private func assertClose(_ a: Tensor, _ b: Tensor, file: StaticString = #filePath, line: UInt = #line) {
    XCTAssertEqual(a.shape, b.shape, file: file, line: line)
    XCTAssertLessThan(abs(a - b).max().item(), 1e-5 * max(1, abs(b).max().item()), file: file, line: line)
  }

  func testProductsAgreeWithTheJacobian() {
    let weight = Tensor.normal([5, 5], using: &rng)
    let x = Tensor.normal([5], using: &rng)
    let (u, v) = (Tensor.normal([5], using: &rng), Tensor.normal([5], using: &rng))
    let f = { (x: Tensor) in self.field(x.reshaped([1, 5]), weight).reshaped([5]) }
    let matrix = jacobian(f, at: x)
    let reverse = vjp(f, at: x, cotangent: v)
    assertClose(reverse.value, f(x))
    assertClose(reverse.product, matmul(v.reshaped([1, 5]), matrix).reshaped([5]))
    let forward = jvp(f, at: x, tangent: u)
    assertClose(forward.value, f(x))
    assertClose(forward.product, matmul(matrix, u.reshaped([5, 1])).reshaped([5]))
    XCTAssertFalse(forward.product.isTracked || reverse.product.isTracked || forward.value.isTracked)
    // From three numbers to twelve, and to a constant.
    let wide = { (x: Tensor) in sin(x).reshaped([3, 1]) * Tensor.arange(4) }
    assertClose(
      jvp(wide, at: u.sliced(axis: 0, 0..<3), tangent: v.sliced(axis: 0, 0..<3)).product,
      matmul(jacobian(wide, at: u.sliced(axis: 0, 0..<3)), v.sliced(axis: 0, 0..<3).reshaped([3, 1])).reshaped([3, 4]))
    XCTAssertEqual(jvp({ _ in Tensor([1, 2]) }, at: u, tangent: v).product.scalars, [0, 0])
    // Also inside of code that records nothing.
    assertClose(withoutGrad { jvp(f, at: x, tangent: u).product }, forward.product)
  }

  func testJacobianVectorProductsThroughEveryKindOfLayer() {
    let kernel = Tensor.normal([4, 2, 3, 3], using: &rng)
    let back = Tensor.normal([4, 2, 2, 2], using: &rng)
    let f = { (x: Tensor) in
      let h = groupNorm(conv2d(x, kernel, padding: 1), groupCount: 2)
      let p = relu(maxPool2d(h, size: 2)) + gelu(averagePool2d(h, size: 3, stride: 2, padding: 1))
      return convTranspose2d(p, back, stride: 2).cumulativeSum(axis: 3).sorted(axis: 2).values
    }
    let x = Tensor.normal([1, 2, 4, 4], using: &rng)
    let u = Tensor.normal([1, 2, 4, 4], using: &rng)
    let want = matmul(jacobian(f, at: x), u.reshaped([32, 1])).reshaped([1, 2, 4, 4])
    assertClose(jvp(f, at: x, tangent: u).product, want)
  }

  func testProductsCanBeDifferentiatedFurther() {
    // d/dx of f'(x) u for f = x³: 6 x u; d/dx of v f'(x) likewise.
    let x = Tensor([0.5, 2]).tracked()
    let u = Tensor([3, -1])
    let cube = { (x: Tensor) in x * x * x }
    let forward = jvp(cube, at: x, tangent: u, createGraph: true)
    XCTAssertEqual(grad(of: forward.product, wrt: [x])[0].scalars, [9, -12])
    XCTAssertEqual(grad(of: forward.value, wrt: [x])[0].scalars, [0.75, 12])
    let reverse = vjp(cube, at: x, cotangent: u, createGraph: true)
    XCTAssertEqual(grad(of: reverse.product, wrt: [x])[0].scalars, [9, -12])
    // With respect to what f closes over.
    let a = Tensor(2).tracked()
    let scaled = jvp({ square($0) * a }, at: Tensor([1, 3]), tangent: u, createGraph: true)
    XCTAssertEqual(grad(of: scaled.product, wrt: [a])[0].item(), 2 * (3 - 3))
    XCTAssertEqual(hessianVectorProduct(of: { cube($0).sum() }, at: x, vector: u).scalars, [9, -12])
    let mixed = hessianVectorProduct(of: { ($0[0] * $0[1] * $0[1]) }, at: Tensor([5, 2]), vector: Tensor([1, 10]))
    XCTAssertEqual(mixed.scalars, [40, 4 + 100])
  }

  func testStopGradient() {
    let x = Tensor([0.3, 1.7]).tracked()
    // The straight-through estimator: a step, with the derivative of the identity.
    let y = x + stopGradient((x .> 1) - x)
    XCTAssertEqual(y.scalars, [0, 1])
    XCTAssertEqual(grad(of: square(y), wrt: [x])[0].scalars, [0, 2])
  }

  func testHutchinsonTrace() {
    let weight = Tensor.normal([4, 4], using: &rng)
    let x = Tensor.normal([3, 4], using: &rng)
    let f = { (x: Tensor) in self.field(x, weight) }
    let exact = (0..<3).map { row -> Float in
      let matrix = jacobian({ f($0.reshaped([1, 4])).reshaped([4]) }, at: x[row])
      return (matrix * Tensor.eye(4)).sum().item()
    }
    for law in [ProbeLaw.rademacher, .gaussian] {
      // Probes one by one give the estimate's own spread.
      let draws = (0..<400).map { _ in hutchinsonTrace(f, at: x, law: law, using: &rng).traces }
      let all = stacked(draws)
      let error = sqrt(all.variance(axis: 0) / 400)
      for row in 0..<3 {
        XCTAssertEqual(all.mean(axis: 0).scalars[row], exact[row], accuracy: 5 * error.scalars[row], "\(law)")
        XCTAssertGreaterThan(error.scalars[row], 0)
      }
    }
    // The average of several probes is the average of the single ones.
    var (a, b) = (RandomStream(seed: 1), RandomStream(seed: 1))
    let singles = (0..<4).map { _ in hutchinsonTrace(f, at: x, using: &a).traces }.reduce(Tensor.zeros([3]), +) / 4
    assertClose(hutchinsonTrace(f, at: x, probes: 4, using: &b).traces, singles)
    // For a diagonal Jacobian signs are exact.
    let diagonal = hutchinsonTrace({ square($0) }, at: x, using: &rng)
    assertClose(diagonal.traces, x.sum(axis: 1) * 2)
    assertClose(diagonal.value, square(x))
    // It trains what f closes over: d tr/da of a x² is 2 Σ x.
    let a2 = Tensor(2).tracked()
    let trained = hutchinsonTrace({ square($0) * a2 }, at: x, createGraph: true, using: &rng).traces.sum()
    XCTAssertEqual(grad(of: trained, wrt: [a2])[0].item(), 2 * x.sum().item(), accuracy: 1e-5)
  }
}
