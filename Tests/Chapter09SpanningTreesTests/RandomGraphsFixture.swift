import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

/// 1,000 random graphs, and three larger ones, whose forests networkx and SciPy agree on.
struct RandomGraphsFixture: Decodable {
  struct Case: Decodable {
    let n: Int
    let e: [Int]
    let w: [Double]
  }
  let cases: [Case]
  let large: [Case]

  static func load() throws -> RandomGraphsFixture { try Fixture.load("random-graphs", from: .module) }
}

/// The forest found by an exercise has the weights that networkx and SciPy find, sorted; with ties the edges may differ,
/// the sorted weights may not.
func expectNetworkxWeights(
  file: StaticString = #filePath, line: UInt = #line, _ forest: (Graph) throws -> [Int]
) throws {
  let fixture = try RandomGraphsFixture.load()
  var wrong = 0
  for (number, known) in (fixture.cases + fixture.large).enumerated() {
    let graph = try Graph(vertexCount: known.n, flat: known.e)
    let places = try forest(graph)
    let weights = places.filter(graph.edges.indices.contains).map { graph.edges[$0].weight }.sorted()
    if weights != known.w {
      wrong += 1
      expectEqual(
        weights, known.w, "the sorted weights of graph \(number), \(known.n) vertices and \(graph.edges)", file: file,
        line: line)
    }
  }
  expect(
    wrong == 0, "\(wrong) of \(fixture.cases.count + fixture.large.count) graphs are wrong", file: file, line: line)
}

/// The forest found by an exercise is the one that reverse delete leaves over, on graphs of every kind.
func expectReverseDelete(
  _ rng: inout RandomStream, file: StaticString = #filePath, line: UInt = #line,
  _ forest: (Graph) throws -> [Int]
) throws {
  for kind in GraphKind.allCases {
    for count in [0, 1, 2, 3, 4, 5, 6, 8, 11] {
      for _ in 0..<(count < 2 ? 1 : count < 7 ? 25 : 10) {
        let graph = try kind.graph(count, using: &rng)
        let found = try forest(graph)
        let want = PlainForests.minimum(graph)
        if found.sorted() != want {
          expectEqual(
            found.sorted(), want,
            "the places of the edges of the forest (\(kind.rawValue), \(count) vertices, \(graph.edges))", file: file,
            line: line)
        } else {
          expect(true, "")
        }
      }
    }
  }
}
