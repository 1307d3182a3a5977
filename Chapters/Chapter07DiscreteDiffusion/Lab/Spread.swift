import LabKit

/// A number measured with several seeds: its mean, and the standard deviation among the seeds.
struct Spread: CustomStringConvertible {
  let mean: Double
  let deviation: Double

  init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    self.mean = mean
    deviation = values.count < 2 ? 0 : (squares / Double(values.count - 1)).squareRoot()
  }

  var description: String { deviation == 0 ? digits(mean) : "\(digits(mean)) ± \(digits(deviation))" }

  /// Four decimal places.
  private func digits(_ x: Double) -> String { ((x * 1e4).rounded() / 1e4).description }
}
