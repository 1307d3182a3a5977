// Exercise 1.5: the Dirac-GAN
//
// The smallest GAN that shows why training one is not descending a hill: two numbers chase each other. All data lie at 0,
// all fakes at θ, and the discriminator's logit is the straight line ℓ(x) = ψx.

import Exercises
import Foundation

/// Where the two players of the Dirac-GAN stand.
public struct DiracState: Equatable, Sendable {
  /// θ: where the generator puts all its samples. The data lie at 0.
  public var theta: Double
  /// ψ: the slope of the discriminator's logit ℓ(x) = ψx.
  public var psi: Double

  public init(theta: Double, psi: Double) {
    self.theta = theta
    self.psi = psi
  }
}

/// In which order the two players move.
public enum UpdateOrder: String, CaseIterable, Sendable {
  /// Both look at the old state and move at once.
  case simultaneous
  /// The discriminator moves first, and the generator answers to the *new* ψ: Algorithm 1 with k = 1.
  case alternating
}

/// The direction in which gradient descent moves each player at `state`: (−∂L_G/∂θ, −∂L_D/∂ψ).
///
/// The discriminator descends the loss of exercise 1.1 and the R1 penalty of 1.6, which here is γψ²/2:
///
///     L_D = softplus(−ψ·0) + softplus(ψθ) + γψ²/2        so    ψ̇ = −θ σ(ψθ) − γψ
///
/// and the generator one of the losses of exercise 1.2, at the logit ψθ:
///
///     saturating:        L_G = −softplus(ψθ)              so    θ̇ = ψ σ(ψθ)
///     non-saturating:    L_G = softplus(−ψθ)              so    θ̇ = ψ σ(−ψθ)
///
/// Mescheder et al. 2018, with f(t) = −log(1 + e⁻ᵗ). Their discriminator is positive on fakes, ours on real data: the
/// same field with ψ for −ψ, so that the same spirals run the other way round.
///
/// - Throws: `InvalidArgument` if γ is negative or not finite.
public func diracField(
  at state: DiracState, gamma: Double = 0, kind: GeneratorLossKind = .saturating
) throws -> (theta: Double, psi: Double) {
  try InvalidArgument.requireNotNegative(gamma, "gamma")
  // BEGIN SOLUTION
  let logit = state.psi * state.theta
  let sigma = 1 / (1 + exp(-logit))
  let push = kind == .saturating ? sigma : 1 - sigma
  return (theta: state.psi * push, psi: -state.theta * sigma - gamma * state.psi)
  // END SOLUTION
}

/// One step of gradient descent of length h for both players, in the given order.
///
/// - Throws: `InvalidArgument` unless h is positive and γ ≥ 0.
public func diracStep(
  _ state: DiracState, h: Double, order: UpdateOrder, gamma: Double = 0, kind: GeneratorLossKind = .saturating
) throws -> DiracState {
  try InvalidArgument.requirePositive(h, "h")
  // BEGIN SOLUTION
  let start = try diracField(at: state, gamma: gamma, kind: kind)
  var next = DiracState(theta: state.theta, psi: state.psi + h * start.psi)
  let seen = order == .simultaneous ? state : next
  next.theta += h * (try diracField(at: seen, gamma: gamma, kind: kind)).theta
  return next
  // END SOLUTION
}

/// The Jacobian of ``diracField(at:gamma:kind:)`` at the equilibrium θ = ψ = 0, in closed form and for either loss:
///
///     [ ∂θ̇/∂θ  ∂θ̇/∂ψ ]
///     [ ∂ψ̇/∂θ  ∂ψ̇/∂ψ ]
///
/// Near the equilibrium its eigenvalues say everything: a negative real part draws the players in, an imaginary part makes
/// them circle. Mescheder et al. 2018.
///
/// - Throws: `InvalidArgument` if γ is negative or not finite.
public func diracJacobian(gamma: Double = 0) throws -> [[Double]] {
  try InvalidArgument.requireNotNegative(gamma, "gamma")
  // BEGIN SOLUTION
  return [[0, 0.5], [-0.5, -gamma]]
  // END SOLUTION
}

/// A complex number: an eigenvalue of a real matrix.
public struct Eigenvalue: Equatable, Sendable {
  public let real: Double
  public let imaginary: Double

  public init(real: Double, imaginary: Double = 0) {
    self.real = real
    self.imaginary = imaginary
  }

  /// |λ|: by how much one step of x ← λx stretches x.
  public var modulus: Double { (real * real + imaginary * imaginary).squareRoot() }
}

/// The two eigenvalues of a real 2 × 2 matrix: the roots of λ² − tλ + d with t the trace and d the determinant.
///
/// If t²/4 − d is negative they are a conjugate pair t/2 ± i√(d − t²/4), the one with the positive imaginary part first;
/// otherwise they are real, the larger first.
///
/// - Throws: `InvalidArgument` unless the matrix has two rows of two finite numbers.
public func eigenvalues(of matrix: [[Double]]) throws -> [Eigenvalue] {
  try InvalidArgument.require(
    matrix.count == 2 && matrix.allSatisfy { $0.count == 2 && $0.allSatisfy(\.isFinite) },
    "the matrix should have two rows of two finite numbers, but is \(matrix)")
  // BEGIN SOLUTION
  let half = (matrix[0][0] + matrix[1][1]) / 2
  let determinant = matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0]
  let discriminant = half * half - determinant
  let root = abs(discriminant).squareRoot()
  return discriminant < 0
    ? [Eigenvalue(real: half, imaginary: root), Eigenvalue(real: half, imaginary: -root)]
    : [Eigenvalue(real: half + root), Eigenvalue(real: half - root)]
  // END SOLUTION
}
