/// Which vertices are connected: each has the label of its component.
///
/// The other way to keep disjoint sets, and not the one of exercise 9.1: asking costs one look, and uniting walks through the
/// *smaller* component and gives it the label of the larger one. A vertex whose label changes finds itself in a component at
/// least twice as large, so that no label changes more than ⌊log₂ n⌋ times.
///
/// Given, so that an exercise that needs components does not depend on your answer to another.
public struct ComponentLabels: Sendable {
  private var labels: [Int32]
  /// The members of a component in a ring.
  private var next: [Int32]
  /// The number of members, by label.
  private var sizes: [Int32]
  /// How many components there are.
  public private(set) var count: Int
  /// How many labels were changed so far.
  public private(set) var changes = 0

  /// Each vertex alone, with its own number as label.
  public init(count: Int) {
    labels = (0..<Int32(count)).map { $0 }
    next = labels
    sizes = Array(repeating: 1, count: count)
    self.count = count
  }

  /// The label of the component of a vertex: the number of one of its members.
  public func label(of vertex: Int) -> Int { Int(labels[vertex]) }

  /// The number of vertices in the component of a vertex.
  public func size(of vertex: Int) -> Int { Int(sizes[Int(labels[vertex])]) }

  public func areConnected(_ u: Int, _ v: Int) -> Bool { labels[u] == labels[v] }

  /// Makes the components of u and v one, which keeps the label of the larger one; of equal ones, that of u's.
  ///
  /// - Returns: false if they were one already.
  @discardableResult
  public mutating func unite(_ u: Int, _ v: Int) -> Bool {
    if labels[u] == labels[v] { return false }
    let vIsLarger = sizes[Int(labels[u])] < sizes[Int(labels[v])]
    let (small, large) = vIsLarger ? (u, v) : (v, u)
    let label = labels[large]
    sizes[Int(label)] += sizes[Int(labels[small])]
    changes += Int(sizes[Int(labels[small])])
    var member = small
    repeat {
      labels[member] = label
      member = Int(next[member])
    } while member != small
    // Two rings become one when a member of each exchanges its successor.
    next.swapAt(u, v)
    count -= 1
    return true
  }

  /// The components numbered 0, 1, … in the order of their first vertices: a number a vertex.
  public func numbered() -> [Int] {
    var numbers = [Int](repeating: -1, count: labels.count)
    var used = 0
    return labels.map { label in
      if numbers[Int(label)] < 0 {
        numbers[Int(label)] = used
        used += 1
      }
      return numbers[Int(label)]
    }
  }
}
