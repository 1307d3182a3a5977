import Chapter01GAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_6_R1Penalty: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    var rng = stream("shapes")
    let x = Tensor.normal([4, 3], using: &rng)
    let penalty = try r1Penalty({ square($0).sum(axis: 1) }, x: x, gamma: 1)
    expectShape(penalty, [], "the penalty is one number, of shape []")
    var seen: [Tensor] = []
    let images = Tensor.normal([2, 1, 3, 3], using: &rng)
    let watched = try r1Penalty(
      { x in
        seen.append(x)
        return square(x).sum(axes: [1, 2, 3])
      }, x: images, gamma: 1)
    expectShape(watched, [], "images work as well as points")
    expectEqual(seen.count, 1, "one pass through the discriminator gives the gradients of the whole batch")
    if let only = seen.first { expectClose(only, images, "the discriminator must be asked at x itself") }
    try expectRefusal("a negative γ") { _ = try r1Penalty({ $0.sum(axis: 1) }, x: x, gamma: -1) }
    try expectRefusal("a single sample without a batch") { _ = try r1Penalty({ $0 }, x: .ones([3]), gamma: 1) }
    try expectRefusal("a discriminator that answers with [B, 1]") {
      _ = try r1Penalty({ $0.sum(axis: 1, keepDims: true) }, x: x, gamma: 1)
    }
  }

  func test2_ByHand() throws {
    // ℓ(x) = 3x₁ + 4x₂ has the slope (3, 4) everywhere, of squared length 25.
    let slope = Tensor([3, 4])
    for (count, gamma) in [(1, 2.0), (5, 2), (3, 0.5)] {
      let penalty = try r1Penalty({ ($0 * slope).sum(axis: 1) }, x: .ones([count, 2]), gamma: gamma)
      expectClose(
        penalty.onlyNumber, gamma / 2 * 25, relative: 1e-5,
        "ℓ = 3x₁ + 4x₂ with γ = \(gamma): γ/2 · (3² + 4²), the squared length, the mean over the \(count) samples but the "
          + "sum over dimensions")
    }
    // ℓ(x) = x²: slopes 2 and 6, squares 4 and 36.
    let parabola = try r1Penalty({ square($0).sum(axis: 1) }, x: Tensor(column: [1, 3]), gamma: 1)
    expectClose(
      parabola.onlyNumber, 10, relative: 1e-5,
      "ℓ = x² at 1 and 3: ½ · (4 + 36)/2, each sample's squared slope, not the square of a mean, nor a distance from 1")
    let off = try r1Penalty({ square($0).sum(axis: 1) }, x: Tensor(column: [1, 3]), gamma: 0)
    expectClose(off.onlyNumber, 0, absolute: 1e-12, "γ = 0 is no penalty")
  }

  func test3_AQuadraticForm() throws {
    var rng = stream("forms")
    for (count, dimensions) in [(1, 2), (6, 3)] {
      let raw = Tensor.normal([dimensions, dimensions], using: &rng)
      let form = raw + raw.transposed()
      let x = Tensor.normal([count, dimensions], using: &rng)
      let a = form.tracked()
      let penalty = try r1Penalty({ (matmul($0, a) * $0).sum(axis: 1) * 0.5 }, x: x, gamma: 0.8)
      // ∇ₓ ½xᵀAx = Ax for a symmetric A.
      let slopes = matmul(x, form)
      let want = square(slopes).sum() * Float(0.4 / Double(count))
      expectClose(penalty, want, relative: 1e-4, "ℓ = ½xᵀAx: γ/2 · mean ‖Ax‖²")
      let gradient = grad(of: penalty, wrt: [a])[0]
      let outer = matmul(slopes, x, transposeA: true)
      let byForm = (outer + outer.transposed()) * Float(0.4 / Double(count))
      expectClose(
        gradient, byForm, relative: 1e-3, absolute: 1e-4,
        "the penalty's own gradient is γ/2 · mean (Ax xᵀ + x (Ax)ᵀ); zero means that `grad` was not asked for "
          + "createGraph: true")
    }
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      let x, weight, output, byWeight, byOutput: [[Double]]
      let bias, byBias, images: [Double]
      let kernels, byKernels: [[Double]]
      let gamma, penalty, imageGamma, imagePenalty: Double
    }
    let known: Content = try Fixture.load("r1", from: .module)
    let weight = Tensor(rows: known.weight).tracked()
    let bias = Tensor(known.bias, shape: [known.bias.count]).tracked()
    let output = Tensor(rows: known.output).tracked()
    func perceptron(_ x: Tensor) -> Tensor {
      let hidden = tanh(matmul(x, weight, transposeB: true) + bias)
      return matmul(hidden, output, transposeB: true).reshaped([x.dim(0)])
    }
    let penalty = try r1Penalty(perceptron, x: Tensor(rows: known.x), gamma: known.gamma)
    expectClose(penalty.onlyNumber, known.penalty, relative: 1e-4, "PyTorch, perceptron: another penalty")
    let gradients = grad(of: penalty, wrt: [weight, bias, output])
    let wanted = [
      Tensor(rows: known.byWeight), Tensor(known.byBias, shape: [known.byBias.count]), Tensor(rows: known.byOutput),
    ]
    for (name, (got, want)) in zip(["weight", "bias", "output"], zip(gradients, wanted)) {
      expectClose(
        got, want, relative: 1e-3, absolute: 1e-5,
        "PyTorch, perceptron: the penalty's gradient by the \(name), a second derivative; zero means no createGraph")
    }

    let first = Tensor(known.kernels[0], shape: [2, 1, 3, 3]).tracked()
    let second = Tensor(known.kernels[1], shape: [1, 2, 4, 4]).tracked()
    let onImages = try r1Penalty(
      { x in conv2d(silu(conv2d(x, first, padding: 1)), second).reshaped([x.dim(0)]) },
      x: Tensor(known.images, shape: [2, 1, 4, 4]), gamma: known.imageGamma)
    expectClose(onImages.onlyNumber, known.imagePenalty, relative: 1e-4, "PyTorch, convolutions: another penalty")
    let byKernels = grad(of: onImages, wrt: [first, second])
    for (got, want) in zip(byKernels, known.byKernels) {
      expectClose(
        got.scalars.map(Double.init), want, relative: 1e-3, absolute: 1e-4,
        "PyTorch, convolutions: the penalty's gradient by a kernel; zero means no createGraph")
    }
  }

  func test5_DescendingItFlattens() throws {
    // ℓ(x) = v·tanh(wx): ten steps of descent on the penalty alone must make it flatter.
    var (w, v) = (Tensor(Float(1.2)), Tensor(Float(-0.9)))
    let x = Tensor(column: [-1, -0.25, 0.5, 1.5])
    var penalties: [Double] = []
    for _ in 0..<10 {
      let (leafW, leafV) = (w.tracked(), v.tracked())
      let penalty = try r1Penalty({ (tanh($0 * leafW) * leafV).sum(axis: 1) }, x: x, gamma: 2)
      let gradients = grad(of: penalty, wrt: [leafW, leafV])
      w = w - gradients[0] * 0.1
      v = v - gradients[1] * 0.1
      penalties.append(penalty.onlyNumber)
    }
    for (before, after) in zip(penalties, penalties.dropFirst()) {
      expect(
        after < before,
        "descending the penalty must lower it, but it went from \(before) to \(after): without createGraph it has no "
          + "gradient at all")
    }
  }
}
