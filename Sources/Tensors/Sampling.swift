#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

// MARK: Classes

/// Classes drawn from each row of the last axis, with probabilities in proportion to the row's weights (they need not
/// sum to 1).
///
/// By the inverse of the distribution function in Double, from a uniform number of 53 bits: the frequencies are right
/// however many classes there are or draws are made, and a class of probability 0 is never drawn. In Float32 neither
/// holds.
///
/// - Parameters:
///   - weights: not negative, finite, and not all 0 in any row: anything else stops the program.
///   - count: draws a row, independent of each other.
/// - Returns: the classes in row-major order, `[rows × count]`.
/// - Complexity: O(classes + count · log classes) a row.
public func categorical(weights: Tensor, count: Int = 1, using rng: inout RandomStream) -> [Int] {
  drawClasses(weights, count: count, using: &rng) { row, weights in
    if let complaint = complaint(aboutWeights: row) { fatalError("categorical: \(complaint)") }
    for index in row.indices { weights[index] = Double(row[index]) }
  }
}

/// Classes drawn from each row of the last axis with probabilities softmax(logits), formed in Double.
///
/// A logit of −∞ forbids a class; +∞, NaN, or a row of nothing but −∞ stops the program. The rest as in
/// ``categorical(weights:count:using:)``. For a temperature T divide the logits by it.
public func categorical(logits: Tensor, count: Int = 1, using rng: inout RandomStream) -> [Int] {
  drawClasses(logits, count: count, using: &rng) { row, weights in
    if let complaint = complaint(aboutLogits: row) { fatalError("categorical: \(complaint)") }
    let largest = Double(row.max()!)
    for index in row.indices { weights[index] = exp(Double(row[index]) - largest) }
  }
}

/// Why nothing can be drawn with these weights; nil if it can.
func complaint(aboutWeights row: UnsafeBufferPointer<Float>) -> String? {
  if let wrong = row.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
    return "the weight of class \(wrong) is \(row[wrong]): weights must be finite and not negative."
  }
  if row.contains(where: { $0 > 0 }) { return nil }
  return "all \(row.count) weights of a row are 0: there is nothing to draw."
}

/// Why nothing can be drawn with these logits; nil if it can.
func complaint(aboutLogits row: UnsafeBufferPointer<Float>) -> String? {
  if let wrong = row.firstIndex(where: { !($0 < .infinity) }) {
    return "the logit of class \(wrong) is \(row[wrong]): they must be finite, or −∞ to forbid a class."
  }
  if row.contains(where: { $0 > -.infinity }) { return nil }
  return "all \(row.count) logits of a row are −∞: there is nothing to draw."
}

@inline(__always)
private func drawClasses(
  _ x: Tensor, count: Int, using rng: inout RandomStream,
  _ fill: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Double>) -> Void
) -> [Int] {
  guard x.ndim > 0, x.dim(-1) > 0, count >= 0 else {
    fatalError("categorical: \(count) draws from rows of classes are not to be had from a tensor of shape \(x.shape).")
  }
  let classes = x.dim(-1)
  let rows = x.scalarCount / classes
  let uniforms = (0..<rows * count).map { _ in rng.nextUniform() }
  return [Int](unsafeUninitializedCapacity: rows * count) { buffer, initialized in
    initialized = rows * count
    guard let result = buffer.baseAddress, initialized > 0 else { return }
    parallelRows(rows, length: 8 * classes) { rows in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { sums in
        for row in rows {
          fill(UnsafeBufferPointer(start: x.pointer + row * classes, count: classes), sums)
          for index in 1..<max(classes, 1) { sums[index] += sums[index - 1] }
          let sums = UnsafeBufferPointer(sums)
          for draw in row * count..<(row + 1) * count { result[draw] = classIndex(uniforms[draw], sums) }
        }
      }
    }
  }
}

/// The class i with S_{i−1} ≤ u S < S_i, of cumulative weights S_i with sum S: never one of weight 0, for which the two
/// are equal.
func classIndex(_ uniform: Double, _ sums: UnsafeBufferPointer<Double>) -> Int {
  let total = sums[sums.count - 1]
  // u S can round up to S itself; then the last class that has a weight is meant.
  let target = min(uniform * total, total.nextDown)
  var low = 0
  var high = sums.count - 1
  while low < high {
    let middle = (low + high) / 2
    if target < sums[middle] { high = middle } else { low = middle + 1 }
  }
  return low
}

// MARK: Gumbel-max

/// A class drawn from each row of the last axis with probabilities softmax(logits): the place of the largest
/// logit + Gumbel noise, in Double ("Gumbel-max", Gumbel 1954). The same law as ``categorical(logits:count:using:)``.
public func gumbelMax(logits: Tensor, using rng: inout RandomStream) -> [Int] {
  gumbelTopK(logits: logits, k: 1, using: &rng)
}

/// k different classes drawn from each row of the last axis one after the other, without replacement, each with the
/// probability that softmax gives it among those that are left: the places of the k largest logits + Gumbel noise,
/// largest first (W. Kool et al., "Stochastic beams and where to find them", ICML 2019).
///
/// - Parameter logits: −∞ forbids a class; each row needs k others.
/// - Returns: the classes in row-major order, `[rows × k]`.
/// - Complexity: O(classes · log k) a row.
public func gumbelTopK(logits: Tensor, k: Int, using rng: inout RandomStream) -> [Int] {
  guard logits.ndim > 0, logits.dim(-1) > 0, (0...logits.dim(-1)).contains(k) else {
    fatalError("gumbelTopK: \(k) different classes are not to be had from rows of a tensor of shape \(logits.shape).")
  }
  if k == 0 { return [] }
  let classes = logits.dim(-1)
  let rows = logits.scalarCount / classes
  let noise = rng.gumbelNumbers(rows * classes)
  return [Int](unsafeUninitializedCapacity: rows * k) { buffer, initialized in
    initialized = rows * k
    guard let result = buffer.baseAddress, initialized > 0 else { return }
    parallelRows(rows, length: 16 * classes) { range in
      // The best so far, best first.
      var best: [(score: Double, place: Int)] = []
      for row in range {
        best.removeAll(keepingCapacity: true)
        let logits = UnsafeBufferPointer(start: logits.pointer + row * classes, count: classes)
        if let complaint = complaint(aboutLogits: logits) { fatalError("gumbelTopK: \(complaint)") }
        for place in 0..<classes where logits[place] > -.infinity {
          let score = Double(logits[place]) + noise[row * classes + place]
          if best.count == k, score <= best[k - 1].score { continue }
          if best.count == k { best.removeLast() }
          var low = 0
          var high = best.count
          while low < high {
            let middle = (low + high) / 2
            if best[middle].score >= score { low = middle + 1 } else { high = middle }
          }
          best.insert((score, place), at: low)
        }
        guard best.count == k else {
          fatalError("gumbelTopK: a row has only \(best.count) classes with a logit above −∞, \(k) are wanted.")
        }
        for (index, entry) in best.enumerated() { result[row * k + index] = entry.place }
      }
    }
  }
}
