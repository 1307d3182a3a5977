/// How a tensor was computed: the graph that ``grad(of:wrt:seed:createGraph:)`` sweeps, to look at.
///
/// Reading it changes nothing. Tensors that are not tracked, and numbers, are not in it: no gradient passes to them.
public struct RecordedGraph: Sendable, Equatable {
  /// One recorded operation, or a tensor that gradients can be taken with respect to.
  public struct Node: Sendable, Equatable {
    /// The name of the function that was called (`matmul`, `+`, `tanh`, `mean`); `tracked` for a leaf.
    public var operation: String
    /// The shape of what came out.
    public var shape: [Int]
    /// The nodes that it was computed from, in the order of the arguments; one may come twice, as in x·x.
    public var inputs: [Int]
  }

  /// Every node once; the order says nothing, but the tensor itself is node 0.
  public var nodes: [Node]
}

extension Tensor {
  /// How this tensor was computed; nil if it is not tracked.
  ///
  /// - Complexity: O(nodes + links), no recursion.
  public var recordedGraph: RecordedGraph? {
    guard let node else { return nil }
    var numbers: [ObjectIdentifier: Int] = [ObjectIdentifier(node): 0]
    var found: [(node: GradNode, shape: [Int])] = [(node, shape)]
    var graph = RecordedGraph(nodes: [])
    // What is found is appended, so that the list is its own queue.
    while graph.nodes.count < found.count {
      let (node, shape) = found[graph.nodes.count]
      var inputs: [Int] = []
      for input in node.inputs {
        guard let next = input.node else { continue }
        let number = numbers[ObjectIdentifier(next)] ?? found.count
        if number == found.count {
          numbers[ObjectIdentifier(next)] = number
          found.append((next, input.shape))
        }
        inputs.append(number)
      }
      let name = "\(node.operation)".prefix { $0 != "(" }
      graph.nodes.append(RecordedGraph.Node(operation: String(name), shape: shape, inputs: inputs))
    }
    return graph
  }
}
