import Tensors
import XCTest

final class RecordedGraphTests: XCTestCase {
  func testAnUntrackedTensorHasNone() {
    XCTAssertNil((Tensor([1, 2]) + Tensor([3, 4])).recordedGraph)
    let x = Tensor([1, 2]).tracked()
    XCTAssertNil(withoutGrad { x * 2 }.recordedGraph)
    XCTAssertNil((x * 2).detached().recordedGraph)
  }

  func testALeafIsItsOwnGraph() {
    let graph = Tensor([1, 2]).tracked().recordedGraph
    XCTAssertEqual(graph?.nodes.map(\.operation), ["tracked"])
    XCTAssertEqual(graph?.nodes.map(\.shape), [[2]])
    XCTAssertEqual(graph?.nodes.map(\.inputs), [[]])
  }

  func testASmallLoss() throws {
    var rng = RandomStream(seed: 1)
    let x = Tensor.normal([5, 3], using: &rng)
    let weight = Tensor.normal([3, 2], using: &rng).tracked()
    let bias = Tensor.zeros([2]).tracked()
    let loss = square(tanh(matmul(x, weight) + bias)).mean()
    let graph = try XCTUnwrap(loss.recordedGraph)
    // The mean is a sum over a number; numbers and the data are not in the graph.
    XCTAssertEqual(
      graph.nodes.map(\.operation).sorted(), ["+", "/", "matmul", "square", "sum", "tanh", "tracked", "tracked"])
    var node = graph.nodes[0]
    var way = [node.operation]
    while let input = node.inputs.first {
      node = graph.nodes[input]
      way.append(node.operation)
    }
    XCTAssertEqual(way, ["/", "sum", "square", "tanh", "+", "matmul", "tracked"])
    XCTAssertEqual(graph.nodes[0].shape, [])
    XCTAssertEqual(node.shape, [3, 2])
  }

  func testASharedResultIsOneNode() throws {
    let x = Tensor([2]).tracked()
    let y = tanh(x)
    let z = y * y + x
    let graph = try XCTUnwrap(z.recordedGraph)
    XCTAssertEqual(graph.nodes.count, 4)
    let product = try XCTUnwrap(graph.nodes.first { $0.operation == "*" })
    XCTAssertEqual(product.inputs.count, 2)
    XCTAssertEqual(product.inputs[0], product.inputs[1])
    XCTAssertEqual(graph.nodes[product.inputs[0]].operation, "tanh")
    XCTAssertEqual(graph.nodes[0].operation, "+")
    XCTAssertEqual(graph.nodes[0].inputs.map { graph.nodes[$0].operation }, ["*", "tracked"])
  }

  func testAChainAsDeepAsMemory() throws {
    var x = Tensor([1]).tracked()
    for _ in 0..<50_000 { x = x * 1.0001 }
    let graph = try XCTUnwrap(x.recordedGraph)
    XCTAssertEqual(graph.nodes.count, 50_001)
  }
}
