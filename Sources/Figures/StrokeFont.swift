import Foundation

/// The course's own typeface: each glyph is a few pen strokes on a pixel grid, which the canvas rasterises to an
/// anti-aliased bitmap at any size.
///
/// One unit is a pixel at the normal size. Capitals reach from 0 to 10, small letters from 3 to 10, descenders to 13; y
/// grows downwards. Because stems lie on whole units, text is crisp at the normal size and at whole multiples of it.
/// Digits are all equally wide, so that columns of numbers line up.
///
/// There are glyphs for ASCII, Greek, the signs of mathematics that the course uses, raised and lowered digits and
/// letters (², ⁻, ₜ), and accents over any letter (x̂, ᾱ, é). `_{…}` and `^{…}` lower and raise any text. A character without a glyph is drawn as an empty box.
public enum StrokeFont {
  /// Line height in logical pixels for which the grid fits pixel for pixel.
  public static let normalSize = 14.0
  static let capHeight = 10.0
  static let descent = 3.0
  /// Distance between two baselines.
  public static let lineHeight = 18.0
  /// White space beside each glyph, so that stems of neighbours are 3 apart.
  private static let bearing = 1.5

  struct Glyph: Sendable {
    var width: Double
    var strokes: [[Point]]
  }

  /// Whether a character has a glyph of its own.
  public static func hasGlyph(_ character: Character) -> Bool {
    character.decomposed.allSatisfy { $0 == " " || glyphs[$0] != nil || accents[$0] != nil }
  }

  /// Advance of a line of text, in units.
  public static func width(of string: String) -> Double { arrange(string).width }

  struct PlacedGlyph {
    var x: Double
    var strokes: [[Point]]
  }

  /// The strokes of each glyph and where its origin lies, in units.
  static func layout(_ string: String) -> [PlacedGlyph] { arrange(string).glyphs }

  /// `_{…}` lowers and `^{…}` raises what is between the braces: "c_{skip}", "e^{−x²}".
  private static func arrange(_ string: String) -> (glyphs: [PlacedGlyph], width: Double) {
    var pen = 0.0
    var result: [PlacedGlyph] = []
    var shift: Double?
    let characters = Array(string)
    var i = 0
    while i < characters.count {
      let character = characters[i]
      if shift == nil, character == "_" || character == "^", i + 1 < characters.count, characters[i + 1] == "{" {
        shift = character == "_" ? 5.6 : -1
        i += 2
        continue
      }
      i += 1
      if shift != nil, character == "}" {
        shift = nil
        continue
      }
      let scalars = character.decomposed
      let base = scalars[0]
      var glyph = glyphs[base] ?? missing
      var advance = advance(of: base)
      if let down = shift {
        glyph = shrunk(glyph, down: down)
        advance *= 0.68
      }
      if base != " ", base != "\u{A0}", base != "\u{2009}", base != "\u{202F}" {
        var strokes = glyph.strokes
        for mark in scalars.dropFirst() {
          guard let accent = accents[mark] else { continue }
          let top = strokes.joined().map(\.y).min() ?? 3
          strokes += accent.map { $0.map { Point($0.x + glyph.width / 2, $0.y + top - 2.6) } }
        }
        result.append(PlacedGlyph(x: pen + bearing, strokes: strokes))
      }
      pen += advance
    }
    return (result, pen)
  }

