import Dispatch
import Synchronization
import Tensors

/// Trains several networks at once, one a core: networks so small that a second core would not help one of them.
///
/// - Parameter train: makes the result of one item; each has to take its random numbers from streams of its own.
/// - Returns: the results in the order of the items.
/// - Throws: the error of the first item that failed.
func concurrently<Item: Sendable, Outcome: Sendable>(
  _ items: [Item], _ train: @Sendable (Item) throws -> Outcome
) throws -> [Outcome] {
  let results = Mutex<[Int: Result<Outcome, any Error>]>([:])
  DispatchQueue.concurrentPerform(iterations: items.count) { index in
    let result = withThreads(1) { Result { try train(items[index]) } }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { results in try items.indices.compactMap { try results[$0]?.get() } }
}
