/// Random numbers in bulk. The block function and the transformations are straight-line code, so that the compiler makes
/// vector loops of them; the numbers are the same whatever the number of threads.
extension RandomStream {
  /// Blocks that are worked on at a time, on the stack.
  private static var chunk: Int { 64 }

  /// Calls `body` with stretches of the blocks `0..<blocks` and their bits, two words a block; on several threads.
  @inline(__always)
  private mutating func withWords(
    blocks: Int, _ body: (_ blocks: Range<Int>, _ low: UnsafePointer<UInt64>, _ high: UnsafePointer<UInt64>) -> Void
  ) {
    let (key, first) = takeBlocks(blocks)
    parallelFor(blocks, grain: 8192) { range in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * Self.chunk) { buffer in
        let low = buffer.baseAddress!
        let high = low + Self.chunk
        var start = range.lowerBound
        while start < range.upperBound {
          let count = min(Self.chunk, range.upperBound - start)
          let counter = first &+ UInt64(truncatingIfNeeded: start)
          for index in 0..<count {
            let words = Self.words(key: key, counter: counter &+ UInt64(truncatingIfNeeded: index), domain: 0)
            low[index] = words.0
            high[index] = words.1
          }
          body(start..<start + count, low, high)
          start += count
        }
      }
    }
  }

  /// Two independent numbers of the law N(0, 1) from 128 bits: radius √(−2 ln u), u in (0, 1], at a uniform angle (Box and
  /// Muller 1958).
  @inline(__always)
  static func normalPair(_ low: UInt64, _ high: UInt64) -> (Double, Double) {
    let radius = (-2 * VectorMath.log(Double((low >> 11) + 1) * 0x1p-53)).squareRoot()
    let angle = VectorMath.cosineAndSine(2 * Double.pi * (Double(high >> 11) * 0x1p-53))
    return (radius * angle.cosine, radius * angle.sine)
  }

  mutating func fillNormal(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    withWords(blocks: (count + 1) / 2) { blocks, low, high in
      let target = pointer + 2 * blocks.lowerBound
      let whole = min(blocks.count, count / 2 - blocks.lowerBound)
      for pair in 0..<whole {
        let (a, b) = Self.normalPair(low[pair], high[pair])
        target[2 * pair] = Float(a)
        target[2 * pair + 1] = Float(b)
      }
      if whole < blocks.count { target[2 * whole] = Float(Self.normalPair(low[whole], high[whole]).0) }
    }
  }

  mutating func fillUniform(_ pointer: UnsafeMutablePointer<Float>, count: Int, low: Float, high: Float) {
    // 24 bits are all that a Float32 in [0, 1) can hold.
    @inline(__always) func number(_ bits: UInt64) -> Float {
      let uniform = Float(UInt32(truncatingIfNeeded: bits) >> 8) * 0x1p-24
      let scaled = low + (high - low) * uniform
      return scaled < high ? scaled : high.nextDown
    }
    withWords(blocks: (count + 3) / 4) { blocks, first, second in
      let target = pointer + 4 * blocks.lowerBound
      let whole = min(blocks.count, count / 4 - blocks.lowerBound)
      for block in 0..<whole {
        target[4 * block] = number(first[block])
        target[4 * block + 1] = number(first[block] >> 32)
        target[4 * block + 2] = number(second[block])
        target[4 * block + 3] = number(second[block] >> 32)
      }
      if whole < blocks.count {
        let rest = [first[whole], first[whole] >> 32, second[whole], second[whole] >> 32]
        for lane in 0..<count % 4 { target[4 * whole + lane] = number(rest[lane]) }
      }
    }
  }

  /// The number of the standard Gumbel law, G = −ln(−ln u), that 64 random bits stand for.
  ///
  /// The larger G, the closer is u to 1, where floating-point numbers are sparse: from a Float32 uniform G never exceeds
  /// 16.6, and u rounded to 0 or 1 gives ±∞. That distorts every Gumbel-max sample over many classes (Zheng et al.,
  /// "Masked diffusion models are secretly time-agnostic masked models and exploit inaccurate categorical sampling",
  /// arXiv 2409.02908, §4). Here v = 1 − u is drawn instead, of all 64 bits, in Double: G = −ln(−ln(1 − v)) reaches 45
  /// and is always finite.
  @inline(__always)
  static func gumbelNumber(_ bits: UInt64) -> Double {
    // In (0, 1): half a unit is added against 0, and 1 is rounded down.
    let exact = (Double(bits) + 0.5) * 0x1p-64
    let v = exact < 1 ? exact : 1 - 0x1p-53
    return -VectorMath.log(-VectorMath.log1p(-v))
  }

  /// Independent numbers of the standard Gumbel law.
  mutating func gumbelNumbers(_ count: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      guard let pointer = buffer.baseAddress, count > 0 else { return }
      withWords(blocks: (count + 1) / 2) { blocks, low, high in
        let target = pointer + 2 * blocks.lowerBound
        let whole = min(blocks.count, count / 2 - blocks.lowerBound)
        for pair in 0..<whole {
          target[2 * pair] = Self.gumbelNumber(low[pair])
          target[2 * pair + 1] = Self.gumbelNumber(high[pair])
        }
        if whole < blocks.count { target[2 * whole] = Self.gumbelNumber(low[whole]) }
      }
    }
  }
}

extension Tensor {
  /// Independent numbers of the law N(0, 1).
  public static func normal(_ shape: [Int], using rng: inout RandomStream) -> Tensor {
    Tensor(shape: shape) { rng.fillNormal($0, count: shape.reduce(1, *)) }
  }

  /// Independent numbers of the uniform law on [low, high).
  public static func uniform(
    _ shape: [Int], low: Float = 0, high: Float = 1, using rng: inout RandomStream
  ) -> Tensor {
    Tensor(shape: shape) { rng.fillUniform($0, count: shape.reduce(1, *), low: low, high: high) }
  }

  /// Independent numbers of the standard Gumbel law, G = −ln(−ln u): mean 0.5772, variance π²/6; formed in Double, with
  /// the whole upper tail.
  public static func gumbel(_ shape: [Int], using rng: inout RandomStream) -> Tensor {
    let numbers = rng.gumbelNumbers(shape.reduce(1, *))
    return Tensor(shape: shape) { y in for index in numbers.indices { y[index] = Float(numbers[index]) } }
  }

  /// Independent signs: −1 or 1, each with probability ½.
  public static func rademacher(_ shape: [Int], using rng: inout RandomStream) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(shape: shape) { y in
      var word: UInt64 = 0
      for index in 0..<count {
        if index % 64 == 0 { word = rng.next() }
        y[index] = word & 1 == 0 ? -1 : 1
        word >>= 1
      }
    }
  }
}
