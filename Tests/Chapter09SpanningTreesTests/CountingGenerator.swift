import Tensors

/// Random numbers from a stream, and how many were asked for.
struct CountingGenerator: RandomNumberGenerator {
  private var stream: RandomStream
  private(set) var asked = 0

  init(_ stream: RandomStream) { self.stream = stream }

  mutating func next() -> UInt64 {
    asked += 1
    return stream.next()
  }
}
