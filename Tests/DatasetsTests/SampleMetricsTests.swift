import Datasets
import Foundation
import Tensors
import XCTest

final class SampleMetricsTests: XCTestCase {
  // MARK: - Modes

  func testTrueDataScoreAsTheFormulaSays() {
    // 1 − e^(−9/2) in two dimensions; six standard errors of a share.
    let n = 40_000
    let share = 1 - exp(-4.5)
    for (law, modes) in [(GaussianMixture.ring8(), 8), (.grid25(), 25), (.pacGANGrid(), 25), (.pacGANRing(), 8)] {
      var rng = RandomStream(seed: 7)
      let coverage = ModeCoverage(law.samples(n, using: &rng), of: law)
      XCTAssertEqual(coverage.highQualityShare, share, accuracy: 6 * (share * (1 - share) / Double(n)).squareRoot())
      XCTAssertEqual(coverage.modes, modes)
      XCTAssertEqual(coverage.occupiedModes, modes)
      XCTAssertEqual(coverage.modeCount, modes)
      XCTAssertEqual(coverage.spreadRatio, 1, accuracy: 0.02)
      XCTAssertEqual(coverage.counts.reduce(0, +), Int((coverage.highQualityShare * Double(n)).rounded()))
    }
  }

  func testCollapseAndContraction() {
    let ring = GaussianMixture.ring8()
    let center = ring.means[3].map { Float($0) }
    let collapsed = ModeCoverage(Tensor((0..<100).flatMap { _ in center }, shape: [100, 2]), of: ring)
    XCTAssertEqual(collapsed.modes, 1)
    XCTAssertEqual(collapsed.highQualityShare, 1, "above 0.989: not success, but points drawn together")
    XCTAssertLessThan(collapsed.spreadRatio, 0.01)
    // 99 points of one mode and one of another: two modes, of which one is occupied.
    let other = ring.means[0].map { Float($0) }
    let lopsided = ModeCoverage(
      Tensor((0..<1000).flatMap { $0 == 0 ? other : center }, shape: [1000, 2]), of: ring)
    XCTAssertEqual(lopsided.modes, 2)
    XCTAssertEqual(lopsided.occupiedModes, 1)
    let nowhere = ModeCoverage(Tensor([0, 0] as [Float], shape: [1, 2]), of: ring)
    XCTAssertEqual(nowhere.highQualityShare, 0)
    XCTAssertEqual(nowhere.modes, 0)
    // The border is 3 standard deviations.
    let single = GaussianMixture(means: [[0, 0]], standardDeviation: 1)
    XCTAssertEqual(
      ModeCoverage(Tensor([2.999, 0, 3.001, 0] as [Float], shape: [2, 2]), of: single).highQualityShare, 0.5)
  }

  // MARK: - Distances

  private struct Fixture: Decodable {
    struct Distances: Decodable {
      let wasserstein1: Double
      let energyV: Double
    }
    let distances: Distances
  }

  private let first = (0..<40).map { Double($0 * 37 % 101) / 101 }
  private let second = (0..<25).map { Double($0 * 53 % 97) / 97 * 1.5 - 0.2 }

  func testAgainstSciPy() throws {
    let url = try XCTUnwrap(
      Bundle.module.url(forResource: "densities", withExtension: "json", subdirectory: "Fixtures"))
    let want = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).distances
    XCTAssertEqual(SampleDistance.wasserstein(first, second), want.wasserstein1, accuracy: 1e-12)
    XCTAssertEqual(SampleDistance.wasserstein(second, first), want.wasserstein1, accuracy: 1e-12)
    let (a, b) = (Tensor(first, shape: [40, 1]), Tensor(second, shape: [25, 1]))
    XCTAssertEqual(SampleDistance.energy(a, b, isUnbiased: false), want.energyV, accuracy: 1e-6)
    var rng = RandomStream(seed: 1)
    XCTAssertEqual(
      SampleDistance.slicedWasserstein(a, b, directions: 3, power: 1, using: &rng), want.wasserstein1, accuracy: 1e-6,
      "in one dimension every direction is the same")
  }

  func testSmallCasesByHand() {
    XCTAssertEqual(SampleDistance.wasserstein([0, 1], [2, 3], power: 2), 2, accuracy: 1e-12)
    XCTAssertEqual(SampleDistance.wasserstein([0], [-1, 1], power: 1), 1, accuracy: 1e-12)
    XCTAssertEqual(SampleDistance.wasserstein([0, 0, 3], [0, 3], power: 1), 0.5, accuracy: 1e-12)
    let (a, b) = (Tensor([0, 0, 2, 0] as [Float], shape: [2, 2]), Tensor([0, 1, 2, 1] as [Float], shape: [2, 2]))
    // Across: 1, √5, √5, 1; within: 2 in each set.
    let cross = (2 + 2 * 5.0.squareRoot()) / 4
    XCTAssertEqual(SampleDistance.energy(a, b), 2 * cross - 4, accuracy: 1e-7)
    XCTAssertEqual(SampleDistance.energy(a, b, isUnbiased: false), 2 * cross - 2, accuracy: 1e-7)
  }

  func testAShiftIsMeasured() {
    // Sliced W₂ of a cloud and its shift by v: the root of the mean of (v·θ)², which is ‖v‖/√2 in the plane.
    var rng = RandomStream(seed: 2)
    let cloud = GaussianMixture.ring8().samples(500, using: &rng)
    let shifted = cloud + Tensor([3, 4] as [Float], shape: [1, 2])
    XCTAssertEqual(
      SampleDistance.slicedWasserstein(cloud, shifted, directions: 4000, using: &rng), 5 / 2.0.squareRoot(),
      accuracy: 0.1)
    XCTAssertEqual(SampleDistance.slicedWasserstein(cloud, cloud, using: &rng), 0, accuracy: 1e-9)
  }

  func testEqualLawsLieNearZero() {
    var (values, biased): ([Double], [Double]) = ([], [])
    for seed in 0..<12 {
      var rng = RandomStream(seed: UInt64(seed))
      let (a, b) = (
        GaussianMixture.ring8().samples(150, using: &rng), GaussianMixture.ring8().samples(150, using: &rng)
      )
      values.append(SampleDistance.energy(a, b))
      biased.append(SampleDistance.energy(a, b, isUnbiased: false))
    }
    let mean = values.reduce(0, +) / 12
    let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 11).squareRoot()
    XCTAssertLessThan(abs(mean), 5 * spread / 12.0.squareRoot() + 1e-9)
    XCTAssertTrue(biased.allSatisfy { $0 > 0 })
    var rng = RandomStream(seed: 1)
    let ring = GaussianMixture.ring8().samples(150, using: &rng)
    let far = SampleDistance.energy(
      GaussianMixture.ring8().samples(150, using: &rng), ring + Tensor([1, 0] as [Float], shape: [1, 2]))
    XCTAssertGreaterThan(far, mean + 6 * spread)
  }
}
