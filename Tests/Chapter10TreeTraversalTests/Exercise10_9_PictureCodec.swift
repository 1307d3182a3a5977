import Chapter10TreeTraversal
import ExerciseTesting
import Foundation
import Tensors

final class Exercise10_9_PictureCodec: ExerciseTestCase {
  private struct Content: Decodable {
    struct Picture: Decodable {
      let side: Int
      let pixels: [UInt8]
      let threshold, leaves, error, bits: Int
    }
    struct Best: Decodable {
      let side: Int
      let pixels: [UInt8]
      let price, cost: Double
    }
    let cases: [Picture]
    let best: [Best]
  }

  private struct Codes: Decodable {
    struct Case: Decodable {
      let weights: [Int]
      let cost, longest: Int
      let entropy: Double
    }
    struct Canonical: Decodable {
      let lengths: [Int]
      let codes: [String]
    }
    let cases: [Case]
    let canonical: [Canonical]
  }

  func test1_EmptyAndRefusals() throws {
    let black = try GrayPicture(side: 4, pixels: Array(repeating: 0, count: 16))
    let flat = try quadtree(of: black, threshold: 0)
    expectEqual(flat, Quadtree(side: 4, nodes: [.init(gray: 0)]), "a picture of one gray is one block")
    let pixel = try quadtree(of: try GrayPicture(side: 1, pixels: [200]), threshold: 0)
    expectEqual(pixel, Quadtree(side: 1, nodes: [.init(gray: 200)]), "a picture of one pixel")
    let pixelBits = try bits(of: pixel)
    expectEqual(string(pixelBits), "11001000", "a single pixel cannot be divided: only its gray, 200 = 128 + 64 + 8")
    try expectRefusal("a negative threshold") { _ = try quadtree(of: black, threshold: -1) }
    for price in [-1, .nan, .infinity] {
      try expectRefusal("the price \(price)") { _ = try bestQuadtree(of: black, price: price) }
    }
    let broken = Quadtree(side: 2, nodes: [.init(gray: 0, firstChild: 1)])
    try expectRefusal("a quadtree whose children are missing") { _ = try decode(broken) }
    try expectRefusal("a quadtree whose children are missing") { _ = try bits(of: broken) }
    for (name, text) in [
      ("no bits", ""), ("a gray that is cut off", "00000000"), ("a bit too many", "0000000000"),
      ("three quarters of four", "1000000000000000000000000"),
    ] {
      try expectRefusal("\(name) for a picture of 2 × 2") { _ = try quadtree(bits: self.bools(text), side: 2) }
    }
    try expectRefusal("a side of 3") { _ = try quadtree(bits: self.bools("000000000"), side: 3) }

    let nothing = try huffmanTree(frequencies: [])
    expectEqual(nothing, BinaryTree(), "no symbols, no tree")
    let absent = try huffmanTree(frequencies: [0, 0])
    expectEqual(absent, BinaryTree(), "symbols that never come get no leaf")
    let alone = try huffmanTree(frequencies: [0, 5, 0])
    expectEqual(alone.nodes.map(\.value), [1], "one symbol, one leaf")
    let lengths = try codeLengths(of: alone, symbolCount: 3)
    expectEqual(lengths, [0, 1, 0], "a symbol that is alone has depth 0, but something must be sent: length 1")
    let noLengths = try codeLengths(of: BinaryTree(), symbolCount: 2)
    expectEqual(noLengths, [0, 0], "no tree, no codes")
    let noCodes = try canonicalCodes(lengths: [])
    expectEqual(noCodes, [], "no codes")
    try expectRefusal("a negative frequency") { _ = try huffmanTree(frequencies: [1, -1]) }
    try expectRefusal("frequencies whose sum does not fit") { _ = try huffmanTree(frequencies: [Int.max, 1]) }
    try expectRefusal("a leaf that is no symbol") {
      _ = try codeLengths(of: try BinaryTree(levelOrder: [-1, 0, 5]), symbolCount: 2)
    }
    for wrong in [[1, 1, 1], [1, 2, 2, 2], [-1, 1], [2, 2, 2, 2, 2], [1, 1, 9]] {
      try expectRefusal("the lengths \(wrong), for which there is no prefix code,") {
        _ = try canonicalCodes(lengths: wrong)
      }
    }
    let codes = [[false], [true, false], []]
    try expectRefusal("a symbol without a code") { _ = try encode([0, 2], codes: codes) }
    try expectRefusal("a symbol that does not exist") { _ = try encode([3], codes: codes) }
    try expectRefusal("bits that no code begins with") { _ = try decode([false, true, true], codes: codes) }
    try expectRefusal("a last code that is cut off") { _ = try decode([false, true], codes: codes) }
    try expectRefusal("codes of which one begins another") {
      _ = try decode([false], codes: [[false], [false, true]])
    }
    let empty = try decode([], codes: codes)
    expectEqual(empty, [], "no bits, no symbols")
    let unsent = try encode([], codes: codes)
    expectEqual(unsent, [], "no symbols, no bits")
  }

