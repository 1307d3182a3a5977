import Chapter05EDM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise5_2_SigmaGrid: ExerciseTestCase {
  func test1_LengthAndEnds() throws {
    for count in [2, 5, 18] {
      let sigmas = try karrasSigmas(count: count)
      expectEqual(sigmas.count, count + 1, "N steps need N + 1 noise levels: N interpolated ones and a final 0")
      guard sigmas.count == count + 1 else { return }
      expectClose(sigmas[0], 80, relative: 1e-12, "the first level must be sigmaMax: the grid falls")
      expectClose(
        sigmas[count - 1], 0.002, relative: 1e-9,
        "level N − 1 must be sigmaMin itself: i runs from 0 to N − 1, so divide it by N − 1")
      expectEqual(sigmas[count], 0, "the last level must be 0")
    }
    try expectRefusal("a grid of one step") { _ = try karrasSigmas(count: 1) }
    try expectRefusal("sigmaMin above sigmaMax") { _ = try karrasSigmas(count: 5, sigmaMin: 3, sigmaMax: 2) }
    try expectRefusal("a negative sigmaMin") { _ = try karrasSigmas(count: 5, sigmaMin: -1) }
  }

  func test2_ByHand() throws {
    let even = try karrasSigmas(count: 3, sigmaMin: 1, sigmaMax: 5, rho: 1)
    expectClose(even, [5, 3, 1, 0], relative: 1e-12, "with ρ = 1 the levels are evenly spaced")
    let squares = try karrasSigmas(count: 3, sigmaMin: 1, sigmaMax: 9, rho: 2)
    expectClose(
      squares, [9, 4, 1, 0], relative: 1e-12,
      "with ρ = 2 the roots 3, 2, 1 are evenly spaced: take the root of both ends, and the power at the end")
    let cubes = try karrasSigmas(count: 4, sigmaMin: 1, sigmaMax: 64, rho: 3)
    expectClose(cubes, [64, 27, 8, 1, 0], relative: 1e-12, "with ρ = 3 the cube roots 4, 3, 2, 1 are evenly spaced")
  }

  func test3_EvenlySpacedRoots() throws {
    var rng = stream("grids")
    for _ in 0..<5 {
      let count = 3 + rng.integer(below: 30)
      let low = 0.001 + rng.nextUniform()
      let high = low + 1 + 50 * rng.nextUniform()
      let rho = 1 + 9 * rng.nextUniform()
      let sigmas = try karrasSigmas(count: count, sigmaMin: low, sigmaMax: high, rho: rho)
      expectEqual(sigmas.count, count + 1, "N steps need N + 1 noise levels")
      expect(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 > $1 }, "the levels must fall at every step: \(sigmas)")
      let roots = sigmas.dropLast().map { pow($0, 1 / rho) }
      let gaps = zip(roots, roots.dropFirst()).map { $0 - $1 }
      let mean = (pow(high, 1 / rho) - pow(low, 1 / rho)) / Double(count - 1)
      expectClose(
        gaps, Array(repeating: mean, count: count - 1), relative: 1e-7,
        "the ρ-th roots of the first N levels must be evenly spaced (ρ = \(rho), N = \(count))")
    }
  }

  func test4_AgainstDiffusers() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let count: Int
        let sigmaMin, sigmaMax, rho: Double
        let sigmas: [Double]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("sigma-grids", from: .module)
    for known in content.cases {
      let sigmas = try karrasSigmas(
        count: known.count, sigmaMin: known.sigmaMin, sigmaMax: known.sigmaMax, rho: known.rho)
      expectClose(
        sigmas, known.sigmas, relative: 2e-6,
        "diffusers' EDMEulerScheduler has other levels (N = \(known.count), ρ = \(known.rho))")
    }
  }

  func test5_WhatRhoDoes() throws {
    var previous = Double.infinity
    for rho in [1.0, 2, 3, 5, 7, 10] {
      let sigmas = try karrasSigmas(count: 21, rho: rho)
      expect(
        sigmas.count == 22 && sigmas[10] < previous,
        "a larger ρ must move the middle of the grid down (ρ = \(rho))")
      previous = sigmas.count == 22 ? sigmas[10] : previous
    }
    let nearlyGeometric = try karrasSigmas(count: 9, sigmaMin: 0.1, sigmaMax: 25.6, rho: 1e5)
    let doublings = (0..<9).map { 25.6 / pow(2, Double($0)) } + [0]
    expectClose(nearlyGeometric, doublings, relative: 1e-3, "as ρ grows, the grid must become a geometric one")
  }
}
