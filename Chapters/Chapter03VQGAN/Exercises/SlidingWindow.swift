// Exercise 3.11: larger than the window
//
// The prior was trained on maps of h × w codes and can read no more. A larger map is drawn all the same, if each code
// is predicted from a window of that size around it: what lies beyond has little to say about the next patch.

import Exercises

/// The place of the window from which the code at (row, column) of a map is predicted: the top left corner of h × w
/// codes with that code in the middle, moved as little as needed to lie within the map.
///
///     top  = clamp(row − ⌊h/2⌋, 0, H − h)          left = clamp(column − ⌊w/2⌋, 0, W − w)
///
/// Esser et al. 2021, §3.2 and figure 3 (the sliding attention window); their notebook has the same as three cases.
///
/// - Parameters:
///   - row: from 0 to H − 1.
///   - column: from 0 to W − 1.
///   - height: H, of the map.
///   - width: W.
///   - windowHeight: h, from 1 to H.
///   - windowWidth: w, from 1 to W.
/// - Throws: `InvalidArgument` if the window doesn't fit into the map, or the place doesn't lie in it.
public func windowOrigin(
  row: Int, column: Int, height: Int, width: Int, windowHeight: Int, windowWidth: Int
) throws -> (top: Int, left: Int) {
  try InvalidArgument.requireWindow(windowHeight, windowWidth, in: height, width)
  try InvalidArgument.require(
    (0..<height).contains(row) && (0..<width).contains(column),
    "(\(row), \(column)) is no place of a map of \(height) × \(width)")
  throw unsolved("3.11")
}

/// What the prior reads to predict the code at (row, column): the codes of its window that come before it, row by row.
///
/// They are those of the window's rows above, each over the window's whole width (also to the *right* of the column:
/// they were drawn a row ago), and those to the left in its own row. Their number says where in the window the code
/// stands.
///
/// - Parameters:
///   - map: H rows of W codes; those from (row, column) on in reading order may hold anything.
///   - row, column, windowHeight, windowWidth: as in `windowOrigin`.
/// - Throws: `InvalidArgument` also if the rows of the map differ in length.
public func windowContext(
  map: [[Int]], row: Int, column: Int, windowHeight: Int, windowWidth: Int
) throws -> [Int] {
  let width = map.first?.count ?? 0
  try InvalidArgument.require(map.allSatisfy { $0.count == width }, "the rows of a map should be equally long")
  try InvalidArgument.requireWindow(windowHeight, windowWidth, in: map.count, width)
  try InvalidArgument.require(
    map.indices.contains(row) && (0..<width).contains(column),
    "(\(row), \(column)) is no place of a map of \(map.count) × \(width)")
  throw unsolved("3.11")
}

/// A code map of any size from a prior that was trained on maps of h × w: H·W codes, drawn row by row from the left.
///
/// For a map of the window's own size this is ordinary sampling, code by code.
///
/// - Parameters:
///   - height: H ≥ h.
///   - width: W ≥ w.
///   - windowHeight: h, of the maps that the prior was trained on.
///   - windowWidth: w.
///   - prefix: what every sequence begins with: the class, as a rule [K + c].
///   - next: draws the code that follows a sequence of the prefix and at most h·w − 1 codes.
/// - Returns: H rows of W codes.
/// - Throws: `InvalidArgument` if the window doesn't fit into the map; whatever `next` throws.
/// - Complexity: H·W calls of `next`.
public func sampleMap(
  height: Int, width: Int, windowHeight: Int, windowWidth: Int, prefix: [Int],
  next: (_ sequence: [Int]) throws -> Int
) throws -> [[Int]] {
  try InvalidArgument.requireWindow(windowHeight, windowWidth, in: height, width)
  throw unsolved("3.11")
}

extension InvalidArgument {
  /// Throws unless a window of this size fits into the map.
  static func requireWindow(_ windowHeight: Int, _ windowWidth: Int, in height: Int, _ width: Int) throws {
    try require(
      windowHeight >= 1 && windowWidth >= 1 && windowHeight <= height && windowWidth <= width,
      "a window of \(windowHeight) × \(windowWidth) codes doesn't fit into a map of \(height) × \(width)")
  }
}
