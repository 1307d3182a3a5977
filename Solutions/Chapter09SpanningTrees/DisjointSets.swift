// Exercise 9.1: disjoint sets
//
// Who belongs together? Elements are united two by two, and between times somebody asks whether two are in the same set. A
// forest of pointers answers in almost constant time, if it is kept low in two ways.

import Exercises

/// The elements 0 ..< count in disjoint sets (Galler and Fischer 1964). Each set is a tree of pointers to parents, and its root
/// stands for it.
public struct DisjointSets: Sendable {
  /// The parent of each element; a root is its own.
  public internal(set) var parents: [Int]
  /// For each root the number of elements of its set; for the others, what it was when they ceased to be roots.
  public internal(set) var sizes: [Int]
  /// How many sets there are.
  public internal(set) var setCount: Int

  /// Each element in a set of its own.
  ///
  /// - Throws: `InvalidArgument` if the count is negative.
  public init(count: Int) throws {
    try InvalidArgument.requireCount(count, "the number of elements")
    parents = Array(0..<count)
    sizes = Array(repeating: 1, count: count)
    setCount = count
  }

  /// Sets given by their trees.
  ///
  /// - Parameter parents: the parent of each element; a root is its own.
  /// - Throws: `InvalidArgument` if a parent does not exist, or the parents run in a circle.
  public init(parents: [Int]) throws {
    var counts = [Int](repeating: 0, count: parents.count)
    for element in parents.indices {
      var ancestor = element
      var steps = 0
      while true {
        let parent = parents[ancestor]
        try InvalidArgument.requireVertex(parent, below: parents.count, "the parent of \(ancestor)")
        counts[ancestor] += 1
        if parent == ancestor { break }
        steps += 1
        try InvalidArgument.require(steps < parents.count, "the parents of \(element) run in a circle")
        ancestor = parent
      }
    }
    self.parents = parents
    sizes = counts
    setCount = parents.indices.count { parents[$0] == $0 }
  }
}

extension DisjointSets {
  /// The root of the element's tree.
  ///
  /// On the way it halves the path (van Leeuwen and van der Weide 1977): as long as the element has a grandparent other than its
  /// parent, the element is hung below that grandparent, and the search goes on from there. So every *second* element of the
  /// path gets a new parent.
  ///
  /// - Throws: `InvalidArgument` if there is no such element.
  /// - Complexity: with ``unite(_:_:)`` by size, m calls on n elements take O(m α(m, n)) steps, where α is at most 4 for all
  ///   numbers that occur (Tarjan and van Leeuwen 1984).
  public mutating func find(_ element: Int) throws -> Int {
    try InvalidArgument.requireVertex(element, below: parents.count, "an element")
    // BEGIN SOLUTION
    var element = element
    while parents[element] != element {
      let grandparent = parents[parents[element]]
      parents[element] = grandparent
      element = grandparent
    }
    return element
    // END SOLUTION
  }

  /// Makes the sets of two elements one.
  ///
  /// The root of the smaller set is hung below the root of the larger one; of equal ones, b's below a's. So no tree is ever
  /// higher than log₂ of its size.
  ///
  /// - Returns: false if they were in one set already.
  /// - Throws: `InvalidArgument` if there is no such element.
  @discardableResult
  public mutating func unite(_ a: Int, _ b: Int) throws -> Bool {
    try InvalidArgument.requireVertex(a, below: parents.count, "an element")
    try InvalidArgument.requireVertex(b, below: parents.count, "an element")
    // BEGIN SOLUTION
    var large = try find(a)
    var small = try find(b)
    if large == small { return false }
    if sizes[large] < sizes[small] { swap(&large, &small) }
    parents[small] = large
    sizes[large] += sizes[small]
    setCount -= 1
    return true
    // END SOLUTION
  }
}
