import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_10_MinibatchTransport: ExerciseTestCase {
  private struct Content: Decodable {
    struct Case: Decodable {
      let x0, x1: [[Double]]
      let partners: [Int]
      let cost, independentCost: Double
    }
    struct Tiny: Decodable {
      let x0, x1: [[Double]]
      let partners: [Int]
    }
    let cases: [Case]
    let tiny: Tiny
  }

  func test1_Shapes() throws {
    var rng = stream("shapes")
    let (x0, x1) = (Tensor.normal([5, 1, 2, 2], using: &rng), Tensor.normal([5, 1, 2, 2], using: &rng))
    let costs = try squaredDistances(x0, x1)
    expectEqual(costs.map(\.count), [5, 5, 5, 5, 5], "every row of x₀ against every row of x₁")
    let pairs = try minibatchOTPairs(x0, x1)
    expectShape(pairs.x0, x0.shape, "as many pairs as before, of the same shape")
    expectShape(pairs.x1, x1.shape, "as many pairs as before, of the same shape")
    try expectRefusal("two sizes") { _ = try minibatchOTPairs(x0, .zeros([4, 1, 2, 2])) }
  }

  func test2_ByHand() throws {
    let costs = try squaredDistances(Tensor(rows: [[0, 0], [1, 1]]), Tensor(rows: [[3, 4], [1, 0]]))
    expectClose(
      costs.flatMap { $0 }, [25, 1, 13, 1], "‖x₀ᵢ − x₁ⱼ‖²: squared, summed over the coordinates; i is the row")
    let pictures = try squaredDistances(.ones([1, 1, 2, 2]), .zeros([1, 1, 2, 2]))
    expectClose(pictures.flatMap { $0 }, [4], "all numbers of a picture count, and are summed")
    // In order 1.21 + 1.21; crossed 0.01 + 4.41. In plain distances it is 2.2 both ways.
    let pairs = try minibatchOTPairs(Tensor(column: [1, 0]), Tensor(column: [1.1, 2.1]))
    expectClose(pairs.x0, Tensor(column: [1, 0]), "the noise keeps its order")
    expectClose(
      pairs.x1, Tensor(column: [2.1, 1.1]), "on a line the best pairs keep the order: 0 with 1.1, 1 with 2.1")
    // Nearest neighbours would take 1 twice.
    let popular = try minibatchOTPairs(Tensor(column: [0.9, 1.2, 5]), Tensor(column: [1, 9, 8]))
    expectEqual(
      popular.x1.scalars.sorted(), [1, 8, 9], "each datum is used exactly once: a permutation, not nearest neighbours")
  }

  func test3_APermutationAndTheBestOne() throws {
    var rng = stream("permutations")
    for count in [2, 7, 20] {
      let (x0, x1) = (Tensor.normal([count, 3], using: &rng), Tensor.normal([count, 3], using: &rng))
      let pairs = try minibatchOTPairs(x0, x1)
      expectClose(pairs.x0, x0, "the noise keeps its order")
      let sorted = { (x: Tensor) in (0..<count).map { x[$0].scalars }.sorted { $0[0] < $1[0] } }
      expectEqual(sorted(pairs.x1), sorted(x1), "each datum is used exactly once, or the law of the data is changed")
      // No two partners may gain by an exchange.
      let got = try squaredDistances(x0, pairs.x1)
      for i in 0..<count {
        for j in 0..<i {
          expect(
            got[i][i] + got[j][j] <= got[i][j] + got[j][i] + 1e-4,
            "rows \(i) and \(j) would gain by an exchange of their partners: is x₁ taken by π, and not by its inverse?")
        }
      }
      let cost = square(pairs.x1 - x0).sum().onlyNumber
      for _ in 0..<20 {
        let other = square(x1.take(rng.permutation(count)) - x0).sum().onlyNumber
        expect(cost <= other + 1e-4, "there are cheaper pairs: \(other) instead of \(cost)")
      }
    }
  }

  func test4_AgainstOtherLibraries() throws {
    let content: Content = try Fixture.load("pairings", from: .module)
    for known in content.cases {
      let (x0, x1) = (Tensor(rows: known.x0), Tensor(rows: known.x1))
      let pairs = try minibatchOTPairs(x0, x1)
      expectClose(
        pairs.x1, x1.take(known.partners),
        "SciPy's linear_sum_assignment and torchcfm pair \(known.x0.count) points otherwise: squared distances, and "
          + "π, not its inverse"
      )
      let costs = try squaredDistances(x0, x1)
      let mean = costs.joined().reduce(0, +) / Double(costs.count * costs.count)
      expectClose(mean, known.independentCost, relative: 1e-4, "SciPy has another mean squared distance")
      let cost = square(pairs.x1 - pairs.x0).sum().onlyNumber / Double(known.x0.count)
      expectClose(cost, known.cost, relative: 1e-4, "the least mean cost is another")
    }
    let tiny = try minibatchOTPairs(Tensor(rows: content.tiny.x0), Tensor(rows: content.tiny.x1))
    expectClose(
      tiny.x1, Tensor(rows: content.tiny.x1).take(content.tiny.partners), "the best of all 120 permutations is another")
  }

  func test5_OnALineItSorts() throws {
    var rng = stream("line")
    let (x0, x1) = (Tensor.normal([64, 1], using: &rng), Tensor.normal([64, 1], using: &rng) * 2 + 1)
    let pairs = try minibatchOTPairs(x0, x1)
    let rows = (0..<64).sorted { x0.scalars[$0] < x0.scalars[$1] }
    expectClose(
      Tensor(rows.map { Double(pairs.x1.scalars[$0]) }, shape: [64]), Tensor(x1.scalars.sorted()),
      "on a line the best pairs are the sorted ones, so that no two lines cross")
  }
}
