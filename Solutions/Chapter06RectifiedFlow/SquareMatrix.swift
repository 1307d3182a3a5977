import Exercises

/// A⁻¹ by Gauss–Jordan elimination with partial pivoting, in Double. Throws `InvalidArgument` if A is singular.
///
/// - Complexity: O(D³).
public func inverse(_ matrix: [[Double]]) throws -> [[Double]] {
  let d = matrix.count
  var rows = matrix.enumerated().map { i, row in row + (0..<d).map { $0 == i ? 1 : 0 } }
  for column in 0..<d {
    let pivot = (column..<d).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
    rows.swapAt(column, pivot)
    let divisor = rows[column][column]
    try InvalidArgument.require(divisor != 0, "the matrix \(matrix) has no inverse")
    rows[column] = rows[column].map { $0 / divisor }
    for row in 0..<d where row != column && rows[row][column] != 0 {
      let factor = rows[row][column]
      for k in 0..<(2 * d) { rows[row][k] -= factor * rows[column][k] }
    }
  }
  return rows.map { Array($0[d...]) }
}

/// det A by elimination with partial pivoting, in Double.
///
/// - Complexity: O(D³).
public func determinant(_ matrix: [[Double]]) -> Double {
  let d = matrix.count
  var rows = matrix
  var product = 1.0
  for column in 0..<d {
    let pivot = (column..<d).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
    if rows[pivot][column] == 0 { return 0 }
    if pivot != column {
      rows.swapAt(column, pivot)
      product = -product
    }
    product *= rows[column][column]
    for row in (column + 1)..<max(d, column + 1) {
      let factor = rows[row][column] / rows[column][column]
      for k in column..<d { rows[row][k] -= factor * rows[column][k] }
    }
  }
  return product
}
