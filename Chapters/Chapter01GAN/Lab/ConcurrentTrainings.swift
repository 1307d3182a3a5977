import Dispatch
import NeuralNetworks
import Synchronization
import Tensors

/// Runs trainings `0 ..< count` side by side, each on one core: for networks so small that two cores would spend more time
/// waiting for each other than computing. No result depends on the number of cores.
///
/// - Parameter title: the word before the progress bar.
/// - Returns: the results in order.
/// - Throws: the error of the first training, in order, that threw one.
func concurrentTrainings<Value: Sendable>(
  _ title: String, _ count: Int, _ training: @Sendable (Int) throws -> Value
) throws -> [Value] {
  let bar = Mutex(ProgressBar(title, total: count))
  let results = Mutex<[Int: Result<Value, any Error>]>([:])
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: min(Threads.count, count)) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result = Result { try withThreads(1) { try training(index) } }
      let done = results.withLock { known in
        known[index] = result
        return known.count
      }
      bar.withLock { $0.update(done) }
    }
  }
  bar.withLock { $0.finish(count) }
  return try results.withLock { known in try (0..<count).map { try known[$0]!.get() } }
}
