/// Convolution without rearranging the image into patches.
///
/// **Forward.** An image is copied once for every horizontal shift v of the kernel, padded with zeros, every `stride`-th
/// column, and the rows sorted by their remainder modulo the stride:
///
///     plane v, channel c, row r of remainder m, column j  =  x[c, r·stride + m − padding, j·stride + v − padding]
///
/// Output pixel p = i · W' + j needs, for the weight (u, v), what lies at place p + ⌊u/stride⌋ · W' of remainder u mod
/// stride in plane v. So consecutive pixels are consecutive in memory under every weight, also across the ends of rows,
/// and a row of B in ``Tile`` is 48 pixels, whichever they are. A is the weight as it is, a row an output channel.
///
/// **Weight gradient.** dw[o, c, u, v] = Σₚ dy[o, p] x[c, pixel of p under (u, v)] is a product over the pixels: A is dy
/// as it is, B the image in strips of 16 channels (``Strips``), whose rows are listed for every (u, v); beyond the
/// border the list names a row of zeros.
enum DirectConvolution {
  /// The shifted planes of an image.
  private struct Planes {
    let s: ConvolutionShape
    /// Rows of one remainder, with the padding above and below.
    let rows: Int

    init(_ s: ConvolutionShape) {
      self.s = s
      rows = (s.height + 2 * s.padding + s.stride - 1) / s.stride
    }

    var planeCount: Int { s.stride * rows * s.outputWidth }
    /// Floats for one image; the last vector of pixels may read past its end.
    var count: Int { s.kernelWidth * s.inputChannels * planeCount + Tile.lanes }

    /// Where the weight (u, v) of a channel finds output pixel 0.
    func offset(channel: Int, _ u: Int, _ v: Int) -> Int {
      (v * s.inputChannels + channel) * planeCount + (u % s.stride * rows + u / s.stride) * s.outputWidth
    }

    /// Writes all planes of one image.
    func fill(_ planes: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
      for v in 0..<s.kernelWidth {
        for channel in 0..<s.inputChannels {
          let plane = planes + (v * s.inputChannels + channel) * planeCount
          let source = image + channel * s.height * s.width
          if s.stride == 1 && s.outputWidth == s.width && abs(v - s.padding) < s.width {
            fillShifted(plane, from: source, by: v - s.padding)
          } else {
            fillStrided(plane, from: source, v)
          }
        }
      }
    }

    /// The common case, planes as wide as the image: one copy of the whole channel, moved by a few places, then zeros
    /// where the end of a row has run into the next.
    private func fillShifted(_ plane: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, by shift: Int) {
      let count = s.height * s.width
      let body = plane + s.padding * s.width
      plane.update(repeating: 0, count: s.padding * s.width)
      if shift >= 0 {
        body.update(from: source + shift, count: count - shift)
      } else {
        (body - shift).update(from: source, count: count + shift)
      }
      for y in 0..<s.height {
        let row = body + y * s.width
        for j in 0..<max(0, -shift) { row[j] = 0 }
        for j in s.width - max(0, shift)..<s.width { row[j] = 0 }
      }
      (body + count).update(repeating: 0, count: planeCount - s.padding * s.width - count)
    }

    private func fillStrided(_ plane: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, _ v: Int) {
      plane.update(repeating: 0, count: planeCount)
      // Columns j of the plane for which j · stride + v − padding is inside of the image.
      let first = max(0, (s.padding - v + s.stride - 1) / s.stride)
      let last = min(s.outputWidth, (s.width + s.padding - v + s.stride - 1) / s.stride)
      guard first < last else { return }
      for y in 0..<s.height {
        let row = y + s.padding
        let target = plane + (row % s.stride * rows + row / s.stride) * s.outputWidth + first
        let start = source + y * s.width + first * s.stride + v - s.padding
        if s.stride == 1 {
          target.update(from: start, count: last - first)
        } else if s.stride == 2 {
          for j in 0..<last - first { target[j] = start[j * 2] }
        } else {
          for j in 0..<last - first { target[j] = start[j * s.stride] }
        }
      }
    }
  }

