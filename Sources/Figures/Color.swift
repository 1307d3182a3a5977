/// An 8-bit sRGB colour with opacity.
public struct Color: Equatable, Hashable, Sendable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8
  /// 0 is invisible, 255 covers.
  public var alpha: UInt8

  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// A colour from its usual notation: `Color(hex: 0x1f6f8b)`.
  public init(hex: UInt32) {
    self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
  }

  /// The same colour, `opacity` times as opaque.
  public func opacity(_ opacity: Double) -> Color {
    var result = self
    result.alpha = UInt8(min(255, max(0, Double(alpha) * opacity)) + 0.5)
    return result
  }

  public static let white = Color(255, 255, 255)
  public static let black = Color(0, 0, 0)
  /// Text and axes.
  public static let ink = Color(hex: 0x22262b)
  /// Tick labels and notes.
  public static let softInk = Color(hex: 0x565d66)
  /// Grid lines.
  public static let grid = Color(hex: 0xe4e7eb)
  /// Frames of plots and gaps of contact sheets.
  public static let frame = Color(hex: 0xa9b0b8)

  /// Eight colours that stay apart on white, in gray and for colour-blind eyes as far as eight can; lines take them in
  /// this order.
  public static let palette: [Color] = [
    Color(hex: 0x1b6ca8),  // blue
    Color(hex: 0xd1495b),  // red
    Color(hex: 0x2f9e62),  // green
    Color(hex: 0xe08a1e),  // orange
    Color(hex: 0x7353ba),  // violet
    Color(hex: 0x17a2b0),  // cyan
    Color(hex: 0x8c5a3c),  // brown
    Color(hex: 0x5f6b7a),  // slate
  ]

  /// The i-th colour of the palette, which repeats.
  public static func palette(_ index: Int) -> Color {
    palette[((index % palette.count) + palette.count) % palette.count]
  }
}
