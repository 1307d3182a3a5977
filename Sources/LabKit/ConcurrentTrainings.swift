import Dispatch
import NeuralNetworks
import Synchronization
import Tensors

/// Does the same with each item, as many at once as there are cores and each on one core: for networks so small that
/// two cores would spend more time waiting for each other than computing.
///
/// No result depends on the number of cores, as long as each item takes its random numbers from streams of its own.
///
/// - Parameter title: the word before a progress bar; without it there is none.
/// - Returns: the results in the order of the items.
/// - Throws: the error of the first item, in order, that threw one.
public func concurrently<Item: Sendable, Outcome: Sendable>(
  _ items: [Item], title: String? = nil, _ train: @Sendable (Item) throws -> Outcome
) throws -> [Outcome] {
  let bar = Mutex(title.map { ProgressBar($0, total: items.count) })
  let results = Mutex<[Int: Result<Outcome, any Error>]>([:])
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: min(Threads.count, items.count)) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < items.count else { return }
      let result = withThreads(1) { Result { try train(items[index]) } }
      let done = results.withLock { known in
        known[index] = result
        return known.count
      }
      bar.withLock { $0?.update(done) }
    }
  }
  bar.withLock { $0?.finish(items.count) }
  return try results.withLock { known in try items.indices.map { try known[$0]!.get() } }
}
