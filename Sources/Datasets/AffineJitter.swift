import Tensors

/// Random small rotations, scalings and shifts of pictures: more handwriting from the same writers.
public struct AffineJitter: Sendable {
  /// The largest rotation, in radians.
  public var rotation: Double
  /// The largest relative change of size.
  public var scaling: Double
  /// The largest shift, in pixels.
  public var shift: Double

  /// Jitter up to these amounts, uniform in both directions.
  public init(rotation: Double = 0.25, scaling: Double = 0.12, shift: Double = 2) {
    self.rotation = rotation
    self.scaling = scaling
    self.shift = shift
  }

  /// Each of the single-channel pictures [n, 1, height, width] with a jitter of its own; bilinear, with `background` outside.
  public func callAsFunction(_ images: Tensor, background: Float = -1, using rng: inout RandomStream) -> Tensor {
    if images.ndim != 4 || images.dim(1) != 1 {
      fatalError("AffineJitter: the pictures have shape \(images.shape); they must be [n, 1, height, width].")
    }
    let (n, height, width) = (images.dim(0), images.dim(2), images.dim(3))
    let (centreX, centreY) = (Double(width - 1) / 2, Double(height - 1) / 2)
    func uniform(_ amount: Double) -> Double { amount * (2 * rng.nextUniform() - 1) }
    var result = [Float](repeating: background, count: n * height * width)
    images.withScalars { source in
      for index in 0..<n {
        let (angle, scale) = (uniform(rotation), 1 + uniform(scaling))
        let (dx, dy) = (uniform(shift), uniform(shift))
        // sin and cos to sixth order: the angles are small, and so every platform gives the same pictures.
        let square = angle * angle
        let c = (1 - square / 2 * (1 - square / 12 * (1 - square / 30))) * scale
        let s = angle * (1 - square / 6 * (1 - square / 20 * (1 - square / 42))) * scale
        let picture = UnsafeBufferPointer(rebasing: source[index * height * width..<(index + 1) * height * width])
        func pixel(_ x: Int, _ y: Int) -> Float {
          x >= 0 && x < width && y >= 0 && y < height ? picture[y * width + x] : background
        }
        for y in 0..<height {
          for x in 0..<width {
            let (u, v) = (Double(x) - centreX, Double(y) - centreY)
            let sx = c * u - s * v + centreX + dx
            let sy = s * u + c * v + centreY + dy
            let (x0, y0) = (Int(sx.rounded(.down)), Int(sy.rounded(.down)))
            let (fx, fy) = (Float(sx - Double(x0)), Float(sy - Double(y0)))
            let top = pixel(x0, y0) * (1 - fx) + pixel(x0 + 1, y0) * fx
            let bottom = pixel(x0, y0 + 1) * (1 - fx) + pixel(x0 + 1, y0 + 1) * fx
            result[(index * height + y) * width + x] = top * (1 - fy) + bottom * fy
          }
        }
      }
    }
    return Tensor(result, shape: images.shape)
  }
}
