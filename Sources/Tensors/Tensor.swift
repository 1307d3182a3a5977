/// An immutable n-dimensional array of Float32, in row-major order, that can remember how it was computed.
///
/// A tensor is a value: no operation changes one. Images are `[N, C, H, W]`, convolution kernels `[O, I, H, W]`,
/// linear weights `[out, in]`, as in PyTorch. Axes may be counted from the end with negative numbers.
///
/// Nothing is recorded for differentiation unless an operand is ``tracked()`` or derives from such a one; see
/// ``grad(of:wrt:seed:createGraph:)``. A shape that does not fit is a programming error: the operation stops with a
/// message that names the shapes.
public struct Tensor {
  private(set) var storage: Storage
  /// The lengths of the axes; empty for a single number.
  public let shape: [Int]
  let node: GradNode?

  init(storage: Storage, shape: [Int], node: GradNode? = nil) {
    self.storage = storage
    self.shape = shape
    self.node = node
  }

  /// A new tensor whose memory `fill` writes, every element of it.
  @inline(__always)
  init(shape: [Int], fill: (UnsafeMutablePointer<Float>) -> Void) {
    storage = Storage(count: shape.reduce(1, *))
    self.shape = shape
    node = nil
    fill(storage.pointer)
  }

  // MARK: Making tensors

  /// A tensor of the given scalars in row-major order; their number must be the product of `shape`.
  public init(_ scalars: [Float], shape: [Int]) {
    guard scalars.count == shape.reduce(1, *), shape.allSatisfy({ $0 >= 0 }) else {
      fatalError("Tensor: \(scalars.count) scalars do not fill the shape \(shape).")
    }
    self.init(shape: shape) { pointer in
      scalars.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
      }
    }
  }

  /// A vector `[n]`.
  public init(_ scalars: [Float]) { self.init(scalars, shape: [scalars.count]) }

  /// A single number, of shape `[]`.
  public init(_ scalar: Float) { self.init([scalar], shape: []) }

  /// A tensor of Doubles rounded to Float32: schedules are computed in Double and only here become what a network sees.
  @_disfavoredOverload
  public init(_ scalars: [Double], shape: [Int]) { self.init(scalars.map { Float($0) }, shape: shape) }

  /// A tensor filled with one value.
  public static func full(_ value: Float, _ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { $0.update(repeating: value, count: shape.reduce(1, *)) }
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { full(0, shape) }

  /// A tensor of ones.
  public static func ones(_ shape: [Int]) -> Tensor { full(1, shape) }

  /// The vector 0, 1, …, n − 1.
  public static func arange(_ n: Int) -> Tensor {
    Tensor(shape: [n]) { pointer in for index in 0..<n { pointer[index] = Float(index) } }
  }

  /// The identity matrix `[n, n]`.
  public static func eye(_ n: Int) -> Tensor {
    Tensor(shape: [n, n]) { pointer in
      pointer.update(repeating: 0, count: n * n)
      for index in 0..<n { pointer[index * n + index] = 1 }
    }
  }

  // MARK: Reading tensors

  /// The number of axes.
  public var ndim: Int { shape.count }

  /// The number of scalars: the product of ``shape``.
  public var scalarCount: Int { storage.count }

  /// The length of one axis.
  public func dim(_ axis: Int) -> Int { shape[resolved(axis)] }

  /// A copy of the scalars in row-major order.
  public var scalars: [Float] { Array(UnsafeBufferPointer(start: storage.pointer, count: storage.count)) }

  /// The only number of a tensor that has one.
  public func item() -> Float {
    guard storage.count == 1 else { fatalError("item(): the tensor has shape \(shape), not a single number.") }
    return storage.pointer[0]
  }

  /// Calls `body` with the scalars in row-major order, without copying them.
  public func withScalars<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    try body(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
  }

  @inline(__always) package var pointer: UnsafeMutablePointer<Float> { storage.pointer }

  /// Where the scalars of this variable may be changed: where they are if no other tensor shares them, otherwise in a
  /// copy that takes their place, so that a tensor stays a value. For optimizers and caches, which would otherwise copy
  /// everything at every step. Valid until the variable is next assigned.
  package mutating func mutablePointer() -> UnsafeMutablePointer<Float> {
    if node != nil || !isKnownUniquelyReferenced(&storage) {
      let old = storage
      self = Tensor(shape: shape) { $0.update(from: old.pointer, count: old.count) }
    }
    return storage.pointer
  }

  /// self ← self + other, for two tensors of one shape: where the scalars are, if no other tensor shares them and nothing
  /// remembers how they were computed.
  mutating func accumulate(_ other: Tensor) {
    guard node == nil, other.node == nil, isKnownUniquelyReferenced(&storage) else {
      self = self + other
      return
    }
    let (sum, more) = (storage.pointer, other.storage.pointer)
    parallelFor(storage.count, grain: elementwiseGrain) { range in
      for index in range { sum[index] += more[index] }
    }
  }

  /// `axis` counted from the front, after a check that it exists.
  func resolved(_ axis: Int) -> Int {
    let index = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(index) else {
      fatalError("Axis \(axis) does not exist in a tensor of shape \(shape).")
    }
    return index
  }

  /// `axes` counted from the front, sorted, each once.
  func resolved(_ axes: [Int]) -> [Int] { Array(Set(axes.map { resolved($0) })).sorted() }
}

extension Tensor: CustomStringConvertible {
  /// The shape, and the scalars if they are few: `Tensor[2, 2](1.0, 2.0, 3.0, 4.0)`.
  public var description: String {
    let shown = scalarCount <= 16 ? scalarCount : 8
    var numbers = (0..<shown).map { pointer[$0].description }
    if shown < scalarCount { numbers.append("…") }
    return "Tensor\(shape)(\(numbers.joined(separator: ", ")))"
  }
}
