/// How often numbers were compared. After `limit` comparisons the answers are no and yes by turns, so that a wrong loop which
/// waits for one of them ends.
final class Tally {
  private(set) var comparisons = 0
  private let limit: Int

  init(limit: Int = 1_000_000) { self.limit = limit }

  func compare(_ isLess: Bool) -> Bool {
    comparisons += 1
    return comparisons > limit ? comparisons % 2 == 0 : isLess
  }
}

/// An integer whose comparisons are counted.
struct Tallied: Comparable {
  let value: Int
  let tally: Tally

  static func == (a: Tallied, b: Tallied) -> Bool { a.value == b.value }
  static func < (a: Tallied, b: Tallied) -> Bool { a.tally.compare(a.value < b.value) }
}
