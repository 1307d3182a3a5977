import Chapter02WGAN
import ExerciseTesting
import NeuralNetworks
import Tensors

final class Exercise2_10_SpectralNormalization: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let kernel = Tensor.normal([3, 2, 2, 2], using: &rng)
    let matrix = try weightMatrix(kernel)
    expectShape(matrix, [3, 8], "a kernel [out, in, k, k] is the matrix [out, in·k·k]")
    expectClose(
      matrix.reshaped([-1]), kernel.reshaped([-1]),
      "row o of the matrix is all of kernel[o], in its order: the axes must not change places")
    for weight in [kernel, .normal([4, 6], using: &rng)] {
      let rows = weight.dim(0)
      let columns = weight.scalarCount / rows
      let (u, v) = try powerIteration(weight, u: .normal([rows], using: &rng))
      expectShape(u, [rows], "u has one number a row of the matrix")
      expectShape(v, [columns], "v has one number a column of the matrix")
      let sigma = try spectralNorm(weight, u: u, v: v)
      expectShape(sigma, [], "σ is one number")
      let normalized = try spectrallyNormalized(weight, u: u, v: v)
      expectShape(normalized, weight.shape, "W/σ has the shape of W, so that the layer can use it")
      try expectRefusal("a u of the wrong length") { _ = try powerIteration(weight, u: .ones([rows + 1])) }
      try expectRefusal("no steps") { _ = try powerIteration(weight, u: .ones([rows]), steps: 0) }
      try expectRefusal("u and v exchanged") { _ = try spectralNorm(weight, u: v, v: u) }
    }
    try expectRefusal("a bias") { _ = try weightMatrix(.ones([4])) }
  }

  func test2_ByHand() throws {
    let diagonal = Tensor(rows: [[3, 0], [0, 1]])
    let first = try powerIteration(diagonal, u: Tensor([0.6, 0.8]))
    // Wᵀu = (1.8, 0.8), then Wv ∝ (5.4, 0.8).
    let (a, b) = (Float(1.8 * 1.8 + 0.8 * 0.8).squareRoot(), Float(5.4 * 5.4 + 0.8 * 0.8).squareRoot())
    expectClose(first.v, Tensor([1.8 / a, 0.8 / a]), "v = Wᵀu/‖Wᵀu‖, from the u that was given")
    expectClose(first.u, Tensor([5.4 / b, 0.8 / b]), "u = Wv/‖Wv‖, from the new v")
    let stuck = try powerIteration(diagonal, u: Tensor([0, 2]))
    expectClose(stuck.u, Tensor([0, 1]), "u begun on the smaller axis stays there, of length 1")

    let wide = Tensor(rows: [[0, 2, 0], [1, 0, 0]])
    let sigma = try spectralNorm(wide, u: Tensor([1, 0]), v: Tensor([0, 1, 0]))
    expectClose(sigma.onlyNumber, 2, "uᵀWv picks W[0][1] here")
    let mixed = try spectralNorm(wide, u: Tensor([0.6, 0.8]), v: Tensor([0, 1, 0]))
    expectClose(
      mixed.onlyNumber, 1.2,
      "uᵀWv with the u and v that were given, whether they are singular vectors or not; 2 is ‖Wv‖, 2.236 "
        + "Frobenius's norm"
    )
    let half = try spectrallyNormalized(wide, u: Tensor([1, 0]), v: Tensor([0, 1, 0]))
    expectClose(half, Tensor(rows: [[0, 1, 0], [0.5, 0, 0]]), "W/σ: every number divided by σ = 2")
  }

  func test3_TheLargestSingularValue() throws {
    for trial in 1...3 {
      var rng = stream("spectrum \(trial)")
      // W = σ₁a₁b₁ᵀ + σ₂a₂b₂ᵀ with orthonormal a and b: the singular values are known.
      let (rows, columns) = (5, 3 + trial)
      let (a1, a2) = orthonormalPair(rows, using: &rng)
      let (b1, b2) = orthonormalPair(columns, using: &rng)
      let weight = matmul(a1, b1, transposeB: true) * 4 + matmul(a2, b2, transposeB: true) * 2
      let start = (a1 * 0.6 + a2 * 0.8).reshaped([rows])
      // Every round divides the part along a₂ by another (σ₁/σ₂)² = 4.
      let one = try powerIteration(weight, u: start)
      expectShape(one.u, [rows], "u has one number a row of the matrix")
      guard one.u.shape == [rows] else { return }
      let ratio = matmul(one.u.reshaped([1, -1]), a2).item() / matmul(one.u.reshaped([1, -1]), a1).item()
      expectClose(ratio, 0.8 / 0.6 / 4, relative: 1e-3, "one round must shrink the part of the smaller σ to a quarter")
      let many = try powerIteration(weight, u: start, steps: 20)
      let sigma = try spectralNorm(weight, u: many.u, v: many.v)
      expectClose(
        sigma.onlyNumber, 4, relative: 1e-4, "after 20 rounds σ is the largest singular value; Frobenius's norm is 4.47"
      )
      let small = try spectrallyNormalized(weight, u: many.u, v: many.v)
      expectClose(
        small, weight / 4, relative: 1e-3, absolute: 1e-4, "W/σ is W with the largest singular value 1")
    }
  }

  /// Two unit columns at a right angle.
  private func orthonormalPair(_ count: Int, using rng: inout RandomStream) -> (Tensor, Tensor) {
    let a = Tensor.normal([count, 1], using: &rng)
    let first = a / sqrt(square(a).sum())
    let b = Tensor.normal([count, 1], using: &rng)
    let rest = b - first * (first * b).sum()
    return (first, rest / sqrt(square(rest).sum()))
  }

  func test4_TheGradient() throws {
    var rng = stream("gradient")
    for shape in [[3, 4], [2, 2, 3, 3]] {
      let weight = Tensor.normal(shape, using: &rng).tracked()
      let (u, v) = try powerIteration(weight, u: .normal([shape[0]], using: &rng), steps: 3)
      expect(
        !u.isTracked && !v.isTracked, "u and v are constants for the gradient: nothing of the iteration is recorded")
      let sigma = try spectralNorm(weight, u: u, v: v)
      expect(sigma.isTracked, "σ depends on W, and the gradient must know: don't detach it")
      guard sigma.isTracked else { continue }
      let slope = grad(of: sigma, wrt: [weight])[0]
      expectClose(
        slope, matmul(u.reshaped([-1, 1]), v.reshaped([1, -1])).reshaped(shape), absolute: 1e-5,
        "with u and v held fixed ∂σ/∂W = uvᵀ")
      // W/σ doesn't change when W is scaled, so its gradient has no part along W.
      let probe = Tensor.normal(shape, using: &rng)
      let normalized = try spectrallyNormalized(weight, u: u, v: v)
      expectShape(normalized, shape, "W/σ has the shape of W")
      guard normalized.shape == shape else { return }
      let gradient = grad(of: (probe * normalized).sum(), wrt: [weight])[0]
      expectClose(
        (gradient * weight.detached()).sum().item(), 0, absolute: 1e-4,
        "W/σ stays the same when W grows, so the gradient must be at right angles to W: σ was held fixed")
    }
  }

  func test5_AgainstPyTorch() throws {
    struct Case: Decodable {
      let weight, u, uAfter, vAfter, normalized, probe, gradient: TensorRecord
      let steps: Int
      let sigma, largest: Double
    }
    struct Content: Decodable { let cases: [Case] }
    let content: Content = try Fixture.load("spectral-norm", from: .module)
    for known in content.cases {
      let name = "W of \(known.weight.shape), \(known.steps) rounds"
      let weight = known.weight.tensor.tracked()
      let (u, v) = try powerIteration(weight, u: known.u.tensor, steps: known.steps)
      expectClose(u, known.uAfter.tensor, relative: 1e-4, absolute: 1e-5, "PyTorch has another u, \(name)")
      expectClose(v, known.vAfter.tensor, relative: 1e-4, absolute: 1e-5, "PyTorch has another v, \(name)")
      let sigma = try spectralNorm(weight, u: u, v: v)
      expectClose(sigma.onlyNumber, known.sigma, relative: 1e-4, "PyTorch has another σ, \(name)")
      let normalized = try spectrallyNormalized(weight, u: u, v: v)
      expectClose(
        normalized, known.normalized.tensor, relative: 1e-4, absolute: 1e-5, "PyTorch has another W/σ, \(name)")
      guard normalized.isTracked, normalized.shape == weight.shape else {
        expect(false, "W/σ must have the shape of W and pass gradients on to W, \(name)")
        continue
      }
      let gradient = grad(of: (known.probe.tensor * normalized).sum(), wrt: [weight])[0]
      expectClose(
        gradient, known.gradient.tensor, relative: 1e-3, absolute: 1e-4,
        "PyTorch's gradient through W/σ is another, \(name)")
      let converged = try powerIteration(weight, u: known.u.tensor, steps: 300)
      let largest = try spectralNorm(weight, u: converged.u, v: converged.v)
      expectClose(
        largest.onlyNumber, known.largest, relative: 1e-3, "LAPACK's largest singular value is another, \(name)")
    }
  }

  func test6_NothingIsStretched() throws {
    var rng = stream("chain")
    let zero = try powerIteration(.zeros([2, 3]), u: Tensor([1, 0]))
    expectFinite(zero.u, "a W of zeros must not divide by 0")
    let still = try spectrallyNormalized(.zeros([2, 3]), u: Tensor([1, 0]), v: Tensor([1, 0, 0]))
    expectClose(still, .zeros([2, 3]), "a W of zeros stays one")

    let kernel = try spectrallyNormalized(.ones([4, 1, 3, 3]), u: .ones([4]) * 0.5, v: .ones([9]) / 3)
    expectShape(kernel, [4, 1, 3, 3], "a normalised kernel is a kernel still")
    guard kernel.shape == [4, 1, 3, 3] else { return }

    let first = try SpectrallyNormalized(
      Conv2d(inputChannels: 1, outputChannels: 4, kernelSize: 3, stride: 3, using: &rng), using: &rng)
    let second = try SpectrallyNormalized(Linear(inputDimensions: 16, outputDimensions: 8, using: &rng), using: &rng)
    let third = try SpectrallyNormalized(Linear(inputDimensions: 8, outputDimensions: 1, using: &rng), using: &rng)
    first.layer.weight.value = first.layer.weight.value * 50
    func critic(_ x: Tensor) throws -> Tensor {
      let h = leakyReLU(try first(x)).reshaped([x.dim(0), 16])
      return try third(tanh(second(h))).squeezed(axis: 1)
    }
    for _ in 0..<30 { _ = try critic(.ones([1, 1, 6, 6])) }
    // With a stride as wide as the kernel no patches overlap: the convolution stretches no more than its matrix does.
    let x = Tensor.normal([40, 1, 6, 6], using: &rng)
    let y = x + Tensor.normal([40, 1, 6, 6], using: &rng) * 0.01
    let rise = abs(try critic(x) - critic(y))
    let run = sqrt(square(x - y).sum(axes: [1, 2, 3]))
    let steepest = (rise / run).max().item()
    expect(
      steepest <= 1.001 && steepest > 0,
      "a chain of normalised layers must stretch nothing by more than 1, but this one has a slope of \(steepest), "
        + "with a first layer that was scaled by 50")
  }
}
