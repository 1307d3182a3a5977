extension Tensor {
  // MARK: Whole rows

  /// The entries of one axis at the given places, in that order, repeats allowed. Gradients of repeats add up.
  ///
  /// This is how an embedding is looked up: `weight.take(tokens)`.
  public func take(_ indices: [Int], axis: Int = 0) -> Tensor {
    let axis = resolved(axis)
    let (outer, length, inner) = layout(around: axis)
    if let wrong = firstOutside(indices, length) {
      fatalError("take: index \(wrong) is outside of axis \(axis) of shape \(shape).")
    }
    var part = shape
    part[axis] = indices.count
    let x = pointer
    let count = indices.count
    let value = Tensor(shape: part) { y in
      indices.withUnsafeBufferPointer { indices in
        if inner == 1 {
          parallelRows(outer, length: count) { blocks in
            for block in blocks {
              let source = x + block * length
              let target = y + block * count
              for place in 0..<count { target[place] = source[indices[place]] }
            }
          }
        } else {
          parallelRows(outer * count, length: inner) { rows in
            for row in rows {
              let (block, place) = row.quotientAndRemainder(dividingBy: count)
              (y + row * inner).update(from: x + (block * length + indices[place]) * inner, count: inner)
            }
          }
        }
      }
    }
    return value.recorded(from: [self]) { g, _, _ in g.scatterAdded(indices, axis: axis, length: length) }
  }

  /// Zeros of length `length` along `axis`, with entry i of this tensor added at `indices[i]`: the transpose of
  /// ``take(_:axis:)``.
  public func scatterAdded(_ indices: [Int], axis: Int = 0, length: Int) -> Tensor {
    let axis = resolved(axis)
    guard indices.count == shape[axis], firstOutside(indices, length) == nil else {
      fatalError(
        "scatterAdded: \(shape[axis]) indices below \(length) are needed for axis \(axis) of shape \(shape), "
          + "not \(indices.count) up to \(indices.max() ?? -1).")
    }
    let (outer, count, inner) = layout(around: axis)
    var whole = shape
    whole[axis] = length
    let x = pointer
    let value = Tensor(shape: whole) { y in
      y.update(repeating: 0, count: outer * length * inner)
      indices.withUnsafeBufferPointer { indices in
        parallelColumns(outer: outer, columns: inner, length: count) { block, columns in
          for place in 0..<count {
            let source = x + (block * count + place) * inner
            let target = y + (block * length + indices[place]) * inner
            for column in columns { target[column] += source[column] }
          }
        }
      }
    }
    return value.recorded(from: [self]) { g, _, _ in g.take(indices, axis: axis) }
  }

  // MARK: Single elements

  /// Along one axis, for every place its own index: with axis 1 of three
  ///
  ///     y[i, j, k] = x[i, indices[i, j, k], k]
  ///
  /// (PyTorch's `gather`). A loss picks each row's own class with it:
  /// `logSoftmax(logits).gathered(labels, shape: [batch, 1], axis: 1)`.
  ///
  /// - Parameters:
  ///   - indices: the indices in row-major order of `shape`, each below the length of `axis`.
  ///   - shape: the shape of the indices and of the result: as many axes as this tensor has, none of them longer but
  ///     `axis`.
  /// - Complexity: O(number of indices). The gradient is ``scatterAdded(_:at:axis:)``.
  public func gathered(_ indices: [Int], shape: [Int], axis: Int) -> Tensor {
    let axis = resolved(axis)
    let plan = AxisIndexing(indices, shape: shape, axis: axis, in: self.shape, operation: "gathered")
    let x = pointer
    let value = Tensor(shape: shape) { y in
      indices.withUnsafeBufferPointer { indices in
        let indices = indices.baseAddress
        parallelRows(plan.rows, length: plan.columns) { rows in
          guard let indices else { return }
          for row in rows {
            let source = x + plan.offset(ofRow: row)
            let target = y + row * plan.columns
            let index = indices + row * plan.columns
            plan.check(index, "gathered")
            for column in 0..<plan.columns {
              target[column] = source[index[column] * plan.indexStep + column * plan.columnStep]
            }
          }
        }
      }
    }
    let whole = self.shape
    return value.recorded(from: [self]) { g, _, _ in Tensor.zeros(whole).scatterAdded(g, at: indices, axis: axis) }
  }

  /// This tensor with the scalars of `source` added along one axis, each at its own index: with axis 1 of three
  ///
  ///     y = x, then for all i, j, k in row-major order  y[i, indices[i, j, k], k] += source[i, j, k]
  ///
  /// (PyTorch's `scatter_add`), the transpose of ``gathered(_:shape:axis:)``. What meets at one place is added in
  /// that order on any number of threads.
  ///
  /// - Parameters:
  ///   - source: as many axes as this tensor has, none of them longer but `axis`.
  ///   - indices: one a scalar of `source`, in its row-major order.
  /// - Complexity: O(number of scalars of this tensor and of `source`).
  public func scatterAdded(_ source: Tensor, at indices: [Int], axis: Int) -> Tensor {
    let axis = resolved(axis)
    let plan = AxisIndexing(indices, shape: source.shape, axis: axis, in: shape, operation: "scatterAdded")
    let count = scalarCount
    let x = pointer
    let s = source.pointer
    let value = Tensor(shape: shape) { y in
      y.update(from: x, count: count)
      indices.withUnsafeBufferPointer { indices in
        guard let indices = indices.baseAddress else { return }
        @inline(__always) func add(_ row: Int, _ columns: Range<Int>) {
          let target = y + plan.offset(ofRow: row)
          let from = s + row * plan.columns
          let index = indices + row * plan.columns
          plan.check(index, "scatterAdded")
          for column in columns {
            target[index[column] * plan.indexStep + column * plan.columnStep] += from[column]
          }
        }
        if plan.columnStep == 0 {
          // Every row adds to a row of its own.
          parallelRows(plan.rows, length: plan.columns) { rows in for row in rows { add(row, 0..<plan.columns) } }
        } else {
          // Rows of one block may meet, but columns never do.
          let rows = plan.rows / Swift.max(plan.blocks, 1)
          parallelColumns(outer: plan.blocks, columns: plan.columns, length: rows) { block, columns in
            for row in block * rows..<(block + 1) * rows { add(row, columns) }
          }
        }
      }
    }
    let shape = source.shape
    return value.recorded(from: [self, source]) { g, _, index in
      index == 0 ? g : g.gathered(indices, shape: shape, axis: axis)
    }
  }

  /// One row of zeros an index, with a 1 at that index: `[n, classes]`.
  public static func oneHot(_ indices: [Int], classes: Int) -> Tensor {
    if let wrong = firstOutside(indices, classes) {
      fatalError("oneHot: index \(wrong) is not one of \(classes) classes.")
    }
    return Tensor(shape: [indices.count, classes]) { y in
      y.update(repeating: 0, count: indices.count * classes)
      for (row, index) in indices.enumerated() { y[row * classes + index] = 1 }
    }
  }

  /// How many blocks lie around an axis, its length, and how many scalars one entry of it has.
  func layout(around axis: Int) -> (outer: Int, length: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
  }
}

