/// 3 × 3 convolutions of stride 1 and 2 with fewer multiplications than the definition has: 16 instead of 36 for every
/// 2 × 2 results, or 25 at stride 2.
///
/// The result is cut into tiles of 2 × 2 pixels. With the matrices of a ``MinimalFilter``, applied along columns and rows,
///
///     Y = Aᵀ [Σ_c (G g_c Gᵀ) ⊙ (Bᵀ d_c B)] A
///
/// holds for every tile: d the inputs under it, g the kernel, c the input channels. The sum over channels is, for each
/// place of the transformed tile, a product of matrices: V (tiles × input channels) · U (input channels × output
/// channels). So a convolution becomes 16 or 25 matrix products, between transforms that only add.
///
/// The map is bilinear, and its gradients are its transposes, with the same matrices and as few multiplications:
///
///     input gradient    dd = B [Σ_k (G g_k Gᵀ) ⊙ (A dY_k Aᵀ)] Bᵀ, tiles overlapping
///     weight gradient   dg = Gᵀ [Σ_tiles (A dY Aᵀ) ⊙ (Bᵀ d B)] G
///
/// Images are rearranged into ``Strips`` of 16 channels, so that all transforms work on whole vectors, whatever the size
/// of the image.
///
/// **Rounding.** An error is small compared to the largest number under a tile, not to each result by itself. What isn't
/// finite spreads over its tile; images where that happens are computed again by the definition.
///
/// Guides/FastConvolution.md derives all of it. Source: A. Lavin, S. Gray, "Fast algorithms for convolutional neural
/// networks", CVPR 2016.
enum WinogradConvolution {
  /// Whether the products saved are worth the transforms: with enough channels, and enough pixels to share a kernel.
  static func isSuited(_ s: ConvolutionShape) -> Bool {
    s.groups == 1 && s.kernelHeight == 3 && s.kernelWidth == 3 && s.stride <= 2 && s.inputChannels >= 16
      && s.outputChannels >= 16 && s.inputChannels * s.outputChannels >= 512
      && s.batch * s.outputHeight * s.outputWidth >= 64
  }

  /// The same for the weight gradient, where every thread needs sums of its own, as large as 16 kernels, and which at
  /// stride 2 the definition does as fast.
  static func isSuitedForWeights(_ s: ConvolutionShape) -> Bool {
    isSuited(s) && s.stride == 1 && s.batch > 1 && s.batch * s.outputHeight * s.outputWidth >= 512
  }

  /// y = x ∗ w (+ b).
  static func forward(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    to y: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    s.stride == 1
      ? TiledConvolution<DenseFilter>.forward(x, weight, bias: bias, to: y, s)
      : TiledConvolution<StridedFilter>.forward(x, weight, bias: bias, to: y, s)
  }

  /// dx from dy.
  static func inputGradient(
    _ y: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    s.stride == 1
      ? TiledConvolution<DenseFilter>.inputGradient(y, weight, to: x, s)
      : TiledConvolution<StridedFilter>.inputGradient(y, weight, to: x, s)
  }

  /// dw from x and dy.
  static func weightGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to w: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    s.stride == 1
      ? TiledConvolution<DenseFilter>.weightGradient(x, y, to: w, s)
      : TiledConvolution<StridedFilter>.weightGradient(x, y, to: w, s)
  }
}

/// ``WinogradConvolution`` with one filter.
enum TiledConvolution<Filter: MinimalFilter> {
  private typealias Vector = SIMD16<Float>
  /// Places of a transformed tile.
  static var places: Int { Filter.points * Filter.points }
  /// Different places of a transformed kernel.
  private static var kernelPlaces: Int { 16 }
  /// The place of a kernel that a place of a tile is multiplied by.
  private static func kernelPlace(_ place: Int) -> Int {
    4 * Filter.tap(of: place / Filter.points) + Filter.tap(of: place % Filter.points)
  }
  /// Tiles that are transformed at a time: with both operands and the result they lie in the second-level cache.
  static var mostTiles: Int { 32 }

  // MARK: Transforms

  @inline(__always)
  private static func load(_ p: UnsafePointer<Float>) -> Vector { UnsafeRawPointer(p).loadUnaligned(as: Vector.self) }

