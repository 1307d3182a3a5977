import Chapter01GAN
import Datasets
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_8_ModeReport: ExerciseTestCase {
  private let corners = [[0.0, 0], [10, 0], [0, 10], [10, 10]]

  func test1_ShapesAndRefusals() throws {
    let report = try modeReport(samples: .zeros([3, 2]), centers: corners, standardDeviation: 1)
    expectEqual(report.counts.count, 4, "one count for each mode")
    expectFinite(
      [report.highQualityShare, report.entropy, report.divergenceFromUniform], "the report must consist of numbers")
    try expectRefusal("points of three numbers and centres of two") {
      _ = try modeReport(samples: .zeros([3, 3]), centers: corners, standardDeviation: 1)
    }
    try expectRefusal("no samples") {
      _ = try modeReport(samples: .zeros([0, 2]), centers: corners, standardDeviation: 1)
    }
    try expectRefusal("σ = 0") { _ = try modeReport(samples: .zeros([1, 2]), centers: corners, standardDeviation: 0) }
  }

  func test2_ByHand() throws {
    // Two at the first corner, one of them at distance 2.5; one near the second; one between everything; one at
    // distance 3.5 of the third, so not good: it must not count as a mode.
    let samples = Tensor(rows: [[0, 0], [1.5, 2], [10.5, 0.5], [5, 4], [0, 13.5]])
    let report = try modeReport(samples: samples, centers: corners, standardDeviation: 1)
    expectEqual(
      report.counts, [2, 1, 0, 0],
      "good samples of each mode: those less than 3 standard deviations from the nearest centre")
    expectEqual(report.modes, 2, "a mode counts if it has at least one *good* sample")
    expectClose(report.highQualityShare, 0.6, relative: 1e-9, "three good ones of all five samples")
    let entropy = -(2.0 / 3) * log(2.0 / 3) - (1.0 / 3) * log(1.0 / 3)
    expectClose(
      report.entropy, entropy, relative: 1e-9, "shares ⅔ and ⅓ of the good samples, natural logarithms, 0 · ln 0 = 0")
    expectClose(
      report.divergenceFromUniform, log(4) - entropy, relative: 1e-9,
      "KL to the uniform law over all K modes: ln K − entropy")

    let none = try modeReport(samples: Tensor(rows: [[5, 5]]), centers: corners, standardDeviation: 1)
    expectEqual(none.modes, 0, "no good sample, no mode")
    expectClose(none.entropy, 0, absolute: 1e-12, "no good sample: entropy 0, not NaN")
    let rare = try modeReport(
      samples: Tensor(rows: [[Double]](repeating: [0, 0], count: 199) + [[10, 10]]), centers: corners,
      standardDeviation: 1)
    expectEqual(rare.modes, 2, "one good sample is enough for a mode, be it one in two hundred")
    let all = try modeReport(samples: Tensor(rows: corners), centers: corners, standardDeviation: 1)
    expectClose(all.entropy, log(4), relative: 1e-9, "all four modes alike: ln 4")
    expectClose(all.divergenceFromUniform, 0, absolute: 1e-12, "all four modes alike: no divergence from uniform")
  }

  func test3_TheUnitIsTheStandardDeviation() throws {
    var rng = stream("units")
    let samples = Tensor.normal([60, 2], using: &rng) * 2 + 5
    let one = try modeReport(samples: samples, centers: corners, standardDeviation: 1.5)
    let scaled = try modeReport(
      samples: samples * 0.01, centers: corners.map { $0.map { $0 * 0.01 } }, standardDeviation: 0.015)
    expectEqual(
      one.counts, scaled.counts,
      "everything a hundred times smaller is the same picture: measure in standard deviations")
    let wide = try modeReport(samples: samples, centers: corners, standardDeviation: 4)
    expectEqual(
      wide.counts.reduce(0, +), Int((wide.highQualityShare * 60).rounded()),
      "where modes overlap a sample still belongs to the nearest centre alone")
    expect(wide.highQualityShare <= 1, "a sample belongs to the nearest centre alone, so no share is above 1")
    expect(
      wide.highQualityShare >= one.highQualityShare, "wider modes find more samples good: is σ used in the threshold?")
  }

  func test4_AgainstSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let samples, centers: [[Double]]
        let deviation, highQualityShare, entropy, divergence: Double
        let counts: [Int]
        let modes: Int
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("modes", from: .module)
    for known in content.cases {
      let report = try modeReport(
        samples: Tensor(rows: known.samples), centers: known.centers, standardDeviation: known.deviation)
      expectEqual(report.counts, known.counts, "SciPy's cKDTree counts other good samples")
      expectEqual(report.modes, known.modes, "modes with at least one good sample")
      expectClose(report.highQualityShare, known.highQualityShare, relative: 1e-9, "the share of good samples")
      expectClose(report.entropy, known.entropy, relative: 1e-9, absolute: 1e-12, "scipy.stats.entropy, in nats")
      expectClose(
        report.divergenceFromUniform, known.divergence, relative: 1e-9, absolute: 1e-12,
        "scipy.stats.entropy against the uniform law, in nats")
    }
  }

  func test5_TrueSamples() throws {
    var rng = stream("ring")
    let ring = GaussianMixture.ring8()
    let samples = ring.samples(2000, using: &rng)
    let report = try modeReport(samples: samples, centers: ring.means, standardDeviation: 0.05 / 1.414)
    expectEqual(report.modes, 8, "true samples of the ring find all eight modes")
    // Four standard errors of a share of 0.98889 among 2,000.
    expectClose(
      report.highQualityShare, 1 - exp(-4.5), absolute: 0.0094,
      "in two dimensions 1 − e^(−4.5) = 98.9 % of true samples lie within 3σ")
    expect(
      report.divergenceFromUniform >= 0 && report.divergenceFromUniform < 0.02,
      "true samples spread evenly; the divergence from uniform is \(report.divergenceFromUniform)")
    let collapsed = try modeReport(
      samples: samples * 0.02 + Tensor(ring.means[3], shape: [2]), centers: ring.means,
      standardDeviation: 0.05 / 1.414)
    expectEqual(collapsed.modes, 1, "all samples at one centre: one mode")
    expectClose(
      collapsed.highQualityShare, 1, relative: 1e-9, "and all of them good: quality says nothing about variety")
    expectClose(
      collapsed.divergenceFromUniform, log(8), relative: 1e-9, "which is as far from uniform as can be")
  }
}
