import Chapter03VQGAN
import ExerciseTesting
import Tensors

final class Exercise3_2_QuantizationLoss: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let z = Tensor.normal([2, 3, 4, 4], using: &rng)
    let quantized = Tensor.normal([2, 3, 4, 4], using: &rng)
    let first = try codebookLoss(z: z, quantized: quantized)
    expectShape(first, [], "a loss is one number, of shape []: the mean over everything")
    let second = try commitmentLoss(z: z, quantized: quantized)
    expectShape(second, [], "a loss is one number, of shape []: the mean over everything")
    let both = try quantizationLoss(z: z, quantized: quantized)
    expectShape(both, [], "a loss is one number, of shape []: the mean over everything")
    try expectRefusal("one code for all vectors") { _ = try codebookLoss(z: z, quantized: .ones([3])) }
    try expectRefusal("one code for all vectors") { _ = try commitmentLoss(z: z, quantized: .ones([3])) }
    try expectRefusal("one code for all vectors") { _ = try quantizationLoss(z: z, quantized: .ones([3])) }
    try expectRefusal("a negative β") { _ = try quantizationLoss(z: z, quantized: quantized, beta: -0.25) }
  }

  func test2_ByHand() throws {
    let z = Tensor(rows: [[1, 3], [0, -2]])
    let quantized = Tensor(rows: [[2, 1], [0, -5]])
    // The squares are 1, 4, 0 and 9; their mean is 3.5.
    let codebook = try codebookLoss(z: z, quantized: quantized)
    expectClose(codebook.onlyNumber, 3.5, "the mean of 1, 4, 0 and 9; 7 is the mean of the rows' sums, 14 the sum")
    let commitment = try commitmentLoss(z: z, quantized: quantized)
    expectClose(commitment.onlyNumber, 3.5, "the commitment loss has the same value; β comes later")
    for (beta, want) in [(0.25, 4.375), (1, 7), (0, 3.5), (2, 10.5)] {
      let both = try quantizationLoss(z: z, quantized: quantized, beta: beta)
      expectClose(both.onlyNumber, want, "(1 + β)·3.5 with β = \(beta)")
    }
    let standard = try quantizationLoss(z: z, quantized: quantized)
    expectClose(standard.onlyNumber, 4.375, "β is ¼ unless another is given")
  }

  func test3_WhoMoves() throws {
    var rng = stream("moves")
    let z = Tensor.normal([5, 3], using: &rng).tracked()
    let quantized = Tensor.normal([5, 3], using: &rng).tracked()
    let step = (quantized.detached() - z.detached()) * (2 / 15)

    let codebook = try codebookLoss(z: z, quantized: quantized)
    let fromCodebook = grad(of: codebook, wrt: [z, quantized])
    expectClose(fromCodebook[0], .zeros([5, 3]), "the codebook loss must not move the vectors: sg[·] belongs around z")
    expectClose(fromCodebook[1], step, absolute: 1e-6, "the codebook loss moves the codes: 2(z_q − z)/(N·d)")

    let commitment = try commitmentLoss(z: z, quantized: quantized)
    let fromCommitment = grad(of: commitment, wrt: [z, quantized])
    expectClose(fromCommitment[0], -step, absolute: 1e-6, "the commitment loss moves the vectors: 2(z − z_q)/(N·d)")
    expectClose(
      fromCommitment[1], .zeros([5, 3]), "the commitment loss must not move the codes: sg[·] belongs around z_q")
  }

  func test4_BetaBelongsToTheCommitment() throws {
    var rng = stream("beta")
    for beta in [0.25, 1, 0.1, 3, 0] {
      let (count, codeCount, length) = (8, 3, 2)
      let z = Tensor.normal([count, length], using: &rng).tracked()
      let codebook = Tensor.normal([codeCount, length], using: &rng).tracked()
      let indices = (0..<count).map { _ in rng.integer(below: codeCount) }
      let quantized = codebook.take(indices)
      let loss = try quantizationLoss(z: z, quantized: quantized, beta: beta)
      let gradients = grad(of: loss, wrt: [z, codebook])

      let difference = z.detached() - codebook.detached().take(indices)
      let scale = Float(2) / Float(count * length)
      expectClose(
        gradients[0], difference * (scale * Float(beta)), relative: 1e-4, absolute: 1e-6,
        "∂L/∂z must be 2β(z − z_q)/(N·d), with β = \(beta): β belongs to the term in which the *vectors* move")
      // 2(n_k e_k − Σ z)/(N d) is the sum of 2(z_q − z)/(N d) over the vectors that chose k.
      let pulls = (-difference * scale).scatterAdded(indices, axis: 0, length: codeCount)
      expectClose(
        gradients[1], pulls, relative: 1e-4, absolute: 1e-6,
        "∂L/∂e_k must be 2(n_k·e_k − Σ z)/(N·d) whatever β is (here \(beta)): the codes follow at full speed")
    }
  }

  func test5_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let beta, loss: Double
        let z, codebook, gradientZ, gradientCodebook: [[Double]]
        let indices: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("quantization-loss", from: .module)
    for known in content.cases {
      let z = Tensor(rows: known.z).tracked()
      let codebook = Tensor(rows: known.codebook).tracked()
      let loss = try quantizationLoss(z: z, quantized: codebook.take(known.indices), beta: known.beta)
      expectClose(loss.onlyNumber, known.loss, relative: 1e-5, "PyTorch's loss for β = \(known.beta)")
      let gradients = grad(of: loss, wrt: [z, codebook])
      expectClose(
        gradients[0], Tensor(rows: known.gradientZ), relative: 1e-4, absolute: 1e-6,
        "PyTorch's gradient for the vectors, β = \(known.beta)")
      expectClose(
        gradients[1], Tensor(rows: known.gradientCodebook), relative: 1e-4, absolute: 1e-6,
        "PyTorch's gradient for the codebook, β = \(known.beta)")
    }
  }
}
