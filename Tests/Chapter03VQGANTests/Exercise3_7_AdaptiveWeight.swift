import Chapter03VQGAN
import ExerciseTesting
import Tensors

final class Exercise3_7_AdaptiveWeight: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    let weight = try adaptiveWeight(reconstructionGradient: .ones([2, 3]), adversarialGradient: .ones([2, 3]))
    expectFinite(weight, "the weight must be a number")
    let layer = Tensor.ones([2]).tracked()
    let balanced = try balancedLoss(
      reconstruction: square(layer).sum(), adversarial: -layer.sum(), decoderWeights: [layer], factor: 1)
    expectShape(balanced.loss, [], "a loss is one number")
    try expectRefusal("gradients of different weights") {
      _ = try adaptiveWeight(reconstructionGradient: .ones([2]), adversarialGradient: .ones([3]))
    }
    try expectRefusal("a loss of two numbers") {
      _ = try balancedLoss(reconstruction: layer, adversarial: layer.sum(), decoderWeights: [layer], factor: 1)
    }
    try expectRefusal("weights that are no part of the graph") {
      _ = try balancedLoss(
        reconstruction: layer.sum(), adversarial: layer.sum(), decoderWeights: [.ones([2])], factor: 1)
    }
    try expectRefusal("a negative factor") {
      _ = try balancedLoss(reconstruction: layer.sum(), adversarial: layer.sum(), decoderWeights: [layer], factor: -1)
    }
  }

  func test2_ByHand() throws {
    func weight(_ reconstruction: [Float], _ adversarial: [Float]) throws -> Double {
      try adaptiveWeight(reconstructionGradient: Tensor(reconstruction), adversarialGradient: Tensor(adversarial))
    }
    let two = try weight([6, 8], [3, -4])
    expectClose(two, 2, "lengths 10 and 5: λ = 2. ½ is the ratio upside down, 4 that of the squares")
    let other = try weight([1, 1, 1, 1], [0, 0, 4, 0])
    expectClose(other, 0.5, "lengths 2 and 4: the root of the sum of squares; 1 is the ratio of the sums of |g|")
    let none = try weight([0, 0], [1, 2])
    expectEqual(none, 0, "nothing left to reconstruct: the GAN has no weight")
    let tiny = try weight([1e-6, 0], [1e-6, 0])
    expectClose(
      tiny, 0.5, relative: 1e-4, "10⁻⁶/(10⁻⁶ + δ) with the paper's δ = 10⁻⁶, added to the length, below the line")
    let silent = try weight([1, 0], [0, 0])
    expectEqual(silent, 1e4, "a silent discriminator: 1/δ is a million, and λ is bounded by 10⁴")
    let justBelow = try weight([9, 0], [1e-3, 0])
    expectClose(justBelow, 9 / 1.001e-3, "8,991 is below the bound of 10⁴")
  }

  func test3_ScalesAgainstEachOther() throws {
    var rng = stream("scales")
    for shape in [[7], [3, 4], [2, 3, 3, 3]] {
      let reconstruction = Tensor.normal(shape, using: &rng)
      let adversarial = Tensor.normal(shape, using: &rng)
      let weight = try adaptiveWeight(reconstructionGradient: reconstruction, adversarialGradient: adversarial)
      let lengths = [adversarial * Float(weight), reconstruction].map { square($0).sum().onlyNumber.squareRoot() }
      expectClose(lengths[0], lengths[1], relative: 1e-4, "λ·g_GAN must be as long as g_rec: shape \(shape)")
      for scale: Float in [0.1, 3, 40] {
        let scaled = try adaptiveWeight(
          reconstructionGradient: reconstruction, adversarialGradient: adversarial * scale)
        expectClose(
          scaled * Double(scale), weight, relative: 1e-3,
          "the GAN's loss in other units, \(scale) times as large, must have \(scale) times less weight")
      }
    }
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let shape: [Int]
        let reconstruction, gan: [Double]
        let weight: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("adaptive-weight", from: .module)
    for known in content.cases {
      let weight = try adaptiveWeight(
        reconstructionGradient: Tensor(known.reconstruction, shape: known.shape),
        adversarialGradient: Tensor(known.gan, shape: known.shape))
      expectClose(weight, known.weight, relative: 1e-5, "the ratio of PyTorch's norms, shape \(known.shape)")
    }
  }

  /// x̂ = W₂·tanh(W₁·z), with an L1 reconstruction loss and a discriminator of one unit.
  private struct Known: Decodable {
    let z, target, firstWeight, lastWeight, judge, gradientReconstruction, gradientGAN: [[Double]]
    let reconstruction, gan, weight, weightOfAllParameters: Double
  }

  private func known() throws -> Known {
    struct Content: Decodable { let network: Known }
    return try (Fixture.load("adaptive-weight", from: .module) as Content).network
  }

  private func losses(_ known: Known, _ first: Tensor, _ last: Tensor) -> (reconstruction: Tensor, gan: Tensor) {
    let output = matmul(tanh(matmul(Tensor(rows: known.z), first, transposeB: true)), last, transposeB: true)
    let gan = -tanh(matmul(output, Tensor(rows: known.judge), transposeB: true)).mean()
    return (abs(output - Tensor(rows: known.target)).mean(), gan)
  }

  func test5_TheLastLayerAlone() throws {
    let known = try known()
    let (first, last) = (Tensor(rows: known.firstWeight).tracked(), Tensor(rows: known.lastWeight).tracked())
    let (reconstruction, gan) = losses(known, first, last)
    let balanced = try balancedLoss(
      reconstruction: reconstruction, adversarial: gan, decoderWeights: [first, last], factor: 0.5)
    expectClose(
      balanced.weight, known.weight, relative: 1e-4,
      "λ comes from the gradients at the *last* layer's weights, as in PyTorch; with all of the decoder's it would be "
        + "\(known.weightOfAllParameters)")
    expectClose(
      balanced.loss.onlyNumber, known.reconstruction + 0.5 * known.weight * known.gan, relative: 1e-4, absolute: 1e-5,
      "L_rec + f·λ·L_GAN with f = ½: λ multiplies the GAN's loss, and the factor counts once")
    let off = try balancedLoss(
      reconstruction: reconstruction, adversarial: gan, decoderWeights: [first, last], factor: 0)
    expectClose(off.loss.onlyNumber, known.reconstruction, relative: 1e-5, "with f = 0 only L_rec is left")
    expectClose(off.weight, known.weight, relative: 1e-4, "the weight is λ alone, without f")
  }

  func test6_AConstant() throws {
    let known = try known()
    let (first, last) = (Tensor(rows: known.firstWeight).tracked(), Tensor(rows: known.lastWeight).tracked())
    let (reconstruction, gan) = losses(known, first, last)
    let balanced = try balancedLoss(
      reconstruction: reconstruction, adversarial: gan, decoderWeights: [first, last], factor: 0.8)
    let got = grad(of: balanced.loss, wrt: [first, last])
    let (fromReconstruction, fromGAN) = (
      grad(of: reconstruction, wrt: [first, last]), grad(of: gan, wrt: [first, last])
    )
    for (index, name) in ["first", "last"].enumerated() {
      expectClose(
        got[index], fromReconstruction[index] + fromGAN[index] * Float(0.8 * known.weight), relative: 1e-3,
        absolute: 1e-5,
        "the gradient at the \(name) layer must be g_rec + f·λ·g_GAN with λ held fixed: a λ that is differentiated too "
          + "lets the autoencoder turn its critic down")
    }
  }
}
