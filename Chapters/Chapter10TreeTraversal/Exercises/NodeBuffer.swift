/// Memory for node numbers that only its owner can reach: what a stack and a queue stand on.
///
/// An array would be as safe and a third slower: it asks at every change whether somebody shares it. Nobody can share
/// what cannot be copied. What else is unsafe in this chapter is in ``BinaryTree``.
struct NodeBuffer: ~Copyable, @unchecked Sendable {
  private var memory = UnsafeMutablePointer<Int32>.allocate(capacity: 64)
  private(set) var capacity = 64

  deinit { memory.deallocate() }

  /// The number at a place below ``capacity`` that has been written before.
  subscript(place: Int) -> Int {
    get { Int(memory[place]) }
    set { memory[place] = Int32(truncatingIfNeeded: newValue) }
  }

  /// Doubles the capacity.
  mutating func grow() {
    memory = NodeBuffer.moved(memory, count: capacity, toCapacity: 2 * capacity)
    capacity *= 2
  }

  /// The same numbers in larger memory.
  ///
  /// It gets the pointer and not the buffer: whoever holds a buffer may then keep its fields in registers, because
  /// nobody else ever sees where they lie.
  @inline(never)
  private static func moved(
    _ memory: UnsafeMutablePointer<Int32>, count: Int, toCapacity capacity: Int
  ) -> UnsafeMutablePointer<Int32> {
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    larger.initialize(from: memory, count: count)
    memory.deallocate()
    return larger
  }

  /// Moves `count` numbers to the front.
  mutating func moveToFront(from place: Int, count: Int) {
    memory.update(from: memory + place, count: count)
  }
}
