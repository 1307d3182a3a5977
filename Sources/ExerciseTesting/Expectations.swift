/// The condition holds.
///
/// - Parameter message: what is wrong if it doesn't, and the likely mistake: `"c_skip must be 1 at σ = 0"`.
public func expect(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #filePath, line: UInt = #line
) {
  Assertions.record(condition, message(), file: file, line: line)
}

/// The two values are equal: integers, arrays of integers, strings, truth values.
public func expectEqual<Value: Equatable>(
  _ got: Value, _ want: Value, _ message: @autoclosure () -> String = "", file: StaticString = #filePath,
  line: UInt = #line
) {
  Assertions.record(got == want, "got \(got), want \(want)" + said(message()), file: file, line: line)
}

/// `got` lies within `max(absolute, relative · |want|)` of `want`. NaN is close to nothing.
public func expectClose(
  _ got: Double, _ want: Double, relative: Double = 1e-5, absolute: Double = 0,
  _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  let tolerance = Tolerance(relative: relative, absolute: absolute)
  Assertions.record(
    tolerance.accepts(got, want), tolerance.complaint(got, want) + said(message()), file: file, line: line)
}

/// `got` lies within `max(absolute, relative · |want|)` of `want`. NaN is close to nothing.
public func expectClose(
  _ got: Float, _ want: Float, relative: Double = 1e-5, absolute: Double = 0,
  _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  expectClose(
    Double(got), Double(want), relative: relative, absolute: absolute, message(), file: file, line: line)
}

/// The arrays have the same length, and each element is close. The failure names the first element that is not.
public func expectClose(
  _ got: [Double], _ want: [Double], relative: Double = 1e-5, absolute: Double = 0,
  _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  let complaint = Tolerance(relative: relative, absolute: absolute).complaint(got, want) { "[\($0)]" }
  Assertions.record(complaint == nil, (complaint ?? "") + said(message()), file: file, line: line)
}

/// The arrays have the same length, and each element is close. The failure names the first element that is not.
public func expectClose(
  _ got: [Float], _ want: [Float], relative: Double = 1e-5, absolute: Double = 0,
  _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  expectClose(
    got.map(Double.init), want.map(Double.init), relative: relative, absolute: absolute, message(), file: file,
    line: line)
}

/// The number is neither infinite nor NaN.
public func expectFinite(
  _ got: Double, _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  Assertions.record(got.isFinite, "got \(got), want a finite number" + said(message()), file: file, line: line)
}

/// No number of the array is infinite or NaN.
public func expectFinite(
  _ got: [Double], _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  let first = got.firstIndex { !$0.isFinite }
  Assertions.record(
    first == nil, "[\(first ?? 0)] is \(first.map { got[$0] } ?? 0), want finite numbers" + said(message()),
    file: file, line: line)
}

/// What the author says about a failure, set off from what was measured.
func said(_ message: String) -> String { message.isEmpty ? "" : ": " + message }
