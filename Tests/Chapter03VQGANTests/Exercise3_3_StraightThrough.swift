import Chapter03VQGAN
import ExerciseTesting
import Tensors

final class Exercise3_3_StraightThrough: ExerciseTestCase {
  func test1_Shapes() throws {
    let y = try straightThrough(.ones([2, 3, 4, 4]), quantized: .zeros([2, 3, 4, 4]))
    expectShape(y, [2, 3, 4, 4], "the decoder reads something of the shape of z")
    try expectRefusal("codes of another shape") { _ = try straightThrough(.ones([2, 3]), quantized: .ones([2, 1])) }
    try expectRefusal("no vectors") { _ = try straightThrough(.zeros([0, 3]), quantized: .zeros([0, 3])) }
  }

  func test2_ByHand() throws {
    let z = Tensor([0.2, -1.4]).tracked()
    let y = try straightThrough(z, quantized: Tensor([1, -2]))
    expectClose(y, Tensor([1, -2]), "the decoder must read the *codes*: the value of y is z + (z_q − z) = z_q")
    // L = y₀² + 3·y₁ has ∂L/∂y = (2·y₀, 3) = (2, 3).
    let loss = square(y.sliced(axis: 0, 0..<1)).sum() + (y.sliced(axis: 0, 1..<2) * 3).sum()
    expectClose(
      grad(of: loss, wrt: [z])[0], Tensor([2, 3]),
      "∂L/∂z must be ∂L/∂y at y = z_q: 2·1 and 3. Zeros mean that no gradient passes, (0.4, 3) that it was taken at z, "
        + "(−2, −3) that the wrong z is detached")
  }

  func test3_TheDecodersGradient() throws {
    var rng = stream("decoders")
    let codebook = Tensor.normal([6, 4], using: &rng)
    for _ in 0..<4 {
      let z = Tensor.normal([10, 4], using: &rng).tracked()
      let indices = CodeList(z).codes.map { CodeList(codebook).nearest(to: $0).index }
      let codes = codebook.take(indices)
      let weight = Tensor.normal([4, 3], using: &rng)
      func decoderLoss(_ y: Tensor) -> Tensor { square(tanh(matmul(y, weight)) - 0.5).mean() }

      let y = try straightThrough(z, quantized: codes)
      expectClose(y, codes, relative: 1e-5, absolute: 1e-6, "the value is z_q, whatever z is")
      let got = grad(of: decoderLoss(y), wrt: [z])[0]
      let want = gradient(of: decoderLoss, at: codes)
      expectClose(got, want, relative: 1e-4, absolute: 1e-6, "∂L/∂z must be what the decoder says about z_q, ∂L/∂z_q")

      // The truth is another: moved a little, z keeps its codes, and the loss does not change at all.
      let moved = try straightThrough(z.detached() + 1e-4, quantized: codes)
      expectClose(
        decoderLoss(moved).onlyNumber, decoderLoss(codes).onlyNumber, relative: 1e-5,
        "z moved a little has the same codes, so the value of y must not follow z")
    }
  }

  func test4_NothingReachesTheCodebook() throws {
    var rng = stream("codebook")
    let z = Tensor.normal([5, 2], using: &rng).tracked()
    let codebook = Tensor.normal([3, 2], using: &rng).tracked()
    let y = try straightThrough(z, quantized: codebook.take([0, 2, 2, 1, 0]))
    let gradients = grad(of: square(y).sum(), wrt: [z, codebook])
    expectClose(
      gradients[1], .zeros([3, 2]), "no gradient may reach the codes this way: they have a loss of their own")
    expectClose(gradients[0], y.detached() * 2, relative: 1e-5, absolute: 1e-6, "all of it goes to z, once")
  }

  func test5_AgainstPyTorch() throws {
    struct Content: Decodable {
      let z, codebook, weights, gradientZ: [[Double]]
      let indices: [Int]
      let loss: Double
    }
    let known: Content = try Fixture.load("straight-through", from: .module)
    let z = Tensor(rows: known.z).tracked()
    let y = try straightThrough(z, quantized: Tensor(rows: known.codebook).take(known.indices))
    let loss = (Tensor(rows: known.weights) * sin(y)).sum()
    expectClose(loss.onlyNumber, known.loss, relative: 1e-4, absolute: 1e-5, "PyTorch's Σ w·sin y: is the value z_q?")
    expectClose(
      grad(of: loss, wrt: [z])[0], Tensor(rows: known.gradientZ), relative: 1e-4, absolute: 1e-5,
      "PyTorch's gradient w·cos z_q")
  }
}
