import Chapter01GAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_5_DiracGAN: ExerciseTestCase {
  func test1_TheEquilibrium() throws {
    for kind in GeneratorLossKind.allCases {
      let field = try diracField(at: DiracState(theta: 0, psi: 0), gamma: 1, kind: kind)
      expectClose([field.theta, field.psi], [0, 0], absolute: 1e-15, "at θ = ψ = 0 nobody has a reason to move")
      for order in UpdateOrder.allCases {
        let next = try diracStep(DiracState(theta: 0, psi: 0), h: 0.1, order: order, kind: kind)
        expectEqual(next, DiracState(theta: 0, psi: 0), "who starts at the equilibrium stays there")
      }
    }
    let jacobian = try diracJacobian()
    expectEqual(jacobian.map(\.count), [2, 2], "the Jacobian is 2 × 2")
    let values = try eigenvalues(of: [[1, 0], [0, 2]])
    expectEqual(values.count, 2, "a 2 × 2 matrix has two eigenvalues")
    try expectRefusal("a negative γ") { _ = try diracField(at: DiracState(theta: 1, psi: 1), gamma: -1) }
    try expectRefusal("a step of length 0") {
      _ = try diracStep(DiracState(theta: 1, psi: 1), h: 0, order: .simultaneous)
    }
    try expectRefusal("a matrix of three rows") { _ = try eigenvalues(of: [[1, 2], [3, 4], [5, 6]]) }
  }

  func test2_ByHand() throws {
    let right = try diracField(at: DiracState(theta: 1, psi: 0))
    expectClose(
      [right.theta, right.psi], [0, -0.5], absolute: 1e-12,
      "fakes at 1, a flat discriminator: it must learn that what lies to the right is fake, ψ̇ = −½")
    for kind in GeneratorLossKind.allCases {
      let up = try diracField(at: DiracState(theta: 0, psi: 1), kind: kind)
      expectClose(
        [up.theta, up.psi], [0.5, 0], absolute: 1e-12,
        "the discriminator prefers the right, so the generator goes there, θ̇ = +½: it *raises* its logit (\(kind))")
    }
    let damped = try diracField(at: DiracState(theta: 0, psi: 2), gamma: 0.6)
    expectClose(damped.psi, -1.2, relative: 1e-12, "the penalty γψ²/2 has the slope γψ: ψ̇ = −0.6 · 2")

    let sigma = 1 / (1 + exp(-1.0))
    let start = DiracState(theta: 1, psi: 1)
    let together = try diracStep(start, h: 0.1, order: .simultaneous)
    expectClose(
      [together.theta, together.psi], [1 + 0.1 * sigma, 1 - 0.1 * sigma], relative: 1e-12,
      "simultaneous: both see θ = ψ = 1")
    let psi = 1 - 0.1 * sigma
    let byTurns = try diracStep(start, h: 0.1, order: .alternating)
    expectClose(
      [byTurns.theta, byTurns.psi], [1 + 0.1 * psi / (1 + exp(-psi)), psi], relative: 1e-12,
      "alternating: the discriminator moves first, and the generator answers to the new ψ")
    let better = try diracStep(start, h: 0.1, order: .simultaneous, gamma: 0.5, kind: .nonSaturating)
    expectClose(
      [better.theta, better.psi], [1 + 0.1 * (1 - sigma), 1 - 0.1 * (sigma + 0.5)], relative: 1e-12,
      "the step must hand γ and the kind of loss on to the field: θ̇ = ψσ(−ψθ), ψ̇ = −θσ(ψθ) − γψ")
  }

  func test3_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Field: Decodable { let theta, psi, gamma, psiVelocity, saturating, nonSaturating: Double }
      struct Matrix: Decodable {
        let matrix: [[Double]]
        let real, imaginary: [Double]
      }
      let fields: [Field]
      let matrices: [Matrix]
    }
    let content: Content = try Fixture.load("dirac", from: .module)
    for known in content.fields {
      let state = DiracState(theta: known.theta, psi: known.psi)
      for (kind, velocity) in [(GeneratorLossKind.saturating, known.saturating), (.nonSaturating, known.nonSaturating)]
      {
        let field = try diracField(at: state, gamma: known.gamma, kind: kind)
        expectClose(
          [field.theta, field.psi], [velocity, known.psiVelocity], relative: 1e-9, absolute: 1e-12,
          "minus torch's gradients of the two losses at θ = \(known.theta), ψ = \(known.psi), γ = \(known.gamma) "
            + "(\(kind))")
      }
    }
    for known in content.matrices {
      let values = try eigenvalues(of: known.matrix)
      expectClose(
        values.map(\.real), known.real, relative: 1e-9, absolute: 1e-12,
        "numpy.linalg.eigvals has other real parts for \(known.matrix)")
      expectClose(
        values.map(\.imaginary), known.imaginary, relative: 1e-9, absolute: 1e-12,
        "numpy.linalg.eigvals has other imaginary parts for \(known.matrix)")
    }
  }

  func test4_TheJacobianIsTheFieldsSlope() throws {
    let h = 1e-4
    for gamma in [0.0, 0.3, 2] {
      let jacobian = try diracJacobian(gamma: gamma)
      for kind in GeneratorLossKind.allCases {
        func difference(_ a: DiracState, _ b: DiracState) throws -> [Double] {
          let fieldA = try diracField(at: a, gamma: gamma, kind: kind)
          let fieldB = try diracField(at: b, gamma: gamma, kind: kind)
          return [(fieldA.theta - fieldB.theta) / (2 * h), (fieldA.psi - fieldB.psi) / (2 * h)]
        }
        let byTheta = try difference(DiracState(theta: h, psi: 0), DiracState(theta: -h, psi: 0))
        let byPsi = try difference(DiracState(theta: 0, psi: h), DiracState(theta: 0, psi: -h))
        expectClose(
          jacobian.flatMap { $0 }, [byTheta[0], byPsi[0], byTheta[1], byPsi[1]], absolute: 1e-6,
          "the Jacobian must be the slope of the field at 0 (γ = \(gamma), \(kind)); rows are θ̇ and ψ̇")
      }
    }
  }

  func test5_Eigenvalues() throws {
    let table: [(Double, [Double], [Double])] = [
      (0, [0, 0], [0.5, -0.5]), (0.3, [-0.15, -0.15], [0.4769696007, -0.4769696007]), (1, [-0.5, -0.5], [0, 0]),
      (2, [-0.1339745962, -1.8660254038], [0, 0]),
    ]
    for (gamma, real, imaginary) in table {
      let jacobian = try diracJacobian(gamma: gamma)
      let values = try eigenvalues(of: jacobian)
      expectClose(
        values.map(\.real), real, absolute: 1e-7,
        "γ = \(gamma): λ = −γ/2 ± √(γ²/4 − ¼), real parts; was it γ/2 where γ belongs?")
      expectClose(
        values.map(\.imaginary), imaginary, absolute: 1e-7,
        "γ = \(gamma): λ = −γ/2 ± √(γ²/4 − ¼), imaginary parts, the positive one first")
    }
  }

  func test6_OneStepStretches() throws {
    // The step's own matrix at the equilibrium, column by column.
    let tiny = 1e-5
    for h in [0.1, 0.5] {
      for order in UpdateOrder.allCases {
        let a = try diracStep(DiracState(theta: tiny, psi: 0), h: h, order: order)
        let b = try diracStep(DiracState(theta: 0, psi: tiny), h: h, order: order)
        let matrix = [[a.theta / tiny, b.theta / tiny], [a.psi / tiny, b.psi / tiny]]
        let values = try eigenvalues(of: matrix)
        let want = order == .simultaneous ? (1 + h * h / 4).squareRoot() : 1
        expectClose(
          values.map(\.modulus), [want, want], absolute: 1e-6,
          "\(order), h = \(h): simultaneous steps stretch by √(1 + h²/4) and spiral out, alternating ones by exactly 1")
      }
    }
  }

  func test7_WhereTheyEnd() throws {
    func radius(_ order: UpdateOrder, gamma: Double, kind: GeneratorLossKind) throws -> Double {
      var state = DiracState(theta: 0.1, psi: 0)
      for _ in 0..<600 { state = try diracStep(state, h: 0.1, order: order, gamma: gamma, kind: kind) }
      return (state.theta * state.theta + state.psi * state.psi).squareRoot()
    }
    for kind in GeneratorLossKind.allCases {
      let outwards = try radius(.simultaneous, gamma: 0, kind: kind)
      expect(
        outwards > 0.15, "simultaneous descent spirals away from the equilibrium; the radius 0.1 became \(outwards)")
      let circling = try radius(.alternating, gamma: 0, kind: kind)
      expect(
        circling > 0.08 && circling < 0.12, "alternating descent circles for ever; the radius 0.1 became \(circling)")
      for order in UpdateOrder.allCases {
        let inwards = try radius(order, gamma: 1, kind: kind)
        expect(inwards < 1e-6, "with R1 both orders converge; the radius 0.1 became \(inwards) (\(order), \(kind))")
      }
    }
  }
}
