import Chapter03VQGAN
import ExerciseTesting
import Tensors

final class Exercise3_11_SlidingWindow: ExerciseTestCase {
  func test1_RangesAndRefusals() throws {
    for (height, width, windowHeight, windowWidth) in [(7, 9, 4, 3), (4, 4, 4, 4), (5, 6, 1, 2)] {
      for row in 0..<height {
        for column in 0..<width {
          let (top, left) = try windowOrigin(
            row: row, column: column, height: height, width: width, windowHeight: windowHeight,
            windowWidth: windowWidth)
          expect(
            (0...height - windowHeight).contains(top) && (0...width - windowWidth).contains(left),
            "the window at (\(top), \(left)) sticks out of the map of \(height) × \(width)")
          expect(
            (top..<top + windowHeight).contains(row) && (left..<left + windowWidth).contains(column),
            "the window at (\(top), \(left)) does not hold its own code (\(row), \(column))")
        }
      }
    }
    try expectRefusal("a window higher than the map") {
      _ = try windowOrigin(row: 0, column: 0, height: 3, width: 9, windowHeight: 4, windowWidth: 4)
    }
    try expectRefusal("a place beyond the map") {
      _ = try windowOrigin(row: 4, column: 0, height: 4, width: 4, windowHeight: 2, windowWidth: 2)
    }
    try expectRefusal("rows of different lengths") {
      _ = try windowContext(map: [[0, 0], [0]], row: 0, column: 0, windowHeight: 1, windowWidth: 1)
    }
    try expectRefusal("a map smaller than the window") {
      _ = try sampleMap(height: 4, width: 3, windowHeight: 4, windowWidth: 4, prefix: [], next: { _ in 0 })
    }
  }

  func test2_AgainstTheNotebook() throws {
    struct Content: Decodable {
      struct Window: Decodable {
        let size, context: Int
        let starts: [Int]
      }
      let windows: [Window]
    }
    let content: Content = try Fixture.load("sliding-window", from: .module)
    for known in content.windows {
      var tops: [Int] = []
      var lefts: [Int] = []
      for position in 0..<known.size {
        let down = try windowOrigin(
          row: position, column: 0, height: known.size, width: 3, windowHeight: known.context, windowWidth: 2)
        tops.append(down.top)
        let across = try windowOrigin(
          row: 0, column: position, height: 3, width: known.size, windowHeight: 2, windowWidth: known.context)
        lefts.append(across.left)
      }
      expectEqual(
        tops, known.starts,
        "rows, \(known.context) of \(known.size): ⌊h/2⌋ before the code, moved at the edges as little as needed")
      expectEqual(
        lefts, known.starts, "columns, \(known.context) of \(known.size): the same across; height is not width")
    }
  }

  func test3_TheContext() throws {
    let map = (0..<4).map { row in (0..<6).map { 10 * row + $0 } }
    // 3 × 3 around (2, 3): rows 1 to 3, columns 2 to 4.
    let middle = try windowContext(map: map, row: 2, column: 3, windowHeight: 3, windowWidth: 3)
    expectEqual(
      middle, [12, 13, 14, 22],
      "the row above over the *whole* width of the window, then what is to the left, within the window; row by row")
    let corner = try windowContext(map: map, row: 0, column: 0, windowHeight: 3, windowWidth: 3)
    expectEqual(corner, [], "the first code has nothing before it")
    let edge = try windowContext(map: map, row: 3, column: 5, windowHeight: 3, windowWidth: 3)
    expectEqual(edge, [13, 14, 15, 23, 24, 25, 33, 34], "at the lower right all of the window but its last code")
    let first = try windowContext(map: map, row: 1, column: 0, windowHeight: 2, windowWidth: 4)
    expectEqual(first, [0, 1, 2, 3], "at the left edge: the row above, four wide, and nothing to the left")

    var other = map
    for row in 0..<4 { for column in 0..<6 where (row, column) >= (2, 3) { other[row][column] = -1 } }
    let same = try windowContext(map: other, row: 2, column: 3, windowHeight: 3, windowWidth: 3)
    expectEqual(same, [12, 13, 14, 22], "only codes that have been drawn may be read")
  }

  func test4_OrdinarySampling() throws {
    // With the window as large as the map every code sees all before it.
    var asked: [[Int]] = []
    let map = try sampleMap(height: 2, width: 3, windowHeight: 2, windowWidth: 3, prefix: [90, 91]) { sequence in
      asked.append(sequence)
      return asked.count
    }
    expectEqual(map, [[1, 2, 3], [4, 5, 6]], "codes are drawn row by row from the left")
    expectEqual(
      asked, (0..<6).map { [90, 91] + Array(1..<$0 + 1) },
      "a map of the window's own size: the prefix and all codes so far")
  }

  func test5_WholeMaps() throws {
    struct Content: Decodable {
      struct Map: Decodable {
        let height, width, contextHeight, contextWidth, codeCount: Int
        let codes: [[Int]]
      }
      let maps: [Map]
    }
    let content: Content = try Fixture.load("sliding-window", from: .module)
    for known in content.maps {
      let map = try sampleMap(
        height: known.height, width: known.width, windowHeight: known.contextHeight, windowWidth: known.contextWidth,
        prefix: []
      ) { before in
        let sum = before.enumerated().reduce(1) { $0 + ($1.offset + 1) * $1.element }
        return (sum + before.count) % known.codeCount
      }
      expectEqual(
        map, known.codes,
        "a code that depends on all it reads comes out differently: window \(known.contextHeight) × "
          + "\(known.contextWidth) on \(known.height) × \(known.width)")
    }
  }

  func test6_WhatTheModelIsAsked() throws {
    var rng = stream("asked")
    let (height, width, windowHeight, windowWidth) = (6, 8, 3, 4)
    var lengths: [Int] = []
    let map = try sampleMap(
      height: height, width: width, windowHeight: windowHeight, windowWidth: windowWidth, prefix: [100, 7]
    ) { sequence in
      expectEqual(Array(sequence.prefix(2)), [100, 7], "every question begins with the prefix")
      lengths.append(sequence.count - 2)
      return rng.integer(below: 50)
    }
    expectEqual(map.map(\.count), Array(repeating: width, count: height), "H rows of W codes")
    expectEqual(lengths.count, height * width, "one question a code")
    expect(
      lengths.allSatisfy { (0..<windowHeight * windowWidth).contains($0) },
      "the model was trained on \(windowHeight * windowWidth) codes and can read one fewer: it was given "
        + "\(lengths.max() ?? 0)")
    // How many codes come before a place tells the model where in its window it is.
    guard lengths.count == height * width else { return }
    expectEqual(lengths[0], 0, "the first code of all")
    expectEqual(lengths[3 * width + 4], 1 * windowWidth + 2, "in the middle: one row above, two codes to the left")
    expectEqual(lengths[height * width - 1], windowHeight * windowWidth - 1, "the last code of all")
  }
}