  /// y = x ∗ w (+ b).
  static func forward(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    to y: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let kernel = s.kernelHeight * s.kernelWidth
    let depth = s.inputChannels * kernel
    let pixels = s.outputHeight * s.outputWidth
    let planes = Planes(s)
    // A 1 × 1 kernel reads the image itself.
    let isPlain = kernel == 1 && s.stride == 1 && s.padding == 0
    var offsets = [Int](repeating: 0, count: depth)
    for channel in 0..<s.inputChannels {
      for u in 0..<s.kernelHeight {
        for v in 0..<s.kernelWidth {
          offsets[(channel * s.kernelHeight + u) * s.kernelWidth + v] =
            isPlain ? channel * pixels : planes.offset(channel: channel, u, v)
        }
      }
    }
    // As many channels at a time as fit the first-level cache, 48 pixels wide.
    let depthBlock = max(1, 160 / kernel) * kernel
    offsets.withUnsafeBufferPointer { offsets in
      let offsets = offsets.baseAddress!
      parallelRows(s.batch, length: s.outputChannels * pixels * depth / 8) { images in
        let buffer = isPlain ? nil : Storage(count: planes.count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.spareCount) { spare in
          for image in images {
            let source = x + image * s.inputChannels * s.height * s.width
            if let buffer { planes.fill(buffer.pointer, from: source) }
            let base = buffer.map { UnsafePointer($0.pointer) } ?? source
            let out = y + image * s.outputChannels * pixels
            if let bias {
              for channel in 0..<s.outputChannels {
                (out + channel * pixels).update(repeating: bias[channel], count: pixels)
              }
            }
            var start = 0
            repeat {
              let block = min(depthBlock, depth - start)
              var pixel = 0
              while pixel < pixels {
                let vectors = Tile.width(remaining: (pixels - pixel + Tile.lanes - 1) / Tile.lanes)
                let columns = min(vectors * Tile.lanes, pixels - pixel)
                Tile.column(
                  rows: s.outputChannels, columns: columns, depth: block,
                  Tile.Left(pointer: weight + start, rowStride: depth, depthStride: 1),
                  Tile.ListedRows(base: base + pixel, offsets: offsets + start),
                  Tile.Result(pointer: out + pixel, stride: pixels, accumulates: bias != nil || start > 0),
                  spare: spare.baseAddress!)
                pixel += columns
              }
              start += block
            } while start < depth
          }
        }
      }
    }
  }

  /// dx from dy, as the forward convolution of the mirrored shape.
  static func inputGradient(
    _ y: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>,
    _ mirrored: ConvolutionShape
  ) {
    let kernel = mirrored.kernelHeight * mirrored.kernelWidth
    let from = mirrored.inputChannels
    let to = mirrored.outputChannels
    let turned = Storage(count: from * to * kernel)
    for o in 0..<to {
      for i in 0..<from {
        let source = weight + (i * to + o) * kernel
        let target = turned.pointer + (o * from + i) * kernel
        for tap in 0..<kernel { target[tap] = source[kernel - 1 - tap] }
      }
    }
    forward(y, turned.pointer, bias: nil, to: x, mirrored)
  }

