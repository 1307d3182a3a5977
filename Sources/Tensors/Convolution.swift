/// The sizes of a two-dimensional convolution.
struct ConvolutionShape {
  let batch: Int
  let inputChannels: Int
  let height: Int
  let width: Int
  let outputChannels: Int
  let kernelHeight: Int
  let kernelWidth: Int
  let stride: Int
  let padding: Int
  let groups: Int

  var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
  var input: [Int] { [batch, inputChannels, height, width] }
  var weight: [Int] { [outputChannels, inputChannels / groups, kernelHeight, kernelWidth] }
  var output: [Int] { [batch, outputChannels, outputHeight, outputWidth] }

  init(input: [Int], weight: [Int], stride: Int, padding: Int, groups: Int) {
    guard input.count == 4, weight.count == 4, stride > 0, padding >= 0, groups > 0,
      input[1] == weight[1] * groups, weight[0] % groups == 0,
      input[2] + 2 * padding >= weight[2], input[3] + 2 * padding >= weight[3]
    else {
      fatalError(
        "conv2d: the input \(input) [N, C, H, W] and the weight \(weight) [O, C / groups, kh, kw] do not fit "
          + "with stride \(stride), padding \(padding), groups \(groups).")
    }
    batch = input[0]
    inputChannels = input[1]
    height = input[2]
    width = input[3]
    outputChannels = weight[0]
    kernelHeight = weight[2]
    kernelWidth = weight[3]
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  /// Whether the direct kernels apply; they read a shifted image where the general path first copies patches into
  /// columns.
  var isDirect: Bool { stride == 1 && groups == 1 }
}

/// A two-dimensional convolution (cross-correlation, as in every framework): images `[N, C, H, W]`, weight `[O, C /
/// groups, kh, kw]`, bias `[O]`.
///
/// y[n, o, i, j] = b[o] + Σ x[n, c, i·stride + u − padding, j·stride + v − padding] w[o, c, u, v]; the result is
/// ⌊(H + 2·padding − kh)/stride⌋ + 1 high, and likewise wide.
///
/// - Complexity: O(N · O · C/groups · kh · kw · H' · W') multiply-adds.
public func conv2d(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
) -> Tensor {
  let shape = ConvolutionShape(input: x.shape, weight: weight.shape, stride: stride, padding: padding, groups: groups)
  if let bias, bias.shape != [weight.shape[0]] {
    fatalError(
      "conv2d: the bias \(bias.shape) must have one number for each of the \(weight.shape[0]) output channels.")
  }
  return Convolution.forward(x, weight, bias: bias, shape)
}

/// Convolution, and its two transposes. Each is linear in both operands, and the derivative of each is given by the
/// other two, so derivatives of every order are there:
///
///     forward(x, w) → y        ∂x: inputGradient(y, w)    ∂w: weightGradient(x, y)
///     inputGradient(y, w) → x  ∂y: forward(x, w)          ∂w: weightGradient(x, y)
///     weightGradient(x, y) → w ∂x: inputGradient(y, w)    ∂y: forward(x, w)
enum Convolution {
  static func forward(_ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, _ s: ConvolutionShape) -> Tensor {
    let value = Tensor(shape: s.output) { y in
      if s.isDirect {
        DirectConvolution.run(x.pointer, weight.pointer, bias: bias?.pointer, to: y, s, flipped: false)
      } else {
        ColumnConvolution.forward(x.pointer, weight.pointer, bias: bias?.pointer, to: y, s)
      }
    }
    return value.recorded(from: [x, weight] + (bias.map { [$0] } ?? [])) { g, _, index in
      switch index {
      case 0: inputGradient(g, weight, s)
      case 1: weightGradient(x, g, s)
      default: g.sum(axes: [0, 2, 3])
      }
    }
  }

