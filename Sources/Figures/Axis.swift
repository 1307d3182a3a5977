import Foundation

/// One axis of a plot: what it is called, how it is divided, how far it reaches.
public struct Axis: Sendable {
  public enum Scale: Sendable {
    case linear
    /// Powers of ten at equal distances; values that are not positive are left out.
    case log
  }

  /// A mark of the caller's own on an axis.
  public struct Tick: Sendable, Equatable {
    public var value: Double
    public var label: String

    public init(_ value: Double, _ label: String) {
      self.value = value
      self.label = label
    }
  }

  public var label: String
  public var scale: Scale
  /// The values at both ends; nil takes them from the data, with a little room.
  public var range: ClosedRange<Double>?
  /// Marks instead of the ones chosen for the range, such as the names of bars.
  public var ticks: [Tick]?

  public init(_ label: String = "", scale: Scale = .linear, range: ClosedRange<Double>? = nil, ticks: [Tick]? = nil) {
    self.label = label
    self.scale = scale
    self.range = range
    self.ticks = ticks
  }
}

/// An axis whose ends are settled: values to shares of its length, and the marks along it.
struct ResolvedAxis {
  let scale: Axis.Scale
  let low: Double
  let high: Double
  private let from: Double
  private let to: Double

  /// - Parameters:
  ///   - padding: room beyond the data at each end, as a share of their extent.
  ///   - standsOnZero: no room below 0, for bars that stand there.
  init(_ axis: Axis, extent: (low: Double, high: Double)?, padding: Double, standsOnZero: Bool = false) {
    scale = axis.scale
    var (low, high) = extent ?? (axis.scale == .log ? (0.1, 1) : (0, 1))
    if let range = axis.range { (low, high) = (range.lowerBound, range.upperBound) }
    let isFixed = axis.range != nil
    switch axis.scale {
    case .linear:
      if !(low < high) {
        let room = low == 0 ? 1 : abs(low) * 0.1
        (low, high) = (low - room, high + room)
      } else if !isFixed {
        let room = (high - low) * padding
        (low, high) = (standsOnZero && low == 0 ? 0 : low - room, high + room)
      }
      from = low
      to = high
    case .log:
      low = max(low, 1e-300)
      high = max(high, low)
      if !(low < high) {
        (low, high) = (low / 3, high * 3)
      } else if !isFixed {
        let room = pow(high / low, padding)
        (low, high) = (low / room, high * room)
      }
      from = log10(low)
      to = log10(high)
    }
    self.low = low
    self.high = high
  }

  /// The same axis reaching `factor` times as far about its middle.
  func widened(by factor: Double) -> ResolvedAxis {
    let (middle, half) = ((low + high) / 2, (high - low) / 2 * factor)
    return ResolvedAxis(Axis(scale: .linear, range: middle - half...middle + half), extent: nil, padding: 0)
  }

  /// 0 at the low end, 1 at the high end; nil where the axis has no place for the value.
  func share(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    switch scale {
    case .linear: return (value - from) / (to - from)
    case .log: return value > 0 ? (log10(value) - from) / (to - from) : nil
    }
  }

  /// The value at a share of the axis's length.
  func value(atShare share: Double) -> Double {
    let v = from + share * (to - from)
    return scale == .linear ? v : pow(10, v)
  }

  // MARK: - Ticks

  /// About `count` marks at round values, with labels that tell them apart.
  func ticks(count: Int) -> [Axis.Tick] {
    switch scale {
    case .linear: return linearTicks(count: max(2, count))
    case .log: return logTicks(count: max(2, count))
    }
  }

  private func linearTicks(count: Int) -> [Axis.Tick] {
    let (step, exponent) = niceStep((high - low) / Double(count))
    let slack = step * 1e-6
    var index = ((low - slack) / step).rounded(.up)
    var values: [Double] = []
    while index * step <= high + slack, values.count < 100 {
      values.append(index * step)
      index += 1
    }
    let largest = values.map { abs($0) }.max() ?? 0
    let magnitude = largest > 0 ? NumberText.exponent(of: largest) : 0
    if magnitude >= 5 || magnitude < -3 {
      // Far from 1: every label as a multiple of the same power of ten.
      let unit = NumberText.powerOfTen(magnitude)
      let digits = max(0, magnitude - exponent)
      return values.map { value in
        let text = value == 0 ? "0" : NumberText.fixed(value / unit, digits: digits)
        return Axis.Tick(value, value == 0 ? "0" : "\(text)·10\(NumberText.raised(magnitude))")
      }
    }
    return values.map { Axis.Tick($0, NumberText.fixed($0, digits: max(0, -exponent))) }
  }

  /// The smallest of 1, 2, 5 times a power of ten that is not below `raw`, and the power.
  private func niceStep(_ raw: Double) -> (step: Double, exponent: Int) {
    guard raw > 0, raw.isFinite else { return (1, 0) }
    let exponent = NumberText.exponent(of: raw)
    for factor in [1.0, 2, 5] {
      let step = NumberText.scaled(factor, exponent)
      if step >= raw * (1 - 1e-9) { return (step, exponent) }
    }
    return (NumberText.scaled(1, exponent + 1), exponent + 1)
  }

  private func logTicks(count: Int) -> [Axis.Tick] {
    let first = Int((from - 1e-9).rounded(.up))
    let last = Int((to + 1e-9).rounded(.down))
    let decades = last - first + 1
    if decades < 2 {
      // Less than two powers of ten: 1, 2, 5 within them, or round steps where even those are too few.
      var result: [Axis.Tick] = []
      for exponent in first - 1...max(first, last + 1) {
        for factor in [1.0, 2, 5] {
          let value = NumberText.scaled(factor, exponent)
          if value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) {
            result.append(Axis.Tick(value, NumberText.short(value)))
          }
        }
      }
      return result.count >= 2 ? result : linearTicks(count: min(count, 4)).filter { $0.value > 0 }
    }
    let stride = max(1, (decades + count - 1) / count)
    let isPlain = first >= -3 && last <= 4
    return Swift.stride(from: first, through: last, by: stride).map { exponent in
      let value = NumberText.scaled(1, exponent)
      return Axis.Tick(value, isPlain ? NumberText.short(value) : "10\(NumberText.raised(exponent))")
    }
  }

  /// The places of 2, 3, … 9 times each power of ten, where there is room for them.
  func minorTicks() -> [Double] {
    guard scale == .log, to - from <= 8 else { return [] }
    var result: [Double] = []
    for exponent in Int(from.rounded(.down))...Int(to.rounded(.up)) {
      for factor in 2...9 {
        let value = NumberText.scaled(Double(factor), exponent)
        if value > low, value < high { result.append(value) }
      }
    }
    return result
  }
}
