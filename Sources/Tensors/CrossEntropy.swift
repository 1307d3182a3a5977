/// The mean of −ln softmax(logits)[target] over all rows: the loss of a classifier or of a language model, from scores
/// of any size without overflow.
///
/// - Parameters:
///   - logits: `[…, K]`, one row of scores a prediction.
///   - targets: the right class of every row, in row-major order.
/// - Returns: a single number.
public func crossEntropy(_ logits: Tensor, targets: [Int]) -> Tensor {
  guard let classes = logits.shape.last, targets.count * classes == logits.scalarCount, !targets.isEmpty else {
    fatalError("crossEntropy: \(targets.count) targets do not fit the logits \(logits.shape), one a row.")
  }
  if let wrong = targets.first(where: { !(0..<classes).contains($0) }) {
    fatalError("crossEntropy: target \(wrong) is not one of the \(classes) classes of the logits \(logits.shape).")
  }
  let rows = targets.count
  let x = logits.pointer
  // The largest score of a row, and ln Σ e^(score − largest): kept apart, so that no digits of large scores are lost.
  let logSums = Storage(count: 2 * rows)
  let losses = Storage(count: rows)
  parallelRows(rows, length: 4 * classes) { range in
    let terms = Storage(count: classes)
    for row in range {
      let scores = x + row * classes
      let (largest, sum) = SoftmaxRow.exponentials(scores, to: terms.pointer, count: classes)
      let logSum = VectorMath.log(sum)
      logSums.pointer[2 * row] = largest
      logSums.pointer[2 * row + 1] = logSum
      losses.pointer[row] = logSum - (scores[targets[row]] - largest)
    }
  }
  let value = Tensor(shape: []) { $0[0] = Summation.parallelSum(losses.pointer, count: rows) / Float(rows) }
  return value.recorded(from: [logits]) { g, _, _ in
    if isRecording(g, logits) {
      var hits = [Float](repeating: 0, count: logits.scalarCount)
      for (row, target) in targets.enumerated() { hits[row * classes + target] = 1 }
      return (softmax(logits) - Tensor(hits, shape: logits.shape)) * (g / Float(rows))
    }
    let share = g.item() / Float(rows)
    return Tensor(shape: logits.shape) { d in
      parallelRows(rows, length: 4 * classes) { range in
        for row in range {
          let (d, x) = (d + row * classes, x + row * classes)
          let (largest, logSum) = (logSums.pointer[2 * row], logSums.pointer[2 * row + 1])
          for index in 0..<classes { d[index] = VectorMath.exp((x[index] - largest) - logSum) * share }
          d[targets[row]] -= share
        }
      }
    }
  }
}