  /// Adds a number to every pixel of each channel.
  static func add(_ bias: UnsafePointer<Float>?, to y: UnsafeMutablePointer<Float>, channels: Int, pixels: Int) {
    guard let bias else { return }
    for channel in 0..<channels {
      let row = y + channel * pixels
      let number = bias[channel]
      for pixel in 0..<pixels { row[pixel] += number }
    }
  }

  static func inputGradient(_ y: Tensor, _ weight: Tensor, _ s: ConvolutionShape) -> Tensor {
    let value = Tensor(shape: s.input) { x in
      if s.isDirect && s.padding < s.kernelHeight && s.padding < s.kernelWidth {
        DirectConvolution.run(y.pointer, weight.pointer, bias: nil, to: x, s, flipped: true)
      } else {
        ColumnConvolution.inputGradient(y.pointer, weight.pointer, to: x, s)
      }
    }
    return value.recorded(from: [y, weight]) { g, _, index in
      index == 0 ? forward(g, weight, s) : weightGradient(g, y, s)
    }
  }

  static func weightGradient(_ x: Tensor, _ y: Tensor, _ s: ConvolutionShape) -> Tensor {
    let value = Tensor(shape: s.weight) { w in
      if s.isDirect {
        DirectConvolution.weightGradient(x.pointer, y.pointer, to: w, s)
      } else {
        ColumnConvolution.weightGradient(x.pointer, y.pointer, to: w, s)
      }
    }
    return value.recorded(from: [x, y]) { g, _, index in
      index == 0 ? inputGradient(y, g, s) : forward(x, g, s)
    }
  }
}

/// Convolution of stride 1 without rearranging the image into patches.
///
/// An image is copied once for every horizontal shift v of the kernel, padded with zeros, rows side by side:
///
///     plane v, channel c, row i + u, column j  =  x[c, i + u − padding, j + v − padding]
///
/// Then tap (u, v) of output pixel p = i · W' + j lies at p + u · W' in plane v, so that consecutive pixels are
/// consecutive in memory for every tap, also across the ends of rows: one row of B in ``Kernels`` is 32 pixels,
/// whichever they are.
private enum DirectConvolution {
  /// The shifted planes of an image.
  private struct Planes {
    let channels: Int
    let height: Int
    let width: Int
    let outputWidth: Int
    let padding: Int
    let kernelWidth: Int

    /// Rows of a plane, with the padding above and below.
    var rows: Int { height + 2 * padding }
    var planeCount: Int { rows * outputWidth }
    /// Floats for one image; a tile may read up to a tile's width past the last pixel.
    var count: Int { kernelWidth * channels * planeCount + Kernels.tileColumns }

    func offset(shift: Int, channel: Int, row: Int) -> Int {
      (shift * channels + channel) * planeCount + row * outputWidth
    }

    /// The zeros around the image, which stay the same for all images that use this memory.
    func clear(_ planes: UnsafeMutablePointer<Float>) { planes.update(repeating: 0, count: count) }

    func fill(_ planes: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
      for shift in 0..<kernelWidth {
        // Columns j of the plane for which j + shift − padding is inside of the image.
        let first = max(0, padding - shift)
        let last = min(outputWidth, width + padding - shift)
        guard first < last else { continue }
        for channel in 0..<channels {
          var target = planes + offset(shift: shift, channel: channel, row: padding) + first
          var source = image + channel * height * width + first + shift - padding
          for _ in 0..<height {
            for j in 0..<last - first { target[j] = source[j] }
            target += outputWidth
            source += width
          }
        }
      }
    }
  }

