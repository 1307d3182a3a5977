/// Convolution without rearranging the image into patches.
///
/// **Forward.** An image is copied once for every horizontal shift of the kernel (``ShiftedPlanes``), so that
/// consecutive pixels are consecutive in memory under every weight, also across the ends of rows: a row of B in
/// ``Tile`` is 48 pixels, whichever they are. A is the weight as it is, a row an output channel.
///
/// **Input gradient.** With stride 1 it is the forward convolution of the mirrored kernel. With stride s the pixels of
/// the input fall into s × s classes by their remainders, and each class sees only some of the weights: s² small
/// convolutions of dy, whose results are dealt out to their places.
///
/// **Weight gradient.** dw[o, c, u, v] = Σₚ dy[o, p] x[c, pixel of p under (u, v)] is a product over the pixels: A is dy
/// as it is, B the image in strips of 16 channels (``Strips``), whose rows are listed for every (u, v); beyond the
/// border the list names a row of zeros.
enum DirectConvolution {
  /// One image after another as a product: the planes, where every weight finds output pixel 0, and the weights
  /// `[rows, offsets.count]`.
  private struct Product {
    let planes: ShiftedPlanes
    let offsets: [Int]
    let weight: UnsafePointer<Float>
    let rows: Int
    let pixels: Int

    var depth: Int { offsets.count }

    /// As many weights of a row at a time as fit the first-level cache, 48 pixels wide.
    private static let depthBlock = 144
    private static let rowBlock = 32

    /// result[r, p] = bias[r] + Σ weight[r, k] plane[offset k + p] for one image.
    func run(
      _ image: UnsafePointer<Float>, buffer: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?,
      to result: UnsafeMutablePointer<Float>, spare: UnsafeMutablePointer<Float>
    ) {
      let isImage = planes.isImage
      if !isImage { planes.fill(buffer, from: image) }
      let base = isImage ? image : UnsafePointer(buffer)
      if let bias { for row in 0..<rows { (result + row * pixels).update(repeating: bias[row], count: pixels) } }
      offsets.withUnsafeBufferPointer { offsets in
        var start = 0
        while start < depth {
          let block = min(Self.depthBlock, depth - start)
          Self.forEachBlock(rows: rows, pixels: pixels) { rows, pixel, columns in
            Tile.column(
              rows: rows.count, columns: columns, depth: block,
              Tile.Left(pointer: weight + rows.lowerBound * depth + start, rowStride: depth, depthStride: 1),
              Tile.ListedRows(base: base + pixel, offsets: offsets.baseAddress! + start),
              Tile.Result(
                pointer: result + rows.lowerBound * pixels + pixel, stride: pixels,
                accumulates: bias != nil || start > 0),
              spare: spare)
          }
          start += block
        }
      }
    }

    /// Whether images are so small that a tile would be mostly empty; then several are laid side by side.
    var isSmall: Bool {
      let vectors = (pixels + Tile.lanes - 1) / Tile.lanes
      return vectors < 3 || 10 * vectors * Tile.lanes > 11 * pixels
    }

    /// How many images are laid side by side.
    var groupSize: Int { max(1, 400 / pixels) }
    private var joinedStride: Int { roundUp(groupSize * pixels, to: 32) + 16 }
    /// Floats that ``runJoined`` needs to work in.
    var joinedCount: Int { (Self.depthBlock + rows) * joinedStride + Tile.lanes }

    /// The same for `count` small images, whose pixels become the columns of one matrix.
    func runJoined(
      _ images: UnsafePointer<Float>, imageCount: Int, count: Int, buffer: UnsafeMutablePointer<Float>,
      joined: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?, to result: UnsafeMutablePointer<Float>,
      spare: UnsafeMutablePointer<Float>
    ) {
      for image in 0..<count {
        planes.fill(buffer + image * planes.count, from: images + image * imageCount)
      }
      let stride = joinedStride
      let sums = joined + Self.depthBlock * stride
      var start = 0
      while start < depth {
        let block = min(Self.depthBlock, depth - start)
        for k in 0..<block {
          for image in 0..<count {
            // Whole vectors: what is too much is overwritten by the next image, or never read.
            Self.copyVectors(
              buffer + image * planes.count + offsets[start + k], to: joined + k * stride + image * pixels,
              count: pixels)
          }
        }
        Self.forEachBlock(rows: rows, pixels: count * pixels) { rows, pixel, columns in
          Tile.column(
            rows: rows.count, columns: columns, depth: block,
            Tile.Left(pointer: weight + rows.lowerBound * depth + start, rowStride: depth, depthStride: 1),
            Tile.EvenRows(pointer: joined + pixel, stride: stride, between: Tile.lanes),
            Tile.Result(pointer: sums + rows.lowerBound * stride + pixel, stride: stride, accumulates: start > 0),
            spare: spare)
        }
        start += block
      }
      for image in 0..<count {
        for row in 0..<rows {
          let source = sums + row * stride + image * pixels
          let target = result + (image * rows + row) * pixels
          let number = bias?[row] ?? 0
          for pixel in 0..<pixels { target[pixel] = source[pixel] + number }
        }
      }
    }

