import Foundation

/// How numbers are written for the eye; never by the locale.
extension Double {
  /// `7.5`, but `10` rather than `10.0`.
  var brief: String { self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)" }

  /// Three significant digits, for the eye.
  var short: String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
    let exponent = Int(log10(abs(self)).rounded(.down))
    let scale = pow(10, Double(2 - exponent))
    return ((self * scale).rounded() / scale).brief
  }
}
