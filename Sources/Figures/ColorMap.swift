/// 256 colours in a row. A value is rounded to one of 256 levels first, so that the last bit of a computation cannot
/// change a picture.
public struct ColorMap: Sendable {
  private let table: [Color]

  /// A table through equally spaced stops, straight lines between them in sRGB, in whole numbers.
  public init(stops: [Color]) {
    guard stops.count >= 2 else { fatalError("ColorMap: needs at least two stops, got \(stops.count)") }
    table = (0...255).map { level in
      let scaled = level * (stops.count - 1)
      let (index, rest) = (min(scaled / 255, stops.count - 2), scaled - min(scaled / 255, stops.count - 2) * 255)
      func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Int(a) * (255 - rest) + Int(b) * rest + 127) / 255) }
      let (a, b) = (stops[index], stops[index + 1])
      return Color(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue))
    }
  }

  /// The colour of a level from 0 to 255; what lies outside is clamped.
  public subscript(level: Int) -> Color { table[min(255, max(0, level))] }

  /// The colour of a share from 0 to 1; NaN has the colour of 0.
  public func color(_ share: Double) -> Color {
    guard share > 0 else { return table[0] }
    return self[share >= 1 ? 255 : Int(share * 255 + 0.5)]
  }

  /// Dark violet through green to yellow, evenly brighter: for amounts.
  public static let viridis = ColorMap(
    stops: [0x440f54, 0x463480, 0x365c8d, 0x277f8e, 0x1fa187, 0x4ac26d, 0x9fda3a, 0xfde725].map { Color(hex: $0) })
  /// Blue through white to red: for values about a middle.
  public static let diverging = ColorMap(
    stops: [0x1d4e89, 0x4b8bbe, 0xa6cbe3, 0xf7f7f7, 0xf2b8a0, 0xd1624b, 0x8e1b2c].map { Color(hex: $0) })
  /// Black to white.
  public static let gray = ColorMap(stops: [.black, .white])
  /// White to deep blue: a density under other marks.
  public static let mist = ColorMap(stops: [0xffffff, 0xdfeaf4, 0xaecbe3, 0x6fa3cd, 0x2f6fa8].map { Color(hex: $0) })
}
