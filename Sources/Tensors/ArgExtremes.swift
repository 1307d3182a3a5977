extension Tensor {
  /// The positions along `axis` of the largest scalars, the first where several are equal, in row-major order of the
  /// other axes. NaN counts as the largest, as in PyTorch.
  public func argMax(axis: Int) -> [Int] { argExtreme(axis: axis, sign: 1) }

  /// The positions along `axis` of the smallest scalars, the first where several are equal, in row-major order of the
  /// other axes. NaN counts as the smallest, as in PyTorch.
  public func argMin(axis: Int) -> [Int] { argExtreme(axis: axis, sign: -1) }

  /// The row-major position of the largest of all scalars.
  public func argMax() -> Int { reshaped([scalarCount]).argMax(axis: 0)[0] }

  /// The row-major position of the smallest of all scalars.
  public func argMin() -> Int { reshaped([scalarCount]).argMin(axis: 0)[0] }

  private func argExtreme(axis: Int, sign: Float) -> [Int] {
    let axis = resolved(axis)
    let (outer, length, inner) = layout(around: axis)
    guard length > 0 else { fatalError("argMax/argMin: axis \(axis) of shape \(shape) is empty.") }
    let x = pointer
    return [Int](unsafeUninitializedCapacity: outer * inner) { buffer, initialized in
      initialized = outer * inner
      guard let places = buffer.baseAddress, initialized > 0 else { return }
      parallelRows(outer, length: length * inner) { blocks in
        for block in blocks {
          let rows = x + block * length * inner
          let place = places + block * inner
          if inner == 1 {
            var best = (value: rows[0], row: 0)
            for row in 1..<Swift.max(length, 1) where Self.isBetter(rows[row], than: best.value, sign) {
              best = (rows[row], row)
            }
            place[0] = best.row
            continue
          }
          for column in 0..<inner { place[column] = 0 }
          for row in 1..<Swift.max(length, 1) {
            let source = rows + row * inner
            for column in 0..<inner {
              let best = rows[place[column] * inner + column]
              if Self.isBetter(source[column], than: best, sign) { place[column] = row }
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func isBetter(_ x: Float, than best: Float, _ sign: Float) -> Bool {
    x * sign > best * sign || (x != x && best == best)
  }
}
