/// How different two *sets* of small pictures are, whatever the order and with no pairing: the energy distance of their
/// pixels (Székely and Rizzo 2013).
///
/// With tiles as points (red, green and blue from 0 to 1, ‖·‖ the root of the mean square difference),
///
/// E = 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖, and ``value`` = E / (2 E‖X − Y‖),
///
/// both estimated without bias (pairs of different tiles only). It is 0 in the mean when both sets were drawn from one
/// law, whatever that is, and near 1 when neither set varies and they differ.
///
/// **Noise floor.** Two sets from one law do not score 0 exactly, but a little above or below, by chance, the more the
/// fewer tiles there are. ``noiseFloor`` tells how much: the tiles of both sets are shuffled together and divided again,
/// 199 times; it is the value that 95 % of these divisions stay under. A ``value`` below it is no evidence of a
/// difference at this number of tiles; a limit for grading must lie above it, and above the spread between runs of the
/// reference with different seeds.
///
/// **What the values mean.** 100 digits of MNIST against 100 others (mean of eight draws; the noise floor is 0.0025):
///
/// | the others are | value |
/// | --- | --- |
/// | digits like the first | −0.001 ± 0.001 |
/// | of five classes only | 0.004 |
/// | blurred by 3 × 3; with noise of ± 70 levels | 0.010; 0.012 |
/// | of one class only; blurred by 5 × 5; on a gray background of 30 levels | 0.05 |
/// | pure noise; black; one digit a hundred times | 0.31; 0.45; 0.55 |
///
/// So the distance looks at pixels: it sees wrong thickness, noise and collapse, hardly sees that classes are missing, and
/// is nearly blind to subtle errors of form. It is no replacement for looking. A limit of 0.02 to 0.03 asks for digits; one
/// of 0.25 lets almost anything pass.
public struct TileSetDistance: Sendable {
  /// The distance, 0 for equal laws; it may be slightly negative.
  public let value: Double
  /// What 95 % of random divisions of the same tiles stay under.
  public let noiseFloor: Double
  /// Tiles compared in each set.
  public let counts: (first: Int, second: Int)

  /// Whether the sets differ by more than chance explains.
  public var isAboveNoise: Bool { value > noiseFloor }

  /// - Parameters:
  ///   - first, second: at least two tiles each, all of one size.
  ///   - maximumCount: of a larger set, as many tiles, evenly chosen, are taken.
  /// - Throws: `Unusable` if a set has fewer than two tiles or sizes differ.
  /// - Complexity: O((n + m)² · pixels).
  public init(_ first: [Image], _ second: [Image], maximumCount: Int = 400) throws {
    guard first.count >= 2, second.count >= 2 else {
      throw Unusable(description: "a set needs at least 2 tiles; these have \(first.count) and \(second.count)")
    }
    let (a, b) = (TileSetDistance.chosen(first, maximumCount), TileSetDistance.chosen(second, maximumCount))
    let size = (a[0].width, a[0].height)
    for tile in a + b where (tile.width, tile.height) != size {
      throw Unusable(
        description: "all tiles must have one size; there are \(size.0) × \(size.1) and \(tile.width) × \(tile.height)")
    }
    let points = (a + b).map { $0.toRGB().pixels.map { Float($0) / 255 } }
    let n = points.count
    var distances = [Float](repeating: 0, count: n * n)
    let dimension = points[0].count
    distances.withUnsafeMutableBufferPointer { distances in
      for i in 0..<n {
        points[i].withUnsafeBufferPointer { p in
          for j in i + 1..<max(i + 1, n) {
            let d = points[j].withUnsafeBufferPointer { q in
              var parts = SIMD8<Float>(repeating: 0)
              var k = 0
              while k + 8 <= dimension {
                var difference = SIMD8<Float>(repeating: 0)
                for lane in 0..<8 { difference[lane] = p[k + lane] - q[k + lane] }
                parts += difference * difference
                k += 8
              }
              var sum = parts.sum()
              while k < dimension {
                sum += (p[k] - q[k]) * (p[k] - q[k])
                k += 1
              }
              return (sum / Float(dimension)).squareRoot()
            }
            distances[i * n + j] = d
            distances[j * n + i] = d
          }
        }
      }
    }
    let order = Array(0..<n)
    value = TileSetDistance.statistic(distances, order: order, count: n, split: a.count)
    var generator = SplitMix64(state: 0x7469_6c65)
    var shuffled = order
    var values: [Double] = []
    for _ in 0..<199 {
      shuffled.shuffle(using: &generator)
      values.append(TileSetDistance.statistic(distances, order: shuffled, count: n, split: a.count))
    }
    values.sort()
    noiseFloor = values[189]
    counts = (a.count, b.count)
  }

  /// Two sets that cannot be compared.
  public struct Unusable: Error, CustomStringConvertible {
    public let description: String
  }

  private static func chosen(_ tiles: [Image], _ count: Int) -> [Image] {
    tiles.count <= count ? tiles : (0..<count).map { tiles[$0 * tiles.count / count] }
  }

  private static func statistic(_ distances: [Float], order: [Int], count n: Int, split: Int) -> Double {
    var isFirst = [Bool](repeating: false, count: n)
    for i in 0..<split { isFirst[order[i]] = true }
    var (within1, within2, across) = (0.0, 0.0, 0.0)
    for i in 0..<n {
      var (same, other) = (0.0, 0.0)
      for j in 0..<n {
        let d = Double(distances[i * n + j])
        if isFirst[j] == isFirst[i] { same += d } else { other += d }
      }
      if isFirst[i] { within1 += same } else { within2 += same }
      across += other
    }
    let (n1, n2) = (Double(split), Double(n - split))
    let cross = across / (2 * n1 * n2)
    guard cross > 0 else { return 0 }
    return (2 * cross - within1 / (n1 * (n1 - 1)) - within2 / (n2 * (n2 - 1))) / (2 * cross)
  }
}

/// A small fixed source of chance for the shuffles (Steele, Lea and Flood 2014).
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
