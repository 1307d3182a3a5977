import ExerciseTesting

/// An order that counts how often it was asked.
///
/// After `limit` questions it answers no and yes by turns, so that a wrong loop which waits for one of the two ends and the
/// test can say what is wrong, instead of hanging.
final class CountedOrder<Element> {
  private(set) var comparisons = 0
  let limit: Int
  private let order: (Element, Element) -> Bool

  init(limit: Int = 1_000_000, _ order: @escaping (Element, Element) -> Bool) {
    self.limit = limit
    self.order = order
  }

  /// Whether the first comes before the second.
  func callAsFunction(_ a: Element, _ b: Element) -> Bool {
    comparisons += 1
    if comparisons > limit { return comparisons % 2 == 0 }
    return order(a, b)
  }

  /// How many comparisons a piece of work takes.
  func comparisons(in work: () throws -> Void) rethrows -> Int {
    let before = comparisons
    try work()
    return comparisons - before
  }
}
