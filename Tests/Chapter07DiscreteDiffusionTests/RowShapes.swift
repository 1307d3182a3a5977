import ExerciseTesting

/// Whether there are as many rows as wanted, each of this length. If not, it says so, and the rung should end there: to
/// look further would end the process.
func hasRows(
  _ rows: [[Double]], _ count: Int, of length: Int, _ what: String, file: StaticString = #filePath, line: UInt = #line
) -> Bool {
  let fits = rows.count == count && rows.allSatisfy { $0.count == length }
  expect(fits, "\(what): \(count) rows of \(length) are needed, but got \(rows.map(\.count))", file: file, line: line)
  return fits
}