  func test2_ByHand() throws {
    let picture = try GrayPicture(
      side: 4,
      pixels: [
        10, 10, 50, 50,
        10, 10, 50, 50,
        10, 10, 90, 90,
        10, 10, 90, 94,
      ])
    let exact = try quadtree(of: picture, threshold: 0)
    expectEqual(exact.nodes.map { Int($0.gray) }, [40, 10, 50, 10, 91, 90, 90, 90, 94], "level by level: the means")
    expectEqual(
      exact.nodes.map(\.firstChild), [1, nil, nil, nil, 5, nil, nil, nil, nil],
      "the whole and its last quarter are divided; the quarters are top left, top right, bottom left, bottom right")
    let coarse = try quadtree(of: picture, threshold: 12)
    expectEqual(
      coarse.nodes.map { Int($0.gray) }, [40, 10, 50, 10, 91],
      "the last quarter costs 1 + 1 + 1 + 9 = 12, which is not more than 12")
    let painted = try decode(coarse)
    expectEqual(
      painted.pixels.suffix(4).map { Int($0) }, [10, 10, 91, 91], "a block that is not divided is painted in its mean")
    let sent = try bits(of: exact)
    expectEqual(
      string(sent),
      "1" + "000001010" + "000110010" + "000001010" + "1" + "01011010" + "01011010" + "01011010" + "01011110",
      "in pre-order: 1 for divided, 0 and a gray for a block, for a pixel the gray alone")
    let received = try quadtree(bits: sent, side: 4)
    let repainted = try decode(received)
    expectEqual(repainted, picture, "and back")
    let free = try bestQuadtree(of: picture, price: 0)
    let freePainted = try decode(free)
    expectEqual(freePainted, picture, "bits that cost nothing are spent until nothing is lost")
    // The last quarter: 12 + 9 p in one gray, 33 p divided.
    let cheap = try bestQuadtree(of: picture, price: 0.49)
    expectEqual(cheap.leafCount, 7, "12 > 0.49 · 24: dividing pays")
    let even = try bestQuadtree(of: picture, price: 0.5)
    expectEqual(even.leafCount, 4, "12 = 0.5 · 24: of equal costs the one gray")

    let tree = try huffmanTree(frequencies: [40, 25, 20, 10, 5])
    let lengths = try codeLengths(of: tree, symbolCount: 5)
    expectEqual(lengths, [1, 2, 3, 4, 4], "the lesson's worked code: sums 15, 35, 60 and 100")
    expectEqual(tree.count, 9, "five leaves and four sums")
    let codes = try canonicalCodes(lengths: [1, 2, 3, 4, 4])
    expectEqual(
      codes.map(string), ["0", "10", "110", "1110", "1111"], "each is the one before plus one, zeros appended")
    let swapped = try canonicalCodes(lengths: [2, 1, 0, 3, 3])
    expectEqual(swapped.map(string), ["10", "0", "", "110", "111"], "the shorter codes come first; symbol 2 has none")
    let loose = try canonicalCodes(lengths: [3, 1])
    expectEqual(loose.map(string), ["100", "0"], "lengths that leave room are no mistake")
    let stream = try encode([0, 3, 1], codes: codes)
    expectEqual(string(stream), "0111010", "0, 1110, 10")
    let symbols = try decode(stream, codes: codes)
    expectEqual(symbols, [0, 3, 1], "and back")
  }

