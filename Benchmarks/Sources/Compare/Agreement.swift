import Foundation
import NeuralNetworks
import Tensors

/// Whether two contestants computed the same.
enum Agreement {
  /// The largest distance, as a share of the largest number of `reference`; an error if it is beyond the tolerance.
  ///
  /// - Throws: ``BenchmarkError`` with what is different.
  @discardableResult
  static func check(_ values: URL, against reference: URL, tolerance: Double, who: String) throws -> Double {
    let (a, b) = (try loadSafetensors(from: values), try loadSafetensors(from: reference))
    guard Set(a.keys) == Set(b.keys) else {
      throw BenchmarkError("\(who) gives \(a.keys.sorted()), ours \(b.keys.sorted())")
    }
    var worst = 0.0
    for (key, mine) in b {
      let theirs = a[key]!
      guard theirs.shape == mine.shape else {
        throw BenchmarkError("\(who)'s result \(key) has the shape \(theirs.shape), ours \(mine.shape)")
      }
      var (distance, largest) = (0.0, 0.0)
      mine.withScalars { mine in
        theirs.withScalars { theirs in
          for index in mine.indices {
            // NaN must not pass as agreement.
            let d = Double((mine[index] - theirs[index]).magnitude)
            distance = d > distance || d.isNaN ? d : distance
            largest = max(largest, Double(mine[index].magnitude))
          }
        }
      }
      let relative = distance / max(largest, .leastNormalMagnitude)
      guard largest > 0, relative <= tolerance else {
        throw BenchmarkError(
          "\(who) and ours disagree: result \(key) by \(relative) of the largest number, \(largest); allowed is \(tolerance)"
        )
      }
      worst = max(worst, relative)
    }
    return worst
  }
}
