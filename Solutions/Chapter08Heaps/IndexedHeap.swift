// Exercise 8.6: a heap that can be told of changes
//
// Shortest paths, spanning trees and simulations all say sooner or later "the key of 17 is now 3". A plain heap would have to
// search for 17. One that notes for each id where in the heap it stands finds it at once.

import Exercises

/// A priority queue of ids 0 ..< capacity, each with a key; the least key comes out first.
///
/// Between two calls
///
/// - `heap` lists the ids that are in, in heap order of their keys,
/// - `positions[id]` is the place of the id in `heap`, so that `heap[positions[id]!] == id`, and nil if it is not in.
public struct IndexedHeap<Key: Comparable> {
  /// The ids that are in: a heap by their keys.
  public internal(set) var heap: [Int] = []
  /// Where in `heap` each id stands; nil if it is not in.
  public internal(set) var positions: [Int?]
  /// The key of each id that is in, or the last that it had.
  public internal(set) var keys: [Key?]

  /// An empty heap for the ids 0 ..< capacity.
  ///
  /// - Throws: `InvalidArgument` if the capacity is negative.
  public init(capacity: Int) throws {
    try InvalidArgument.require(capacity >= 0, "a capacity is not negative, but is \(capacity)")
    positions = Array(repeating: nil, count: capacity)
    keys = Array(repeating: nil, count: capacity)
  }

  public var capacity: Int { positions.count }
  public var count: Int { heap.count }
  public var isEmpty: Bool { heap.isEmpty }

  /// Whether the id is in.
  public func contains(_ id: Int) -> Bool { positions.indices.contains(id) && positions[id] != nil }

  /// The key of an id that is in; nil if it is not.
  public func key(of id: Int) -> Key? { contains(id) ? keys[id] : nil }

  /// The id that comes out next, with its key; nil if there is none.
  public var first: (id: Int, key: Key)? {
    guard let id = heap.first, let key = keys[id] else { return nil }
    return (id, key)
  }

  /// Throws unless the id is one of 0 ..< capacity and is in the heap, or is not, as wanted.
  func require(_ id: Int, isIn: Bool) throws {
    try InvalidArgument.requireIndex(id, below: capacity, "id")
    try InvalidArgument.require(
      contains(id) == isIn, isIn ? "\(id) is not in the heap: insert it first" : "\(id) is in the heap already")
  }

  /// Whether the key of the first id is less than that of the second; both must be in.
  func comesBefore(_ first: Int, _ second: Int) -> Bool {
    guard let a = keys[first], let b = keys[second] else { return false }
    return a < b
  }
}

extension IndexedHeap {
  /// Puts an id at a place of `heap`, and notes the place.
  mutating func put(_ id: Int, at place: Int) throws {
    // BEGIN SOLUTION
    heap[place] = id
    positions[id] = place
    // END SOLUTION
  }

  /// Lets the id at this place rise until its parent's key is not greater.
  mutating func siftUp(from place: Int) throws {
    // BEGIN SOLUTION
    let id = heap[place]
    var hole = place
    while hole > 0 {
      let parent = heap[(hole - 1) / 2]
      guard comesBefore(id, parent) else { break }
      try put(parent, at: hole)
      hole = (hole - 1) / 2
    }
    try put(id, at: hole)
    // END SOLUTION
  }

  /// Lets the id at this place sink until no child's key is less.
  mutating func siftDown(from place: Int) throws {
    // BEGIN SOLUTION
    let id = heap[place]
    var hole = place
    while 2 * hole + 1 < heap.count {
      var child = 2 * hole + 1
      if child + 1 < heap.count, comesBefore(heap[child + 1], heap[child]) { child += 1 }
      guard comesBefore(heap[child], id) else { break }
      try put(heap[child], at: hole)
      hole = child
    }
    try put(id, at: hole)
    // END SOLUTION
  }

  /// Puts an id in.
  ///
  /// - Throws: `InvalidArgument` if the id is out of range or in already, or the key is not equal to itself.
  /// - Complexity: at most ⌊log₂ n⌋ comparisons.
  public mutating func insert(_ id: Int, key: Key) throws {
    try require(id, isIn: false)
    try InvalidArgument.require(key == key, "\(key) has no place in an order")
    // BEGIN SOLUTION
    keys[id] = key
    heap.append(id)
    try siftUp(from: heap.count - 1)
    // END SOLUTION
  }

  /// Takes out the id with the least key, and returns it with its key; nil if there is none.
  ///
  /// - Complexity: at most 2⌊log₂ n⌋ comparisons.
  public mutating func popFirst() throws -> (id: Int, key: Key)? {
    // BEGIN SOLUTION
    guard let first else { return nil }
    try remove(first.id)
    return first
    // END SOLUTION
  }

  /// Gives an id that is in a key that is not greater than the one it has.
  ///
  /// - Throws: `InvalidArgument` if the id is not in, or if the new key is greater or not equal to itself.
  /// - Complexity: at most ⌊log₂ n⌋ comparisons, and one for the check.
  public mutating func decreaseKey(of id: Int, to key: Key) throws {
    try require(id, isIn: true)
    // BEGIN SOLUTION
    guard let old = keys[id], let place = positions[id] else { return }
    try InvalidArgument.require(
      key == key && !(old < key), "the key of \(id) is \(old) and can only decrease, but \(key) is no decrease")
    keys[id] = key
    try siftUp(from: place)
    // END SOLUTION
  }

  /// Takes an id out, wherever in the heap it stands, and returns its key.
  ///
  /// The last id of the heap fills the gap. It may have to rise or to sink: it comes from another branch.
  ///
  /// - Throws: `InvalidArgument` if the id is not in.
  /// - Complexity: at most 2⌊log₂ n⌋ comparisons, and one more.
  @discardableResult
  public mutating func remove(_ id: Int) throws -> Key? {
    try require(id, isIn: true)
    // BEGIN SOLUTION
    guard let place = positions[id], let last = heap.popLast() else { return nil }
    positions[id] = nil
    if place < heap.count {
      try put(last, at: place)
      if place > 0, comesBefore(last, heap[(place - 1) / 2]) {
        try siftUp(from: place)
      } else {
        try siftDown(from: place)
      }
    }
    return keys[id]
    // END SOLUTION
  }
}
