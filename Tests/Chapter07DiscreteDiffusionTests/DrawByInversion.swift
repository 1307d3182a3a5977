import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

/// Draws an index by its probability: the oracle that the samplers' rungs hand in, so that exercise 7.10 is not needed
/// before 7.7.
func drawByInversion(_ probabilities: [Double], _ rng: inout RandomStream) -> Int {
  let target = rng.nextUniform() * probabilities.reduce(0, +)
  var sum = 0.0
  for (index, probability) in probabilities.enumerated() {
    sum += probability
    if sum > target { return index }
  }
  return probabilities.lastIndex { $0 > 0 } ?? 0
}
