/// Coverage of one shape, a byte a pixel. Parts of a shape that overlap do not add up: a pixel keeps the largest.
struct Mask {
  private let width: Int
  private var coverage: [UInt8]
  private var dirty: (minX: Int, minY: Int, maxX: Int, maxY: Int)

  typealias Bounds = (minX: Int, minY: Int, maxX: Int, maxY: Int)

  init(width: Int, height: Int) {
    self.width = width
    coverage = [UInt8](repeating: 0, count: width * height)
    dirty = (Int.max, Int.max, 0, 0)
  }

  /// A segment with round ends. The coverage of a pixel is the distance of its centre from the edge, cut to one pixel:
  /// exact for straight edges that run along the grid, within 1/10 for all others.
  mutating func addCapsule(from a: Point, to b: Point, radius: Double, clip: Bounds) {
    let reach = radius + 1
    let minY = max(clip.minY, Int((min(a.y, b.y) - reach).rounded(.down)))
    let maxY = min(clip.maxY, Int((max(a.y, b.y) + reach).rounded(.up)))
    let minX = max(clip.minX, Int((min(a.x, b.x) - reach).rounded(.down)))
    let maxX = min(clip.maxX, Int((max(a.x, b.x) + reach).rounded(.up)))
    guard minY < maxY, minX < maxX else { return }
    touch(minX, minY, maxX, maxY)
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let lengthSquared = dx * dx + dy * dy
    let inverse = lengthSquared > 0 ? 1 / lengthSquared : 0
    // A thin line still shows: below one pixel in width it grows fainter, not narrower.
    let solid = min(1, 2 * radius)
    let edge = max(radius, 0.5) + 0.5
    let width = self.width
    coverage.withUnsafeMutableBufferPointer { coverage in
      for y in minY..<maxY {
        let py = Double(y) + 0.5 - a.y
        // On a slanted segment only a stretch of each row can be near it.
        var (from, to) = (minX, maxX)
        if dy != 0, maxX - minX > 8 {
          let t0 = min(1, max(0, (py - reach) / dy))
          let t1 = min(1, max(0, (py + reach) / dy))
          let (xa, xb) = (a.x + dx * t0, a.x + dx * t1)
          from = max(minX, Int((min(xa, xb) - reach).rounded(.down)))
          to = min(maxX, Int((max(xa, xb) + reach).rounded(.up)))
        }
        guard from < to else { continue }
        for x in from..<to {
          let px = Double(x) + 0.5 - a.x
          let t = min(1, max(0, (px * dx + py * dy) * inverse))
          let (ex, ey) = (px - dx * t, py - dy * t)
          let distance = (ex * ex + ey * ey).squareRoot()
          let share = min(1, edge - distance) * solid
          if share > 0 {
            let value = UInt8(share * 255 + 0.5)
            let index = y * width + x
            if value > coverage[index] { coverage[index] = value }
          }
        }
      }
    }
  }

  mutating func addRing(center: Point, radius: Double, halfWidth: Double, clip: Bounds) {
    let reach = radius + halfWidth + 1
    let minY = max(clip.minY, Int((center.y - reach).rounded(.down)))
    let maxY = min(clip.maxY, Int((center.y + reach).rounded(.up)))
    let minX = max(clip.minX, Int((center.x - reach).rounded(.down)))
    let maxX = min(clip.maxX, Int((center.x + reach).rounded(.up)))
    guard minY < maxY, minX < maxX else { return }
    touch(minX, minY, maxX, maxY)
    for y in minY..<maxY {
      for x in minX..<maxX {
        let (px, py) = (Double(x) + 0.5 - center.x, Double(y) + 0.5 - center.y)
        let distance = abs((px * px + py * py).squareRoot() - radius)
        let share = min(1, halfWidth + 0.5 - distance)
        if share > 0 {
          let value = UInt8(share * 255 + 0.5)
          if value > coverage[y * width + x] { coverage[y * width + x] = value }
        }
      }
    }
  }