  /// dw from x and dy.
  ///
  /// The batch is cut into a number of parts that does not depend on the threads; every part sums into a gradient of
  /// its own, and these are added in order.
  static func weightGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to w: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let kernel = s.kernelHeight * s.kernelWidth
    let pixels = s.outputHeight * s.outputWidth
    let area = s.height * s.width
    let gradientCount = s.outputChannels * kernel * s.inputChannels
    guard s.batch > 0 else { return w.update(repeating: 0, count: gradientCount) }
    let vectors = (s.inputChannels + Tile.lanes - 1) / Tile.lanes
    // One strip of an image: its pixels, and a row of zeros for what lies outside.
    let stripCount = (area + 1) * Tile.lanes
    let imageCount = vectors * stripCount
    // Small images are taken several at a time, so that the sums stay in registers for long.
    let parts = min(s.batch, 8)
    let group = max(1, min((s.batch + parts - 1) / parts, 192 / pixels))
    let rows = listedRows(s, area: area, imageCount: imageCount, group: group)
    let length = group * pixels
    let partial = Storage(count: parts * gradientCount)
    rows.withUnsafeBufferPointer { rows in
      let rows = rows.baseAddress!
      let task = { (part: Int) in
        let gradient = partial.pointer + part * gradientCount
        gradient.update(repeating: 0, count: gradientCount)
        let strips = Storage(count: group * imageCount)
        for strip in 0..<group * vectors {
          (strips.pointer + strip * stripCount + area * Tile.lanes).update(repeating: 0, count: Tile.lanes)
        }
        let joined = group > 1 ? Storage(count: s.outputChannels * length) : nil
        var first = s.batch * part / parts
        let end = s.batch * (part + 1) / parts
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.spareCount) { spare in
          while first < end {
            let count = min(group, end - first)
            for image in 0..<count {
              Strips.pack(
                x + (first + image) * s.inputChannels * area, rowStride: area, depthStride: 1, rows: s.inputChannels,
                depth: area, to: strips.pointer + image * imageCount, stripStride: stripCount)
              if let joined {
                for channel in 0..<s.outputChannels {
                  (joined.pointer + channel * length + image * pixels).update(
                    from: y + ((first + image) * s.outputChannels + channel) * pixels, count: pixels)
                }
              }
            }
            let left = joined.map { UnsafePointer($0.pointer) } ?? y + first * s.outputChannels * pixels
            var start = 0
            while start < count * pixels {
              let depth = min(group > 1 ? length : 192, count * pixels - start)
              for tap in 0..<kernel {
                var vector = 0
                while vector < vectors {
                  let width = Tile.width(remaining: vectors - vector)
                  Tile.column(
                    rows: s.outputChannels,
                    columns: min(width * Tile.lanes, s.inputChannels - vector * Tile.lanes), depth: depth,
                    Tile.Left(pointer: left + start, rowStride: length, depthStride: 1),
                    Tile.ListedRows(
                      base: strips.pointer + vector * stripCount, offsets: rows + tap * length + start,
                      between: stripCount),
                    Tile.Result(
                      pointer: gradient + tap * s.inputChannels + vector * Tile.lanes, stride: kernel * s.inputChannels,
                      accumulates: true),
                    spare: spare.baseAddress!)
                  vector += width
                }
              }
              start += depth
            }
            first += count
          }
        }
      }
      if s.batch * gradientCount * pixels < 200_000 {
        for part in 0..<parts { task(part) }
      } else {
        parallelTasks(parts, task)
      }
    }
    // [o, tap, c] in parts → [o, c, tap].
    parallelRows(s.outputChannels, length: parts * kernel * s.inputChannels) { channels in
      for o in channels {
        let first = partial.pointer + o * kernel * s.inputChannels
        for part in 1..<max(parts, 1) {
          let other = first + part * gradientCount
          for index in 0..<kernel * s.inputChannels { first[index] += other[index] }
        }
        let target = w + o * kernel * s.inputChannels
        for tap in 0..<kernel {
          let source = first + tap * s.inputChannels
          for c in 0..<s.inputChannels { target[c * kernel + tap] = source[c] }
        }
      }
    }
  }

  /// For every weight (u, v), where the pixel under it lies in the strips, for each output pixel of `group` images.
  private static func listedRows(_ s: ConvolutionShape, area: Int, imageCount: Int, group: Int) -> [Int] {
    var rows: [Int] = []
    rows.reserveCapacity(s.kernelHeight * s.kernelWidth * group * s.outputHeight * s.outputWidth)
    for u in 0..<s.kernelHeight {
      for v in 0..<s.kernelWidth {
        for image in 0..<group {
          for i in 0..<s.outputHeight {
            let y = i * s.stride + u - s.padding
            for j in 0..<s.outputWidth {
              let x = j * s.stride + v - s.padding
              let isInside = (0..<s.height).contains(y) && (0..<s.width).contains(x)
              rows.append(image * imageCount + (isInside ? y * s.width + x : area) * Tile.lanes)
            }
          }
        }
      }
    }
    return rows
  }
}