  /// y = x ∗ w; flipped: the input gradient, which is the convolution of y with the kernel turned by 180° and its
  /// channels exchanged.
  static func run(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    to y: UnsafeMutablePointer<Float>, _ s: ConvolutionShape, flipped: Bool
  ) {
    let kernel = s.kernelHeight * s.kernelWidth
    let from = flipped ? s.outputChannels : s.inputChannels
    let to = flipped ? s.inputChannels : s.outputChannels
    let inHeight = flipped ? s.outputHeight : s.height
    let inWidth = flipped ? s.outputWidth : s.width
    let outHeight = flipped ? s.height : s.outputHeight
    let outWidth = flipped ? s.width : s.outputWidth
    // A flipped kernel needs the complementary padding, which differs between height and width only for oblong kernels.
    let padding = flipped ? s.kernelHeight - 1 - s.padding : s.padding
    guard s.kernelHeight == s.kernelWidth else {
      if flipped {
        ColumnConvolution.inputGradient(x, weight, to: y, s)
      } else {
        ColumnConvolution.forward(x, weight, bias: bias, to: y, s)
      }
      return
    }
    let depth = from * kernel
    let pixels = outHeight * outWidth
    let planes = Planes(
      channels: from, height: inHeight, width: inWidth, outputWidth: outWidth, padding: padding,
      kernelWidth: s.kernelWidth)

    // Weights [to, from · kernel], turned if flipped, then packed for the tiles.
    let packed = Storage(count: Kernels.packedRowCount(rows: to, depth: depth))
    if flipped {
      let turned = Storage(count: to * depth)
      for o in 0..<to {
        for i in 0..<from {
          let source = weight + (i * to + o) * kernel
          let target = turned.pointer + (o * from + i) * kernel
          for tap in 0..<kernel { target[tap] = source[kernel - 1 - tap] }
        }
      }
      Kernels.packRows(turned.pointer, rowStride: depth, columnStride: 1, rows: to, depth: depth, to: packed.pointer)
    } else {
      Kernels.packRows(weight, rowStride: depth, columnStride: 1, rows: to, depth: depth, to: packed.pointer)
    }
    var offsets = [Int](repeating: 0, count: depth)
    for channel in 0..<from {
      for u in 0..<s.kernelHeight {
        for v in 0..<s.kernelWidth {
          offsets[(channel * s.kernelHeight + u) * s.kernelWidth + v] = planes.offset(
            shift: v, channel: channel, row: u)
        }
      }
    }
    offsets.withUnsafeBufferPointer { offsets in
      let offsets = offsets.baseAddress!
      parallelRows(s.batch, length: to * pixels * depth / 8) { images in
        let buffer = Storage(count: planes.count)
        planes.clear(buffer.pointer)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Kernels.spareCount) { spare in
          for image in images {
            planes.fill(buffer.pointer, from: x + image * from * inHeight * inWidth)
            let out = y + image * to * pixels
            var pixel = 0
            while pixel < pixels {
              let columns = min(Kernels.tileColumns, pixels - pixel)
              var a = UnsafePointer(packed.pointer)
              var row = 0
              while row < to {
                let height = Kernels.tileHeight(remaining: to - row)
                Kernels.tile(
                  height: height, rows: min(height, to - row), columns: columns, depth: depth, a: a,
                  b: buffer.pointer + pixel, offsets: offsets, c: out + row * pixels + pixel, stride: pixels,
                  accumulate: false, spare: spare.baseAddress!)
                a += height * depth
                row += height
              }
              pixel += columns
            }
            Convolution.add(bias, to: out, channels: to, pixels: pixels)
          }
        }
      }
    }
  }

