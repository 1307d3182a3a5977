/// A stack of nodes that keeps count: the space of a traversal is its ``peak``, its work are its ``pushes``.
public struct NodeStack: Sendable {
  private var elements: [Int32] = []
  /// The greatest number of nodes that it held at once.
  public private(set) var peak = 0
  /// How many nodes were pushed in all.
  public private(set) var pushes = 0

  public init() {}

  public var count: Int { elements.count }
  public var isEmpty: Bool { elements.isEmpty }

  /// The node that was pushed last; nil if the stack is empty.
  public var top: Int? { elements.last.map { Int($0) } }

  public mutating func push(_ node: Int) {
    elements.append(Int32(truncatingIfNeeded: node))
    pushes += 1
    peak = max(peak, elements.count)
  }

  /// Takes off the node that was pushed last, and returns it; nil if the stack is empty.
  @discardableResult
  public mutating func pop() -> Int? { elements.popLast().map { Int($0) } }
}

/// A stack of nodes, each with a mark, that keeps count as ``NodeStack`` does.
public struct MarkedStack: Sendable {
  /// A node that is met for the first time stands for its whole subtree; a marked one for itself alone.
  public struct Entry: Equatable, Sendable {
    public var node: Int
    public var isMarked: Bool

    public init(_ node: Int, isMarked: Bool) {
      self.node = node
      self.isMarked = isMarked
    }
  }

  private var elements: [Entry] = []
  /// The greatest number of entries that it held at once.
  public private(set) var peak = 0
  /// How many entries were pushed in all.
  public private(set) var pushes = 0

  public init() {}

  public var count: Int { elements.count }
  public var isEmpty: Bool { elements.isEmpty }

  public mutating func push(_ node: Int, isMarked: Bool) {
    elements.append(Entry(node, isMarked: isMarked))
    pushes += 1
    peak = max(peak, elements.count)
  }

  /// Takes off the entry that was pushed last, and returns it; nil if the stack is empty.
  @discardableResult
  public mutating func pop() -> Entry? { elements.popLast() }
}

/// A queue of nodes that keeps count: first in, first out, each in O(1).
public struct NodeQueue: Sendable {
  private var elements: [Int32] = []
  private var head = 0
  /// The greatest number of nodes that waited at once.
  public private(set) var peak = 0
  /// How many nodes were put in, in all.
  public private(set) var enqueued = 0

  public init() {}

  public var count: Int { elements.count - head }
  public var isEmpty: Bool { head == elements.count }

  public mutating func enqueue(_ node: Int) {
    elements.append(Int32(truncatingIfNeeded: node))
    enqueued += 1
    peak = max(peak, count)
  }

  /// Takes out the node that has waited longest, and returns it; nil if the queue is empty.
  @discardableResult
  public mutating func dequeue() -> Int? {
    guard head < elements.count else { return nil }
    defer {
      head += 1
      // What has left is cleared away when it is half of the array: once a node, on average.
      if head >= 1024, 2 * head > elements.count {
        elements.removeFirst(head)
        head = 0
      }
    }
    return Int(elements[head])
  }
}
