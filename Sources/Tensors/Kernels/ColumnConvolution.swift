/// Convolution of any stride, padding and number of groups, by copying patches into the columns of a matrix (im2col).
enum ColumnConvolution {
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
          c: w + group * outer * depth, cStride: depth, start: image > 0 ? .result : .zero, isParallel: s.groups == 1)
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
