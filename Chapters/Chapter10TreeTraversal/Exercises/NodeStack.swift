/// A stack of nodes that keeps count: the space of a traversal is its ``peak``, its work are its ``pushes``.
///
/// It can be handed on but not copied, so that nobody's count is missing. Its numbers are below 2³² (memory ends first):
/// `&+` leaves out the check that they are.
public struct NodeStack: ~Copyable, Sendable {
  private var buffer = NodeBuffer()
  public private(set) var count = 0
  /// The greatest number of nodes that it held at once.
  public private(set) var peak = 0
  /// How many nodes were pushed in all.
  public private(set) var pushes = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  /// The node that was pushed last; nil if the stack is empty.
  public var top: Int? { count == 0 ? nil : buffer[count - 1] }

  public mutating func push(_ node: Int) {
    if count == buffer.capacity { buffer.grow() }
    buffer[count] = node
    count &+= 1
    pushes &+= 1
    if count > peak { peak = count }
  }

  /// Takes off the node that was pushed last, and returns it; nil if the stack is empty.
  @discardableResult
  public mutating func pop() -> Int? {
    guard count > 0 else { return nil }
    count &-= 1
    return buffer[count]
  }
}

/// A stack of nodes, each with a mark, that keeps count as ``NodeStack`` does.
public struct MarkedStack: ~Copyable, Sendable {
  /// A node that is met for the first time stands for its whole subtree; a marked one for itself alone.
  public struct Entry: Equatable, Sendable {
    public var node: Int
    public var isMarked: Bool

    public init(_ node: Int, isMarked: Bool) {
      self.node = node
      self.isMarked = isMarked
    }
  }

  /// A marked node is kept as its complement, which is negative.
  private var buffer = NodeBuffer()
  public private(set) var count = 0
  /// The greatest number of entries that it held at once.
  public private(set) var peak = 0
  /// How many entries were pushed in all.
  public private(set) var pushes = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  public mutating func push(_ node: Int, isMarked: Bool) {
    if count == buffer.capacity { buffer.grow() }
    buffer[count] = isMarked ? ~node : node
    count &+= 1
    pushes &+= 1
    if count > peak { peak = count }
  }

  /// Takes off the entry that was pushed last, and returns it; nil if the stack is empty.
  @discardableResult
  public mutating func pop() -> Entry? {
    guard count > 0 else { return nil }
    count &-= 1
    let kept = buffer[count]
    return Entry(kept < 0 ? ~kept : kept, isMarked: kept < 0)
  }
}

/// A queue of nodes that keeps count: first in, first out, each in O(1).
public struct NodeQueue: ~Copyable, Sendable {
  private var buffer = NodeBuffer()
  /// Where in the buffer the longest-waiting node is, and where the next one goes.
  private var head = 0
  private var tail = 0
  /// How many nodes had left when what waited was last moved to the front.
  private var moved = 0
  /// The greatest number that waited when one was taken out.
  private var greatest = 0

  public init() {}

  public var count: Int { tail &- head }
  public var isEmpty: Bool { head == tail }
  /// The greatest number of nodes that waited at once.
  public var peak: Int { max(greatest, count) }
  /// How many nodes were put in, in all.
  public var enqueued: Int { moved &+ tail }

  /// Puts a node in; nil puts nothing in.
  ///
  /// What is written for nil is written over by the next node. That is cheaper than a branch: whether a child is missing
  /// is a coin toss, and a processor that guesses wrong loses more time than a useless write takes.
  public mutating func enqueue(_ node: Int?) {
    if tail == buffer.capacity { makeRoom() }
    buffer[tail] = node ?? -1
    tail &+= node == nil ? 0 : 1
  }

  /// Takes out the node that has waited longest, and returns it; nil if the queue is empty.
  @discardableResult
  public mutating func dequeue() -> Int? {
    guard head != tail else { return nil }
    greatest = max(greatest, tail &- head)
    head &+= 1
    return buffer[head &- 1]
  }

  /// Moves what waits to the front if at least half of the buffer has left, and makes the buffer larger otherwise: less
  /// than one move a node, on average.
  private mutating func makeRoom() {
    if head > 0, head >= buffer.capacity &- head {
      buffer.moveToFront(from: head, count: count)
      moved &+= head
      (head, tail) = (0, count)
    } else {
      buffer.grow()
    }
  }
}
