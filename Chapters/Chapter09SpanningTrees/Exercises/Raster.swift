import Exercises

/// A picture as numbers: height rows of width pixels, each of one or more channels side by side.
public struct Raster: Sendable {
  public let width: Int
  public let height: Int
  public let channels: Int
  /// height · width · channels numbers.
  public let values: [Double]

  /// - Throws: `InvalidArgument` if a side is negative, there is no channel, there are more or fewer numbers than the sides say,
  ///   or one is NaN or infinite.
  public init(width: Int, height: Int, channels: Int = 1, values: [Double]) throws {
    try InvalidArgument.requireCount(width, "the width of a picture")
    try InvalidArgument.requireCount(height, "the height of a picture")
    try InvalidArgument.require(channels >= 1, "a picture has at least one channel, not \(channels)")
    try InvalidArgument.require(
      values.count == width * height * channels,
      "\(height) rows of \(width) pixels of \(channels) channels are \(width * height * channels) numbers, not "
        + "\(values.count)")
    try InvalidArgument.require(values.allSatisfy(\.isFinite), "a pixel is not a finite number")
    self.width = width
    self.height = height
    self.channels = channels
    self.values = values
  }

  /// The Euclidean distance of the colours of two pixels.
  public func distance(_ a: Int, _ b: Int) -> Double {
    var sum = 0.0
    for channel in 0..<channels {
      let difference = values[a * channels + channel] - values[b * channels + channel]
      sum += difference * difference
    }
    return sum.squareRoot()
  }

  /// The graph of the pixels, each joined with its neighbours, diagonal ones included; the weight of an edge is the
  /// ``distance(_:_:)`` of the colours.
  public func graph(hasDiagonals: Bool = true) throws -> Graph {
    try Graph.grid(width: width, height: height, hasDiagonals: hasDiagonals, weight: distance)
  }
}
