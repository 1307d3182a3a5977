import Chapter10TreeTraversal
import ExerciseTesting
import Foundation
import Tensors

final class Exercise10_8_TopologicalOrder: ExerciseTestCase {
  private struct Stop: Error {}

  /// The order of a graph that is given by the list of each node's inputs.
  private func order(of outputs: [Int], _ inputs: [[Int]]) throws -> [Int] {
    var asked = 0
    return try topologicalOrder(of: outputs, nodeCount: inputs.count) { node in
      asked += 1
      if asked > 1000 {
        expect(
          false,
          "asked 1000 times about a graph of \(inputs.count) nodes: a node on its way that is met again is a cycle")
        throw Stop()
      }
      return inputs[node]
    }
  }

  func test1_EmptyAndRefusals() throws {
    let none = try order(of: [], [[], [0]])
    expectEqual(none, [], "no outputs depend on nothing")
    let one = try order(of: [0], [[], [0]])
    expectEqual(one, [0], "a node without inputs; node 1, which uses it, is not asked for")
    for (name, inputs) in [
      ("a node that is its own input", [[0]]), ("two nodes that use each other", [[1], [0]]),
      ("a cycle of four", [[1], [2], [3], [0], []]), ("a cycle behind a chain", [[1], [2], [3], [1]]),
      ("a cycle beside a way out", [[1, 2], [], [3, 1], [2, 1]]),
    ] {
      try expectRefusal(name) { _ = try self.order(of: [0], inputs) }
    }
    let apart = try order(of: [0], [[1], [], [3], [2]])
    expectEqual(apart, [1, 0], "a cycle that cannot be reached does no harm")
    try expectRefusal("an output that does not exist") { _ = try self.order(of: [2], [[], []]) }
    try expectRefusal("an output that does not exist") { _ = try self.order(of: [-1], [[], []]) }
    for missing in [7, -1] {
      try expectRefusal("an input that does not exist") { _ = try self.order(of: [0], [[missing]]) }
    }
    var thrown: (any Error)?
    do { _ = try topologicalOrder(of: [0], nodeCount: 1) { _ in throw Stop() } } catch { thrown = error }
    if let thrown, !(thrown is Stop) { throw thrown }
    expect(thrown is Stop, "what `inputs` throws is passed on")

    var tape = Tape()
    let x = tape.variable(2)
    let y = try tape.multiply(x, x)
    for (name, wrong) in [
      ("an order that leaves x out", [y]), ("an order with the users first", [y, x]),
      ("an order with x twice", [x, x, y]),
    ] {
      try expectRefusal(name) { _ = try gradients(of: y, on: tape, order: wrong) }
    }
    try expectRefusal("an order without the output") { _ = try gradients(of: y, on: tape, order: [x]) }
  }

  func test2_ByHand() throws {
    let diamond = try order(of: [3], [[], [0], [0], [1, 2]])
    expectEqual(diamond, [0, 1, 2, 3], "a diamond: node 0 is used twice, and comes once")
    let shortcut = try order(of: [2], [[], [0], [0, 1]])
    expectEqual(shortcut, [0, 1, 2], "2 uses 0 at once and through 1: 0 comes before both")
    let other = try order(of: [2], [[], [0], [1, 0]])
    expectEqual(other, [0, 1, 2], "the same with the inputs exchanged: whoever uses a node comes after it")
    let deep = try order(of: [0], [[1, 2], [3], [1], []])
    expectEqual(deep, [3, 1, 2, 0], "post-order: the inputs in their order, each with all of its own before it")
    let several = try order(of: [2, 1, 2, 3], [[], [0], [0], [1]])
    expectEqual(several, [0, 2, 1, 3], "several outputs, of which one depends on another and one is given twice")
    let twice = try order(of: [1], [[], [0, 0]])
    expectEqual(twice, [0, 1], "x·x uses x twice, which is no cycle")

    var tape = Tape()
    let x = tape.variable(3)
    let two = tape.variable(2)
    let a = try tape.multiply(two, x)
    let b = try tape.multiply(x, x)
    let y = try tape.multiply(a, b)
    let all = try gradients(of: y, on: tape, order: [x, two, a, b, y])
    expectEqual(all[y], 1, "∂y/∂y = 1")
    expectEqual(all[a], 9, "∂y/∂a = b")
    expectEqual(all[b], 6, "∂y/∂b = a")
    expectEqual(all[x], 54, "y = 2x³, 6x² = 54: add up what comes from all users, and x·x uses x twice")
    expectEqual(all[two], 27, "∂y/∂2 = x³")
    let partly = try gradients(of: b, on: tape, order: [x, two, a, b, y])
    expectEqual(partly, [6, 0, 0, 1, 0], "b = x² depends on x alone; what comes later has the derivative 0")
    let short = try gradients(of: b, on: tape, order: [x, b])
    expectEqual(short, [6, 0, 0, 1, 0], "an order need not hold what the output does not depend on")

    var skip = Tape()
    let t = skip.variable(0.7)
    let u = try skip.multiply(t, t)
    let s = try skip.sine(u)
    let w = try skip.multiply(u, s)
    let sweep = try gradients(of: w, on: skip, order: [t, u, s, w])
    expectClose(
      sweep[t], (sin(0.49) + 0.49 * cos(0.49)) * 1.4, relative: 1e-12,
      "u sin u with u = t²: u is complete only when sin u has handed its part back")
  }

