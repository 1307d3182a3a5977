extension Tensor {
  /// Along one axis, yᵢ = x₀ + … + xᵢ; reversed, yᵢ = xᵢ + … + xₙ₋₁. Each is the other's transpose, hence its
  /// derivative.
  ///
  /// The running sum is kept in Double: in Float32 its error would grow with the length of the row.
  public func cumulativeSum(axis: Int, reversed: Bool = false) -> Tensor {
    let axis = resolved(axis)
    let (outer, length, inner) = layout(around: axis)
    let x = pointer
    let value = Tensor(shape: shape) { y in
      if inner == 1 {
        parallelRows(outer, length: 4 * length) { rows in
          for row in rows {
            var sum = 0.0
            for step in 0..<length {
              let place = row * length + (reversed ? length - 1 - step : step)
              sum += Double(x[place])
              y[place] = Float(sum)
            }
          }
        }
        return
      }
      let width = Swift.min(Swift.max(inner, 1), 128)
      let pieces = (inner + width - 1) / width
      parallelRows(outer * pieces, length: 2 * length * width) { tasks in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { sums in
          let sums = sums.baseAddress!
          for task in tasks {
            let (block, piece) = task.quotientAndRemainder(dividingBy: pieces)
            let start = block * length * inner + piece * width
            let columns = Swift.min(width, inner - piece * width)
            sums.update(repeating: 0, count: columns)
            for step in 0..<length {
              let place = start + (reversed ? length - 1 - step : step) * inner
              for column in 0..<columns {
                sums[column] += Double(x[place + column])
                y[place + column] = Float(sums[column])
              }
            }
          }
        }
      }
    }
    return value.recorded(from: [self]) { g, _, _ in g.cumulativeSum(axis: axis, reversed: !reversed) }
  }

  /// The entries of one axis in reverse order.
  public func flipped(axis: Int) -> Tensor { take((0..<dim(axis)).reversed(), axis: axis) }
}
