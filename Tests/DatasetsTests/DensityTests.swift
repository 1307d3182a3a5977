import Datasets
import Foundation
import Tensors
import XCTest

final class DensityTests: XCTestCase {
  struct Fixture: Decodable {
    struct Values: Decodable {
      let noise: Double
      let logDensity: [Double]
    }
    struct Moments: Decodable {
      let mean: [Double]
      let covariance: [[Double]]
    }
    let points: [[Double]]
    let gaussian: [Values]
    let ring8: [Values]
    let curvePoints: [[Double]]
    let swissRoll: [Double]
    let twoMoons: [Double]
    let swissRollMoments: Moments
    let twoMoonsMoments: Moments
  }

  private func fixture() throws -> Fixture {
    let url = try XCTUnwrap(
      Bundle.module.url(forResource: "densities", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
  }

  private let correlated = GaussianMixture(mean: [0.5, -1], covariance: [[1, 0.8], [0.8, 1]])
  private let mixed = GaussianMixture(
    means: [[0, 0], [2, 1], [-1, 2]],
    covariances: [[[1, 0.8], [0.8, 1]], [[0.2, -0.3], [-0.3, 1.5]], [[0.5, 0], [0, 0.1]]],
    weights: [1, 2, 3])

  /// Each law with a noise level at which its density is smooth, and the box that holds all of it.
  private var laws: [(name: String, law: any Density, noise: Double, reach: Double)] {
    [
      ("ring8", GaussianMixture.ring8(), 0.1, 2.4), ("grid25", GaussianMixture.grid25(), 0.1, 2.4),
      ("correlated", correlated, 0, 9), ("mixed", mixed, 0.5, 12), ("swiss roll", NoisyCurve.swissRoll(), 0.1, 3),
      ("two moons", NoisyCurve.twoMoons(), 0, 4), ("checkerboard", Checkerboard(), 0.2, 4),
    ]
  }

  // MARK: - Against other packages

  func testAgainstSciPy() throws {
    let fixture = try fixture()
    for values in fixture.gaussian {
      for (x, want) in zip(fixture.points, values.logDensity) {
        XCTAssertEqual(correlated.logDensity(x, noise: values.noise), want, accuracy: 1e-9 * max(1, abs(want)))
      }
    }
    for values in fixture.ring8 {
      for (x, want) in zip(fixture.points, values.logDensity) {
        XCTAssertEqual(
          GaussianMixture.ring8().logDensity(x, noise: values.noise), want, accuracy: 1e-9 * max(1, abs(want)))
      }
    }
    for (x, want) in zip(fixture.curvePoints, fixture.swissRoll) {
      XCTAssertEqual(NoisyCurve.swissRoll().logDensity(x), log(want), accuracy: 1e-7, "swiss roll at \(x)")
    }
    for (x, want) in zip(fixture.curvePoints, fixture.twoMoons) {
      XCTAssertEqual(NoisyCurve.twoMoons().logDensity(x), log(want), accuracy: 1e-7, "two moons at \(x)")
    }
  }

  // MARK: - The mathematics itself

  func testDensitiesIntegrateToOne() {
    for (name, law, noise, reach) in laws {
      let n = 120
      let h = 2 * reach / Double(n)
      var points: [Float] = []
      for i in 0..<n {
        for j in 0..<n { points += [Float(-reach + (Double(i) + 0.5) * h), Float(-reach + (Double(j) + 0.5) * h)] }
      }
      let logs = law.logDensity(of: Tensor(points, shape: [n * n, 2]), noise: noise)
      let integral = logs.reduce(0) { $0 + exp($1) } * h * h
      XCTAssertEqual(integral, 1, accuracy: 2e-3, name)
    }
    let squares = Checkerboard.corners.count
    XCTAssertEqual(Double(squares) * exp(Checkerboard().logDensity([0.5, 0.5])), 1, accuracy: 1e-12)
    XCTAssertEqual(Checkerboard().logDensity([0.5, -0.5]), -.infinity)
    XCTAssertEqual(Checkerboard().logDensity([2.5, 0.5]), -.infinity)
  }

  func testTheScoreIsTheSlopeOfTheLogDensity() {
    for (name, law, noise, _) in laws {
      for x in [[0.3, -0.2], [1.2, 0.9], [-0.7, 1.1], [0.05, 0.6]] {
        let score = law.score(x, noise: noise)
        for i in 0..<2 {
          var (up, down) = (x, x)
          let h = 1e-5
          up[i] += h
          down[i] -= h
          let slope = (law.logDensity(up, noise: noise) - law.logDensity(down, noise: noise)) / (2 * h)
          XCTAssertEqual(score[i], slope, accuracy: 1e-5 * max(1, abs(slope)), "\(name) at \(x)")
        }
      }
    }
  }

  func testTheDenoiserIsTweedies() {
    for (name, law, _, _) in laws {
      for noise in [0.3, 1.0, 4] {
        for x in [[0.3, -0.2], [1.2, 0.9], [-3.0, 2]] {
          let (denoised, score) = (law.denoised(x, noise: noise), law.score(x, noise: noise))
          for i in 0..<2 {
            XCTAssertEqual(denoised[i], x[i] + noise * noise * score[i], accuracy: 1e-9, "\(name), σ = \(noise)")
          }
        }
      }
      XCTAssertEqual(law.denoised([0.3, 0.4], noise: 0), [0.3, 0.4], "without noise there is nothing to remove")
    }
  }

  func testLimitsOfTheDenoiser() {
    // Much noise: the mean of all data. Little: the nearest point of a finite data set.
    let far = mixed.denoised([3, -4], noise: 1e4)
    XCTAssertEqual(far[0], mixed.mean[0], accuracy: 1e-2)
    XCTAssertEqual(far[1], mixed.mean[1], accuracy: 1e-2)
    let points = GaussianMixture(means: [[0, 0], [1, 0], [0, 2]], standardDeviation: 0)
    XCTAssertEqual(points.denoised([0.7, 0.1], noise: 0.01), [1, 0])
    let halfway = points.denoised([0.5, 0], noise: 0.01)
    XCTAssertEqual(halfway[0], 0.5, accuracy: 1e-9)
    let veryFar = points.denoised([1e6, 0], noise: 0.01)
    XCTAssertEqual(veryFar, [1, 0], "no 0/0 where every density underflows")
  }

  func testThePosterior() {
    let (x, noise) = ([0.8, 0.4], 0.7)
    let posterior = mixed.posterior(given: x, noise: noise)
    let mean = mixed.denoised(x, noise: noise)
    XCTAssertEqual(posterior.mean[0], mean[0], accuracy: 1e-12)
    XCTAssertEqual(posterior.mean[1], mean[1], accuracy: 1e-12)
    // Bayes: p(x₀|x) p(x) = p(x₀) N(x; x₀, σ²), at several x₀.
    for x0 in [[0.0, 0], [1, 1], [-0.5, 1.7]] {
      let likelihood = GaussianMixture(means: [x0], standardDeviation: noise).logDensity(x)
      XCTAssertEqual(
        posterior.logDensity(x0) + mixed.logDensity(x, noise: noise), mixed.logDensity(x0) + likelihood, accuracy: 1e-10
      )
    }
    // The Jacobian of the denoiser is Cov(x₀|x)/σ².
    let covariance = posterior.covariance
    for i in 0..<2 {
      for j in 0..<2 {
        var (up, down) = (x, x)
        up[j] += 1e-5
        down[j] -= 1e-5
        let slope = (mixed.denoised(up, noise: noise)[i] - mixed.denoised(down, noise: noise)[i]) / 2e-5
        XCTAssertEqual(slope, covariance[i][j] / (noise * noise), accuracy: 1e-7)
      }
    }
    XCTAssertEqual(mixed.noised(by: 0.7).logDensity(x), mixed.logDensity(x, noise: 0.7), accuracy: 1e-12)
  }

  // MARK: - Draws

  private func moments(_ law: any Density, _ count: Int, seed: UInt64) -> (mean: [Double], covariance: [[Double]]) {
    var rng = RandomStream(seed: seed)
    let scalars = law.samples(count, using: &rng).scalars.map { Double($0) }
    var (m, c) = ([0.0, 0], [[0.0, 0], [0, 0]])
    for k in 0..<count { for i in 0..<2 { m[i] += scalars[2 * k + i] / Double(count) } }
    for k in 0..<count {
      for i in 0..<2 {
        for j in 0..<2 { c[i][j] += (scalars[2 * k + i] - m[i]) * (scalars[2 * k + j] - m[j]) / Double(count - 1) }
      }
    }
    return (m, c)
  }

  func testDrawsHaveTheMoments() throws {
    let n = 20_000
    // Six standard errors of a mean and of a variance.
    func compare(_ name: String, _ law: any Density, _ mean: [Double], _ covariance: [[Double]]) {
      let drawn = moments(law, n, seed: 11)
      for i in 0..<2 {
        XCTAssertEqual(drawn.mean[i], mean[i], accuracy: 6 * (covariance[i][i] / Double(n)).squareRoot(), name)
        for j in 0..<2 {
          XCTAssertEqual(
            drawn.covariance[i][j], covariance[i][j],
            accuracy: 6 * (2 * covariance[i][i] * covariance[j][j] / Double(n)).squareRoot(), name)
        }
      }
    }
    for (name, mixture) in [("mixed", mixed), ("ring8", .ring8()), ("grid25", .grid25()), ("correlated", correlated)] {
      compare(name, mixture, mixture.mean, mixture.covariance)
    }
    let fixture = try fixture()
    compare("swiss roll", NoisyCurve.swissRoll(), fixture.swissRollMoments.mean, fixture.swissRollMoments.covariance)
    compare("two moons", NoisyCurve.twoMoons(), fixture.twoMoonsMoments.mean, fixture.twoMoonsMoments.covariance)
    // The board: the mean is 0; each coordinate is uniform on [−2, 2], and in a pair of dark squares the two lie together.
    compare("checkerboard", Checkerboard(), [0, 0], [[4.0 / 3, 0.25], [0.25, 4.0 / 3]])
    var rng = RandomStream(seed: 5)
    let board = Checkerboard()
    for _ in 0..<1000 { XCTAssertEqual(board.logDensity(board.sample(using: &rng)), -log(8)) }
  }

  func testTheCurriculumsNumbers() {
    XCTAssertEqual(GaussianMixture.grid25().covariance[0][0].squareRoot(), 1.0008, accuracy: 1e-4)
    XCTAssertEqual(
      GaussianMixture.grid25(standardDeviation: 0.05 / 2.828).covariance[0][0].squareRoot(), 1.0003, accuracy: 1e-4)
    XCTAssertEqual(GaussianMixture.ring8().means[2][1], 2 / 1.414, accuracy: 1e-12)
    XCTAssertEqual(GaussianMixture.pacGANGrid().means.map { $0[0] }.max(), 4)
    XCTAssertEqual(GaussianMixture.pacGANRing().means[1][0], 0.5.squareRoot(), accuracy: 1e-12)
  }

  func testManyPointsAtOnce() {
    let points = Tensor([0.5, 1, -1, 2] as [Float], shape: [2, 2])
    let score = mixed.score(of: points, noise: 0.3)
    XCTAssertEqual(score.shape, [2, 2])
    XCTAssertEqual(Double(score.scalars[2]), mixed.score([-1, 2], noise: 0.3)[0], accuracy: 1e-6)
    XCTAssertEqual(
      Double(mixed.denoised(points, noise: 2).scalars[1]), mixed.denoised([0.5, 1], noise: 2)[1], accuracy: 1e-6)
    XCTAssertEqual(mixed.logDensity(of: points, noise: 0.1)[1], mixed.logDensity([-1, 2], noise: 0.1))
  }
}