  func test3_AgainstAutograd() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let operations: [String]
        let inputs: [[Int]]
        let output: Int
        let needed: [Int]
        let values, gradients: [Double]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("graphs", from: .module)
    for known in content.cases {
      var tape = Tape()
      for (place, (operation, inputs)) in zip(known.operations, known.inputs).enumerated() {
        switch operation {
        case "add": _ = try tape.add(inputs[0], inputs[1])
        case "multiply": _ = try tape.multiply(inputs[0], inputs[1])
        case "sine": _ = try tape.sine(inputs[0])
        case "exponential": _ = try tape.exponential(inputs[0])
        default: _ = tape.variable(known.values[place])
        }
      }
      expectClose(tape.nodes.map(\.value), known.values, relative: 1e-12, "the computation itself")
      let everything = Array(known.values.indices)
      let swept = try gradients(of: known.output, on: tape, order: everything)
      expectClose(
        swept, known.gradients, relative: 1e-10, absolute: 1e-14, "torch.autograd of \(known.values.count) operations")
      let needed = try order(of: [known.output], known.inputs)
      expectEqual(needed.sorted(), known.needed, "what the output depends on, by networkx, and no more")
      let sweptNeeded = try gradients(of: known.output, on: tape, order: known.needed)
      expectClose(sweptNeeded, known.gradients, relative: 1e-10, absolute: 1e-14, "the same along what is needed alone")
    }
  }

  func test4_AnyGraph() throws {
    var rng = stream("graphs")
    for _ in 0..<300 {
      let count = 1 + rng.integer(below: 30)
      let names = rng.shuffled(0..<count)
      var inputs = [[Int]](repeating: [], count: count)
      for place in 0..<count where place > 0 {
        inputs[names[place]] = (0..<rng.integer(below: 4)).map { _ in names[rng.integer(below: place)] }
      }
      let outputs = (0..<1 + rng.integer(below: 3)).map { _ in rng.integer(below: count) }
      var asked = [Int](repeating: 0, count: count)
      let nodes = try topologicalOrder(of: outputs, nodeCount: count) { node in
        asked[node] += 1
        return inputs[node]
      }
      var place = [Int?](repeating: nil, count: count)
      for (number, node) in nodes.enumerated() {
        expect(place[node] == nil, "node \(node) comes twice")
        expect(
          inputs[node].allSatisfy { place[$0] != nil }, "node \(node) comes before one of its inputs \(inputs[node])")
        place[node] = number
      }
      var reached = Set(outputs)
      var front = outputs
      while let node = front.popLast() {
        for input in inputs[node] where reached.insert(input).inserted { front.append(input) }
      }
      expectEqual(Set(nodes), reached, "all that the outputs depend on, and nothing else")
      expectEqual(
        asked, (0..<count).map { reached.contains($0) ? 1 : 0 }, "`inputs` is asked once for each node of the result")
      expectEqual(nodes, plainOrder(of: outputs, inputs), "the post-order that follows the inputs in their order")

      // The sum over all ways of the products along them.
      var tape = Tape()
      var small: [[Int]] = []
      for node in 0..<min(count, 12) {
        let own = (0..<min(node, rng.integer(below: 4))).map { _ in rng.integer(below: node) }
        small.append(own)
        _ = try tape.record(0, inputs: own, partials: own.map { _ in Double(rng.integer(below: 9) - 4) / 2 })
      }
      let last = small.count - 1
      func sumOverWays(from node: Int, to target: Int) -> Double {
        if node == target { return 1 }
        return zip(tape.nodes[node].inputs, tape.nodes[node].partials).reduce(0) {
          $0 + $1.1 * sumOverWays(from: $1.0, to: target)
        }
      }
      let swept = try gradients(of: last, on: tape, order: Array(0...last))
      expectClose(
        swept, (0...last).map { sumOverWays(from: last, to: $0) }, relative: 1e-12, absolute: 1e-12,
        "the sum over all ways from the output down, of the products of the derivatives along the way")
    }
  }

  func test5_SharedNodes() throws {
    // Fibonacci's graph: a traversal that takes it for a tree makes 331,160,281 calls for the first 41 nodes.
    let count = 71
    var asked = 0
    let nodes = try topologicalOrder(of: [count - 1], nodeCount: count) { node in
      asked += 1
      guard asked < 100_000 else { throw Stop() }
      return node < 2 ? [] : [node - 1, node - 2]
    }
    expectEqual(nodes.sorted(), Array(0..<count), "each node once")
    expectEqual(asked, count, "a node that is finished is not entered again: \(asked) questions for \(count) nodes")
    var tape = Tape()
    _ = tape.variable(1)
    _ = tape.variable(1)
    for node in 2..<count { _ = try tape.add(node - 1, node - 2) }
    let swept = try gradients(of: count - 1, on: tape, order: Array(0..<count))
    // Fibonacci's numbers are the numbers of ways.
    expectClose(swept[1], 190_392_490_709_135, relative: 1e-12, "F(70) ways lead to node 1; each link is passed once")
    expectClose(swept[0], 117_669_030_460_994, relative: 1e-12, "F(69) ways lead to node 0")

    // Layers of 200 nodes that all use all of the layer before: 120,000 links.
    let layers = 4
    let size = 200
    var links = 0
    let layered = try topologicalOrder(of: Array((layers - 1) * size..<layers * size), nodeCount: layers * size) {
      node in
      let inputs = node < size ? [] : Array((node / size - 1) * size..<node / size * size)
      links += inputs.count
      return inputs
    }
    expectEqual(layered.count, layers * size, "each node once")
    expectEqual(links, (layers - 1) * size * size, "each link once")
  }

  func test6_AMillionDeep() throws {
    let count = 1_000_000
    let nodes = try topologicalOrder(of: [count - 1], nodeCount: count) { $0 == 0 ? [] : [$0 - 1] }
    expect(nodes == Array(0..<count), "a chain of a million nodes, from its beginning")
    var tape = Tape()
    var last = tape.variable(1)
    for _ in 1..<50_000 { last = try tape.add(last, last) }
    let swept = try gradients(of: last, on: tape, order: Array(0...last))
    expectEqual(swept[last - 50], 0x1p50, "2⁵⁰ ways lead over fifty doublings")
  }

  func test7_TheCoresOwnSweep() throws {
    var rng = stream("inputs")
    for _ in 0..<20 {
      let start = (0..<3).map { _ in Float(rng.integer(below: 65) - 32) / 32 }
      let leaves = start.map { Tensor([Double($0)], shape: [1]).tracked() }
      var tape = Tape()
      var tensors = leaves
      for value in start { _ = tape.variable(Double(value)) }
      for _ in 0..<12 {
        let (a, b) = (rng.integer(below: tensors.count), rng.integer(below: tensors.count))
        switch rng.integer(below: 3) {
        case 0:
          tensors.append(tensors[a] + tensors[b])
          _ = try tape.add(a, b)
        case 1:
          let half = try tape.record(tape.value(a) / 2, inputs: [a], partials: [0.5])
          tensors.append(tensors[a] * 0.5)
          _ = try tape.multiply(half, b)
          tensors.append(tensors[half] * tensors[b])
        default:
          tensors.append(sin(tensors[a]))
          _ = try tape.sine(a)
        }
      }
      let last = tensors.count - 1
      let order = try topologicalOrder(of: [last], nodeCount: tensors.count) { tape.nodes[$0].inputs }
      let swept = try gradients(of: last, on: tape, order: order)
      let core = grad(of: tensors[last], wrt: leaves).map(\.onlyNumber)
      expectClose(Array(swept.prefix(3)), core, relative: 1e-3, absolute: 1e-4, "the same as the course's own `grad`")
    }
  }

  /// Depth-first post-order as it is defined, by recursion.
  private func plainOrder(of outputs: [Int], _ inputs: [[Int]]) -> [Int] {
    var order: [Int] = []
    var seen = Set<Int>()
    func enter(_ node: Int) {
      guard seen.insert(node).inserted else { return }
      inputs[node].forEach(enter)
      order.append(node)
    }
    outputs.forEach(enter)
    return order
  }
}
