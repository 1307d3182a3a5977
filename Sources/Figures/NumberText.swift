/// Numbers as text for a picture: no locale, a real minus sign, powers of ten raised.
public enum NumberText {
  /// A value with a fixed number of digits after the point: `fixed(-0.5, digits: 2)` is "−0.50".
  public static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    let scaled = (abs(value) * powerOfTen(digits)).rounded()
    guard scaled < 1e15 else { return short(value) }
    var text = String(Int(scaled))
    while text.count <= digits { text = "0" + text }
    if digits > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -digits)) }
    return value < 0 && scaled > 0 ? "−" + text : text
  }

  /// A value in at most `digits` significant digits, as short as it can be: "0.05", "1200", "3.2·10⁻⁷".
  public static func short(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return fixed(value, digits: 0) }
    guard value != 0 else { return "0" }
    var exponent = exponent(of: abs(value))
    // Rounding may carry: 9.999 is 10.0.
    if (abs(value) / powerOfTen(exponent) * powerOfTen(digits - 1)).rounded() >= powerOfTen(digits) { exponent += 1 }
    if exponent < -3 || exponent > 5 {
      let mantissa = trimmed(fixed(value / powerOfTen(exponent), digits: digits - 1))
      return "\(mantissa)·10\(raised(exponent))"
    }
    return trimmed(fixed(value, digits: max(0, digits - 1 - exponent)))
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var result = Substring(text)
    while result.last == "0" { result.removeLast() }
    if result.last == "." { result.removeLast() }
    return String(result)
  }

  /// An integer in raised digits: `raised(-3)` is "⁻³".
  public static func raised(_ value: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return String(String(value).map { $0 == "-" ? "⁻" : digits[Int(String($0))!] })
  }

  /// The largest k with 10ᵏ ≤ `value` (which is positive).
  static func exponent(of value: Double) -> Int {
    guard value > 0, value.isFinite else { return 0 }
    var k = 0
    while k < 310, value >= powerOfTen(k + 1) * (1 - 1e-12) { k += 1 }
    while k > -310, value < powerOfTen(k) * (1 - 1e-12) { k -= 1 }
    return k
  }

  /// 10ᵏ by multiplication, the same on every machine.
  static func powerOfTen(_ k: Int) -> Double {
    var result = 1.0
    for _ in 0..<min(320, abs(k)) { result *= 10 }
    return k < 0 ? 1 / result : result
  }

  /// factor · 10ᵏ, correctly rounded for small k: 5·10⁻² is the double nearest 0.05.
  static func scaled(_ factor: Double, _ k: Int) -> Double {
    k < 0 ? factor / powerOfTen(-k) : factor * powerOfTen(k)
  }
}
