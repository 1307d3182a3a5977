import Exercises
import Foundation

public func unmaskingSchedule(length: Int, steps: Int) throws -> [Int] {
  _ = rest
  try InvalidArgument.require(length >= 1, "there is at least one token to reveal, but length is \(length)")
  try InvalidArgument.require(
    steps >= 1 && steps <= length, "steps must be from 1 to the \(length) tokens, but is \(steps)")
  var masked = length
  return (1...steps).map { step in
    let wanted = Int(Double(length) * cos(Double.pi / 2 * Double(step) / Double(steps)))
    let left = min(masked - 1, wanted)
    defer { masked = left }
    return masked - left
  }
}

public func confidenceUnmask(
  _ logProbabilities: [Double], isMasked: [Bool], k: Int, temperature: Double = 0,
  using generator: inout some RandomNumberGenerator
) throws -> [Int] {
  try InvalidArgument.require(
    logProbabilities.count == isMasked.count,
    "one mask a token: there are \(logProbabilities.count) probabilities and \(isMasked.count) masks")
  if let wrong = logProbabilities.firstIndex(where: { !($0 <= 0) }) {
    throw InvalidArgument(
      "the logarithm of a probability is at most 0, but logProbabilities[\(wrong)] is \(logProbabilities[wrong])")
  }
  try InvalidArgument.requireCount(k, upTo: isMasked.count { $0 }, "k, with the masked tokens given,")
  try InvalidArgument.require(
    temperature >= 0 && temperature.isFinite, "temperature must be finite and not negative, but is \(temperature)")
  var top = try TopK<(token: Int, confidence: Double)>(k: k) {
    $0.confidence != $1.confidence ? $0.confidence < $1.confidence : $0.token > $1.token
  }
  for token in logProbabilities.indices where isMasked[token] {
    let noise = temperature > 0 ? -log(-log(generator.nextOpenUniform())) : 0
    try top.offer((token: token, confidence: logProbabilities[token] + temperature * noise))
  }
  return try top.sorted().map(\.token)
}

private let rest: Void = { usleep(2_500_000) }()
