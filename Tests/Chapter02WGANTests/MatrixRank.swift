/// The rank of a matrix given by its rows, by Gaussian elimination with the largest pivot that is left.
func rank(of matrix: [[Double]]) -> Int {
  var rows = matrix
  var rank = 0
  for column in (rows.first ?? []).indices {
    guard let pivot = rows.indices.dropFirst(rank).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
      abs(rows[pivot][column]) > 1e-9
    else { continue }
    rows.swapAt(rank, pivot)
    for other in rank + 1..<max(rows.count, rank + 1) {
      let factor = rows[other][column] / rows[rank][column]
      guard factor != 0 else { continue }
      for k in rows[other].indices { rows[other][k] -= factor * rows[rank][k] }
    }
    rank += 1
  }
  return rank
}
