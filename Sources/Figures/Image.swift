/// A picture of 8-bit samples, row by row from the top left, the channels of a pixel side by side.
public struct Image: Equatable, Sendable {
  /// What the bytes of one pixel mean; the raw value is how many there are.
  public enum Format: Int, Sendable {
    case gray = 1
    case grayAlpha = 2
    case rgb = 3
    case rgba = 4
  }

  public let width: Int
  public let height: Int
  public let format: Format
  /// `width · height · channels` bytes.
  public var pixels: [UInt8]

  /// Bytes a pixel: 1, 2, 3 or 4.
  public var channels: Int { format.rawValue }

  public init(width: Int, height: Int, format: Format, pixels: [UInt8]) {
    guard width > 0, height > 0, pixels.count == width * height * format.rawValue else {
      fatalError(
        "Image: \(width) × \(height) pixels of \(format.rawValue) channels need "
          + "\(width * height * format.rawValue) bytes (each side at least 1), got \(pixels.count)")
    }
    self.width = width
    self.height = height
    self.format = format
    self.pixels = pixels
  }

  /// An image of one colour (by default opaque white).
  public init(width: Int, height: Int, format: Format = .rgb, fill: UInt8 = 255) {
    self.init(
      width: width, height: height, format: format,
      pixels: [UInt8](repeating: fill, count: max(0, width * height * format.rawValue)))
  }

  /// A gray image from values, `low` becoming black and `high` white; what lies outside is clamped, NaN is black.
  ///
  /// - Parameter values: `height · width` values, row by row.
  public init(gray values: [Float], width: Int, height: Int, low: Float = -1, high: Float = 1) {
    self.init(
      width: width, height: height, format: .gray,
      pixels: values.map { Image.level($0, low: low, high: high) })
  }

  /// An RGB image from three planes (channel-first, as tensors hold images), `low` becoming 0 and `high` 255.
  ///
  /// - Parameter values: `3 · height · width` values: the red plane, then the green, then the blue.
  public init(planarRGB values: [Float], width: Int, height: Int, low: Float = -1, high: Float = 1) {
    let area = width * height
    guard values.count == 3 * area else {
      fatalError("Image: an RGB image of \(width) × \(height) needs \(3 * area) values, got \(values.count)")
    }
    var pixels = [UInt8](repeating: 0, count: 3 * area)
    for channel in 0..<3 {
      for i in 0..<area { pixels[3 * i + channel] = Image.level(values[channel * area + i], low: low, high: high) }
    }
    self.init(width: width, height: height, format: .rgb, pixels: pixels)
  }

  static func level(_ value: Float, low: Float, high: Float) -> UInt8 {
    let share = (value - low) / (high - low)
    guard share > 0 else { return 0 }
    return share >= 1 ? 255 : UInt8(share * 255 + 0.5)
  }

  /// The bytes of one pixel.
  public subscript(x: Int, y: Int) -> [UInt8] {
    let start = (y * width + x) * channels
    return Array(pixels[start..<start + channels])
  }

  /// The same picture without colour and alpha: Rec. 601 luma, over white.
  public func toGray() -> Image {
    if format == .gray { return self }
    let count = width * height
    var result = [UInt8](repeating: 0, count: count)
    for i in 0..<count {
      let p = i * channels
      switch format {
      case .gray: result[i] = pixels[p]
      case .grayAlpha: result[i] = Image.overWhite(pixels[p], alpha: pixels[p + 1])
      case .rgb, .rgba:
        let luma = (299 * Int(pixels[p]) + 587 * Int(pixels[p + 1]) + 114 * Int(pixels[p + 2]) + 500) / 1000
        result[i] = format == .rgb ? UInt8(luma) : Image.overWhite(UInt8(luma), alpha: pixels[p + 3])
      }
    }
    return Image(width: width, height: height, format: .gray, pixels: result)
  }

  /// The same picture as opaque RGB; alpha is laid over white.
  public func toRGB() -> Image {
    if format == .rgb { return self }
    let count = width * height
    var result = [UInt8](repeating: 0, count: 3 * count)
    for i in 0..<count {
      let p = i * channels
      for c in 0..<3 {
        switch format {
        case .gray: result[3 * i + c] = pixels[p]
        case .grayAlpha: result[3 * i + c] = Image.overWhite(pixels[p], alpha: pixels[p + 1])
        case .rgb: result[3 * i + c] = pixels[p + c]
        case .rgba: result[3 * i + c] = Image.overWhite(pixels[p + c], alpha: pixels[p + 3])
        }
      }
    }
    return Image(width: width, height: height, format: .rgb, pixels: result)
  }

  private static func overWhite(_ value: UInt8, alpha: UInt8) -> UInt8 {
    let alpha = Int(alpha)
    let sum = Int(value) * alpha + 255 * (255 - alpha)
    return UInt8((sum + 127) / 255)
  }

  /// The part of the picture whose top left corner is (x, y).
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    guard x >= 0, y >= 0, width > 0, height > 0, x + width <= self.width, y + height <= self.height else {
      fatalError(
        "Image: cannot cut \(width) × \(height) at (\(x), \(y)) out of a picture of \(self.width) × \(self.height)")
    }
    var result: [UInt8] = []
    result.reserveCapacity(width * height * channels)
    for row in y..<y + height {
      let start = (row * self.width + x) * channels
      result.append(contentsOf: pixels[start..<start + width * channels])
    }
    return Image(width: width, height: height, format: format, pixels: result)
  }

  /// Every pixel repeated `factor` times in both directions, so that a small tile can be seen.
  public func magnified(by factor: Int) -> Image {
    guard factor > 1 else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count * factor * factor)
    for y in 0..<height {
      var row: [UInt8] = []
      row.reserveCapacity(width * factor * channels)
      for x in 0..<width {
        let start = (y * width + x) * channels
        for _ in 0..<factor { row.append(contentsOf: pixels[start..<start + channels]) }
      }
      for _ in 0..<factor { result.append(contentsOf: row) }
    }
    return Image(width: width * factor, height: height * factor, format: format, pixels: result)
  }

  /// The mean of each `factor × factor` block, rounded; rows and columns that do not fill a block are dropped.
  public func pooled(by factor: Int) -> Image {
    guard factor > 1 else { return self }
    let (w, h) = (width / factor, height / factor)
    guard w > 0, h > 0 else { fatalError("Image: \(width) × \(height) is too small to be pooled by \(factor)") }
    var result = [UInt8](repeating: 0, count: w * h * channels)
    let area = factor * factor
    for y in 0..<h {
      for x in 0..<w {
        for c in 0..<channels {
          var sum = 0
          for dy in 0..<factor {
            for dx in 0..<factor {
              sum += Int(pixels[((y * factor + dy) * width + x * factor + dx) * channels + c])
            }
          }
          result[(y * w + x) * channels + c] = UInt8((sum + area / 2) / area)
        }
      }
    }
    return Image(width: w, height: h, format: format, pixels: result)
  }
}
