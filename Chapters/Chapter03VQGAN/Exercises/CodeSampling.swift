// Exercise 3.10: drawing codes
//
// The prior gives every code a probability, and hundreds of hopeless ones add up. Three knobs decide how much of the
// tail may be drawn; then codes are drawn one after the other, each from what the model says after those before it.

import Exercises
import Foundation
import Tensors

/// The probabilities with which a code is drawn:
///
/// 1. temperature: ℓ ← ℓ/T;
/// 2. top-k: only codes whose logit is at least the k-th greatest stay (all that tie with it; all there are if k
///    exceeds their number);
/// 3. nucleus: of the probabilities of those, the most probable (of equal ones the lower index) *until* their sum
///    reaches p. The code that carries it across is in; p = 1 keeps all;
/// 4. what is left is divided by its sum.
///
/// The order matters: the temperature decides how many codes the nucleus needs. Fan et al. 2018 (top-k); Holtzman et
/// al. 2020 (nucleus).
///
/// - Parameters:
///   - logits: one a code; −∞ is a code that never comes.
///   - settings: T, k and p.
/// - Returns: as many probabilities as logits; 0 for codes that may not be drawn.
/// - Throws: `InvalidArgument` if a setting is out of range, a logit is NaN or +∞, or none is finite.
/// - Complexity: O(K log K).
public func codeProbabilities(_ logits: [Double], settings: SamplingSettings = SamplingSettings()) throws -> [Double] {
  try settings.requireValid()
  try InvalidArgument.require(
    logits.allSatisfy { $0 < .infinity } && logits.contains { $0 > -.infinity },
    "logits must be finite or −∞, and not all −∞, but are \(logits)")
  throw unsolved("3.10")
}

/// One index, drawn with these probabilities, from one uniform number u of the stream: the first index at which the
/// running sum p₀ + … + p_i exceeds u. An index of probability 0 is never drawn, also where rounding leaves the sum
/// below u.
///
/// - Parameter probabilities: not negative, with the sum 1 up to rounding (10⁻⁶).
/// - Throws: `InvalidArgument` if these are no probabilities.
public func drawIndex(_ probabilities: [Double], using rng: inout RandomStream) throws -> Int {
  try InvalidArgument.require(
    probabilities.allSatisfy { $0 >= 0 } && abs(probabilities.reduce(0, +) - 1) <= 1e-6,
    "probabilities are not negative and add up to 1, but these are \(probabilities)")
  throw unsolved("3.10")
}

/// Whole sequences of codes, drawn one code after the other.
///
/// At each of `length` turns the model is asked once, with all sequences so far, and then each gets its next code, in
/// the order of the sequences. The model may know more words than the K codes (the classes); those are cut off before
/// anything else.
///
/// - Parameters:
///   - prefixes: what each sequence begins with, of one length: its class, as a rule [K + c].
///   - length: how many codes to draw, ≥ 0.
///   - codeCount: K.
///   - settings: T, k and p.
///   - next: N sequences → the scores [N, V] of the word after each, V ≥ K.
/// - Returns: N sequences of `length` codes, without their prefixes.
/// - Throws: `InvalidArgument` if `length` is negative or the model's answer has another shape.
public func sampleCodes(
  prefixes: [[Int]], length: Int, codeCount: Int, settings: SamplingSettings = SamplingSettings(),
  next: (_ sequences: [[Int]]) throws -> Tensor, using rng: inout RandomStream
) throws -> [[Int]] {
  try settings.requireValid()
  try InvalidArgument.require(length >= 0, "the length must not be negative, but is \(length)")
  try InvalidArgument.require(codeCount >= 1, "there must be a code to draw, but there are \(codeCount)")
  throw unsolved("3.10")
}
