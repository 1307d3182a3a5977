/// Copies of an image's channels, one for every horizontal shift of a kernel, padded with zeros, with every `stride`-th
/// column, and with the rows sorted by their remainder modulo the stride:
///
///     plane v, channel c, remainder m, row r, column j  =  x[c, r·stride + m − top, j·stride + shifts[v]]
///
/// Pixel p = i · columns + j of a result needs, for the weight in kernel row u, what lies p places after row ⌊u/stride⌋
/// of remainder u mod stride. So all pixels, one after the other, meet a weight at consecutive places.
struct ShiftedPlanes {
  let channels: Int
  let height: Int
  let width: Int
  let stride: Int
  let shifts: [Int]
  let columns: Int
  /// Rows of zeros above the image.
  let top: Int
  /// Rows of one remainder, with the zeros above and below.
  let rows: Int

  /// Floats of one channel under one shift.
  private var planeCount: Int { stride * rows * columns }

  /// Floats for one image; the last vector of pixels may read past its end.
  var count: Int { shifts.count * channels * planeCount + Tile.lanes }

  /// Whether the planes would be the image itself, as for a 1 × 1 kernel.
  var isImage: Bool { shifts == [0] && stride == 1 && top == 0 && rows == height && columns == width }

  /// Where the weight in row `row` of the kernel, under a shift, finds pixel 0 of a channel.
  func offset(channel: Int, row: Int, shift: Int) -> Int {
    (shift * channels + channel) * planeCount + (row % stride * rows + row / stride) * columns
  }

  /// Writes all planes of one image.
  func fill(_ planes: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
    if stride == 2 && width == 2 * columns && shifts.allSatisfy({ abs($0) < width }) {
      fillHalves(planes, from: image)
      return
    }
    for (number, shift) in shifts.enumerated() {
      for channel in 0..<channels {
        let plane = planes + (number * channels + channel) * planeCount
        let source = image + channel * height * width
        if stride == 1 && columns == width && abs(shift) < width && rows >= top + height {
          fillShifted(plane, from: source, by: shift)
        } else {
          fillStrided(plane, from: source, by: shift)
        }
      }
    }
  }

  /// Stride 2, planes half as wide as the image: first the even and the odd columns of all channels are taken apart, then
  /// the planes are written from front to back, eight numbers at a time. What is too much at the end of a row is
  /// overwritten by the next one, or lies in the slack behind the last.
  private func fillHalves(_ planes: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
    let count = channels * height * columns
    let halves = Storage(count: 2 * (count + 8))
    let odd = halves.pointer + count + 8
    var pair = 0
    while pair < count {
      let numbers = UnsafeRawPointer(image + 2 * min(pair, max(0, count - 8))).loadUnaligned(as: SIMD16<Float>.self)
      let place = min(pair, max(0, count - 8))
      UnsafeMutableRawPointer(halves.pointer + place).storeBytes(of: numbers.evenHalf, as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(odd + place).storeBytes(of: numbers.oddHalf, as: SIMD8<Float>.self)
      pair += 8
    }
    var target = planes
    for shift in shifts {
      let half = shift & 1 == 0 ? halves.pointer : odd
      // Column j takes number j + first of its row's half.
      let first = shift >> 1
      let before = max(0, -first)
      let present = columns - abs(first)
      for channel in 0..<channels {
        for remainder in 0..<2 {
          for row in 0..<rows {
            let y = 2 * row + remainder - top
            if y < 0 || y >= height {
              target.update(repeating: 0, count: columns)
            } else {
              let source = half + (channel * height + y) * columns + max(0, first)
              var j = 0
              while j < present {
                let numbers = UnsafeRawPointer(source + j).loadUnaligned(as: SIMD8<Float>.self)
                UnsafeMutableRawPointer(target + before + j).storeBytes(of: numbers, as: SIMD8<Float>.self)
                j += 8
              }
              for j in 0..<before { target[j] = 0 }
              for j in before + present..<columns { target[j] = 0 }
            }
            target += columns
          }
        }
      }
    }
  }

  /// The common case, planes as wide as the image: one copy of the whole channel, moved by a few places, then zeros where
  /// the end of a row has run into the next.
  private func fillShifted(_ plane: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, by shift: Int) {
    let area = height * width
    let body = plane + top * width
    plane.update(repeating: 0, count: top * width)
    if shift >= 0 {
      body.update(from: source + shift, count: area - shift)
    } else {
      (body - shift).update(from: source, count: area + shift)
    }
    for y in 0..<height {
      let row = body + y * width
      for j in 0..<max(0, -shift) { row[j] = 0 }
      for j in width - max(0, shift)..<width { row[j] = 0 }
    }
    (body + area).update(repeating: 0, count: planeCount - top * width - area)
  }

  private func fillStrided(_ plane: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, by shift: Int) {
    plane.update(repeating: 0, count: planeCount)
    // Columns j of the plane for which j · stride + shift is inside of the image.
    let first = max(0, (-shift + stride - 1) / stride)
    let last = min(columns, (width - shift + stride - 1) / stride)
    guard first < last else { return }
    for remainder in 0..<stride {
      var target = plane + remainder * rows * columns + first
      var y = remainder - top
      for _ in 0..<rows {
        if y >= height { break }
        if y >= 0 {
          let start = source + y * width + first * stride + shift
          switch stride {
          case 1: target.update(from: start, count: last - first)
          case 2: Self.copyEverySecond(start, to: target, count: last - first)
          default: for j in 0..<last - first { target[j] = start[j * stride] }
          }
        }
        y += stride
        target += columns
      }
    }
  }

  private static func copyEverySecond(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    guard count >= 8 else {
      for j in 0..<count { target[j] = source[2 * j] }
      return
    }
    var j = 0
    while j < count {
      // The last eight overlap those before.
      let place = min(j, count - 8)
      let pairs = UnsafeRawPointer(source + 2 * place).loadUnaligned(as: SIMD16<Float>.self)
      UnsafeMutableRawPointer(target + place).storeBytes(of: pairs.evenHalf, as: SIMD8<Float>.self)
      j += 8
    }
  }
}
