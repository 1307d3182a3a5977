import Chapter03VQGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise3_5_CodebookUse: ExerciseTestCase {
  func test1_BoundsAndRefusals() throws {
    let one = try codePerplexity([[3, 3], [3]], codeCount: 8)
    expectClose(
      one, 1, relative: 1e-12, "one code everywhere: entropy 0, perplexity 1; codes that never come are no NaN")
    let all = try codePerplexity([[0, 1, 2], [3, 4, 5], [5, 4, 3, 2, 1, 0]], codeCount: 6)
    expectClose(all, 6, relative: 1e-12, "six codes equally often: the perplexity is 6, not its logarithm")
    try expectRefusal("no codes at all") { _ = try codePerplexity([[], []], codeCount: 4) }
    try expectRefusal("an index that names no code") { _ = try codePerplexity([[0, 4]], codeCount: 4) }
    try expectRefusal("a threshold of 0") { _ = try deadCodes([1, 0], threshold: 0) }
    var rng = stream("refusals")
    let state = CodebookState(codebook: .ones([3, 2]))
    try expectRefusal("a code revived twice") {
      _ = try revive([1, 1], in: state, with: .ones([4, 2]), using: &rng)
    }
    try expectRefusal("vectors of another length") { _ = try revive([1], in: state, with: .ones([4, 3]), using: &rng) }
    try expectRefusal("a count of 0") { _ = try revive([1], in: state, with: .ones([4, 2]), count: 0, using: &rng) }
  }

  func test2_ByHand() throws {
    // Shares ½, ¼, ¼: the entropy is 1.5 bits, or 1.5·ln 2 nats.
    let three = try codePerplexity([[0, 0, 2, 5]], codeCount: 6)
    expectClose(
      three, 2.82842712, "2^1.5 = exp(1.5·ln 2): logarithm and power need the same base (4.48 is e^1.5, 2.06 2^1.04)")
    let mostly = try codePerplexity([[1, 1, 1, 0]], codeCount: 2)
    expectClose(mostly, 1.75476535, "4/3^(3/4): shares ¾ and ¼")
  }

  func test3_AgainstSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let name: String
        let codeCount: Int
        let maps: [[Int]]
        let perplexity, meanOfPictures: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("code-use", from: .module)
    for known in content.cases {
      let perplexity = try codePerplexity(known.maps, codeCount: known.codeCount)
      expectClose(
        perplexity, known.perplexity, relative: 1e-9,
        "exp of SciPy's entropy of the whole batch (\(known.name)); the mean over the pictures would be "
          + "\(known.meanOfPictures)")
    }
    // The cells of the best quantisers of N(0, 1) are not equally probable: eight of them are worth 7.09.
    struct Levels: Decodable {
      struct Case: Decodable {
        let shares: [Double]
        let perplexity: Double
      }
      let cases: [Case]
    }
    let levels: Levels = try Fixture.load("lloyd-max", from: .module)
    for known in levels.cases {
      let map = known.shares.enumerated().flatMap { Array(repeating: $0, count: Int(($1 * 20_000).rounded())) }
      let perplexity = try codePerplexity([map], codeCount: known.shares.count)
      expectClose(
        perplexity, known.perplexity, relative: 1e-3,
        "the perplexity of Lloyd and Max's \(known.shares.count) levels of a normal law")
    }
    let unequal = try codePerplexity([[0], [1, 1, 1]], codeCount: 2)
    expectClose(unequal, 1.75476535, "every code counts the same, also where maps have different lengths")
  }

  func test4_DeadCodes() throws {
    let dead = try deadCodes([0, 3.5, 0.99, 1, 1.01, 0.2], threshold: 1)
    expectEqual(dead, [0, 2, 5], "dead is what lies *below* the threshold: a code with exactly 1 lives")
    let none = try deadCodes([2, 2], threshold: 1)
    expectEqual(none, [], "all alive")
    let scaled = try deadCodes([40, 9, 12], threshold: 10)
    expectEqual(scaled, [1], "the threshold is a count: 9 is below 10")
  }

  func test5_Revival() throws {
    var rng = stream("revival")
    var state = CodebookState(codebook: .normal([6, 3], using: &rng))
    state.counts = [4, 0.01, 3, 0.02, 0.5, 2]
    state.sums = state.codebook * Tensor(column: state.counts)
    let z = (Tensor.normal([3, 3], using: &rng) + 20).tracked()
    let next = try revive([1, 3, 4], in: state, with: z, count: 2, using: &rng)

    let (before, after, vectors) = (CodeList(state.codebook).codes, CodeList(next.codebook).codes, CodeList(z).codes)
    guard after.count == 6, next.counts.count == 6, next.sums.shape == [6, 3] else {
      return expectShape(next.codebook, [6, 3], "as many codes as before, with their counts and sums")
    }
    for code in [0, 2, 5] {
      expectEqual(after[code], before[code], "code \(code) lives: nothing may touch it")
      expectEqual(next.counts[code], state.counts[code], "code \(code) lives: nothing may touch its count")
    }
    for code in [1, 3, 4] {
      expect(vectors.contains(after[code]), "code \(code) is dead and must be moved to a vector of the batch")
    }
    let taken = [1, 3, 4].compactMap { vectors.firstIndex(of: after[$0]) }
    expectEqual(
      taken.sorted(), [0, 1, 2],
      "three dead codes and three vectors: each gets one of its own. Two codes at one place are one code")
    expectEqual(
      [1, 3, 4].map { next.counts[$0] }, [2, 2, 2],
      "a revived code stands for `count` vectors: with its old count the next averages find it dead again")
    let places = next.sums / Tensor(column: next.counts)
    expectClose(
      places, next.codebook, relative: 1e-4,
      "sums/counts must be the code also after revival: with its old sums the next average draws it back to where it "
        + "died")
    expect(!next.codebook.isTracked && !next.sums.isTracked, "the codebook is no part of the encoder's graph: detach z")
    let untouched = try revive([], in: state, with: z, using: &rng)
    expectClose(untouched.codebook, state.codebook, "nothing is dead, nothing is moved")
  }

  func test6_AtRandom() throws {
    var rng = stream("random")
    let state = CodebookState(codebook: .zeros([2, 1]))
    let z = Tensor(column: (1...10).map(Double.init))
    var times = [Int](repeating: 0, count: 11)
    for _ in 0..<2000 {
      let next = try revive([1], in: state, with: z, using: &rng)
      let place = Int(next.codebook.scalars.last ?? 0)
      guard times.indices.contains(place) else { return expect(false, "a code must be moved to a vector") }
      times[place] += 1
    }
    expectEqual(times[0], 0, "the dead code stayed where it was")
    for vector in 1...10 {
      expectClose(
        Double(times[vector]), 200, absolute: 85,
        "2,000 revivals, 10 vectors: each should be taken about 200 times (vector \(vector)). Draw them at random")
    }

    var (first, second) = (stream("again"), stream("again"))
    let once = try revive([0, 1], in: state, with: z, using: &first)
    let twice = try revive([0, 1], in: state, with: z, using: &second)
    expectEqual(once.codebook.scalars, twice.codebook.scalars, "the same stream must make the same choice")

    // Four dead codes, two vectors.
    let few = CodebookState(codebook: Tensor(column: [-1, -2, -3, -4, -5]))
    let next = try revive([0, 2, 3, 4], in: few, with: Tensor(column: [8, 9]), using: &rng)
    let codes = next.codebook.scalars
    guard codes.count == 5 else { return expectEqual(codes.count, 5, "as many codes as before") }
    expectEqual(Set([codes[0], codes[2]]), [8, 9], "two vectors for four dead codes: the first two get them")
    expectEqual(
      [codes[1], codes[3], codes[4]], [-2, -4, -5], "for the other codes there is no vector left: they stay")
  }
}
