/// How far a number may lie from the one that is wanted: `max(absolute, relative · |want|)`.
struct Tolerance {
  let relative: Double
  let absolute: Double

  /// Equal infinities are close; NaN is close to nothing, not even to NaN.
  func accepts(_ got: Double, _ want: Double) -> Bool {
    if got == want { return true }
    guard got.isFinite, want.isFinite else { return false }
    return abs(got - want) <= max(absolute, relative * abs(want))
  }

  func complaint(_ got: Double, _ want: Double) -> String {
    let distance = abs(got - want)
    let allowed = max(absolute, relative * abs(want))
    return "got \(got), want \(want) (off by \(brief(distance)), allowed \(brief(allowed)))"
  }

  /// `nil` if all elements are close; otherwise names the first that is not, and how many there are.
  ///
  /// - Parameter place: how to write where the element with this number is, e.g. `[3]`.
  func complaint(_ got: [Double], _ want: [Double], place: (Int) -> String) -> String? {
    guard got.count == want.count else { return "got \(got.count) values, want \(want.count)" }
    let wrong = got.indices.filter { !accepts(got[$0], want[$0]) }
    guard let first = wrong.first else { return nil }
    let share = got.count == 1 ? "" : "; \(wrong.count) of \(got.count) values are off"
    return "\(place(first)): \(complaint(got[first], want[first]))\(share)"
  }

  /// Three significant digits: a distance needs no more.
  private func brief(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var scale = 1.0
    while abs(value) * scale < 100 { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
  }
}