  @inline(__always)
  private static func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
  }

  /// T X Tᵀ of a square X, for one of the filter's matrices. All counts are constants where this is compiled, and the
  /// square stays in registers.
  @inline(__always)
  private static func both(_ matrix: FilterMatrix, _ get: (Int) -> Vector, _ put: (Int, Vector) -> Void) {
    let (from, to) = (Filter.columns(matrix), Filter.rows(matrix))
    @inline(__always) func column(_ j: Int) -> Points {
      guard j < from else { return Points(.zero, .zero) }
      return Filter.times(
        matrix,
        Points(
          get(j), get(from &+ j), from > 2 ? get(2 &* from &+ j) : .zero, from > 3 ? get(3 &* from &+ j) : .zero,
          from > 4 ? get(4 &* from &+ j) : .zero))
    }
    let (c0, c1, c2, c3, c4) = (column(0), column(1), column(2), column(3), column(4))
    @inline(__always) func row(_ i: Int) {
      guard i < to else { return }
      let line = Filter.times(matrix, Points(c0[i], c1[i], c2[i], c3[i], c4[i]))
      put(i &* to, line[0])
      put(i &* to &+ 1, line[1])
      if to > 2 { put(i &* to &+ 2, line[2]) }
      if to > 3 { put(i &* to &+ 3, line[3]) }
      if to > 4 { put(i &* to &+ 4, line[4]) }
    }
    row(0)
    row(1)
    row(2)
    row(3)
    row(4)
  }

  /// From the strips into the places: T X Tᵀ of every tile in the block.
  @inline(__always)
  private static func spread(
    _ matrix: FilterMatrix, _ strips: UnsafePointer<Float>, _ images: Images, _ block: Block, offsets: [Int],
    to transformed: Transformed
  ) {
    let stride = transformed.stride
    let size = Filter.columns(matrix) * Filter.columns(matrix)
    offsets.withUnsafeBufferPointer { offsets in
      var target = transformed.pointer
      for tile in block.tiles {
        let (image, place) = tile.quotientAndRemainder(dividingBy: block.region.count)
        let offset = offsets.baseAddress! + place * size
        var strip = strips + image * images.stripsCount
        for _ in 0..<images.vectors {
          both(matrix) {
            load(strip + offset[$0])
          } _: {
            store($1, target + $0 &* stride)
          }
          strip += images.stripCount
          target += 16
        }
      }
    }
  }

  /// From the places into the strips: T X Tᵀ of every tile in the block, added to `start` (a number for each channel) or
  /// to what is there.
  ///
  /// - Returns: Zeros times what was stored, summed: zeros again if all of it is finite.
  @inline(__always)
  private static func collect(
    _ matrix: FilterMatrix, _ transformed: Transformed, to strips: UnsafeMutablePointer<Float>, _ images: Images,
    _ block: Block, offsets: [Int], start: UnsafePointer<Float>?
  ) -> Vector {
    let stride = transformed.stride
    let size = Filter.rows(matrix) * Filter.rows(matrix)
    var zeros = Vector.zero
    offsets.withUnsafeBufferPointer { offsets in
      var source = UnsafePointer(transformed.pointer)
      for tile in block.tiles {
        let (image, place) = tile.quotientAndRemainder(dividingBy: block.region.count)
        let offset = offsets.baseAddress! + place * size
        var strip = strips + image * images.stripsCount
        for vector in 0..<images.vectors {
          let first: Vector
          if let start { first = load(start + 16 &* vector) } else { first = .zero }
          both(matrix) {
            load(source + $0 &* stride)
          } _: {
            let target = strip + offset[$0]
            let sum = (start == nil ? load(target) : first) + $1
            zeros.addProduct(sum, Vector.zero)
            store(sum, target)
          }
          strip += images.stripCount
          source += 16
        }
      }
    }
    return zeros
  }

  /// For every place, result (tiles × width) = left (tiles × depth) · kernel (depth × width), and zeros where no product
  /// is needed.
  private static func multiply(
    _ left: Transformed, _ kernel: Storage, depth: Int, _ block: Block, to result: Transformed
  ) {
    for place in 0..<places {
      let target = result.pointer + place * result.stride
      guard block.region.isNeeded[place] else {
        target.update(repeating: 0, count: block.tiles.count * result.width)
        continue
      }
      multiply(
        rows: block.tiles.count, columns: result.width, depth: depth,
        Tile.Left(pointer: left.pointer + place * left.stride, rowStride: left.width, depthStride: 1),
        kernel.pointer + kernelPlace(place) * depth * result.width, to: target, accumulates: false)
    }
  }

  /// A product of matrices whose rows on the right, and in the result, are whole vectors one right after the other.
  private static func multiply(
    rows: Int, columns: Int, depth: Int, _ left: Tile.Left, _ right: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    var column = 0
    while column < columns {
      let width = 16 * Tile.width(remaining: (columns - column) / 16)
      Tile.column(
        rows: rows, columns: width, depth: depth, left,
        Tile.EvenRows(pointer: right + column, stride: columns, between: 16),
        Tile.Result(pointer: result + column, stride: columns, accumulates: accumulates), spare: result)
      column += width
    }
  }

  // MARK: Kernels

  /// G g Gᵀ for all channels, `[place, input channel, output channel]`, output channels filled up to whole vectors.
  private static func transformed(_ weight: UnsafePointer<Float>, _ s: ConvolutionShape) -> Storage {
    let width = roundUp(s.outputChannels, to: 16)
    let length = 9 * s.inputChannels
    // [k, c, tap] → [c, tap, k].
    let taps = Storage(count: length * width)
    if width > s.outputChannels { taps.pointer.update(repeating: 0, count: length * width) }
    let result = Storage(count: kernelPlaces * s.inputChannels * width)
    parallelRows(s.inputChannels, length: 32 * width) { channels in
      Transposition.run(
        weight + channels.lowerBound * 9, stride: length, rows: s.outputChannels, columns: channels.count * 9,
        to: taps.pointer + channels.lowerBound * 9 * width, stride: width)
      for c in channels {
        transformRow(
          taps.pointer + c * 9 * width, tapStride: width, width: width,
          to: result.pointer + c * width, stride: s.inputChannels * width)
      }
    }
    return result
  }

  /// G g Gᵀ for all channels, `[place, output channel, input channel]`, input channels filled up to whole vectors.
  private static func transposed(_ weight: UnsafePointer<Float>, _ s: ConvolutionShape) -> Storage {
    let width = roundUp(s.inputChannels, to: 16)
    let result = Storage(count: kernelPlaces * s.outputChannels * width)
    parallelRows(s.outputChannels, length: 32 * width) { channels in
      // [c, tap] → [tap, c].
      let taps = Storage(count: 9 * width)
      taps.pointer.update(repeating: 0, count: 9 * width)
      for k in channels {
        Transposition.run(
          weight + k * s.inputChannels * 9, stride: 9, rows: s.inputChannels, columns: 9, to: taps.pointer,
          stride: width)
        transformRow(
          taps.pointer, tapStride: width, width: width, to: result.pointer + k * width,
          stride: s.outputChannels * width)
      }
    }
    return result
  }

  private static func transformRow(
    _ taps: UnsafePointer<Float>, tapStride: Int, width: Int, to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for lane in Swift.stride(from: 0, to: width, by: 16) {
      both(.taps) {
        load(taps + lane + $0 &* tapStride)
      } _: {
        store($1, target + lane + $0 &* stride)
      }
    }
  }

  // MARK: The convolution and its gradients

  /// One side of a convolution: its images, the matrix between them and the places, and where tiles lie in a strip.
  private struct Side {
    let images: Images
    let matrix: FilterMatrix
    let offsets: (Region) -> [Int]
  }

  /// y = x ∗ w (+ b).
  static func forward(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    to y: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let tiling = Tiling(s)
    let start = Storage(count: tiling.outputImages.width)
    start.pointer.update(repeating: 0, count: tiling.outputImages.width)
    if let bias { start.pointer.update(from: bias, count: s.outputChannels) }
    convolve(
      x, Side(images: tiling.inputImages, matrix: .input, offsets: { $0.inputs }), kernel: transformed(weight, s),
      start: start.pointer, to: y, Side(images: tiling.outputImages, matrix: .output, offsets: { $0.outputs }), tiling,
      s
    ) { x, y, s in
      DirectConvolution.forward(x, weight, bias: bias, to: y, s)
    }
  }

  /// dx from dy.
  static func inputGradient(
    _ y: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let tiling = Tiling(s)
    convolve(
      y, Side(images: tiling.outputImages, matrix: .outputTransposed, offsets: { $0.outputs }),
      kernel: transposed(weight, s), start: nil, to: x,
      Side(images: tiling.inputImages, matrix: .inputTransposed, offsets: { $0.inputs }), tiling, s
    ) { y, x, s in
      DirectConvolution.inputGradient(y, weight, to: x, s)
    }
  }

  /// From one side to the other. Tiles of the result begin with `start`, or overlap and are summed.
  @inline(__always)
  private static func convolve(
    _ source: UnsafePointer<Float>, _ from: Side, kernel: Storage, start: UnsafePointer<Float>?,
    to target: UnsafeMutablePointer<Float>, _ to: Side, _ tiling: Tiling, _ s: ConvolutionShape,
    byDefinition: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, ConvolutionShape) -> Void
  ) {
    let groups = tiling.groups(of: 0..<s.batch, threads: Threads.count)
    let most = groups.map(\.count).max() ?? 0
    parallelRows(groups.count, length: most * tiling.work) { range in
      let (v, m) = (Transformed(width: from.images.width), Transformed(width: to.images.width))
      let strips = Storage(count: most * from.images.stripsCount)
      let results = Storage(count: most * to.images.stripsCount)
      for group in groups[range] {
        let (images, result) = (
          source + group.lowerBound * from.images.count, target + group.lowerBound * to.images.count
        )
        from.images.pack(images, count: group.count, to: strips.pointer)
        if start == nil { results.pointer.update(repeating: 0, count: group.count * to.images.stripsCount) }
        var zeros = Vector.zero
        for block in tiling.blocks(images: group.count) {
          spread(from.matrix, strips.pointer, from.images, block, offsets: from.offsets(block.region), to: v)
          multiply(v, kernel, depth: from.images.channels, block, to: m)
          zeros += collect(
            to.matrix, m, to: results.pointer, to.images, block, offsets: to.offsets(block.region), start: start)
        }
        to.images.unpack(results.pointer, count: group.count, to: result)
        if zeros == .zero { continue }
        for image in 0..<group.count where !isFinite(result + image * to.images.count, count: to.images.count) {
          byDefinition(images + image * from.images.count, result + image * to.images.count, s.with(batch: 1))
        }
      }
    }
  }

  private static func isFinite(_ numbers: UnsafePointer<Float>, count: Int) -> Bool {
    (0..<count).allSatisfy { numbers[$0].isFinite }
  }

  /// dw from x and dy.
  static func weightGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to w: UnsafeMutablePointer<Float>, _ s: ConvolutionShape
  ) {
    let tiling = Tiling(s)
    let (inputs, outputs) = (tiling.inputImages, tiling.outputImages)
    // Parts of the batch that sum into a gradient of their own, each of enough tiles to pay for it. They don't depend on
    // the threads, and are added in order.
    let parts = [8, 4, 2].first { $0 <= s.batch && 64 * $0 <= s.batch * tiling.count } ?? 1
    let placeCount = s.outputChannels * inputs.width
    let sums = Storage(count: parts * kernelPlaces * placeCount)
    parallelTasks(parts) { part in
      let sum = sums.pointer + part * kernelPlaces * placeCount
      let images = s.batch * part / parts..<s.batch * (part + 1) / parts
      let groups = tiling.groups(of: images)
      let most = groups.map(\.count).max() ?? 0
      let (v, z) = (Transformed(width: inputs.width), Transformed(width: outputs.width))
      let from = Storage(count: most * inputs.stripsCount)
      let to = Storage(count: most * outputs.stripsCount)
      sum.update(repeating: 0, count: kernelPlaces * placeCount)
      for group in groups {
        inputs.pack(x + group.lowerBound * inputs.count, count: group.count, to: from.pointer)
        outputs.pack(y + group.lowerBound * outputs.count, count: group.count, to: to.pointer)
        for block in tiling.blocks(images: group.count) {
          spread(
            .input, from.pointer, inputs, block, offsets: block.region.inputs, to: v)
          spread(
            .outputTransposed, to.pointer, outputs, block, offsets: block.region.outputs, to: z)
          for place in 0..<places where block.region.isNeeded[place] {
            multiply(
              rows: s.outputChannels, columns: inputs.width, depth: block.tiles.count,
              Tile.Left(pointer: z.pointer + place * z.stride, rowStride: 1, depthStride: z.width),
              v.pointer + place * v.stride, to: sum + kernelPlace(place) * placeCount, accumulates: true)
          }
        }
      }
    }
    let notFinite = Storage(count: 16 * s.outputChannels)
    parallelRows(s.outputChannels, length: parts * kernelPlaces * inputs.width) { channels in
      let taps = Storage(count: 9 * inputs.width)
      for k in channels {
        var check = Vector.zero
        for lane in stride(from: 0, to: inputs.width, by: 16) {
          both(.tapsTransposed) { (place: Int) -> Vector in
            let first: UnsafePointer<Float> =
              UnsafePointer(sums.pointer) + (place &* placeCount &+ k &* inputs.width &+ lane)
            var sum = load(first)
            for part in 1..<max(parts, 1) { sum += load(first + part &* kernelPlaces &* placeCount) }
            return sum
          } _: { tap, value in
            check.addProduct(value, Vector.zero)
            store(value, taps.pointer + (tap &* inputs.width &+ lane))
          }
        }
        store(check, notFinite.pointer + 16 * k)
        let target = w + k * s.inputChannels * 9
        for c in 0..<s.inputChannels {
          for tap in 0..<9 { target[c &* 9 &+ tap] = taps.pointer[tap &* inputs.width &+ c] }
        }
      }
    }
    if !(0..<s.outputChannels).allSatisfy({ load(notFinite.pointer + 16 * $0) == .zero }) {
      DirectConvolution.weightGradient(x, y, to: w, s)
    }
  }
}