  func test3_PicturesAgainstPython() throws {
    let content: Content = try Fixture.load("pictures", from: .module)
    for known in content.cases {
      let picture = try GrayPicture(side: known.side, pixels: known.pixels)
      let tree = try quadtree(of: picture, threshold: known.threshold)
      expectEqual(tree.leafCount, known.leaves, "blocks that are not divided, threshold \(known.threshold)")
      let painted = try decode(tree)
      expectEqual(
        error(painted, picture), known.error, "the squared error of the picture, threshold \(known.threshold)")
      let sent = try bits(of: tree)
      expectEqual(sent.count, known.bits, "bits, threshold \(known.threshold)")
    }
    for known in content.best {
      let picture = try GrayPicture(side: known.side, pixels: known.pixels)
      let tree = try bestQuadtree(of: picture, price: known.price)
      expectClose(
        cost(of: tree, picture, price: known.price), known.cost, relative: 1e-12,
        "the least cost of all quadtrees at \(known.price) a bit, found by trying them")
    }
  }

  func test4_PicturesThereAndBack() throws {
    var rng = stream("pictures")
    for round in 0..<60 {
      let side = 1 << rng.integer(below: 5)
      let grays = [1, 2, 3, 256][round % 4]
      let shade = rng.integer(below: 256 / grays)
      let block = 1 << rng.integer(below: 3)
      let coarse = (0..<side * side).map { _ in
        UInt8(rng.integer(below: grays) * (255 / grays) + (grays == 1 ? shade : 0))
      }
      let pixels = (0..<side * side).map { place in
        coarse[place / side / block * side + place % side / block]
      }
      let picture = try GrayPicture(side: side, pixels: pixels)
      var previous = 0
      for threshold in [0, 10, 500, 40_000, .max] {
        let tree = try quadtree(of: picture, threshold: threshold)
        let painted = try decode(tree)
        let lost = error(painted, picture)
        if threshold == 0 { expectEqual(lost, 0, "with the threshold 0 nothing is lost") }
        expect(lost >= previous, "a higher threshold cannot lose less")
        previous = lost
        let blocks = try tree.blocks()
        for (node, block) in zip(tree.nodes, blocks) {
          let isDivided = node.firstChild != nil
          expectEqual(
            isDivided, picture.error(of: block) > threshold,
            "divided if its error is above the threshold, and only then")
          expectEqual(node.gray, picture.mean(of: block), "each node holds its block's mean")
        }
        let sent = try bits(of: tree)
        let received = try quadtree(bits: sent, side: side)
        let repainted = try decode(received)
        expectEqual(repainted, painted, "the bits make the same picture again")
        let again = try bits(of: received)
        expectEqual(again, sent, "and the same bits")
        try expectRefusal("bits of which the last is missing") {
          _ = try quadtree(bits: Array(sent.dropLast()), side: side)
        }
        try expectRefusal("a bit too many") { _ = try quadtree(bits: sent + [false], side: side) }
      }
      for price in [0, 0.5, 30, 2000, 1e7] {
        let best = try bestQuadtree(of: picture, price: price)
        let cost = cost(of: best, picture, price: price)
        if price == 0 { expectEqual(cost, 0, "bits that cost nothing are spent until nothing is lost") }
        for threshold in [0, 10, 500, 40_000, .max] {
          let other = try quadtree(of: picture, threshold: threshold)
          expect(
            cost <= self.cost(of: other, picture, price: price) * (1 + 1e-12),
            "at \(price) a bit the tree by threshold \(threshold) is cheaper than the best one")
        }
        // Where a block could be one gray at the same cost, it is.
        let blocks = try best.blocks()
        expect(
          zip(best.nodes, blocks).allSatisfy { $0.firstChild == nil || picture.error(of: $1) > 0 },
          "a block of one gray is never divided, at the price \(price)")
      }
    }
  }

