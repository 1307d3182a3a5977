import Exercises

extension InvalidArgument {
  /// Throws unless both clouds are distributions on points of the same dimension, and the directions are unit vectors of
  /// that dimension.
  static func requireClouds(
    _ x: [[Double]], _ a: [Double], _ y: [[Double]], _ b: [Double], _ directions: [[Double]]
  ) throws {
    for (points, weights, names) in [(x, a, ("a", "x")), (y, b, ("b", "y"))] {
      try requireDistribution(weights, on: points.map { $0.reduce(0, +) }, names)
    }
    let dimension = x[0].count
    try require(!directions.isEmpty, "there are no directions: give at least one, e.g. from randomDirections")
    for (name, vectors) in [("x", x), ("y", y), ("directions", directions)] {
      for (i, vector) in vectors.enumerated() {
        try require(
          vector.count == dimension,
          "\(name)[\(i)] has \(vector.count) coordinates, but x[0] has \(dimension); all must have the same number")
      }
    }
    for (i, direction) in directions.enumerated() {
      let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      try require(
        abs(length - 1) <= 1e-6, "directions[\(i)] has the length \(length), but must have the length 1: divide by it")
    }
  }
}
