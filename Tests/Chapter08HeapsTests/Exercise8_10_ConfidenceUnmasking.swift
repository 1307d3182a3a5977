import Chapter08Heaps
import ExerciseTesting
import Foundation
import Tensors

final class Exercise8_10_ConfidenceUnmasking: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    var rng = stream("noise")
    let none = try confidenceUnmask([-1, -2], isMasked: [true, false], k: 0, using: &rng)
    expectEqual(none, [], "k = 0 reveals nothing")
    let one = try unmaskingSchedule(length: 7, steps: 1)
    expectEqual(one, [7], "in one step all tokens at once")
    try expectRefusal("two probabilities and one mask") {
      _ = try confidenceUnmask([-1, -2], isMasked: [true], k: 1, using: &rng)
    }
    for k in [-1, 2] {
      try expectRefusal("k = \(k) of one masked") {
        _ = try confidenceUnmask([-1, -2], isMasked: [true, false], k: k, using: &rng)
      }
    }
    for wrong in [0.5, .nan] {
      try expectRefusal("the log-probability \(wrong)") {
        _ = try confidenceUnmask([wrong], isMasked: [true], k: 1, using: &rng)
      }
    }
    for temperature in [-1, .nan, .infinity] as [Double] {
      try expectRefusal("the temperature \(temperature)") {
        _ = try confidenceUnmask([-1], isMasked: [true], k: 1, temperature: temperature, using: &rng)
      }
    }
    for (length, steps) in [(0, 1), (4, 0), (4, 5)] {
      try expectRefusal("\(steps) steps for \(length) tokens") {
        _ = try unmaskingSchedule(length: length, steps: steps)
      }
    }
  }

  func test2_ByHand() throws {
    var rng = stream("noise")
    let surest = try confidenceUnmask(
      [-0.1, -3, -0.5, -0.2, -0.5, -0.01], isMasked: [true, true, true, true, true, false], k: 3, using: &rng)
    expectEqual(
      surest, [0, 3, 2], "the surest first; 5 is not masked, and of 2 and 4, which are equal, the lower index")
    let equal = try confidenceUnmask([-1, -1, -1, -1], isMasked: [true, false, true, true], k: 2, using: &rng)
    expectEqual(equal, [0, 2], "of equal ones the lower index first")
    let hopeless = try confidenceUnmask([-.infinity, -9], isMasked: [true, true], k: 2, using: &rng)
    expectEqual(hopeless, [1, 0], "a guess of probability 0 comes last")
    let schedule = try unmaskingSchedule(length: 16, steps: 4)
    expectEqual(schedule, [2, 3, 5, 6], "⌊16 cos(πt/8)⌋ tokens are masked after step t: 14, 11, 6, 0")
    let each = try unmaskingSchedule(length: 5, steps: 5)
    expectEqual(each, [1, 1, 1, 1, 1], "as many steps as tokens: one at a time")
  }

  func test3_Schedule() throws {
    for length in [1, 2, 5, 16, 64, 257] {
      for steps in 1...min(length, 24) {
        let schedule = try unmaskingSchedule(length: length, steps: steps)
        let said = "\(length) tokens in \(steps) steps"
        expectEqual(schedule.count, steps, "one number a step: \(said)")
        expectEqual(schedule.reduce(0, +), length, "all tokens are revealed in the end: \(said)")
        expect(schedule.allSatisfy { $0 >= 1 }, "every step reveals something: \(said) gave \(schedule)")
        var masked = length
        for (index, revealed) in schedule.enumerated() where length >= 8 * steps {
          masked -= revealed
          let share = Double(length) * cos(Double.pi / 2 * Double(index + 1) / Double(steps))
          expect(
            Double(masked) <= share + 1e-6 && Double(masked) > share - 1 - 1e-6,
            "after step \(index + 1) \(masked) are masked; the cosine says ⌊\(share)⌋: \(said)")
        }
      }
    }
  }

  func test4_AgainstSorting() throws {
    var rng = stream("tokens")
    for _ in 0..<1000 {
      let count = 1 + rng.integer(below: 30)
      let confidence = (0..<count).map { _ in -Double(rng.integer(below: 10)) / 4 }
      let isMasked = (0..<count).map { _ in rng.integer(below: 3) > 0 }
      let masked = confidence.indices.filter { isMasked[$0] }
      let k = rng.integer(below: masked.count + 1)
      var unused = ScriptedGenerator([])
      let chosen = try confidenceUnmask(confidence, isMasked: isMasked, k: k, using: &unused)
      let want = masked.sorted { confidence[$0] != confidence[$1] ? confidence[$0] > confidence[$1] : $0 < $1 }.prefix(
        k)
      expectEqual(chosen, Array(want), "the \(k) surest of the masked, surest first, of equal ones the lower index")
      expectEqual(unused.asked, 0, "at temperature 0 no random number is drawn")
    }
  }

  func test5_WithLuck() throws {
    var rng = stream("noise")
    let weights: [Double] = [0.5, 0.25, 0.125, 0.125]
    let confidence = weights.map { log($0) } + [-0.001]
    let isMasked = [true, true, true, true, false]
    for (temperature, power) in [(1.0, 1.0), (2, 0.5)] {
      let tempered = weights.map { pow($0, power) }
      let total = tempered.reduce(0, +)
      var first = [Int](repeating: 0, count: 5)
      let draws = 3000
      for _ in 0..<draws {
        let chosen = try confidenceUnmask(confidence, isMasked: isMasked, k: 2, temperature: temperature, using: &rng)
        guard chosen.count == 2, let token = chosen.first, first.indices.contains(token) else {
          expect(false, "two of four tokens are wanted, not \(chosen)")
          return
        }
        first[token] += 1
      }
      for (token, weight) in tempered.enumerated() {
        let probability = weight / total
        let deviation = (Double(draws) * probability * (1 - probability)).squareRoot()
        expect(
          abs(Double(first[token]) - Double(draws) * probability) <= 5 * deviation,
          "τ = \(temperature): \(token) came first \(first[token]) times in \(draws), but its probability is \(probability), "
            + "in proportion to p^(1/τ): is the noise of Gumbel's law?")
      }
      expectEqual(first[4], 0, "a token that is not masked is never chosen")
    }
    var known = ScriptedGenerator([1 << 63, 1 << 62, 3 << 62])
    _ = try confidenceUnmask(
      [-1, -1, -1, -1], isMasked: [true, false, true, true], k: 1, temperature: 1, using: &known)
    expectEqual(known.asked, 3, "one uniform number for each masked token")
  }
}
