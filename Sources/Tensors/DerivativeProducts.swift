/// The same numbers, taken as a constant by differentiation: ``Tensor/detached()`` in the place where a formula is
/// written sg(x).
///
/// For a term that a gradient must not pass: the target of a consistency loss, the straight-through estimator
/// x + sg(round(x) − x), a codebook's commitment ‖x − sg(e)‖².
public func stopGradient(_ x: Tensor) -> Tensor { x.detached() }

/// The value of f at x, and the vector–Jacobian product vᵀ ∂f/∂x: reverse mode, one backward sweep.
///
/// - Parameters:
///   - cotangent: v, of the value's shape.
///   - createGraph: keep both results differentiable, with respect to x if it is tracked and to whatever else f uses.
/// - Returns: the value, and the product, of x's shape.
public func vjp(
  _ f: (Tensor) throws -> Tensor, at x: Tensor, cotangent: Tensor, createGraph: Bool = false
) rethrows -> (value: Tensor, product: Tensor) {
  let (leaf, value) = try recordedValue(f, at: x, createGraph: createGraph)
  let product = grad(of: value, wrt: [leaf], seed: cotangent, createGraph: createGraph)[0]
  return (createGraph ? value : value.detached(), product)
}

/// The value of f at x, and the Jacobian–vector product (∂f/∂x) u: the derivative of f along u, exact.
///
/// Forward mode by two reverse sweeps: w ↦ wᵀ ∂f/∂x is linear, so its own transposed derivative applied to u is the
/// product, whatever w is (J. Townsend, "A new trick for calculating Jacobian vector products", 2017).
///
/// - Parameters:
///   - tangent: u, of x's shape.
///   - createGraph: keep both results differentiable, with respect to x if it is tracked and to whatever else f uses.
/// - Returns: the value, and the product, of the value's shape.
/// - Complexity: about four times the cost of f.
public func jvp(
  _ f: (Tensor) throws -> Tensor, at x: Tensor, tangent: Tensor, createGraph: Bool = false
) rethrows -> (value: Tensor, product: Tensor) {
  guard tangent.shape == x.shape else {
    fatalError("jvp: the tangent has shape \(tangent.shape), x has \(x.shape).")
  }
  let (leaf, value) = try recordedValue(f, at: x, createGraph: createGraph)
  let w = Tensor.zeros(value.shape).tracked()
  let transposed = grad(of: value, wrt: [leaf], seed: w, createGraph: true)[0]
  let product = grad(of: transposed, wrt: [w], seed: tangent, createGraph: createGraph)[0]
  return (createGraph ? value : value.detached(), product)
}

/// The product of the Hessian of a scalar function at x with a vector, without the matrix: the gradient of ⟨∇f, v⟩.
///
/// - Complexity: about four times the cost of f.
public func hessianVectorProduct(
  of f: (Tensor) throws -> Tensor, at x: Tensor, vector: Tensor, createGraph: Bool = false
) rethrows -> Tensor {
  let (leaf, value) = try recordedValue(f, at: x, createGraph: createGraph)
  guard value.scalarCount == 1, vector.shape == x.shape else {
    fatalError(
      "hessianVectorProduct: f must give a single number, not \(value.shape), and the vector \(vector.shape) must have "
        + "the shape of x, \(x.shape).")
  }
  let gradient = grad(of: value, wrt: [leaf], createGraph: true)[0]
  return grad(of: gradient, wrt: [leaf], seed: vector, createGraph: createGraph)[0]
}

/// The law of the probes of ``hutchinsonTrace(_:at:probes:law:createGraph:using:)``; both have mean 0 and variance 1.
public enum ProbeLaw: Sendable {
  /// ±1, each with probability ½: the smallest variance, 2 Σ_{i≠j} of the squared symmetric part, and none for a
  /// diagonal matrix.
  case rademacher
  /// N(0, 1).
  case gaussian
}

/// f at x, and for every row of a batch Hutchinson's unbiased estimate of the trace of the Jacobian (the divergence of
/// the field f): tr J = E[εᵀ J ε] ≈ the mean of εᵀ J ε over `probes` draws of ε.
///
/// `f` must treat the entries of the first axis independently of each other: then one sweep a probe serves the whole
/// batch.
///
/// - Parameters:
///   - x: `[N, …]`; f gives the same shape.
///   - probes: how many ε are averaged.
///   - createGraph: keep the results differentiable: to train a continuous normalising flow.
/// - Returns: the value, and the traces `[N]`.
/// - Complexity: one backward sweep a probe, whatever the dimension.
///
/// M. Hutchinson, "A stochastic estimator of the trace of the influence matrix…", 1990; Grathwohl et al., "FFJORD",
/// ICLR 2019, §3.1.
public func hutchinsonTrace(
  _ f: (Tensor) throws -> Tensor, at x: Tensor, probes: Int = 1, law: ProbeLaw = .rademacher,
  createGraph: Bool = false, using rng: inout RandomStream
) rethrows -> (value: Tensor, traces: Tensor) {
  let (leaf, value) = try recordedValue(f, at: x, createGraph: createGraph)
  guard x.ndim > 0, value.shape == x.shape, probes > 0 else {
    fatalError(
      "hutchinsonTrace: f must keep the shape [N, …] of x, \(x.shape), not give \(value.shape), and the \(probes) probes "
        + "must be positive.")
  }
  var sum = Tensor.zeros([x.shape[0]])
  for _ in 0..<probes {
    let probe = law == .gaussian ? Tensor.normal(x.shape, using: &rng) : .rademacher(x.shape, using: &rng)
    let product = grad(of: value, wrt: [leaf], seed: probe, createGraph: createGraph)[0]
    sum = sum + (product * probe).sum(axes: Array(1..<x.ndim))
  }
  return (createGraph ? value : value.detached(), sum / Float(probes))
}

/// x as something that gradients can be taken with respect to, and f there with its graph. Where the results are to be
/// differentiated further back, a tracked x stays itself.
private func recordedValue(
  _ f: (Tensor) throws -> Tensor, at x: Tensor, createGraph: Bool
) rethrows -> (leaf: Tensor, value: Tensor) {
  let leaf = createGraph && x.isTracked ? x : x.tracked()
  return (leaf, try GradMode.$isRecording.withValue(true) { try f(leaf) })
}
