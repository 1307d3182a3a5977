import Synchronization

/// One recorded operation: what it read, and how a gradient passes back through it.
///
/// The node never holds its own output tensor (that would be a cycle, which reference counting cannot free); an
/// operation whose rule needs the output keeps only the storage.
final class GradNode {
  /// How the gradient of the output becomes the gradient of input number `index`. Written in tensor operations, so
  /// that a recorded sweep can itself be differentiated.
  typealias Rule = (_ gradient: Tensor, _ output: Tensor, _ index: Int) -> Tensor

  /// What a node knows of one of its inputs. The numbers are not kept: a rule that needs them holds them itself.
  struct Input {
    let node: GradNode?
    let shape: [Int]
  }

  private static let counter = Atomic<UInt64>(0)

  /// Rises with creation: an input's id is always smaller than that of whatever was computed from it.
  let id: UInt64
  /// The function that was called, for ``Tensor/recordedGraph``.
  let operation: StaticString
  private(set) var inputs: [Input]
  private var rule: Rule?
  private let output: Tensor?
  /// Set if the operation only scales the gradient where its input is not positive.
  fileprivate var gate: Gate?
  /// Set if the operation can compute its first input's gradient and pass it through a gate at once.
  fileprivate var gatedRule: ((_ gradient: Tensor, Gate) -> Tensor)?

  // Scratch of the sweep in progress.
  fileprivate var visitedBy: UInt64 = 0
  fileprivate var uses = 0
  fileprivate var isNeeded = false
  fileprivate var isTarget = false
  fileprivate var gradient: Tensor?

  init(operation: StaticString, inputs: [Input], output: Tensor?, rule: Rule?) {
    id = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
    self.operation = operation
    self.inputs = inputs
    self.output = output
    self.rule = rule
  }

  static func nextSweep() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).newValue }

  fileprivate func inputGradient(_ gradient: Tensor, index: Int) -> Tensor? {
    guard let rule else { return nil }
    let output = output.map { Tensor(storage: $0.storage, shape: $0.shape, node: self) } ?? gradient
    return rule(gradient, output, index)
  }

  /// Frees a long chain of nodes without recursion: 30,000 nested `deinit`s would overflow the stack.
  deinit {
    rule = nil
    gatedRule = nil
    var pending = inputs
    inputs = []
    while let input = pending.popLast() {
      guard var node = input.node else { continue }
      _ = consume input
      if isKnownUniquelyReferenced(&node) {
        node.rule = nil
        node.gatedRule = nil
        pending.append(contentsOf: node.inputs)
        node.inputs = []
      }
    }
  }
}

enum GradMode {
  @TaskLocal static var isRecording = true
}

/// Runs `body` without recording anything for differentiation: samplers and evaluation belong in here.
public func withoutGrad<R>(_ body: () throws -> R) rethrows -> R {
  try GradMode.$isRecording.withValue(false, operation: body)
}

extension Tensor {
  /// Whether this tensor is a ``tracked()`` one or was computed from one.
  public var isTracked: Bool { node != nil }

