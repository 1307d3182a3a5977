import Chapter03VQGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise3_4_MovingAverageCodebook: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let state = CodebookState(codebook: .normal([4, 3], using: &rng))
    let z = Tensor.normal([9, 3], using: &rng).tracked()
    let indices = [0, 1, 2, 3, 0, 1, 2, 3, 3]
    let next = try movingAverageUpdate(state, z: z, indices: indices)
    expectEqual(next.counts.count, 4, "one count a code")
    expectShape(next.sums, [4, 3], "one sum a code, of as many numbers as the code")
    expectShape(next.codebook, [4, 3], "as many codes as before")
    expect(
      !next.codebook.isTracked && !next.sums.isTracked,
      "this codebook learns without gradients: z must be detached, or each step keeps the graph of all before it")
    try expectRefusal("eight indices for nine vectors") {
      _ = try movingAverageUpdate(state, z: z, indices: Array(indices.dropLast()))
    }
    try expectRefusal("an index of no code") {
      _ = try movingAverageUpdate(state, z: .ones([1, 3]), indices: [4])
    }
    try expectRefusal("vectors of another length") {
      _ = try movingAverageUpdate(state, z: .ones([1, 2]), indices: [0])
    }
    try expectRefusal("a decay of 1") {
      _ = try movingAverageUpdate(state, z: .ones([1, 3]), indices: [0], decay: 1)
    }
    try expectRefusal("a negative smoothing") {
      _ = try movingAverageUpdate(state, z: .ones([1, 3]), indices: [0], smoothing: -1)
    }
  }

  func test2_ByHand() throws {
    // N = 1, 1 and m = 0, 10. The vectors 2 and 4 choose code 0, and 10 chooses code 1.
    let state = CodebookState(codebook: Tensor(column: [0, 10]))
    let z = Tensor(column: [2, 4, 10])
    let next = try movingAverageUpdate(state, z: z, indices: [0, 0, 1], decay: 0.5, smoothing: 0)
    expectClose(next.counts, [1.5, 1], "N ← ½·1 + ½·2 and ½·1 + ½·1: γ weighs the old, 1 − γ the new")
    expectClose(
      next.sums, Tensor(column: [3, 10]), "m ← ½·0 + ½·6 and ½·10 + ½·10: the *sum* of the vectors, not their mean")
    expectClose(
      next.codebook, Tensor(column: [2, 10]),
      "e = m/N = 3/1.5 and 10/1; 1.5 averages the codes themselves, 3 forgets the old vector")
    let uneven = try movingAverageUpdate(state, z: z, indices: [0, 0, 1], decay: 0.75, smoothing: 0)
    expectClose(uneven.counts, [1.25, 1], "with γ = ¾ the old counts three quarters: are γ and 1 − γ exchanged?")
    expectClose(uneven.sums, Tensor(column: [1.5, 10]), "with γ = ¾ the old counts three quarters")

    let again = try movingAverageUpdate(next, z: z, indices: [0, 0, 1], decay: 0.5, smoothing: 0)
    expectClose(again.counts, [1.75, 1], "the second batch starts from the averages of the first")
    expectClose(again.codebook, Tensor(column: [4.5 / 1.75, 10]), "e = (½·3 + ½·6)/1.75")
  }

  func test3_Smoothing() throws {
    let state = CodebookState(codebook: Tensor(column: [0, 10]))
    let z = Tensor(column: [2, 4, 10])
    let next = try movingAverageUpdate(state, z: z, indices: [0, 0, 1], decay: 0.5, smoothing: 1)
    expectClose(
      next.codebook, Tensor(column: [2.16, 9]),
      "N̂ = (1.5 + 1)/(2.5 + 2·1)·2.5 and (1 + 1)/4.5·2.5: add ε to each count, and keep the total")
    expectClose(
      next.counts, [1.5, 1], "only the divisor is smoothed: the counts that are kept are the averages themselves")

    // Code 2 is never chosen.
    let three = CodebookState(codebook: Tensor(column: [0, 10, 50]))
    let lonely = try movingAverageUpdate(three, z: z, indices: [0, 0, 1], decay: 0.9, smoothing: 1e-5)
    expectClose(lonely.counts, [1.1, 1, 0.9], "the count of a code that nobody chose falls to γ·N")
    expectClose(
      lonely.codebook.scalars.map(Double.init), [0.6 / 1.1, 10, 50], relative: 1e-4,
      "a code that nobody chose keeps its place: N and m fall together")
    var faded = three
    for _ in 0..<400 { faded = try movingAverageUpdate(faded, z: z, indices: [0, 0, 1], decay: 0.9) }
    expectFinite(
      faded.codebook, "400 batches without code 2: its count is next to 0, and dividing by it gives NaN or ∞")

    for smoothing in [0, 1e-5] {
      let dead = try movingAverageUpdate(three, z: z, indices: [0, 0, 1], decay: 0, smoothing: smoothing)
      expectFinite(
        dead.codebook, "γ = 0 and a code that nobody chose is 0/0: divide by the smoothed count, and not by 0")
    }
    let still = try movingAverageUpdate(three, z: z, indices: [0, 0, 1], decay: 0, smoothing: 0)
    expectClose(
      still.codebook, Tensor(column: [3, 10, 50]), "γ = ε = 0: the means of the vectors, and code 2 stays where it is")
  }

  func test4_LloydsAlgorithm() throws {
    struct Content: Decodable {
      struct Lloyd: Decodable {
        let z, codebook, after: [[Double]]
        let indices: [Int]
      }
      let lloyd: Lloyd
    }
    let known = try (Fixture.load("moving-average", from: .module) as Content).lloyd
    let state = CodebookState(codebook: Tensor(rows: known.codebook))
    let next = try movingAverageUpdate(
      state, z: Tensor(rows: known.z), indices: known.indices, decay: 0, smoothing: 0)
    expectClose(
      next.codebook, Tensor(rows: known.after), relative: 1e-4, absolute: 1e-5,
      "γ = ε = 0 is one step of k-means: each code becomes the mean of its vectors, as scikit-learn's KMeans has it")

    // Whatever was there before is forgotten with γ = 0.
    var other = state
    other.counts = other.counts.map { $0 * 7 }
    other.sums = other.sums * 3
    let same = try movingAverageUpdate(
      other, z: Tensor(rows: known.z), indices: known.indices, decay: 0, smoothing: 0)
    expectClose(same.codebook, next.codebook, absolute: 1e-6, "with γ = 0 the old averages must not matter")
  }

  func test5_AgainstVectorQuantize() throws {
    struct Content: Decodable {
      struct Step: Decodable {
        let z, sums, codebook: [[Double]]
        let indices: [Int]
        let counts: [Double]
      }
      let decay, epsilon: Double
      let counts: [Double]
      let sums, codebook: [[Double]]
      let steps: [Step]
    }
    let content: Content = try Fixture.load("moving-average", from: .module)
    var state = CodebookState(codebook: Tensor(rows: content.codebook))
    state.counts = content.counts
    state.sums = Tensor(rows: content.sums)
    for (step, known) in content.steps.enumerated() {
      state = try movingAverageUpdate(
        state, z: Tensor(rows: known.z), indices: known.indices, decay: content.decay, smoothing: content.epsilon)
      expectClose(
        state.counts, known.counts, relative: 1e-5, "vector-quantize-pytorch's counts after batch \(step + 1)")
      expectClose(
        state.sums, Tensor(rows: known.sums), relative: 1e-4, absolute: 1e-5,
        "vector-quantize-pytorch's sums after batch \(step + 1)")
      expectClose(
        state.codebook, Tensor(rows: known.codebook), relative: 1e-4, absolute: 1e-5,
        "vector-quantize-pytorch's codes after batch \(step + 1)")
    }
  }

  func test6_LloydMax() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let count: Int
        let levels, shares: [Double]
        let distortion: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("lloyd-max", from: .module)
    let sample = normalQuantiles(2000)
    for known in content.cases where (2...4).contains(known.count) {
      let start = (0..<known.count).map { 0.6 * (Double($0) - Double(known.count) / 2) }
      var state = CodebookState(codebook: Tensor(column: start))
      var indices: [Int] = []
      for _ in 0..<60 {
        let codes = state.codebook.scalars.map(Double.init)
        // In order and on a line: a vector's code is the number of midpoints below it.
        let edges = zip(codes, codes.dropFirst()).map { ($0 + $1) / 2 }
        indices = sample.map { x in edges.count { $0 < x } }
        state = try movingAverageUpdate(state, z: Tensor(column: sample), indices: indices, decay: 0, smoothing: 0)
      }
      let codes = state.codebook.scalars.map(Double.init)
      guard codes.count == known.count else { return expect(false, "as many codes as before") }
      expectClose(
        codes, known.levels, relative: 0.02, absolute: 0.01,
        "k-means on N(0, 1) with \(known.count) codes must find the levels of Lloyd and Max")
      let distortion = zip(sample, indices).reduce(0) { $0 + ($1.0 - codes[$1.1]) * ($1.0 - codes[$1.1]) } / 2000
      expectClose(
        distortion, known.distortion, relative: 0.02, "the mean squared error of the best \(known.count) levels")
    }
  }

  /// The middles of `count` equally probable pieces of N(0, 1), by bisection.
  private func normalQuantiles(_ count: Int) -> [Double] {
    (0..<count).map { index in
      let wanted = (Double(index) + 0.5) / Double(count)
      var (low, high) = (-8.0, 8.0)
      for _ in 0..<50 {
        let middle = (low + high) / 2
        if 0.5 * erfc(-middle / 2.squareRoot()) < wanted { low = middle } else { high = middle }
      }
      return (low + high) / 2
    }
  }
}
