import Foundation
import Tensors

/// What is on one picture of ``ShapePictures``: four factors, each from a short list.
public struct ShapeScene: Hashable, Sendable {
  public enum Shape: Int, CaseIterable, Sendable { case square, triangle, ring, cross }
  public enum Size: Int, CaseIterable, Sendable { case small, large }
  public enum Tint: Int, CaseIterable, Sendable { case red, green, blue, yellow }

  public var shape: Shape
  public var size: Size
  public var tint: Tint
  /// Where the middle of the shape is, in steps of four pixels: 0 ..< 8 to the right and 0 ..< 8 down.
  public var column: Int
  public var row: Int

  public init(shape: Shape, size: Size, tint: Tint, column: Int, row: Int) {
    self.shape = shape
    self.size = size
    self.tint = tint
    self.column = column
    self.row = row
  }
}

/// Every colour picture of 32 × 32 pixels with one shape on a dark ground: 4 shapes × 2 sizes × 4 tints × 64 places =
/// 2,048 = 2¹¹ pictures, all different.
///
/// A picture drawn from them at random has an entropy of exactly 11 bits, 11 ln 2 ≈ 7.625 nats: no law of pictures can have
/// a smaller negative log-likelihood on average. Whether a drawn picture is one of them can be looked up (``nearest(to:)``).
///
/// A picture is a torus: what leaves it on the right comes in again on the left. All places are alike, then: every
/// window of 32 × 32 pixels, moved by fours, out of a wallpaper of such a picture is a picture of the set.
public enum ShapePictures {
  public static let side = 32
  /// Pixels between two neighbouring places.
  public static let step = 4
  public static let places = side / step
  public static let count = 2048
  /// log 2048, in nats.
  public static let entropy = Foundation.log(Double(count))

  // MARK: - Scenes and their numbers

  /// The scene with a number in 0 ..< 2048; the shape varies slowest, then size, tint, row and column.
  public static func scene(_ number: Int) -> ShapeScene {
    guard (0..<count).contains(number) else { fatalError("ShapePictures: there is no scene \(number) among \(count)") }
    let (kind, place) = (number / 64, number % 64)
    guard let shape = ShapeScene.Shape(rawValue: kind / 8), let size = ShapeScene.Size(rawValue: kind / 4 % 2),
      let tint = ShapeScene.Tint(rawValue: kind % 4)
    else { fatalError("ShapePictures: scene \(number) has no factors") }
    return ShapeScene(
      shape: shape, size: size, tint: tint, column: place % places, row: place / places)
  }

  /// The number of a scene: the inverse of ``scene(_:)``.
  public static func number(of scene: ShapeScene) -> Int {
    let kind = (scene.shape.rawValue * 2 + scene.size.rawValue) * 4 + scene.tint.rawValue
    return (kind * places + scene.row) * places + scene.column
  }

  // MARK: - Drawing

  /// Red, green and blue.
  static func color(_ tint: ShapeScene.Tint) -> [Int] {
    switch tint {
    case .red: [226, 62, 54]
    case .green: [64, 186, 104]
    case .blue: [70, 124, 240]
    case .yellow: [250, 196, 44]
    }
  }

  static let ground = [26, 30, 52]

  /// Whether a point lies in the shape. Everything is in eighths of a pixel, from the shape's middle, y downwards.
  private static func contains(_ scene: ShapeScene, _ x: Int, _ y: Int) -> Bool {
    let r = scene.size == .small ? 48 : 80
    switch scene.shape {
    case .square: return 8 * max(abs(x), abs(y)) <= 7 * r
    // From the tip at (0, −r) to a base of width 2r at y = 3r/4.
    case .triangle: return 4 * y <= 3 * r && 7 * abs(x) <= 4 * (y + r)
    case .ring: return x * x + y * y <= r * r && 4 * (x * x + y * y) >= r * r
    case .cross: return max(abs(x), abs(y)) <= r && 3 * min(abs(x), abs(y)) <= r
    }
  }

  /// The pixels of a scene as bytes, its three planes one after the other. Each pixel is the mean of 4 × 4 points in
  /// whole numbers, hence the same on every machine.
  public static func bytes(of scene: ShapeScene) -> [UInt8] {
    let (inside, outside) = (color(scene.tint), ground)
    let (centreX, centreY) = (8 * step * scene.column, 8 * step * scene.row)
    let period = 8 * side
    /// The way from the middle on the torus, −period/2 ..< period/2.
    func offset(_ point: Int, _ centre: Int) -> Int { (point - centre + period + period / 2) % period - period / 2 }
    var planes = [UInt8](repeating: 0, count: 3 * side * side)
    for y in 0..<side {
      for x in 0..<side {
        var covered = 0
        for dy in [1, 3, 5, 7] {
          for dx in [1, 3, 5, 7] where contains(scene, offset(8 * x + dx, centreX), offset(8 * y + dy, centreY)) {
            covered += 1
          }
        }
        for c in 0..<3 {
          let value = (inside[c] * covered + outside[c] * (16 - covered) + 8) / 16
          planes[(c * side + y) * side + x] = UInt8(value)
        }
      }
    }
    return planes
  }

  /// All 2,048 pictures in the order of their numbers, labelled by shape. Drawn once, then kept.
  public static let all: ImageDataset = {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * 3 * side * side)
    var labels: [Int] = []
    for number in 0..<count {
      let scene = scene(number)
      bytes += Self.bytes(of: scene)
      labels.append(scene.shape.rawValue)
    }
    return ImageDataset(
      name: "shapes", channels: 3, height: side, width: side, bytes: bytes, labels: labels,
      classCount: ShapeScene.Shape.allCases.count)
  }()

  // MARK: - The way back

  /// The scene that a picture is nearest to.
  public struct Match: Sendable, Equatable {
    public let number: Int
    /// The mean squared difference of all 3 · 32 · 32 pixels, on the scale from −1 to 1.
    public let meanSquaredError: Double
    /// Whether no other scene can be as near: the difference is below ``ShapePictures/largestError``.
    public var isValid: Bool { meanSquaredError < ShapePictures.largestError }
  }

  /// A quarter of the smallest mean squared difference of two pictures of the set, 0.02076 (a small green square and a small green
  /// triangle): half the distance, so that a picture as near as this to one scene is nearer to it than to any
  /// other.
  public static let largestError = 0.00519

  /// For each picture of a batch [N, 3, 32, 32], from −1 to 1, the scene that it is nearest to, in squared difference.
  ///
  /// - Complexity: 2,048 · 3,072 multiplications a picture, in one matrix product.
  public static func nearest(to pictures: Tensor) -> [Match] {
    guard pictures.ndim == 4, Array(pictures.shape[1...]) == [3, side, side] else {
      fatalError("ShapePictures: a batch of shape \(pictures.shape), where [N, 3, 32, 32] is needed")
    }
    let size = 3 * side * side
    let references = all.images.reshaped([count, size])
    return withoutGrad {
      let x = pictures.reshaped([pictures.dim(0), size])
      // ‖x − r‖² less ‖x‖², which is the same for all r.
      let scores = square(references).sum(axis: 1).reshaped([1, count]) - matmul(x, references, transposeB: true) * 2
      return scores.argMin(axis: 1).enumerated().map { index, number in
        let difference = x.sliced(axis: 0, index..<index + 1) - references.sliced(axis: 0, number..<number + 1)
        let sum = difference.withScalars { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
        return Match(number: number, meanSquaredError: sum / Double(size))
      }
    }
  }
}
