extension Sequence where Element: Sendable {
  /// The results of an operation on each element, in the elements' order, with at most `limit` operations at a time.
  func concurrentMap<Result: Sendable>(
    limit: Int, _ operation: @escaping @Sendable (Element) async throws -> Result
  ) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
      var results: [Int: Result] = [:]
      var running = 0
      for (index, element) in enumerated() {
        if running >= limit, let (done, result) = try await group.next() {
          results[done] = result
          running -= 1
        }
        group.addTask { (index, try await operation(element)) }
        running += 1
      }
      for try await (done, result) in group { results[done] = result }
      return results.sorted { $0.key < $1.key }.map(\.value)
    }
  }
}