  private static func advance(of scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case " ", "\u{A0}": return 5
    case "\u{2009}", "\u{202F}": return 2
    default: return (glyphs[scalar] ?? missing).width + 2 * bearing + (tight.contains(scalar) ? -1 : 0)
    }
  }

  /// Slanted and open shapes, whose sides hold white space of their own.
  private static let tight: Set<Unicode.Scalar> = Set("AVWXYTLJvwxyrft/\\λγνχΛΔ∇:;'!".unicodeScalars)

  private static let missing = Glyph(
    width: 5, strokes: [[Point(0, 0), Point(5, 0), Point(5, 10), Point(0, 10), Point(0, 0)]])

  /// Marks over a letter, around x = 0, their foot at 2 units above 0.6.
  private static let accents: [Unicode.Scalar: [[Point]]] = [
    "\u{0300}": parse("M-1.4 -0.6 L0.6 1"), "\u{0301}": parse("M1.4 -0.6 L-0.6 1"),
    "\u{0302}": parse("M-2 0.9 L0 -0.8 L2 0.9"), "\u{0303}": parse("M-2.2 0.7 Q-1 -0.9 0 0.1 Q1 1.1 2.2 -0.5"),
    "\u{0304}": parse("M-2.3 0.1 L2.3 0.1"), "\u{0305}": parse("M-2.6 0.1 L2.6 0.1"),
    "\u{0307}": parse("D0 0"), "\u{0308}": parse("D-1.5 0 D1.5 0"), "\u{030A}": parse("E0 -0.4 1.1 1.1"),
    "\u{030C}": parse("M-2 -0.8 L0 0.9 L2 -0.8"),
  ]

  static let glyphs: [Unicode.Scalar: Glyph] = {
    var result: [Unicode.Scalar: Glyph] = [:]
    for (characters, width, path) in drawings {
      let glyph = Glyph(width: width, strokes: parse(path))
      for scalar in characters.unicodeScalars { result[scalar] = glyph }
    }
    for (raised, base) in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵈᵏᵗ".unicodeScalars, "0123456789+−=()niTdkt".unicodeScalars) {
      result[raised] = shrunk(result[base]!, down: -1)
    }
    for (lowered, base) in zip(
      "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ".unicodeScalars, "0123456789+−=()aehijklmnoprstuvx".unicodeScalars)
    {
      result[lowered] = shrunk(result[base]!, down: 5.6)
    }
    return result
  }()

  private static func shrunk(_ glyph: Glyph, down: Double) -> Glyph {
    let scale = 0.62
    return Glyph(
      width: glyph.width * scale - 0.6,
      strokes: glyph.strokes.map { $0.map { Point($0.x * scale - 0.3, $0.y * scale + down) } })
  }

  // MARK: - From a drawing to polylines

  /// Reads a drawing: `M x y` lifts the pen to a place, `L x y` draws a line, `Q` a quadratic curve (control point,
  /// end), `h x y` a quarter of an ellipse that leaves sideways, `v x y` one that leaves up or down, `E x y rx ry` a
  /// whole ellipse about (x, y), `D x y` a dot.
  static func parse(_ path: String) -> [[Point]] {
    var strokes: [[Point]] = []
    var current: [Point] = []
    let words = path.split(separator: " ")
    var i = 0
    func number(_ word: Substring) -> Double { Double(word) ?? 0 }
    while i < words.count {
      let command = words[i].first!
      let first = number(words[i].dropFirst())
      let y = number(words[i + 1])
      switch command {
      case "M":
        if !current.isEmpty { strokes.append(current) }
        current = [Point(first, y)]
        i += 2
      case "L":
        current.append(Point(first, y))
        i += 2
      case "Q":
        let end = Point(number(words[i + 2]), number(words[i + 3]))
        let start = current[current.count - 1]
        for step in 1...8 {
          let t = Double(step) / 8
          let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
          current.append(Point(a * start.x + b * first + c * end.x, a * start.y + b * y + c * end.y))
        }
        i += 4
      case "h", "v":
        let start = current[current.count - 1]
        let (dx, dy) = (first - start.x, y - start.y)
        current += quarter.map { q in
          command == "h"
            ? Point(start.x + dx * q.x, start.y + dy * q.y) : Point(start.x + dx * q.y, start.y + dy * q.x)
        }
        i += 2
      case "E":
        let (rx, ry) = (number(words[i + 2]), number(words[i + 3]))
        if !current.isEmpty { strokes.append(current) }
        current = []
        var ring = [Point(first, y - ry)]
        for (sx, sy, sideways) in [(1.0, 1.0, true), (-1, 1, false), (-1, -1, true), (1, -1, false)] {
          let from = ring[ring.count - 1]
          ring += quarter.map { q in
            sideways
              ? Point(from.x + sx * rx * q.x, from.y + sy * ry * q.y)
              : Point(from.x + sx * rx * q.y, from.y + sy * ry * q.x)
          }
        }
        strokes.append(ring)
        i += 4
      default:
        if !current.isEmpty { strokes.append(current) }
        current = []
        // A dot is a tiny square of strokes, so that it comes out bolder than a line.
        let d = 0.28
        strokes.append([
          Point(first - d, y - d), Point(first + d, y - d), Point(first + d, y + d), Point(first - d, y + d),
          Point(first - d, y - d),
        ])
        i += 2
      }
    }
    if !current.isEmpty { strokes.append(current) }
    return strokes
  }

  /// A quarter turn from (0, 0), leaving along x, to (1, 1): a cubic a little squarer than a circle, which reads better
  /// small.
  private static let quarter: [Point] = (1...8).map { step in
    let t = Double(step) / 8
    let k = 0.6
    let u = 1 - t
    let x = 3 * u * u * t * k + 3 * u * t * t + t * t * t
    let y = 3 * u * t * t * (1 - k) + t * t * t
    return Point(x, y)
  }
}

extension Character {
  /// The base letter and its accents.
  fileprivate var decomposed: [Unicode.Scalar] {
    let own = Array(unicodeScalars)
    if own.count == 1, StrokeFont.glyphs[own[0]] != nil { return own }
    return Array(String(self).decomposedStringWithCanonicalMapping.unicodeScalars)
  }
}