    @inline(__always)
    private static func copyVectors(
      _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
    ) {
      var index = 0
      while index < count {
        UnsafeMutableRawPointer(target + index).storeBytes(
          of: UnsafeRawPointer(source + index).loadUnaligned(as: Tile.Vector.self), as: Tile.Vector.self)
        index += Tile.lanes
      }
    }

    /// All columns of tiles, for no more rows at a time than stay in the first-level cache together with a column.
    @inline(__always)
    private static func forEachBlock(
      rows: Int, pixels: Int, _ body: (_ rows: Range<Int>, _ pixel: Int, _ columns: Int) -> Void
    ) {
      var row = 0
      while row < rows {
        let last = min(rows, row + rowBlock)
        var pixel = 0
        while pixel < pixels {
          let vectors = Tile.width(remaining: (pixels - pixel + Tile.lanes - 1) / Tile.lanes)
          let columns = min(vectors * Tile.lanes, pixels - pixel)
          body(row..<last, pixel, columns)
          pixel += columns
        }
        row = last
      }
    }
  }

  /// y = x ∗ w (+ b).
  static func forward(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    to y: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let planes = ShiftedPlanes(
      channels: s.inputChannels, height: s.height, width: s.width, stride: s.stride,
      shifts: (0..<s.kernelWidth).map { $0 - s.padding }, columns: s.outputWidth, top: s.padding,
      rows: (s.height + 2 * s.padding + s.stride - 1) / s.stride)
    var offsets: [Int] = []
    for channel in 0..<s.inputChannels {
      for u in 0..<s.kernelHeight {
        for v in 0..<s.kernelWidth { offsets.append(planes.offset(channel: channel, row: u, shift: v)) }
      }
    }
    let product = Product(
      planes: planes, offsets: offsets, weight: weight, rows: s.outputChannels,
      pixels: s.outputHeight * s.outputWidth)
    let imageCount = s.inputChannels * s.height * s.width
    let resultCount = s.outputChannels * product.pixels
    parallelRows(s.batch, length: resultCount * product.depth / 8) { images in
      let group = product.isSmall ? min(product.groupSize, images.count) : 1
      let buffer = Storage(count: group * planes.count)
      let joined = product.isSmall ? Storage(count: product.joinedCount) : nil
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.spareCount) { spare in
        var image = images.lowerBound
        while image < images.upperBound {
          let count = min(group, images.upperBound - image)
          if let joined {
            product.runJoined(
              x + image * imageCount, imageCount: imageCount, count: count, buffer: buffer.pointer,
              joined: joined.pointer, bias: bias, to: y + image * resultCount, spare: spare.baseAddress!)
          } else {
            product.run(
              x + image * imageCount, buffer: buffer.pointer, bias: bias, to: y + image * resultCount,
              spare: spare.baseAddress!)
          }
          image += count
        }
      }
    }
  }

  /// dx from dy.
  static func inputGradient(
    _ y: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    if let mirrored = s.mirrored {
      mirroredInputGradient(y, weight, to: x, mirrored)
    } else {
      stridedInputGradient(y, weight, to: x, s)
    }
  }

  /// dx from dy with stride 1, as the forward convolution of the mirrored shape.
  private static func mirroredInputGradient(
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

  /// dx from dy with any stride.
  ///
  /// Input row y = a + s·i meets the weights u with u ≡ a + padding (mod s), each at output row i + (a + padding − u)/s;
  /// likewise the columns.
  private static func stridedInputGradient(
    _ y: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let classes = (0..<s.stride * s.stride).map { RemainderClass(s, row: $0 / s.stride, column: $0 % s.stride) }
    let turned = classes.map { $0.weights(weight, s) }
    let products = zip(classes, turned).map { part, weights in
      Product(
        planes: part.planes, offsets: part.offsets, weight: UnsafePointer(weights.pointer), rows: s.inputChannels,
        pixels: part.height * part.width)
    }
    let outputCount = s.outputChannels * s.outputHeight * s.outputWidth
    let inputCount = s.inputChannels * s.height * s.width
    let isCovered = classes.allSatisfy { !$0.offsets.isEmpty }
    parallelRows(s.batch, length: outputCount * s.inputChannels * s.kernelHeight * s.kernelWidth / 8) { images in
      let buffer = Storage(count: products.map(\.planes.count).max() ?? 0)
      let result = Storage(count: s.inputChannels * (products.map(\.pixels).max() ?? 0))
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.spareCount) { spare in
        for image in images {
          let target = x + image * inputCount
          if !isCovered { target.update(repeating: 0, count: inputCount) }
          for (part, product) in zip(classes, products) where product.depth > 0 && product.pixels > 0 {
            product.run(
              y + image * outputCount, buffer: buffer.pointer, bias: nil, to: result.pointer,
              spare: spare.baseAddress!)
            part.deal(result.pointer, to: target, s)
          }
        }
      }
    }
    withExtendedLifetime(turned) {}
  }

  /// The input pixels (a + s·i, b + s·j) of a convolution of stride s.
  private struct RemainderClass {
    let a: Int
    let b: Int
    let height: Int
    let width: Int
    let rowWeights: [Int]
    let columnWeights: [Int]
    let planes: ShiftedPlanes
    let offsets: [Int]

    init(_ s: ConvolutionShape, row a: Int, column b: Int) {
      self.a = a
      self.b = b
      height = (s.height - a + s.stride - 1) / s.stride
      width = (s.width - b + s.stride - 1) / s.stride
      rowWeights = (0..<s.kernelHeight).filter { (a + s.padding - $0) % s.stride == 0 }
      columnWeights = (0..<s.kernelWidth).filter { (b + s.padding - $0) % s.stride == 0 }
      let moves = rowWeights.map { (a + s.padding - $0) / s.stride }
      let top = max(0, -(moves.min() ?? 0))
      planes = ShiftedPlanes(
        channels: s.outputChannels, height: s.outputHeight, width: s.outputWidth, stride: 1,
        shifts: columnWeights.map { (b + s.padding - $0) / s.stride }, columns: width, top: top,
        rows: max(height + max(0, moves.max() ?? 0), s.outputHeight) + top)
      var offsets: [Int] = []
      for channel in 0..<s.outputChannels {
        for move in moves {
          for shift in columnWeights.indices {
            offsets.append(planes.offset(channel: channel, row: move + top, shift: shift))
          }
        }
      }
      self.offsets = offsets
    }

    /// The weights that this class meets: [input channel, (output channel, u, v)].
    func weights(_ weight: UnsafePointer<Float>, _ s: ConvolutionShape) -> Storage {
      let result = Storage(count: s.inputChannels * offsets.count)
      var target = result.pointer
      for c in 0..<s.inputChannels {
        for o in 0..<s.outputChannels {
          let kernel = weight + (o * s.inputChannels + c) * s.kernelHeight * s.kernelWidth
          for u in rowWeights {
            for v in columnWeights {
              target.pointee = kernel[u * s.kernelWidth + v]
              target += 1
            }
          }
        }
      }
      return result
    }

    /// Writes every second number of a row of pairs, eight at a time; the last eight overlap those before, or, in a short
    /// row, leave what lies behind it as it is.
    private static func dealPairs(
      _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, isSecond: Bool, count: Int
    ) {
      var j = 0
      while j < count {
        let place = min(j, max(0, count - 8))
        var numbers = UnsafeRawPointer(source + place).loadUnaligned(as: SIMD8<Float>.self)
        let raw = UnsafeMutableRawPointer(target + 2 * place)
        var pairs = raw.loadUnaligned(as: SIMD16<Float>.self)
        if count < 8 {
          let there = isSecond ? pairs.oddHalf : pairs.evenHalf
          let isBehind = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .>= SIMD8<Int32>(repeating: Int32(count))
          numbers.replace(with: there, where: isBehind)
        }
        if isSecond { pairs.oddHalf = numbers } else { pairs.evenHalf = numbers }
        raw.storeBytes(of: pairs, as: SIMD16<Float>.self)
        j += 8
      }
    }

    /// Puts the pixels of all channels into their places of the image.
    func deal(_ source: UnsafePointer<Float>, to image: UnsafeMutablePointer<Float>, _ s: ConvolutionShape) {
      for channel in 0..<s.inputChannels {
        for i in 0..<height {
          let row = source + (channel * height + i) * width
          let target = image + (channel * s.height + a + s.stride * i) * s.width + b
          // A short row's last vector reaches behind it, and behind the last row begins another thread's image.
          let isLast = channel == s.inputChannels - 1 && a + s.stride * (i + 1) >= s.height
          if s.stride == 2 && s.width % 2 == 0 && (width >= 8 || (width > 4 && !isLast)) {
            Self.dealPairs(row, to: target - b, isSecond: b == 1, count: width)
          } else {
            for j in 0..<width { target[s.stride &* j] = row[j] }
          }
        }
      }
    }
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
