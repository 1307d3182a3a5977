import Exercises

/// Points on a line, each with its weight among the real and its weight among the fake data.
///
/// Drawn samples have the weight 1 divided by their number on their own side, and 0 on the other; points of a grid have
/// p(x)·dx and q(x)·dx, and then stand for the densities themselves.
public struct WeightedPoints: Sendable {
  /// Where the points are.
  public let x: [Double]
  /// The weight of each point among the real data, ≥ 0.
  public let real: [Double]
  /// The weight of each point among the fakes, ≥ 0.
  public let fake: [Double]

  /// Throws `InvalidArgument` when the counts disagree, a number is not finite, a weight is negative, or one side weighs
  /// nothing.
  public init(x: [Double], real: [Double], fake: [Double]) throws {
    try InvalidArgument.requireDensities(real, fake)
    try InvalidArgument.require(
      x.count == real.count && x.allSatisfy(\.isFinite),
      "each of the \(real.count) weights needs a finite point, but there are \(x.count) points")
    try InvalidArgument.require(
      real.contains { $0 > 0 } && fake.contains { $0 > 0 }, "both the real and the fake data need a point with weight")
    self.x = x
    self.real = real
    self.fake = fake
  }

  /// Drawn samples: the real ones weigh 1 together, and so do the fakes.
  public init(realSamples: [Double], fakeSamples: [Double]) throws {
    let share = 1 / Double(max(realSamples.count, 1))
    let fakeShare = 1 / Double(max(fakeSamples.count, 1))
    try self.init(
      x: realSamples + fakeSamples,
      real: realSamples.map { _ in share } + fakeSamples.map { _ in 0 },
      fake: realSamples.map { _ in 0 } + fakeSamples.map { _ in fakeShare })
  }
}