  func test5_CodesAgainstPython() throws {
    let content: Codes = try Fixture.load("codes", from: .module)
    for known in content.cases {
      let tree = try huffmanTree(frequencies: known.weights)
      let lengths = plainLengths(tree, known.weights.count)
      let cost = zip(known.weights, lengths).reduce(0) { $0 + $1.0 * $1.1 }
      expectEqual(
        cost, known.cost, "dahuffman's cost for the frequencies \(known.weights): the two *rarest* are joined")
      let mean = Double(cost) / Double(known.weights.reduce(0, +))
      expect(
        mean >= known.entropy - 1e-12 && mean < known.entropy + 1,
        "H ≤ L < H + 1: \(mean) bits, entropy \(known.entropy)")
      let got = try codeLengths(of: tree, symbolCount: known.weights.count)
      expectEqual(got, lengths, "the depths of the leaves")
    }
    for known in content.canonical {
      let codes = try canonicalCodes(lengths: known.lengths)
      expectEqual(codes.map(string), known.codes, "RFC 1951, 3.2.2, for the lengths \(known.lengths)")
    }
  }

  func test6_CodesThereAndBack() throws {
    var rng = stream("codes")
    for round in 0..<250 {
      let count = 1 + rng.integer(below: 40)
      let frequencies = (0..<count).map { index in
        switch round % 5 {
        case 0: rng.integer(below: 5)
        case 1: 7
        case 2: 1 + rng.integer(below: 1000)
        case 3: 1 << (index % 30)
        default: rng.integer(below: 2) * (1 + rng.integer(below: 100_000))
        }
      }
      let present = frequencies.indices.filter { frequencies[$0] > 0 }
      let tree = try huffmanTree(frequencies: frequencies)
      let lengths = plainLengths(tree, count)
      expectEqual(
        tree.nodes.filter { $0.left == nil && $0.right == nil }.map(\.value).sorted(), present,
        "one leaf for each symbol that occurs, frequencies \(frequencies)")
      expect(
        tree.nodes.allSatisfy { ($0.left == nil) == ($0.right == nil) && ($0.left == nil || $0.value == -1) },
        "an inner node has two children, and the value −1")
      if present.count > 1 {
        let kraft = present.reduce(0) { $0 + pow(2, -Double(lengths[$1])) }
        expectEqual(kraft, 1, "Σ 2^(−length) = 1")
      }
      // The sum of all sums that are formed, by sorting again and again.
      var heap = present.map { frequencies[$0] }.sorted(by: >)
      var cost = present.count == 1 ? heap[0] : 0
      while heap.count > 1 {
        let sum = heap.removeLast() + heap.removeLast()
        cost += sum
        heap.insert(sum, at: heap.firstIndex { $0 <= sum } ?? heap.count)
      }
      expectEqual(
        zip(frequencies, lengths).reduce(0) { $0 + $1.0 * $1.1 }, cost,
        "Σ frequency · length, frequencies \(frequencies)")
      let codes = try canonicalCodes(lengths: lengths)
      expectEqual(codes.map(\.count), lengths, "each code has its length")
      let sorted = present.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
      expect(
        zip(sorted, sorted.dropFirst()).allSatisfy { string(codes[$0]) < string(codes[$1]) },
        "codes rise with their length, and among equals with the symbol")
      guard !present.isEmpty else { continue }
      let symbols = (0..<rng.integer(below: 60)).map { _ in present[rng.integer(below: present.count)] }
      let sent = try encode(symbols, codes: codes)
      expectEqual(sent.count, symbols.reduce(0) { $0 + lengths[$1] }, "as many bits as the lengths say")
      let received = try decode(sent, codes: codes)
      expectEqual(received, symbols, "the symbols come back")
      if let last = symbols.last, lengths[last] > 1 {
        try expectRefusal("a last code that is cut off") { _ = try decode(sent.dropLast(), codes: codes) }
      }
    }
  }

