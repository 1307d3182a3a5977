import Exercises

/// The cheapest one-to-one assignment: the permutation π that minimises Σᵢ C[i][π(i)], exactly.
///
/// By shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957; this form: Jonker and Volgenant 1987): row
/// after row enters, and the shortest path in reduced costs says who must move over.
///
/// - Parameter cost: n rows of n finite numbers.
/// - Returns: π: row i gets column π(i).
/// - Complexity: O(n³).
public func assignment(cost: [[Double]]) throws -> [Int] {
  let n = cost.count
  try InvalidArgument.require(
    cost.allSatisfy { $0.count == n && $0.allSatisfy { $0.isFinite } },
    "an assignment needs a square matrix of finite costs")
  let none = n
  var (rowPotential, columnPotential) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n + 1))
  var rowOfColumn = [Int](repeating: none, count: n + 1)
  for newRow in 0..<n {
    // Column n is where the new row waits.
    rowOfColumn[n] = newRow
    var column = n
    var shortest = [Double](repeating: .infinity, count: n)
    var previous = [Int](repeating: n, count: n)
    var isVisited = [Bool](repeating: false, count: n + 1)
    repeat {
      isVisited[column] = true
      let row = rowOfColumn[column]
      var (delta, next) = (Double.infinity, n)
      for other in 0..<n where !isVisited[other] {
        let reduced = cost[row][other] - rowPotential[row] - columnPotential[other]
        if reduced < shortest[other] {
          shortest[other] = reduced
          previous[other] = column
        }
        if shortest[other] < delta { (delta, next) = (shortest[other], other) }
      }
      for other in 0...n where isVisited[other] {
        rowPotential[rowOfColumn[other]] += delta
        columnPotential[other] -= delta
      }
      for other in 0..<n where !isVisited[other] { shortest[other] -= delta }
      column = next
    } while rowOfColumn[column] != none
    while column != n {
      let before = previous[column]
      rowOfColumn[column] = rowOfColumn[before]
      column = before
    }
  }
  var result = [Int](repeating: 0, count: n)
  for column in 0..<n { result[rowOfColumn[column]] = column }
  return result
}