  /// dw[o, c, u, v] = Σ over images and pixels of dy[o, p] · plane v, channel c, pixel p + u · W'.
  ///
  /// The batch is cut into a number of parts that does not depend on the threads; every part sums into a gradient of
  /// its own, and these are added in order.
  static func weightGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to w: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let kernel = s.kernelHeight * s.kernelWidth
    let pixels = s.outputHeight * s.outputWidth
    let length = roundUp(pixels, to: Kernels.lanes)
    let planes = Planes(
      channels: s.inputChannels, height: s.height, width: s.width, outputWidth: s.outputWidth, padding: s.padding,
      kernelWidth: s.kernelWidth)
    let columns = s.inputChannels * kernel
    let paddedColumns = roundUp(columns, to: Kernels.dotShifts)
    let rowTile = Kernels.dotRows
    let paddedRows = roundUp(s.outputChannels, to: rowTile)
    let taps = (0..<paddedColumns).map { column -> Int in
      guard column < columns else { return 0 }
      let channel = column / kernel
      let tap = column % kernel
      return planes.offset(shift: tap % s.kernelWidth, channel: channel, row: tap / s.kernelWidth)
    }
    let parts = min(s.batch, 8)
    let gradientCount = paddedRows * paddedColumns
    let partial = Storage(count: max(parts, 1) * gradientCount)
    let isSmall = s.batch * gradientCount * pixels < 1_000_000
    // As many images at a time as the second-level cache holds.
    let group = max(1, min((s.batch + max(parts, 1) - 1) / max(parts, 1), 100_000 / planes.count))
    let task = { (part: Int) in
      let gradient = partial.pointer + part * gradientCount
      gradient.update(repeating: 0, count: gradientCount)
      let buffer = Storage(count: group * planes.count)
      for image in 0..<group { planes.clear(buffer.pointer + image * planes.count) }
      let rows = Storage(count: group * paddedRows * length)
      rows.pointer.update(repeating: 0, count: group * paddedRows * length)
      var first = s.batch * part / parts
      let end = s.batch * (part + 1) / parts
      while first < end {
        let count = min(group, end - first)
        for image in 0..<count {
          planes.fill(
            buffer.pointer + image * planes.count, from: x + (first + image) * s.inputChannels * s.height * s.width)
          for channel in 0..<s.outputChannels {
            (rows.pointer + (image * paddedRows + channel) * length).update(
              from: y + ((first + image) * s.outputChannels + channel) * pixels, count: pixels)
          }
        }
        let stretch = Kernels.Stretch(images: count, length: length, aImage: paddedRows * length, bImage: planes.count)
        var row = 0
        while row < paddedRows {
          var column = 0
          while column < paddedColumns {
            Kernels.dotTile(
              rows: rowTile, over: stretch, a: rows.pointer + row * length, aStride: length,
              b0: buffer.pointer + taps[column], b1: buffer.pointer + taps[column + 1],
              b2: buffer.pointer + taps[column + 2],
              c: gradient + row * paddedColumns + column, stride: paddedColumns)
            column += Kernels.dotShifts
          }
          row += rowTile
        }
        first += count
      }
    }
    if isSmall { for part in 0..<parts { task(part) } } else { parallelTasks(parts, task) }
    for channel in 0..<s.outputChannels {
      let target = w + channel * columns
      target.update(repeating: 0, count: columns)
      for part in 0..<parts {
        let source = partial.pointer + part * gradientCount + channel * paddedColumns
        for column in 0..<columns { target[column] += source[column] }
      }
    }
  }
}

/// Convolution of any stride, padding and number of groups, by copying patches into the columns of a matrix (im2col).
private enum ColumnConvolution {
  /// Calls `body(column matrix offset, image offset, first, last)` for every run of output columns of a tap whose
  /// input lies in the image.
  @inline(__always)
  private static func forEachRun(
    _ s: ConvolutionShape, channels: Int, _ body: (_ row: Int, _ image: Int, _ columns: Range<Int>) -> Void
  ) {
    for channel in 0..<channels {
      for u in 0..<s.kernelHeight {
        for v in 0..<s.kernelWidth {
          let row = ((channel * s.kernelHeight + u) * s.kernelWidth + v) * s.outputHeight
          for i in 0..<s.outputHeight {
            let y = i * s.stride + u - s.padding
            guard y >= 0, y < s.height else { continue }
            let first = max(0, (s.padding - v + s.stride - 1) / s.stride)
            let last = min(s.outputWidth, (s.width - 1 + s.padding - v) / s.stride + 1)
            guard s.width - 1 + s.padding - v >= 0, first < last else { continue }
            body((row + i) * s.outputWidth, (channel * s.height + y) * s.width + v - s.padding, first..<last)
          }
        }
      }
    }
  }

