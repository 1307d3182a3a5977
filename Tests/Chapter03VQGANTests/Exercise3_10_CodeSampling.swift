import Chapter03VQGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise3_10_CodeSampling: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    var rng = stream("shapes")
    let probabilities = try codeProbabilities([1, -.infinity, 0.5, 3])
    expectEqual(probabilities.count, 4, "one probability for each code, also for those that may not be drawn")
    expectClose(probabilities.reduce(0, +), 1, relative: 1e-12, "probabilities add up to 1")
    let one = try codeProbabilities([-2.5], settings: SamplingSettings(temperature: 0.1, topK: 5, topP: 0.01))
    expectEqual(one, [1], "a single code is certain, whatever the settings; k may exceed the number of codes")
    let index = try drawIndex([0, 1, 0], using: &rng)
    expectEqual(index, 1, "what is certain is drawn")
    let none = try sampleCodes(
      prefixes: [[7], [8]], length: 0, codeCount: 3, next: { _ in .zeros([2, 3]) }, using: &rng)
    expectEqual(none, [[], []], "no codes are wanted: none come, and the prefix is none")

    for settings in [
      SamplingSettings(temperature: 0), SamplingSettings(temperature: -1), SamplingSettings(topK: 0),
      SamplingSettings(topP: 0), SamplingSettings(topP: 1.5),
    ] {
      try expectRefusal("\(settings)") { _ = try codeProbabilities([0, 1], settings: settings) }
    }
    for logits in [[], [1, .nan], [.infinity, 0], [-.infinity, -.infinity]] as [[Double]] {
      try expectRefusal("the logits \(logits)") { _ = try codeProbabilities(logits) }
    }
    for wrong in [[], [0.5, 0.4], [1.5, -0.5], [.nan, 1]] as [[Double]] {
      try expectRefusal("the probabilities \(wrong)") { _ = try drawIndex(wrong, using: &rng) }
    }
    try expectRefusal("a model that knows fewer words than codes") {
      _ = try sampleCodes(prefixes: [[3]], length: 1, codeCount: 3, next: { _ in .zeros([1, 2]) }, using: &rng)
    }
  }

  func test2_ByHand() throws {
    // Logits that are logarithms of 4, 2, 1 and 1.
    let logits = [log(2.0), 0, log(4.0), 0]
    let plain = try codeProbabilities(logits)
    expectClose(plain, [0.25, 0.125, 0.5, 0.125], relative: 1e-12, "softmax: 2, 1, 4 and 1 eighths")
    let cold = try codeProbabilities(logits, settings: SamplingSettings(temperature: 0.5))
    expectClose(
      cold, [4.0 / 22, 1.0 / 22, 16.0 / 22, 1.0 / 22], relative: 1e-12,
      "T = ½ squares the odds: 4, 1, 16 and 1. Logits are *divided* by T")
    let two = try codeProbabilities(logits, settings: SamplingSettings(topK: 2))
    expectClose(two, [1.0 / 3, 0, 2.0 / 3, 0], relative: 1e-12, "the two best, and divided by what is left")
    let ties = try codeProbabilities(logits, settings: SamplingSettings(topK: 3))
    expectClose(ties, plain, relative: 1e-12, "two codes tie for the third place: both stay")
    let nucleus = try codeProbabilities(logits, settings: SamplingSettings(topP: 0.7))
    expectClose(nucleus, [1.0 / 3, 0, 2.0 / 3, 0], relative: 1e-12, "½ + ¼ reach p = 0.7: no more are needed")
    let huge = try codeProbabilities([1000, 1000, -1000])
    expectClose(huge, [0.5, 0.5, 0], "logits of ±1000: subtract the greatest before the exponential")
  }

  func test3_TheCrossingCode() throws {
    let logits = [0.0625, 0.875, 0.0625].map { log($0) }
    let sure = try codeProbabilities(logits, settings: SamplingSettings(topP: 0.5))
    expectClose(
      sure, [0, 1, 0], relative: 1e-12, "a code with more than p carries the sum across p: it is in, and alone")
    let half = [0.5, 0.375, 0.125].map { log($0) }
    let crossing = try codeProbabilities(half, settings: SamplingSettings(topP: 0.6))
    expectClose(
      crossing, [4.0 / 7, 3.0 / 7, 0], relative: 1e-12, "½ is less than 0.6: the code that crosses it, ⅜, is in too")
    let equal = try codeProbabilities([0, 0, 0, 0], settings: SamplingSettings(topP: 0.5))
    expectClose(
      equal, [0.5, 0.5, 0, 0], relative: 1e-12,
      "¼ + ¼ reach p = ½ exactly: no more are needed; of equal codes the lower indices")
    let all = try codeProbabilities([0, -40, -50], settings: SamplingSettings(topP: 1))
    expect(all.allSatisfy { $0 > 0 }, "p = 1 keeps every code, also those that the sum's rounding swallows: \(all)")
  }

  func test4_OneAfterTheOther() throws {
    let logits = [log(8.0), log(4.0), log(2.0), log(2.0)]
    // At T = 2 the odds are √8, 2, √2, √2: together 7.657, and the first two have 0.6306 of it.
    let warm = try codeProbabilities(logits, settings: SamplingSettings(temperature: 2, topP: 0.65))
    expect(
      warm.count { $0 > 0 } == 3,
      "T first: at T = 2 two codes have 0.63 of the mass, so p = 0.65 needs three. At T = 1 two would do: \(warm)")
    expectClose(
      warm[0], 2.828427125 / 6.242640687, relative: 1e-9, "what is left is divided by its sum, with the tempered odds")
    // Top-k first: of 8, 4 (sum 12) the first has 2/3 ≥ 0.6. Of all (sum 16) it has only 1/2.
    let both = try codeProbabilities(logits, settings: SamplingSettings(topK: 2, topP: 0.6))
    expectClose(
      both, [1, 0, 0, 0], relative: 1e-12,
      "top-k first: p is a share of what top-k has left, where the best code has ⅔ already")
  }

  func test5_AgainstTransformers() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let name: String
        let logits, probabilities: [Double]
        let temperature: Double
        let topK: Int?
        let topP: Double?
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("code-sampling", from: .module)
    for known in content.cases {
      let settings = SamplingSettings(temperature: known.temperature, topK: known.topK, topP: known.topP)
      let probabilities = try codeProbabilities(known.logits, settings: settings)
      expectClose(
        probabilities, known.probabilities, relative: 1e-9, absolute: 1e-12,
        "transformers' warpers leave other probabilities (\(known.name), T = \(known.temperature), k = "
          + "\(known.topK.map(String.init) ?? "all"), p = \(known.topP.map { "\($0)" } ?? "all"))")
    }
  }

  func test6_OneDraw() throws {
    var rng = stream("draws")
    let probabilities = [0.1, 0, 0.6, 0.3]
    var times = [0, 0, 0, 0]
    for _ in 0..<4000 {
      var copy = rng
      let u = copy.nextUniform()
      let index = try drawIndex(probabilities, using: &rng)
      guard times.indices.contains(index) else { return expect(false, "\(index) is no index of 4 probabilities") }
      expectEqual(
        index, u < 0.1 ? 0 : u < 0.7 ? 2 : 3,
        "u = \(u): the first index whose running sum 0.1, 0.1, 0.7, 1 exceeds u, from one uniform number")
      expectEqual(rng.state, copy.state, "a draw takes one number of the stream")
      times[index] += 1
    }
    expectEqual(times[1], 0, "what has probability 0 is never drawn")
    for (index, want) in [(0, 400.0), (2, 2400), (3, 1200)] {
      expectClose(
        Double(times[index]), want, absolute: 190, "4,000 draws: index \(index) should come about \(want) times")
    }
    let third = 1.0 / 3
    for _ in 0..<500 {
      let index = try drawIndex([0, third, third, third - 1e-7, 0], using: &rng)
      expect((1...3).contains(index), "the sum falls short of 1 by rounding: the last *possible* index, not \(index)")
    }
    // A place in the stream where the next number is 0.99999979, above the sum of these.
    if var top = RandomStream(state: [1, 886_300]) {
      let last = try drawIndex([0.5, 0.5 - 9e-7, 0], using: &top)
      expectEqual(last, 1, "u lies above the sum, which rounding has left below 1: the last *possible* index")
    }
  }

  func test7_WholeSequences() throws {
    var rng = stream("sequences")
    // Every code is equally probable; the model also knows two class words, and likes them best.
    var asked: [[[Int]]] = []
    var copy = rng
    let drawn = try sampleCodes(
      prefixes: [[4], [5], [5]], length: 6, codeCount: 4,
      next: { sequences in
        asked.append(sequences)
        return Tensor(sequences.flatMap { _ in [Float(0), 0, 0, 0, 50, 50] }, shape: [sequences.count, 6])
      }, using: &rng)
    var want: [[Int]] = [[], [], []]
    for _ in 0..<6 { for row in 0..<3 { want[row].append(Int(copy.nextUniform() * 4)) } }
    expect(
      drawn.allSatisfy { $0.allSatisfy { (0..<4).contains($0) } },
      "class words were drawn: the scores beyond the first K must be cut off")
    expectEqual(drawn.map(\.count), [6, 6, 6], "as many codes as wanted, without the prefix")
    expectEqual(drawn, want, "one number of the stream a code: at each turn the sequences in their order")
    expectEqual(asked.count, 6, "the model is asked once a turn, with all sequences")
    for (turn, sequences) in asked.enumerated() where drawn.map(\.count) == [6, 6, 6] {
      expectEqual(
        sequences, zip([[4], [5], [5]], drawn).map { $0 + $1.prefix(turn) },
        "at turn \(turn) the model must read each prefix with the codes drawn so far")
    }

    // A chain: the next code is the last plus one, or, with a probability of a fifth, the same again.
    func chain(_ sequences: [[Int]]) -> Tensor {
      let rows = sequences.map { sequence in
        let last = sequence.last ?? 0
        return (0..<5).map { $0 == (last + 1) % 5 ? log(0.8) : $0 == last ? log(0.2) : -.infinity }
      }
      return Tensor(rows: rows)
    }
    let long = try sampleCodes(
      prefixes: Array(repeating: [0], count: 40), length: 50, codeCount: 5, next: chain, using: &rng)
    let steps = long.flatMap { sequence in zip([0] + sequence, sequence).map { ($1 - $0 + 5) % 5 } }
    let moves = Double(steps.count { $0 == 1 }) / 2000
    expectClose(moves, 0.8, absolute: 0.054, "four moves in five go on by one: what the model says of the *last* code")
    let greedy = try sampleCodes(
      prefixes: [[0], [3]], length: 4, codeCount: 5, settings: SamplingSettings(topK: 1), next: chain, using: &rng)
    expectEqual(greedy, [[1, 2, 3, 4], [4, 0, 1, 2]], "k = 1 takes the best code each time: are the settings used?")
  }
}
