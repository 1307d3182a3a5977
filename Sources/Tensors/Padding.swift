/// What stands outside of a padded tensor's own scalars.
public enum PaddingMode: Sendable {
  /// One number.
  case constant(Float)
  /// The scalars mirrored at the border, which is not repeated: c b | a b c | b a. Shorter than the axis.
  case reflect
  /// The border repeated: a a | a b c | c c.
  case replicate
}

extension Tensor {
  /// With more entries before and after the last axes, as many of these as there are widths: `[(1, 1), (2, 0)]` adds a
  /// row above, one below, and two columns on the left.
  ///
  /// Along the last axis of abc, width (1, 2): `0 a b c 0 0`, `.reflect` `b a b c b a`, `.replicate` `a a b c c c`.
  public func padded(_ widths: [(before: Int, after: Int)], mode: PaddingMode = .constant(0)) -> Tensor {
    guard widths.count <= ndim, widths.allSatisfy({ $0.before >= 0 && $0.after >= 0 }) else {
      fatalError("padded: the widths \(widths) must not be negative, nor more than the axes of shape \(shape).")
    }
    let lead = ndim - widths.count
    switch mode {
    case .constant(let number):
      let all = [(before: Int, after: Int)](repeating: (0, 0), count: lead) + widths
      let whole = zip(shape, all).map { $0 + $1.before + $1.after }
      return placed(in: whole, at: all.map(\.before), around: number)
    case .reflect, .replicate:
      var result = self
      for (index, width) in widths.enumerated() where width.before + width.after > 0 {
        let length = shape[lead + index]
        let places: [Int]
        if case .reflect = mode {
          guard Swift.max(width.before, width.after) < length else {
            fatalError("padded: axis \(lead + index) of shape \(shape) is too short to be reflected by \(width).")
          }
          places = (-width.before..<length + width.after).map { place in
            place < 0 ? -place : (place < length ? place : 2 * (length - 1) - place)
          }
        } else {
          guard length > 0 else {
            fatalError("padded: axis \(lead + index) of shape \(shape) is empty, there is no border to repeat.")
          }
          places = (-width.before..<length + width.after).map { Swift.min(Swift.max($0, 0), length - 1) }
        }
        result = result.take(places, axis: lead + index)
      }
      return result
    }
  }

  /// With zeros before and after along one axis.
  public func padded(axis: Int, before: Int, after: Int) -> Tensor {
    let axis = resolved(axis)
    let rest = [(before: Int, after: Int)](repeating: (0, 0), count: ndim - axis - 1)
    return padded([(before, after)] + rest)
  }

  /// The part of this tensor in the given ranges, one an axis.
  public func sliced(_ ranges: [Range<Int>]) -> Tensor {
    guard ranges.count == ndim, zip(ranges, shape).allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= $1 }) else {
      fatalError("sliced: the ranges \(ranges) do not lie in a tensor of shape \(shape).")
    }
    let part = ranges.map(\.count)
    if part == shape { return self }
    let starts = ranges.map(\.lowerBound)
    let box = Box(part, at: starts, in: shape)
    let x = pointer
    let value = Tensor(shape: part) { y in
      parallelRows(box.rows, length: box.run) { rows in
        for row in rows { (y + row * box.run).update(from: x + box.offset(ofRow: row), count: box.run) }
      }
    }
    let whole = shape
    return value.recorded(from: [self]) { g, _, _ in g.placed(in: whole, at: starts, around: 0) }
  }

  /// The part `range` of one axis.
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    let axis = resolved(axis)
    guard range.lowerBound >= 0, range.upperBound <= shape[axis] else {
      fatalError("sliced: \(range) is outside of axis \(axis) of shape \(shape).")
    }
    return sliced(shape.indices.map { $0 == axis ? range : 0..<shape[$0] })
  }

  /// This tensor as a box inside of a larger one of otherwise one number: the transpose of ``sliced(_:)``.
  private func placed(in whole: [Int], at starts: [Int], around number: Float) -> Tensor {
    if whole == shape { return self }
    let box = Box(shape, at: starts, in: whole)
    let x = pointer
    let value = Tensor(shape: whole) { y in
      y.update(repeating: number, count: whole.reduce(1, *))
      parallelRows(box.rows, length: box.run) { rows in
        for row in rows { (y + box.offset(ofRow: row)).update(from: x + row * box.run, count: box.run) }
      }
    }
    let ranges = zip(starts, shape).map { $0..<$0 + $1 }
    return value.recorded(from: [self]) { g, _, _ in g.sliced(ranges) }
  }
}

/// A box of a row-major tensor as runs of contiguous scalars.
private struct Box {
  /// The number of runs, and the length of each.
  let rows: Int
  let run: Int
  private let lengths: [Int]
  private let steps: [Int]
  private let start: Int

  init(_ part: [Int], at starts: [Int], in whole: [Int]) {
    var strides = [Int](repeating: 1, count: whole.count)
    for axis in strides.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * whole[axis + 1] }
    // The innermost axis of which only a part is taken, and all behind it, make one run.
    let split = part.indices.last { part[$0] != whole[$0] } ?? 0
    lengths = Array(part[..<split])
    steps = Array(strides[..<split])
    rows = lengths.reduce(1, *)
    run = part[split...].reduce(1, *)
    start = zip(starts, strides).map { $0 * $1 }.reduce(0, +)
  }

  @inline(__always)
  func offset(ofRow row: Int) -> Int {
    var rest = row
    var offset = start
    for axis in lengths.indices.reversed() {
      offset += rest % lengths[axis] * steps[axis]
      rest /= lengths[axis]
    }
    return offset
  }
}
