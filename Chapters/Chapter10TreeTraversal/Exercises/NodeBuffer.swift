/// Memory for node numbers that only its owner can reach: what a stack and a queue stand on.
///
/// An array would be as safe and a third slower: it asks at every change whether somebody shares it. Nobody can share
/// what cannot be copied. All of the chapter's unsafe code is in this file.
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
  @inline(never)
  mutating func grow() {
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: 2 * capacity)
    larger.initialize(from: memory, count: capacity)
    memory.deallocate()
    memory = larger
    capacity *= 2
  }

  /// Moves `count` numbers to the front.
  @inline(never)
  mutating func moveToFront(from place: Int, count: Int) {
    memory.update(from: memory + place, count: count)
  }
}
