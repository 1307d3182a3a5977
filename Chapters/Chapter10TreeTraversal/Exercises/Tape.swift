import Exercises
import Foundation

/// A computation, written down as it was done: the smallest record from which derivatives can be taken.
///
/// ```swift
/// var tape = Tape()
/// let x = tape.variable(3)
/// let y = tape.multiply(x, tape.sine(x))     // y = x sin x
/// ```
public struct Tape: Sendable {
  /// One number, what it was computed from, and how it changes with each of these.
  public struct Node: Equatable, Sendable {
    public var value: Double
    /// The nodes that it was computed from; one may come twice, as in x·x.
    public var inputs: [Int]
    /// ∂value/∂input, one an input.
    public var partials: [Double]
  }

  public private(set) var nodes: [Node] = []

  public init() {}

  public func value(_ node: Int) -> Double { nodes[node].value }

  /// A number that was not computed from anything.
  public mutating func variable(_ value: Double) -> Int {
    nodes.append(Node(value: value, inputs: [], partials: []))
    return nodes.count - 1
  }

  /// Any operation, by its value and its partial derivatives.
  ///
  /// - Throws: `InvalidArgument` if there is not one derivative an input, or an input is not on the tape yet.
  public mutating func record(_ value: Double, inputs: [Int], partials: [Double]) throws -> Int {
    try InvalidArgument.require(
      inputs.count == partials.count, "\(inputs.count) inputs need as many derivatives, not \(partials.count)")
    for input in inputs { try InvalidArgument.requireIndex(input, below: nodes.count, "an input") }
    nodes.append(Node(value: value, inputs: inputs, partials: partials))
    return nodes.count - 1
  }

  public mutating func add(_ a: Int, _ b: Int) throws -> Int {
    try record(value(a) + value(b), inputs: [a, b], partials: [1, 1])
  }

  public mutating func multiply(_ a: Int, _ b: Int) throws -> Int {
    try record(value(a) * value(b), inputs: [a, b], partials: [value(b), value(a)])
  }

  public mutating func sine(_ a: Int) throws -> Int {
    try record(sin(value(a)), inputs: [a], partials: [cos(value(a))])
  }

  public mutating func exponential(_ a: Int) throws -> Int {
    try record(exp(value(a)), inputs: [a], partials: [exp(value(a))])
  }
}

extension InvalidArgument {
  /// Throws unless every node of the order exists, comes once, and comes after its inputs.
  static func requireTopological(_ order: [Int], on tape: Tape) throws {
    var isDone = [Bool](repeating: false, count: tape.nodes.count)
    for node in order {
      try requireIndex(node, below: tape.nodes.count, "a node of the order")
      try require(!isDone[node], "node \(node) comes twice in the order")
      for input in tape.nodes[node].inputs {
        try require(isDone[input], "node \(node) comes before its input \(input) in the order")
      }
      isDone[node] = true
    }
  }
}
