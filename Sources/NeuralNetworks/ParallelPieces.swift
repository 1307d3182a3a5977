import Tensors

/// Runs `body(array, range)` on pieces of arrays of these lengths, every element once, on several threads if there are enough.
///
/// The pieces depend on the lengths alone: at most 8,192 elements, so that all that an optimizer reads and writes of one stays in the cache.
func forEachPiece(of lengths: [Int], _ body: (_ array: Int, _ piece: Range<Int>) -> Void) {
  let longest = 8192
  if lengths.reduce(0, +) < 2 * longest {
    for (array, length) in lengths.enumerated() where length > 0 { body(array, 0..<length) }
    return
  }
  var pieces: [(array: Int, range: Range<Int>)] = []
  for (array, length) in lengths.enumerated() {
    for start in stride(from: 0, to: length, by: longest) {
      pieces.append((array, start..<min(length, start + longest)))
    }
  }
  parallelTasks(pieces.count) { body(pieces[$0].array, pieces[$0].range) }
}