/// The first of the indices that is not in 0 ..< length.
private func firstOutside(_ indices: [Int], _ length: Int) -> Int? {
  // One comparison an index, and no early exit, so that the loop is vectorised.
  var isWrong = false
  for index in indices { isWrong = isWrong || UInt(bitPattern: index) >= UInt(bitPattern: length) }
  return isWrong ? indices.first { !(0..<length).contains($0) } : nil
}

/// Where the scalars of a tensor of indices point to in a larger tensor.
private struct AxisIndexing {
  /// The rows of the indices (all axes but the last), and the length of one.
  let rows: Int
  let columns: Int
  /// The product of the indices' axes before the indexed one.
  let blocks: Int
  /// How far one index, and one column, steps in the larger tensor.
  let indexStep: Int
  let columnStep: Int
  /// The length of the indexed axis.
  private let length: Int
  private let lengths: [Int]
  private let steps: [Int]

  init(_ indices: [Int], shape: [Int], axis: Int, in whole: [Int], operation: StaticString) {
    guard shape.count == whole.count, shape.indices.allSatisfy({ $0 == axis || shape[$0] <= whole[$0] }),
      indices.count == shape.reduce(1, *)
    else {
      fatalError(
        "\(operation): \(indices.count) indices of shape \(shape) do not index axis \(axis) of a tensor of shape "
          + "\(whole): the other axes must not be longer than the tensor's.")
    }
    var strides = [Int](repeating: 1, count: whole.count)
    for axis in strides.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * whole[axis + 1] }
    let last = shape.count - 1
    length = whole[axis]
    columns = shape[last]
    rows = shape[..<last].reduce(1, *)
    blocks = shape[..<axis].reduce(1, *)
    indexStep = strides[axis]
    columnStep = axis == last ? 0 : 1
    lengths = Array(shape[..<last])
    steps = (0..<last).map { $0 == axis ? 0 : strides[$0] }
  }

  /// Stops the program if an index of a row is outside of the axis. Asked row by row: what is checked is then still in
  /// the cache when it is used.
  @inline(__always)
  func check(_ row: UnsafePointer<Int>, _ operation: StaticString) {
    var isWrong = false
    for column in 0..<columns { isWrong = isWrong || UInt(bitPattern: row[column]) >= UInt(bitPattern: length) }
    if isWrong { fail(row, operation) }
  }

  @inline(never)
  private func fail(_ row: UnsafePointer<Int>, _ operation: StaticString) -> Never {
    let wrong = (0..<columns).map { row[$0] }.first { !(0..<length).contains($0) } ?? 0
    fatalError("\(operation): index \(wrong) is outside of an axis of length \(length).")
  }

  /// Where the row of the larger tensor starts that a row of indices points into.
  @inline(__always)
  func offset(ofRow row: Int) -> Int {
    var rest = row
    var offset = 0
    for axis in lengths.indices.reversed() {
      offset += rest % lengths[axis] * steps[axis]
      rest /= lengths[axis]
    }
    return offset
  }
}

/// Calls `body` for every block with ranges of columns that together are all of them: the threads share the blocks, or
/// the columns if there are too few blocks. `length` is the work for one column of a block.
@inline(__always)
private func parallelColumns(outer: Int, columns: Int, length: Int, _ body: (Int, Range<Int>) -> Void) {
  let pieces = outer >= Threads.count ? 1 : max(1, min(Threads.count, columns / 16))
  parallelRows(outer * pieces, length: length * columns / pieces) { tasks in
    for task in tasks {
      let piece = task % pieces
      body(task / pieces, columns * piece / pieces..<columns * (piece + 1) / pieces)
    }
  }
}
