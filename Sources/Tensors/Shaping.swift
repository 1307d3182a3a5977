extension Tensor {
  /// The same scalars in the same order under another shape, without a copy. One length may be −1: it is worked out.
  public func reshaped(_ shape: [Int]) -> Tensor {
    if shape == self.shape { return self }
    var shape = shape
    let known = shape.filter { $0 != -1 }.reduce(1, *)
    if let free = shape.firstIndex(of: -1), known > 0 { shape[free] = scalarCount / known }
    guard shape.reduce(1, *) == scalarCount, shape.allSatisfy({ $0 >= 0 }) else {
      fatalError("reshaped: a tensor of shape \(self.shape) has \(scalarCount) scalars, which do not fill \(shape).")
    }
    return Tensor(storage: storage, shape: shape).recorded(from: [self]) { g, _, _ in g.reshaped(self.shape) }
  }

  /// Without an axis of length 1.
  public func squeezed(axis: Int) -> Tensor {
    let axis = resolved(axis)
    guard shape[axis] == 1 else { fatalError("squeezed: axis \(axis) of shape \(shape) is not of length 1.") }
    var shape = shape
    shape.remove(at: axis)
    return reshaped(shape)
  }

  /// With a new axis of length 1 at `axis` of the result.
  public func expandedDimensions(axis: Int) -> Tensor {
    let position = axis < 0 ? axis + shape.count + 1 : axis
    guard (0...shape.count).contains(position) else {
      fatalError("expandedDimensions: there is no place \(axis) for a new axis in shape \(shape).")
    }
    var shape = shape
    shape.insert(1, at: position)
    return reshaped(shape)
  }

  /// The last two axes exchanged.
  public func transposed() -> Tensor {
    guard ndim >= 2 else { fatalError("transposed: shape \(shape) has fewer than two axes.") }
    var axes = Array(shape.indices)
    axes.swapAt(ndim - 1, ndim - 2)
    return transposed(axes: axes)
  }

  /// The axes in a new order: axis i of the result is axis `axes[i]` of this tensor.
  public func transposed(axes: [Int]) -> Tensor {
    guard axes.count == ndim, Set(axes) == Set(shape.indices) else {
      fatalError("transposed(axes:): \(axes) is not an order of the axes of shape \(shape).")
    }
    if axes == Array(shape.indices) { return self }
    var strides = [Int](repeating: 1, count: ndim)
    for axis in (0..<ndim - 1).reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let newShape = axes.map { shape[$0] }
    let value = Tensor(shape: newShape) { y in
      Self.copyStrided(pointer, strides: axes.map { strides[$0] }, shape: newShape, to: y)
    }
    let back = axes.indices.map { axis in axes.firstIndex(of: axis)! }
    return value.recorded(from: [self]) { g, _, _ in g.transposed(axes: back) }
  }

  /// Gathers a strided view into contiguous memory, the two innermost axes in tiles so that both sides stay in the
  /// cache.
  private static func copyStrided(
    _ x: UnsafePointer<Float>, strides: [Int], shape: [Int], to y: UnsafeMutablePointer<Float>
  ) {
    // Merge axes that are contiguous in both.
    var lengths: [Int] = []
    var steps: [Int] = []
    for axis in shape.indices where shape[axis] != 1 {
      if let last = lengths.indices.last, steps[last] == strides[axis] * shape[axis] {
        lengths[last] *= shape[axis]
        steps[last] = strides[axis]
      } else {
        lengths.append(shape[axis])
        steps.append(strides[axis])
      }
    }
    while lengths.count < 2 {
      lengths.insert(1, at: 0)
      steps.insert(0, at: 0)
    }
    let columns = lengths.removeLast()
    let columnStep = steps.removeLast()
    let rows = lengths.removeLast()
    let rowStep = steps.removeLast()
    let planes = lengths.reduce(1, *)
    let outerLengths = lengths
    let outerSteps = steps
    guard planes * rows * columns > 0 else { return }
    let tile = 32
    let rowTiles = (rows + tile - 1) / tile
    parallelRows(planes * rowTiles, length: Swift.min(rows, tile) * columns) { tasks in
      for task in tasks {
        var rest = task / rowTiles
        var offset = 0
        for axis in outerLengths.indices.reversed() {
          offset += rest % outerLengths[axis] * outerSteps[axis]
          rest /= outerLengths[axis]
        }
        let source = x + offset
        let target = y + task / rowTiles * rows * columns
        let first = task % rowTiles * tile
        let rowRange = first..<Swift.min(rows, first + tile)
        if columnStep == 1 {
          for row in rowRange { (target + row * columns).update(from: source + row * rowStep, count: columns) }
          continue
        }
        var column = 0
        while column < columns {
          let end = Swift.min(columns, column + tile)
          for row in rowRange {
            for c in column..<end { target[row * columns + c] = source[row * rowStep + c * columnStep] }
          }
          column = end
        }
      }
    }
  }

  // MARK: Parts

  /// Entry `index` of the first axis, which disappears.
  public subscript(index: Int) -> Tensor { sliced(axis: 0, index..<index + 1).squeezed(axis: 0) }
}

/// Tensors joined along an axis that they have; all other lengths must agree.
public func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
  guard let first = tensors.first else { fatalError("concatenated: there is nothing to join.") }
  if tensors.count == 1 { return first }
  let axis = first.resolved(axis)
  var whole = first.shape
  whole[axis] = 0
  for tensor in tensors {
    var shape = tensor.shape
    guard shape.count == whole.count else {
      fatalError("concatenated: shapes \(first.shape) and \(tensor.shape) have different numbers of axes.")
    }
    whole[axis] += shape[axis]
    shape[axis] = first.shape[axis]
    guard shape == first.shape else {
      fatalError("concatenated: shapes \(first.shape) and \(tensor.shape) differ in another axis than \(axis).")
    }
  }
  let outer = whole[..<axis].reduce(1, *)
  let inner = whole[(axis + 1)...].reduce(1, *)
  let value = Tensor(shape: whole) { y in
    let parts = tensors.map { (source: UnsafePointer($0.pointer), count: $0.shape[axis] * inner) }
    parallelRows(outer, length: whole[axis] * inner) { blocks in
      for block in blocks {
        var target = y + block * whole[axis] * inner
        for part in parts {
          target.update(from: part.source + block * part.count, count: part.count)
          target += part.count
        }
      }
    }
  }
  return value.recorded(from: tensors) { g, _, index in
    let start = tensors[..<index].reduce(0) { $0 + $1.shape[axis] }
    return g.sliced(axis: axis, start..<start + tensors[index].shape[axis])
  }
}

/// Tensors of one shape joined along a new axis.
public func stacked(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
  concatenated(tensors.map { $0.expandedDimensions(axis: axis) }, axis: axis)
}
