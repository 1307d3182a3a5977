import Chapter03VQGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise3_9_CodePrior: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let q = Tensor.normal([2, 3, 5, 4], using: &rng)
    let k = Tensor.normal([2, 3, 5, 4], using: &rng)
    let v = Tensor.normal([2, 3, 5, 7], using: &rng)
    let attended = try causalAttention(q, k, v)
    expectShape(attended, [2, 3, 5, 7], "one mean of values a query: […, L, e]")
    let pair = try priorSequence(codes: [0, 1, 1], label: 0, codeCount: 2)
    expectEqual(pair.input.count, 3, "as many words are read as codes are answered")
    expectEqual(pair.targets.count, 3, "as many words are read as codes are answered")
    let loss = try priorLoss(
      codes: [[0, 1], [1, 1]], labels: [0, 3], codeCount: 2, model: { _ in .zeros([2, 2, 6]) })
    expectShape(loss, [], "a loss is one number: the mean over all codes of all maps")
    try expectRefusal("keys of another length") { _ = try causalAttention(q, .ones([2, 3, 4, 4]), v) }
    try expectRefusal("values of another length") { _ = try causalAttention(q, k, .ones([2, 3, 4, 7])) }
    try expectRefusal("a map without codes") { _ = try priorSequence(codes: [], label: 0, codeCount: 2) }
    try expectRefusal("a code that does not exist") { _ = try priorSequence(codes: [0, 2], label: 0, codeCount: 2) }
    try expectRefusal("a negative class") { _ = try priorSequence(codes: [0], label: -1, codeCount: 2) }
    try expectRefusal("two maps and one label") {
      _ = try priorLoss(codes: [[0], [1]], labels: [0], codeCount: 2, model: { _ in .zeros([2, 1, 2]) })
    }
    try expectRefusal("maps of two lengths") {
      _ = try priorLoss(codes: [[0], [1, 0]], labels: [0, 0], codeCount: 2, model: { _ in .zeros([2, 1, 2]) })
    }
  }

  func test2_ByHand() throws {
    let values = Tensor(column: [4, 2, 9])
    let running = try causalAttention(.zeros([3, 2]), .ones([3, 2]), values)
    expectClose(
      running, Tensor(column: [4, 3, 5]),
      "queries of 0 weigh all that may be read equally: 4, then the mean of 4 and 2, then of all three. NaN means that "
        + "the first position may read nothing; (5, 5, 5) that there is no mask, (5, 5.5, 9) that the past is masked")
    // Scores 0 and 2·ln 3/√4 = ln 3: weights ¼ and ¾.
    let q = Tensor(rows: [[0, 0, 0, 0], [1, 0, 0, 0]])
    let k = Tensor(rows: [[0, 0, 0, 0], [2 * log(3.0), 0, 0, 0]])
    let weighed = try causalAttention(q, k, Tensor(column: [8, 4]))
    expectClose(
      weighed, Tensor(column: [8, 5]),
      "scores are divided by √d = 2: weights ¼ and ¾. 4.4 is without the root, 5.46 divides by d")
  }

  func test3_NobodyLooksAhead() throws {
    var rng = stream("ahead")
    let (length, width) = (6, 4)
    let (q, k, v) = (
      Tensor.normal([length, width], using: &rng), Tensor.normal([length, width], using: &rng),
      Tensor.normal([length, width], using: &rng)
    )
    let before = try causalAttention(q, k, v)
    expectFinite(before, "a position that may read nothing gets NaN: every position reads at least itself")
    guard before.shape == [length, width] else { return expectShape(before, [length, width]) }
    for place in 0..<length {
      let other = Tensor.oneHot([place], classes: length).transposed() * 3
      let after = try causalAttention(q, k + other, v + other)
      for row in 0..<length {
        let isSame = after[row].scalars == before[row].scalars
        if row < place {
          expect(isSame, "position \(row) changes when key and value \(place) do: it looks ahead")
        } else {
          let likely = row == place ? "is the diagonal masked too?" : "the past is what it is to read"
          expect(!isSame, "position \(row) must read position \(place): \(likely)")
        }
      }
    }
    let huge = try causalAttention(q * 100, k * 100, v)
    expectFinite(huge, "large scores must not overflow: the softmax takes the greatest off first")
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let lead: [Int]
        let length, width, valueWidth: Int
        let q, k, v, output, cotangent, gradientQ, gradientK, gradientV: [Double]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("attention", from: .module)
    for known in content.cases {
      let shape = known.lead + [known.length, known.width]
      let valueShape = known.lead + [known.length, known.valueWidth]
      let q = Tensor(known.q, shape: shape).tracked()
      let k = Tensor(known.k, shape: shape).tracked()
      let v = Tensor(known.v, shape: valueShape).tracked()
      let output = try causalAttention(q, k, v)
      expectClose(
        output, Tensor(known.output, shape: valueShape), relative: 1e-4, absolute: 1e-5,
        "PyTorch's scaled_dot_product_attention(is_causal=True), shape \(shape)")
      guard output.shape == valueShape else { return }
      let gradients = grad(of: output, wrt: [q, k, v], seed: Tensor(known.cotangent, shape: valueShape))
      for (name, got, want) in [
        ("queries", gradients[0], Tensor(known.gradientQ, shape: shape)),
        ("keys", gradients[1], Tensor(known.gradientK, shape: shape)),
        ("values", gradients[2], Tensor(known.gradientV, shape: valueShape)),
      ] {
        expectClose(got, want, relative: 1e-3, absolute: 1e-5, "PyTorch's gradient for the \(name)")
      }
    }
  }

  func test5_TheSequence() throws {
    let pair = try priorSequence(codes: [3, 0, 2, 2], label: 1, codeCount: 5)
    expectEqual(
      pair.input, [6, 3, 0, 2],
      "the class stands first, as word K + c = 5 + 1, then all codes but the last; 1 alone would be a code")
    expectEqual(
      pair.targets, [3, 0, 2, 2], "every code is an answer, also the first: the one after the word just read")
    let short = try priorSequence(codes: [4], label: 0, codeCount: 5)
    expectEqual(short.input, [5], "one code: only the class is read")
    expectEqual(short.targets, [4], "and the code is the answer")
  }

  func test6_TheLossByHand() throws {
    let (codeCount, words) = (3, 5)
    let codes = [[0, 1, 0, 2], [2, 1, 2, 0], [1, 0, 1, 0]]
    let labels = [0, 1, 1]
    let ignorant = try priorLoss(
      codes: codes, labels: labels, codeCount: codeCount, model: { .zeros([$0.count, $0[0].count, words]) })
    expectClose(
      ignorant.onlyNumber, log(3.0),
      "who knows nothing is as good as guessing among the 3 codes: ln 3. ln 5 leaves probability to the class words")

    var asked: [[Int]] = []
    let sure = try priorLoss(codes: codes, labels: labels, codeCount: codeCount) { sequences in
      asked = sequences
      // Words that no map can contain get a huge score: they must not count.
      let scores = codes.flatMap { $0.flatMap { code in (0..<words).map { $0 == code ? 30.0 : $0 >= 3 ? 90 : 0 } } }
      return Tensor(scores, shape: [3, 4, words])
    }
    expectEqual(
      asked, [[3, 0, 1, 0], [4, 2, 1, 2], [4, 1, 0, 1]],
      "what the model reads: the class, then all codes but the last")
    expectClose(
      sure.onlyNumber, 0, absolute: 1e-5,
      "a model that knows every next code has no loss. Row t answers code t; the scores of class words are cut off")

    // Every sequence of three codes without equal neighbours, twelve of them: the true law is ⅓ for the first code, and
    // then ½ for each of the others.
    var all: [[Int]] = []
    for a in 0..<3 {
      for b in 0..<3 where b != a {
        for c in 0..<3 where c != b { all.append([a, b, c]) }
      }
    }
    let exact = try priorLoss(codes: all, labels: all.map { _ in 1 }, codeCount: 3) { sequences in
      let scores = sequences.flatMap { $0.flatMap { word in (0..<words).map { $0 == word ? -40.0 : 0 } } }
      return Tensor(scores, shape: [sequences.count, 3, words])
    }
    expectClose(
      exact.onlyNumber, log(12.0) / 3, relative: 1e-5,
      "the true law's loss is the entropy, ln 12 for three codes: a row of scores is about the *next* code")
  }

  func test7_AgainstPyTorchsCrossEntropy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let prefix: Int
        let codes: [[Int]]
        let shape: [Int]
        let logits, gradient: [Double]
        let loss: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("prior-loss", from: .module)
    for known in content.cases where known.prefix == 1 {
      let logits = Tensor(known.logits, shape: known.shape).tracked()
      let loss = try priorLoss(
        codes: known.codes, labels: known.codes.map { _ in 0 }, codeCount: known.shape[2], model: { _ in logits })
      expectClose(loss.onlyNumber, known.loss, relative: 1e-5, "PyTorch's cross_entropy, \(known.shape)")
      expectClose(
        grad(of: loss, wrt: [logits])[0], Tensor(known.gradient, shape: known.shape), relative: 1e-3, absolute: 1e-6,
        "PyTorch's gradient of the scores")
    }
    try expectRefusal("a model that answers one row too many") {
      _ = try priorLoss(codes: [[0, 1]], labels: [0], codeCount: 2, model: { _ in .zeros([1, 3, 2]) })
    }
  }
}
