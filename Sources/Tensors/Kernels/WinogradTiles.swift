/// Where things lie in a convolution by Winograd's filters: channels in strips, pixels in tiles, tiles in blocks.
extension TiledConvolution {
  /// Images as strips: 16 channels by all pixels, and a row more for what lies outside.
  struct Images {
    let channels: Int
    let area: Int

    var vectors: Int { (channels + 15) / 16 }
    /// Channels with the zeros that fill the last vector.
    var width: Int { 16 * vectors }
    var stripCount: Int { (area + 1) * 16 }
    var stripsCount: Int { vectors * stripCount }
    /// Numbers of one image.
    var count: Int { channels * area }

    func pack(_ images: UnsafePointer<Float>, count imagesCount: Int, to strips: UnsafeMutablePointer<Float>) {
      for image in 0..<imagesCount {
        let first = strips + image * stripsCount
        Strips.pack(
          images + image * count, rowStride: area, depthStride: 1, rows: channels, depth: area, to: first,
          stripStride: stripCount)
        for vector in 0..<vectors { (first + vector * stripCount + area * 16).update(repeating: 0, count: 16) }
      }
    }

    func unpack(_ strips: UnsafePointer<Float>, count imagesCount: Int, to images: UnsafeMutablePointer<Float>) {
      for image in 0..<imagesCount {
        for vector in 0..<vectors {
          Transposition.run(
            strips + image * stripsCount + vector * stripCount, stride: 16, rows: area,
            columns: min(16, channels - 16 * vector), to: images + image * count + 16 * vector * area, stride: area)
        }
      }
    }
  }

  /// The tiles of an image that need the same products: all inner ones, or those at the right or lower edge of a result
  /// of odd size, of which only a part lies inside.
  struct Region {
    /// Tiles of one image.
    let count: Int
    /// For every place of a transformed tile, whether its product is needed.
    let isNeeded: [Bool]
    /// Where in a strip each tile finds its points² inputs.
    let inputs: [Int]
    /// Where in a strip each tile finds its 2² results.
    let outputs: [Int]

    init(_ s: ConvolutionShape, rows: Range<Int>, columns: Range<Int>) {
      count = rows.count * columns.count
      var (inputs, outputs): ([Int], [Int]) = ([], [])
      inputs.reserveCapacity(count * places)
      outputs.reserveCapacity(count * 4)
      for row in rows {
        for column in columns {
          let (top, left) = (2 * row * s.stride - s.padding, 2 * column * s.stride - s.padding)
          for i in top..<top + Filter.points {
            for j in left..<left + Filter.points {
              let isInside = i >= 0 && i < s.height && j >= 0 && j < s.width
              inputs.append(16 * (isInside ? i * s.width + j : s.height * s.width))
            }
          }
          for i in 2 * row..<2 * row + 2 {
            for j in 2 * column..<2 * column + 2 {
              let isInside = i < s.outputHeight && j < s.outputWidth
              outputs.append(16 * (isInside ? i * s.outputWidth + j : s.outputHeight * s.outputWidth))
            }
          }
        }
      }
      (self.inputs, self.outputs) = (inputs, outputs)
      let all = Array(0..<Filter.points)
      let rowProducts = 2 * rows.upperBound > s.outputHeight ? Filter.productsOfFirst : all
      let columnProducts = 2 * columns.upperBound > s.outputWidth ? Filter.productsOfFirst : all
      isNeeded = all.flatMap { i in all.map { j in rowProducts.contains(i) && columnProducts.contains(j) } }
    }
  }

  /// How images are cut into tiles.
  struct Tiling {
    let inputImages: Images
    let outputImages: Images
    let regions: [Region]
    /// Tiles of one image.
    let count: Int

    init(_ s: ConvolutionShape) {
      inputImages = Images(channels: s.inputChannels, area: s.height * s.width)
      outputImages = Images(channels: s.outputChannels, area: s.outputHeight * s.outputWidth)
      func parts(_ size: Int) -> [Range<Int>] {
        [0..<size / 2, size / 2..<(size + 1) / 2].filter { !$0.isEmpty }
      }
      regions = parts(s.outputHeight).flatMap { rows in
        parts(s.outputWidth).map { Region(s, rows: rows, columns: $0) }
      }
      count = regions.map(\.count).reduce(0, +)
    }

    /// What an image costs, in the units of ``parallelRows``.
    var work: Int { count * TiledConvolution.places * inputImages.width * outputImages.width / 8 }

    /// Images that are worked on together, so that their tiles fill the last block; as many groups as the threads can
    /// share evenly.
    func groups(of images: Range<Int>, threads: Int = 1) -> [Range<Int>] {
      let size = max(1, 200 / count)
      let groups = min(images.count, roundUp((images.count + size - 1) / size, to: threads))
      return (0..<groups).map {
        images.lowerBound + images.count * $0 / groups..<images.lowerBound + images.count * ($0 + 1) / groups
      }
    }

    /// The tiles of that many images in blocks of one region, whole ``Tile``s as far as possible.
    func blocks(images: Int) -> [Block] {
      regions.flatMap { region in
        let total = images * region.count
        let blocks = (total + mostTiles - 1) / mostTiles
        let size = roundUp((total + blocks - 1) / blocks, to: Tile.mostRows)
        return stride(from: 0, to: total, by: size).map {
          Block(region: region, tiles: $0..<min($0 + size, total))
        }
      }
    }
  }

  /// Tiles that are worked on together: those of a region, image after image.
  struct Block {
    let region: Region
    let tiles: Range<Int>
  }

  /// Transformed tiles of a block: at `pointer[place * stride + tile * width + channel]`.
  struct Transformed {
    let storage: Storage
    let width: Int
    /// A cache line more than the tiles need, or the places would compete for the same lines of the cache.
    var stride: Int { TiledConvolution.mostTiles * width + 16 }
    var pointer: UnsafeMutablePointer<Float> { storage.pointer }

    init(width: Int) {
      self.width = width
      storage = Storage(count: TiledConvolution.places * (TiledConvolution.mostTiles * width + 16))
    }
  }
}
