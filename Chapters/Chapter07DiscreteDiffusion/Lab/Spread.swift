import Figures

/// A number measured with several seeds: its mean, and the standard deviation among the seeds.
struct Spread: CustomStringConvertible {
  let mean: Double
  let deviation: Double
  private let digits: Int

  /// - Parameter digits: decimal places in ``description``.
  init(_ values: [Double], digits: Int = 4) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    self.mean = mean
    self.digits = digits
    deviation = values.count < 2 ? .nan : (squares / Double(values.count - 1)).squareRoot()
  }

  var description: String { deviation.isNaN ? fixed(mean) : "\(fixed(mean)) ± \(fixed(deviation))" }

  private func fixed(_ x: Double) -> String { NumberText.fixed(x, digits: digits) }
}
