import Exercises

/// The solution x of Ax = b, by elimination with row exchanges.
///
/// - Parameters:
///   - matrix: A, n rows of n numbers.
///   - right: b, n numbers.
/// - Throws: `InvalidArgument` if the shapes disagree or A is singular.
/// - Complexity: O(n³).
public func solveLinearSystem(_ matrix: [[Double]], _ right: [Double]) throws -> [Double] {
  let n = right.count
  try InvalidArgument.require(
    matrix.count == n && matrix.allSatisfy { $0.count == n },
    "\(n) equations need a matrix of \(n) × \(n), but it has rows of \(matrix.map(\.count))")
  var rows = zip(matrix, right).map { $0 + [$1] }
  for column in 0..<n {
    var pivot = column
    for row in column..<n where abs(rows[row][column]) > abs(rows[pivot][column]) { pivot = row }
    let largest = abs(rows[pivot][column])
    try InvalidArgument.require(
      largest > 0 && largest.isFinite, "the matrix is singular or not finite: the system has no unique solution")
    rows.swapAt(column, pivot)
    for row in (column + 1)..<max(n, column + 1) {
      let factor = rows[row][column] / rows[column][column]
      for k in column...n { rows[row][k] -= factor * rows[column][k] }
    }
  }
  var x = right
  for row in (0..<n).reversed() {
    var rest = rows[row][n]
    for k in (row + 1)..<max(n, row + 1) { rest -= rows[row][k] * x[k] }
    x[row] = rest / rows[row][row]
  }
  return x
}
