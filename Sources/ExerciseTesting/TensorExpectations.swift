import Tensors

/// The tensors have the same shape, and each element is close. The failure names the first element that is not.
public func expectClose(
  _ got: Tensor, _ want: Tensor, relative: Double = 1e-5, absolute: Double = 0,
  _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  let complaint: String?
  if got.shape != want.shape {
    complaint = "got the shape \(got.shape), want \(want.shape)"
  } else {
    complaint = Tolerance(relative: relative, absolute: absolute)
      .complaint(got.scalars.map(Double.init), want.scalars.map(Double.init)) { place(of: $0, in: got.shape) }
  }
  Assertions.record(complaint == nil, (complaint ?? "") + said(message()), file: file, line: line)
}

/// The tensor has this shape.
public func expectShape(
  _ got: Tensor, _ shape: [Int], _ message: @autoclosure () -> String = "", file: StaticString = #filePath,
  line: UInt = #line
) {
  Assertions.record(
    got.shape == shape, "got the shape \(got.shape), want \(shape)" + said(message()), file: file, line: line)
}

/// No element of the tensor is infinite or NaN.
public func expectFinite(
  _ got: Tensor, _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
  expectFinite(got.scalars.map(Double.init), message(), file: file, line: line)
}

/// The indices of the element with this number in a row-major tensor: `[1, 0, 3]`.
private func place(of element: Int, in shape: [Int]) -> String {
  var rest = element
  var indices: [Int] = []
  for size in shape.reversed() where size > 0 {
    indices.insert(rest % size, at: 0)
    rest /= size
  }
  return "\(indices)"
}