  func test7_LongCodes() throws {
    // With Fibonacci's numbers each sum is just about the next frequency: the tree is a chain.
    var fibonacci = [1, 1]
    while fibonacci.count < 80 { fibonacci.append(fibonacci[fibonacci.count - 1] + fibonacci[fibonacci.count - 2]) }
    let tree = try huffmanTree(frequencies: fibonacci)
    let lengths = try codeLengths(of: tree, symbolCount: 80)
    expectEqual(lengths.max(), 79, "80 symbols can need codes of 79 bits, more than an Int has")
    let codes = try canonicalCodes(lengths: lengths)
    expectEqual(codes.map(\.count), lengths, "each code has its length")
    let symbols = Array(0..<80)
    let sent = try encode(symbols, codes: codes)
    let received = try decode(sent, codes: codes)
    expectEqual(received, symbols, "codes of 79 bits, there and back")
    let count = 20_000
    let chain = try BinaryTree(
      values: (0..<2 * count + 1).map { $0 % 2 == 0 ? -1 : $0 / 2 }.enumerated().map { $0 == 2 * count ? count : $1 },
      left: (0..<2 * count + 1).map { $0 % 2 == 0 && $0 < 2 * count ? $0 + 1 : nil },
      right: (0..<2 * count + 1).map { $0 % 2 == 0 && $0 < 2 * count ? $0 + 2 : nil })
    let deep = try codeLengths(of: chain, symbolCount: count + 1)
    expectEqual(deep[count], count, "a leaf 20,000 links below the root, without recursion")
    expectEqual(deep[0], 1, "and one just below it")
  }

  // MARK: - The tests' own

  private func string(_ bits: [Bool]) -> String { bits.map { $0 ? "1" : "0" }.joined() }

  private func bools(_ text: String) -> [Bool] { text.map { $0 == "1" } }

  private func error(_ a: GrayPicture, _ b: GrayPicture) -> Int {
    zip(a.pixels, b.pixels).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
  }

  /// error + price · bits, counted from the tree itself; infinite for what is no quadtree.
  private func cost(of tree: Quadtree, _ picture: GrayPicture, price: Double) -> Double {
    guard let blocks = try? tree.blocks() else { return .infinity }
    var (lost, bits) = (0, 0)
    for (node, block) in zip(tree.nodes, blocks) {
      if block.side > 1 { bits += 1 }
      guard node.firstChild == nil else { continue }
      bits += 8
      for y in block.y..<block.y + block.side {
        for x in block.x..<block.x + block.side {
          let off = Int(picture.pixels[y * picture.side + x]) - Int(node.gray)
          lost += off * off
        }
      }
    }
    return Double(lost) + price * Double(bits)
  }

  /// The depth of each symbol's leaf, at least 1.
  private func plainLengths(_ tree: BinaryTree, _ symbolCount: Int) -> [Int] {
    var lengths = [Int](repeating: 0, count: symbolCount)
    for (depth, level) in tree.plainLevels().enumerated() {
      for node in level where tree[node].left == nil && tree[node].right == nil {
        if lengths.indices.contains(tree[node].value) { lengths[tree[node].value] = max(1, depth) }
      }
    }
    return lengths
  }
}
