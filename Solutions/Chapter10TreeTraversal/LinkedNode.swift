/// A node as most books have it: an object with two references.
///
/// Its `deinit` is the one that the compiler would have written, with a meter added: when the last reference to a node
/// goes, its two references go, and with them, one call deeper, its children.
public final class LinkedNode {
  public let value: Int
  public var left: LinkedNode?
  public var right: LinkedNode?
  private let meter: ReleaseMeter?

  public init(_ value: Int, left: LinkedNode? = nil, right: LinkedNode? = nil, meter: ReleaseMeter? = nil) {
    self.value = value
    self.left = left
    self.right = right
    self.meter = meter
  }

  deinit {
    meter?.enter()
    left = nil
    right = nil
    meter?.leave()
  }
}

/// Counts the ``LinkedNode``s that are released, and how deep their `deinit`s are nested.
public final class ReleaseMeter {
  /// How many nodes were released.
  public private(set) var released = 0
  /// The greatest number of `deinit`s that ran at once, one inside another.
  public private(set) var deepest = 0
  private var depth = 0

  public init() {}

  fileprivate func enter() {
    released += 1
    depth += 1
    deepest = max(deepest, depth)
  }

  fileprivate func leave() { depth -= 1 }
}