  /// Polygons by the non-zero rule: eight lines of sight a pixel row, exact in x along each.
  mutating func addPolygons(_ polygons: [[Point]], clip: Bounds) {
    var (lowY, highY) = (Double.infinity, -Double.infinity)
    for polygon in polygons {
      for p in polygon {
        lowY = min(lowY, p.y)
        highY = max(highY, p.y)
      }
    }
    guard lowY < highY, clip.minX < clip.maxX else { return }
    let minY = max(clip.minY, Int(lowY.rounded(.down)))
    let maxY = min(clip.maxY, Int(highY.rounded(.up)))
    guard minY < maxY else { return }
    touch(clip.minX, minY, clip.maxX, maxY)
    let lines = 8
    var row = [Double](repeating: 0, count: clip.maxX - clip.minX + 1)
    var crossings: [(x: Double, winding: Int)] = []
    for y in minY..<maxY {
      for i in row.indices { row[i] = 0 }
      for line in 0..<lines {
        let sy = Double(y) + (Double(line) + 0.5) / Double(lines)
        crossings.removeAll(keepingCapacity: true)
        for polygon in polygons {
          var previous = polygon[polygon.count - 1]
          for p in polygon {
            if (previous.y <= sy) != (p.y <= sy) {
              let x = previous.x + (sy - previous.y) * (p.x - previous.x) / (p.y - previous.y)
              crossings.append((x, p.y > previous.y ? 1 : -1))
            }
            previous = p
          }
        }
        crossings.sort { $0.x < $1.x }
        var winding = 0
        for i in crossings.indices {
          if winding != 0, i > 0 {
            addSpan(from: crossings[i - 1].x, to: crossings[i].x, row: &row, clip: clip)
          }
          winding += crossings[i].winding
        }
      }
      for i in 0..<clip.maxX - clip.minX where row[i] > 0 {
        let value = UInt8(min(1, row[i] / Double(lines)) * 255 + 0.5)
        let index = y * width + clip.minX + i
        if value > coverage[index] { coverage[index] = value }
      }
    }
  }

  private func addSpan(from start: Double, to end: Double, row: inout [Double], clip: Bounds) {
    let a = max(start, Double(clip.minX)) - Double(clip.minX)
    let b = min(end, Double(clip.maxX)) - Double(clip.minX)
    guard b > a else { return }
    let (first, last) = (Int(a), Int(b))
    if first == last {
      row[first] += b - a
    } else {
      row[first] += Double(first + 1) - a
      for i in first + 1..<max(first + 1, last) { row[i] += 1 }
      row[last] += b - Double(last)
    }
  }

  private mutating func touch(_ minX: Int, _ minY: Int, _ maxX: Int, _ maxY: Int) {
    dirty = (min(dirty.minX, minX), min(dirty.minY, minY), max(dirty.maxX, maxX), max(dirty.maxY, maxY))
  }

  /// Lays the colour on RGB pixels wherever the mask covers, and leaves the mask empty.
  mutating func paint(_ color: Color, onto pixels: inout [UInt8]) {
    if dirty.minX < dirty.maxX {
      for y in dirty.minY..<dirty.maxY {
        for index in y * width + dirty.minX..<y * width + dirty.maxX where coverage[index] != 0 {
          let alpha = (Int(coverage[index]) * Int(color.alpha) + 127) / 255
          coverage[index] = 0
          let p = 3 * index
          pixels[p] = Mask.mix(pixels[p], color.red, alpha)
          pixels[p + 1] = Mask.mix(pixels[p + 1], color.green, alpha)
          pixels[p + 2] = Mask.mix(pixels[p + 2], color.blue, alpha)
        }
      }
    }
    dirty = (Int.max, Int.max, 0, 0)
  }

  @inline(__always)
  private static func mix(_ under: UInt8, _ over: UInt8, _ alpha: Int) -> UInt8 {
    UInt8((Int(over) * alpha + Int(under) * (255 - alpha) + 127) / 255)
  }
}
