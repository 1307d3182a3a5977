infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence

extension Tensor {
  // MARK: Tensor and tensor, with NumPy's broadcasting

  /// Sum, element by element.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    a.zipped(b, operation: "+", Pointwise.Sum()).recorded(from: [a, b]) { g, _, _ in g }
  }

  /// Difference, element by element.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    a.zipped(b, operation: "-", Pointwise.Difference()).recorded(from: [a, b]) { g, _, index in index == 0 ? g : -g }
  }

  /// Product, element by element.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    a.zipped(b, operation: "*", Pointwise.Product()).recorded(from: [a, b]) { g, _, index in g * (index == 0 ? b : a) }
  }

  /// Quotient, element by element.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    a.zipped(b, operation: "/", Pointwise.Quotient()).recorded(from: [a, b], keepsOutput: true) { g, y, index in
      index == 0 ? g / b : -(g * y / b)
    }
  }

  // MARK: Tensor and number

  public static func + (a: Tensor, b: Float) -> Tensor {
    a.mapped(Pointwise.PlusNumber(b: b)).recorded(from: [a]) { g, _, _ in g }
  }
  public static func + (a: Float, b: Tensor) -> Tensor { b + a }
  public static func - (a: Tensor, b: Float) -> Tensor {
    a.mapped(Pointwise.MinusNumber(b: b)).recorded(from: [a]) { g, _, _ in g }
  }
  public static func - (a: Float, b: Tensor) -> Tensor {
    b.mapped(Pointwise.NumberMinus(a: a)).recorded(from: [b]) { g, _, _ in -g }
  }
  public static func * (a: Tensor, b: Float) -> Tensor {
    a.mapped(Pointwise.TimesNumber(b: b)).recorded(from: [a]) { g, _, _ in g * b }
  }
  public static func * (a: Float, b: Tensor) -> Tensor { b * a }
  public static func / (a: Tensor, b: Float) -> Tensor {
    a.mapped(Pointwise.OverNumber(b: b)).recorded(from: [a]) { g, _, _ in g / b }
  }
  public static func / (a: Float, b: Tensor) -> Tensor {
    b.mapped(Pointwise.NumberOver(a: a)).recorded(from: [b], keepsOutput: true) { g, y, _ in -(g * y / b) }
  }
  public static prefix func - (a: Tensor) -> Tensor {
    a.mapped(Pointwise.Negative()).recorded(from: [a]) { g, _, _ in -g }
  }

  // MARK: Comparisons: 1 where true, 0 where false; they carry no gradient

  public static func .< (a: Tensor, b: Tensor) -> Tensor { a.zipped(b, operation: ".<", Pointwise.Below()) }
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { a.zipped(b, operation: ".<=", Pointwise.AtMost()) }
  public static func .> (a: Tensor, b: Tensor) -> Tensor { a.zipped(b, operation: ".>", Pointwise.Above()) }
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { a.zipped(b, operation: ".>=", Pointwise.AtLeast()) }
  public static func .== (a: Tensor, b: Tensor) -> Tensor { a.zipped(b, operation: ".==", Pointwise.Equal()) }
  public static func .< (a: Tensor, b: Float) -> Tensor { a.mapped(Pointwise.BelowNumber(b: b)) }
  public static func .<= (a: Tensor, b: Float) -> Tensor { a.mapped(Pointwise.AtMostNumber(b: b)) }
  public static func .> (a: Tensor, b: Float) -> Tensor { a.mapped(Pointwise.AboveNumber(b: b)) }
  public static func .>= (a: Tensor, b: Float) -> Tensor { a.mapped(Pointwise.AtLeastNumber(b: b)) }
  public static func .== (a: Tensor, b: Float) -> Tensor { a.mapped(Pointwise.EqualNumber(b: b)) }
}

/// The larger of two, element by element; where they are equal each gets half of the gradient, as in PyTorch.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
  a.zipped(b, operation: "maximum", Pointwise.Larger()).recorded(from: [a, b]) { g, _, index in
    let winner = index == 0 ? (a .> b) : (b .> a)
    return g * (winner + (a .== b) * 0.5)
  }
}

/// The smaller of two, element by element; where they are equal each gets half of the gradient, as in PyTorch.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { -maximum(-a, -b) }

/// `a` where the mask is not 0, `b` elsewhere, all three broadcast to one shape. The mask carries no gradient.
public func `where`(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  guard let joint = broadcastShape(a.shape, b.shape), let shape = broadcastShape(mask.shape, joint) else {
    fatalError("where: the shapes \(mask.shape), \(a.shape) and \(b.shape) do not broadcast.")
  }
  let mask = mask.detached().broadcast(to: shape)
  let left = a.detached().broadcast(to: shape)
  let right = b.detached().broadcast(to: shape)
  let value = Tensor(shape: shape) { y in
    let m = mask.pointer
    let l = left.pointer
    let r = right.pointer
    parallelFor(mask.scalarCount, grain: elementwiseGrain) { range in
      for index in range { y[index] = m[index] != 0 ? l[index] : r[index] }
    }
  }
  return value.recorded(from: [a, b]) { g, _, index in
    index == 0 ? `where`(mask, g, Tensor(0)) : `where`(mask, Tensor(0), g)
  }
}