  private static func gather(
    _ image: UnsafePointer<Float>, to columns: UnsafeMutablePointer<Float>, _ s: ConvolutionShape, channels: Int
  ) {
    columns.update(repeating: 0, count: channels * s.kernelHeight * s.kernelWidth * s.outputHeight * s.outputWidth)
    forEachRun(s, channels: channels) { row, base, range in
      for j in range { columns[row + j] = image[base + j * s.stride] }
    }
  }

  private static func scatter(
    _ columns: UnsafePointer<Float>, to image: UnsafeMutablePointer<Float>, _ s: ConvolutionShape, channels: Int
  ) {
    image.update(repeating: 0, count: channels * s.height * s.width)
    forEachRun(s, channels: channels) { row, base, range in
      for j in range { image[base + j * s.stride] += columns[row + j] }
    }
  }

  static func forward(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    to y: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let (inner, outer, depth, pixels) = sizes(s)
    parallelRows(s.batch * s.groups, length: outer * depth * pixels / 8) { tasks in
      let columns = Storage(count: depth * pixels)
      for task in tasks {
        let (image, group) = task.quotientAndRemainder(dividingBy: s.groups)
        gather(x + (image * s.groups + group) * inner * s.height * s.width, to: columns.pointer, s, channels: inner)
        MatrixProduct.run(
          m: outer, n: pixels, k: depth,
          a: MatrixView(weight + group * outer * depth, columns: depth, isTransposed: false),
          b: MatrixView(columns.pointer, columns: pixels, isTransposed: false),
          c: y + task * outer * pixels, cStride: pixels, isParallel: false)
        Convolution.add(bias.map { $0 + group * outer }, to: y + task * outer * pixels, channels: outer, pixels: pixels)
      }
    }
  }

  static func inputGradient(
    _ y: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let (inner, outer, depth, pixels) = sizes(s)
    parallelRows(s.batch * s.groups, length: outer * depth * pixels / 8) { tasks in
      let columns = Storage(count: depth * pixels)
      for task in tasks {
        let (image, group) = task.quotientAndRemainder(dividingBy: s.groups)
        MatrixProduct.run(
          m: depth, n: pixels, k: outer,
          a: MatrixView(weight + group * outer * depth, columns: depth, isTransposed: true),
          b: MatrixView(y + (image * s.groups + group) * outer * pixels, columns: pixels, isTransposed: false),
          c: columns.pointer, cStride: pixels, isParallel: false)
        scatter(columns.pointer, to: x + (image * s.groups + group) * inner * s.height * s.width, s, channels: inner)
      }
    }
  }

  static func weightGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to w: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let (inner, outer, depth, pixels) = sizes(s)
    // Images in order, so that the sum does not depend on the threads; these share the groups, or the product itself.
    let task = { (group: Int) in
      let columns = Storage(count: depth * pixels)
      if s.batch == 0 { (w + group * outer * depth).update(repeating: 0, count: outer * depth) }
      for image in 0..<s.batch {
        gather(x + (image * s.groups + group) * inner * s.height * s.width, to: columns.pointer, s, channels: inner)
        MatrixProduct.run(
          m: outer, n: depth, k: pixels,
          a: MatrixView(y + (image * s.groups + group) * outer * pixels, columns: pixels, isTransposed: false),
          b: MatrixView(columns.pointer, columns: pixels, isTransposed: true),
          c: w + group * outer * depth, cStride: depth, accumulate: image > 0, isParallel: s.groups == 1)
      }
    }
    if s.groups == 1 { task(0) } else { parallelTasks(s.groups, task) }
  }

  /// Channels of a group on either side, length of a patch, pixels of the result.
  private static func sizes(_ s: ConvolutionShape) -> (inner: Int, outer: Int, depth: Int, pixels: Int) {
    let inner = s.inputChannels / s.groups
    return (inner, s.outputChannels / s.groups, inner * s.kernelHeight * s.kernelWidth, s.outputHeight * s.outputWidth)
  }
}
