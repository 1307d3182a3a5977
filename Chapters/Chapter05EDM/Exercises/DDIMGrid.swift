import Exercises

/// ᾱₜ = ∏ (1 − β) for t = 1 … `count`, with β rising linearly: the noise schedule of DDPM (Ho et al. 2020, §4). In
/// Double: a cumulative product in Float32 is off by 2·10⁻⁴ where 1 − ᾱ is small.
public func ddpmAlphaBars(count: Int = 1000, firstBeta: Double = 1e-4, lastBeta: Double = 0.02) throws -> [Double] {
  try InvalidArgument.require(count >= 2, "DDPM needs at least 2 steps, but got \(count)")
  var product = 1.0
  return (0..<count).map { step in
    product *= 1 - (firstBeta + (lastBeta - firstBeta) * Double(step) / Double(count - 1))
    return product
  }
}

/// The noise levels that DDIM visits in `count` steps, as a falling σ-grid that ends with 0: `count` + 1 values.
///
/// The times are evenly spread over DDPM's own, first and last included (rounded to whole steps), and exercise 5.1
/// turns each ᾱ into a σ. Euler's method on this grid *is* DDIM with η = 0.
public func ddimSigmas(count: Int, alphaBars: [Double]) throws -> [Double] {
  try InvalidArgument.require(
    count >= 2 && count <= alphaBars.count, "count must be in 2…\(alphaBars.count), but is \(count)")
  var sigmas: [Double] = []
  for i in (0..<count).reversed() {
    let time = Double(alphaBars.count - 1) * Double(i) / Double(count - 1)
    let coordinates = try ddpmCoordinates(alphaBar: alphaBars[Int(time.rounded())])
    sigmas.append(coordinates.sigma)
  }
  return sigmas + [0]
}