  /// The same numbers as a new leaf of the graph, which gradients can be taken with respect to.
  public func tracked() -> Tensor {
    Tensor(storage: storage, shape: shape, node: GradNode(operation: #function, inputs: [], output: nil, rule: nil))
  }

  /// The same numbers with no memory of how they were computed: gradients do not pass.
  public func detached() -> Tensor { node == nil ? self : Tensor(storage: storage, shape: shape) }

  /// This freshly computed value, recorded as computed from `inputs` if any of them is tracked, under the name of the
  /// function that computed it.
  @inline(__always)
  func recorded(
    from inputs: [Tensor], keepsOutput: Bool = false, operation: StaticString = #function,
    rule: @escaping GradNode.Rule
  ) -> Tensor {
    guard inputs.contains(where: { $0.node != nil }), GradMode.isRecording else { return self }
    return Tensor(
      storage: storage, shape: shape,
      node: GradNode(
        operation: operation, inputs: inputs.map { GradNode.Input(node: $0.node, shape: $0.shape) },
        output: keepsOutput ? Tensor(storage: storage, shape: shape) : nil, rule: rule))
  }

  /// The same tensor, noted as one that only scales the gradient where its input was not positive: a product's gradient
  /// can pass through it while it is computed.
  func gated(by gate: Gate) -> Tensor {
    node?.gate = gate
    return self
  }

  /// The same tensor, noted as one that can do so with the gradient of its first input.
  func gating(_ rule: @escaping (_ gradient: Tensor, Gate) -> Tensor) -> Tensor {
    node?.gatedRule = rule
    return self
  }
}

/// The derivative of ``relu(_:)`` or ``leakyReLU(_:slope:)``: 1 where `numbers` are positive, `slope` elsewhere.
struct Gate {
  /// The activation's input, or its output, which is positive in the same places.
  let numbers: Storage
  /// Nil for 0, to which no gradient is multiplied: not even ∞ · 0 is more than 0.
  let slope: Float?
}

/// Whether operations on these tensors are being recorded: kernels that fuse several operations ask, as their
/// backward passes must then be written in single operations.
func isRecording(_ tensors: Tensor...) -> Bool {
  tensors.contains { $0.node != nil } && GradMode.isRecording
}

/// The gradients of `output` with respect to each of `inputs`: ∂(Σ seed ⊙ output)/∂input, a vector–Jacobian product.
///
/// - Parameters:
///   - output: what is differentiated.
///   - inputs: tensors made by ``Tensor/tracked()`` or computed on the way to `output`.
///   - seed: the cotangent, of the output's shape; ones if left out, so that a scalar loss needs none.
///   - createGraph: record the sweep itself, so that the gradients can be differentiated again (a gradient penalty
///     needs it).
/// - Returns: one gradient an input, of that input's shape; zeros where `output` does not depend on it.
/// - Complexity: the cost of every recorded operation between inputs and output, about twice; one sort of the graph's
///   nodes. No recursion.
public func grad(
  of output: Tensor, wrt inputs: [Tensor], seed: Tensor? = nil, createGraph: Bool = false
) -> [Tensor] {
  if let seed, seed.shape != output.shape {
    fatalError("grad: the seed has shape \(seed.shape), the output \(output.shape).")
  }
  for (index, input) in inputs.enumerated() where input.node == nil {
    fatalError("grad: input \(index) is not tracked. Call tracked() on it before computing the output from it.")
  }
  guard let root = output.node else { return inputs.map { .zeros($0.shape) } }
  return GradMode.$isRecording.withValue(createGraph) {
    sweep(root, seed: seed ?? .ones(output.shape), inputs: inputs, isRecorded: createGraph)
  }
}

private func sweep(_ root: GradNode, seed: Tensor, inputs: [Tensor], isRecorded: Bool) -> [Tensor] {
  // Every node that the output was computed from, by an explicit stack.
  let sweepID = GradNode.nextSweep()
  var nodes: [GradNode] = []
  var stack = [root]
  root.visitedBy = sweepID
  root.uses = 0
  while let node = stack.popLast() {
    node.isNeeded = false
    node.isTarget = false
    node.gradient = nil
    for index in node.inputs.indices {
      guard let next = node.inputs[index].node else { continue }
      if next.visitedBy != sweepID {
        next.visitedBy = sweepID
        next.uses = 0
        stack.append(next)
      }
      next.uses += 1
    }
    nodes.append(node)
  }
  nodes.sort { $0.id < $1.id }

  // Gradients are computed only on the paths that lead to one of the inputs.
  for input in inputs { if let node = input.node, node.visitedBy == sweepID { node.isTarget = true } }
  for node in nodes {
    node.isNeeded = node.isTarget
    for index in node.inputs.indices where !node.isNeeded {
      if let next = node.inputs[index].node, next.isNeeded { node.isNeeded = true }
    }
  }

  if root.isNeeded { root.gradient = seed }
  for node in nodes.reversed() where node.isNeeded {
    guard let gradient = node.gradient else { continue }
    if !node.isTarget { node.gradient = nil }
    for index in node.inputs.indices {
      guard let next = node.inputs[index].node, next.isNeeded else { continue }
      // An activation that nothing else reads is passed in the same step.
      if index == 0, !isRecorded, let rule = node.gatedRule, let gate = next.gate, next.uses == 1, !next.isTarget,
        let before = next.inputs[0].node
      {
        before.add(rule(gradient, gate), shape: next.inputs[0].shape)
        continue
      }
      if let raw = node.inputGradient(gradient, index: index) { next.add(raw, shape: node.inputs[index].shape) }
    }
  }

  let gradients = inputs.map { input -> Tensor in
    guard let node = input.node, node.visitedBy == sweepID, let gradient = node.gradient else {
      return .zeros(input.shape)
    }
    return gradient
  }
  for node in nodes { node.gradient = nil }
  return gradients
}

extension GradNode {
  /// Adds a contribution to this node's gradient, summed over the axes along which a tensor of `shape` was repeated.
  fileprivate func add(_ contribution: Tensor, shape: [Int]) {
    let contribution = contribution.summed(to: shape)
    if gradient == nil { gradient = contribution } else { gradient!.accumulate(contribution) }
  }
}

/// The value of a scalar function at `x`, and its gradient there.
public func valueAndGradient(of f: (Tensor) throws -> Tensor, at x: Tensor) rethrows -> (
  value: Tensor, gradient: Tensor
) {
  let leaf = x.tracked()
  let value = try GradMode.$isRecording.withValue(true) { try f(leaf) }
  return (value.detached(), grad(of: value, wrt: [leaf])[0])
}

/// The gradient of a scalar function at `x`.
public func gradient(of f: (Tensor) throws -> Tensor, at x: Tensor) rethrows -> Tensor {
  try valueAndGradient(of: f, at: x).gradient
}
