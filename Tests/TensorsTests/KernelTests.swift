import XCTest

@testable import Tensors

/// The fast kernels against definitions a page of a textbook would print, on shapes that hit every tile and every edge.
final class KernelTests: XCTestCase {
  private var rng = RandomStream(seed: 1)

  private func assertClose(
    _ got: Tensor, _ want: Tensor, _ what: String, file: StaticString = #filePath, line: UInt = #line
  ) {
    guard got.shape == want.shape else {
      return XCTFail("\(what): shape \(got.shape) instead of \(want.shape)", file: file, line: line)
    }
    guard want.scalarCount > 0 else { return }
    let error = abs(got - want).max().item()
    let scale = abs(want).max().item()
    XCTAssertLessThanOrEqual(error, 1e-5 * max(scale, 1), what, file: file, line: line)
  }

  private func naiveProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    let (x, y) = (a.scalars, b.scalars)
    var c = [Float](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<k { sum += Double(x[i * k + l]) * Double(y[l * n + j]) }
        c[i * n + j] = Float(sum)
      }
    }
    return Tensor(c, shape: [m, n])
  }

  func testMatrixProductsOfEveryEdge() {
    let sizes = [
      (1, 1, 1), (1, 17, 3), (3, 1, 5), (4, 16, 8), (5, 15, 2), (12, 32, 9), (13, 33, 31), (11, 48, 64), (24, 31, 300),
      (25, 65, 257),
      (100, 40, 70), (7, 100, 513), (60, 16, 5), (2, 3, 0),
      // B is packed four strips at a time, in columns of a thread's own; A turned.
      (40, 401, 380), (33, 801, 260),
    ]
    for (m, n, k) in sizes {
      let a = Tensor.normal([m, k], using: &rng)
      let b = Tensor.normal([k, n], using: &rng)
      let want = k == 0 ? Tensor.zeros([m, n]) : naiveProduct(a, b)
      assertClose(matmul(a, b), want, "\(m)×\(k) · \(k)×\(n)")
      guard k > 0 else { continue }
      assertClose(matmul(a.transposed(), b, transposeA: true), want, "\(m)×\(k)ᵀ · \(k)×\(n)")
      assertClose(matmul(a, b.transposed(), transposeB: true), want, "\(m)×\(k) · \(k)×\(n)ᵀ")
      assertClose(matmul(a.transposed(), b.transposed(), transposeA: true, transposeB: true), want, "both transposed")
    }
  }

  /// One to five columns: up to four are computed as rows of the transpose.
  func testProductsWithFewColumns() {
    for n in 1...5 {
      for (m, k) in [(33, 32), (40, 31), (32, 40), (256, 128), (1000, 33), (70, 600)] {
        let a = Tensor.normal([m, k], using: &rng)
        let b = Tensor.normal([k, n], using: &rng)
        let bias = Tensor.normal([n], using: &rng)
        let want = naiveProduct(a, b)
        let (aT, bT) = (a.transposed(), b.transposed())
        let products = { () -> [Tensor] in
          [
            matmul(a, b), matmul(aT, b, transposeA: true), matmul(a, bT, transposeB: true),
            matmul(aT, bT, transposeA: true, transposeB: true),
          ]
        }
        for product in products() { assertClose(product, want, "\(m)×\(k) · \(k)×\(n)") }
        assertClose(linear(a, weight: bT, bias: bias), want + bias, "linear \(m)×\(k) → \(n)")
        let one = withThreads(1) { products().map(\.scalars) }
        for threads in [2, 5] {
          XCTAssertTrue(one == withThreads(threads) { products().map(\.scalars) }, "\(threads) threads, \(m) \(k) \(n)")
        }
        // A NaN stays in its row.
        var numbers = a.scalars
        numbers[k + 1] = .nan
        let got = matmul(Tensor(numbers, shape: [m, k]), b).scalars
        for (i, x) in got.enumerated() { XCTAssertEqual(x.isNaN, i / n == 1, "\(m) \(k) \(n), number \(i)") }
      }
    }
  }

  /// Four vectors of columns at a time, and the rest; groups of 64 rows.
  func testSumsOfColumns() {
    for (rows, columns) in [(1, 64), (5, 63), (64, 65), (65, 128), (300, 200), (4097, 70), (200, 3)] {
      let x = Tensor.normal([rows, columns], using: &rng)
      let got = x.sum(axis: 0)
      assertClose(got, naiveProduct(.ones([1, rows]), x).reshaped([columns]), "\(rows)×\(columns)")
      for threads in [1, 2, 5] {
        XCTAssertTrue(withThreads(threads) { x.sum(axis: 0).scalars } == got.scalars, "\(rows)×\(columns)")
      }
    }
  }

  func testParallelProductsGiveTheSameBits() {
    for (m, n, k) in [(130, 70, 90), (20, 900, 400), (700, 33, 300), (257, 255, 258)] {
      let a = Tensor.normal([m, k], using: &rng)
      let b = Tensor.normal([k, n], using: &rng)
      let one = withThreads(1) { matmul(a, b).scalars }
      XCTAssertEqual(one, withThreads(2) { matmul(a, b).scalars }, "\(m) \(n) \(k)")
      XCTAssertEqual(one, withThreads(5) { matmul(a, b).scalars }, "\(m) \(n) \(k)")
    }
    // Threads have columns of their own if there are enough for each, and turn A if they read it often.
    for (m, n, k) in [(100, 401, 400), (70, 900, 300), (700, 250, 300), (50, 1601, 270)] {
      let (a, b) = (Tensor.normal([m, k], using: &rng), Tensor.normal([k, n], using: &rng))
      let (turnedA, turnedB) = (a.transposed(), b.transposed())
      let one = withThreads(1) { matmul(a, b).scalars }
      for threads in [1, 2, 3, 7] {
        withThreads(threads) {
          XCTAssertEqual(one, matmul(a, b).scalars, "\(m) \(n) \(k) on \(threads)")
          XCTAssertEqual(one, matmul(turnedA, b, transposeA: true).scalars, "\(m) \(n) \(k) on \(threads)")
          XCTAssertEqual(one, matmul(a, turnedB, transposeB: true).scalars, "\(m) \(n) \(k) on \(threads)")
          XCTAssertEqual(
            one, matmul(turnedA, turnedB, transposeA: true, transposeB: true).scalars, "\(m) \(n) \(k) on \(threads)")
        }
      }
    }
  }

  func testTransposesOfEverySize() {
    for rows in Array(0...36) + [64, 100] {
      for columns in [0, 1, 3, 4, 5, 7, 8, 9, 16, 19, 33] {
        let (sourceStride, targetStride) = (columns + 3, rows + 5)
        let source = (0..<rows * sourceStride + 1).map { Float($0) }
        var target = [Float](repeating: -1, count: columns * targetStride + 1)
        target.withUnsafeMutableBufferPointer { target in
          Transposition.run(
            source, stride: sourceStride, rows: rows, columns: columns, to: target.baseAddress!, stride: targetStride)
        }
        // What lies between the columns of the target is left alone.
        let expected = target.indices.map { place -> Float in
          let (c, r) = place.quotientAndRemainder(dividingBy: targetStride)
          return r < rows && c < columns ? source[r * sourceStride + c] : -1
        }
        XCTAssertEqual(target, expected, "\(rows) × \(columns)")
      }
    }
  }

  func testStripsOfEveryNumberOfRows() {
    for rows in [1, 15, 16, 17, 63, 64, 65, 128, 150] {
      for isTransposed in [false, true] {
        let depth = 21
        let source = Tensor.normal(isTransposed ? [depth, rows] : [rows, depth], using: &rng)
        let numbers = source.scalars
        let stripStride = 16 * depth + 32
        let strips = (rows + 15) / 16
        let packed = Tensor(shape: [strips * stripStride]) { target in
          target.update(repeating: -1, count: strips * stripStride)
          Strips.pack(
            source.pointer, rowStride: isTransposed ? 1 : depth, depthStride: isTransposed ? rows : 1, rows: rows,
            depth: depth, to: target, stripStride: stripStride)
        }.scalars
        for strip in 0..<strips {
          for index in 0..<stripStride {
            let (row, k) = (16 * strip + index % 16, index / 16)
            let want = k >= depth ? -1 : row >= rows ? 0 : numbers[isTransposed ? k * rows + row : row * depth + k]
            XCTAssertEqual(packed[strip * stripStride + index], want, "\(rows) rows, row \(row), column \(k)")
          }
        }
      }
    }
  }

  func testMatrixProductsWhoseLastBlocksAreEmpty() {
    // Blocks are whole tiles, and so a few fewer than there are threads for may be enough: with 8 or with 4 rows a tile.
    for (threads, m, n, k) in [
      (4, 66, 100, 100), (4, 34, 200, 100), (5, 20, 272, 100), (5, 20, 96, 300), (2, 17_665, 3, 8),
    ] {
      let a = Tensor.normal([m, k], using: &rng)
      let b = Tensor.normal([k, n], using: &rng)
      let one = withThreads(1) { matmul(a, b).scalars }
      XCTAssertEqual(one, withThreads(threads) { matmul(a, b).scalars }, "\(threads) threads, \(m)×\(k) · \(k)×\(n)")
    }
  }

  private struct Case {
    let input: [Int]
    let weight: [Int]
    var stride = 1
    var padding = 0
    var groups = 1
  }

  private let convolutions = [
    Case(input: [2, 3, 7, 7], weight: [5, 3, 3, 3], padding: 1),
    Case(input: [1, 1, 28, 28], weight: [13, 1, 3, 3], padding: 1),
    Case(input: [3, 4, 14, 14], weight: [12, 4, 3, 3], padding: 1),
    Case(input: [2, 3, 6, 9], weight: [4, 3, 3, 3]),
    Case(input: [2, 2, 5, 5], weight: [3, 2, 5, 5], padding: 2),
    Case(input: [9, 6, 4, 4], weight: [8, 6, 1, 1]),
    Case(input: [2, 3, 4, 5], weight: [2, 3, 3, 3], padding: 2),
    Case(input: [2, 3, 4, 5], weight: [2, 3, 2, 2], padding: 3),
    Case(input: [2, 3, 8, 8], weight: [4, 3, 3, 3], stride: 2, padding: 1),
    Case(input: [2, 3, 9, 7], weight: [4, 3, 2, 3], stride: 2),
    Case(input: [2, 4, 6, 6], weight: [6, 2, 3, 3], padding: 1, groups: 2),
    Case(input: [2, 4, 6, 6], weight: [4, 1, 3, 3], stride: 2, padding: 1, groups: 4),
    Case(input: [2, 3, 6, 6], weight: [4, 3, 3, 2], padding: 1),
    Case(input: [1, 2, 9, 9], weight: [3, 2, 4, 4], stride: 3, padding: 2),
  ]

  func testConvolutionsAndTheirTransposes() {
    for c in convolutions {
      let what = "\(c.input) ∗ \(c.weight), stride \(c.stride), padding \(c.padding), groups \(c.groups)"
      let x = Tensor.normal(c.input, using: &rng)
      let w = Tensor.normal(c.weight, using: &rng)
      let want = naiveConvolution(x, w, stride: c.stride, padding: c.padding, groups: c.groups)
      assertClose(conv2d(x, w, stride: c.stride, padding: c.padding, groups: c.groups), want, what)
      // A transpose is what makes ⟨y, x ∗ w⟩ = ⟨x', x⟩ = ⟨w', w⟩ for every x, w, y; unit vectors would give every
      // entry.
      let s = ConvolutionShape(input: c.input, weight: c.weight, stride: c.stride, padding: c.padding, groups: c.groups)
      let y = Tensor.normal(s.output, using: &rng)
      let inner = (y * want).sum().item()
      let size = sqrt(square(y).sum() * square(want).sum()).item()
      let xBack = Convolution.inputGradient(y, w, s)
      let wBack = Convolution.weightGradient(x, y, s)
      XCTAssertEqual((xBack * x).sum().item(), inner, accuracy: 1e-5 * size, "input gradient of \(what)")
      XCTAssertEqual((wBack * w).sum().item(), inner, accuracy: 1e-5 * size, "weight gradient of \(what)")
    }
  }

  func testDirectAndColumnGradientsOfAUnitImpulse() {
    // One pixel of y lit: the input gradient is the kernel itself at that place, the weight gradient the patch.
    let s = ConvolutionShape(input: [1, 1, 5, 5], weight: [1, 1, 3, 3], stride: 1, padding: 1, groups: 1)
    let w = Tensor((1...9).map { Float($0) }, shape: [1, 1, 3, 3])
    var lit = [Float](repeating: 0, count: 25)
    lit[2 * 5 + 2] = 1
    let y = Tensor(lit, shape: [1, 1, 5, 5])
    let x = Tensor.arange(25).reshaped([1, 1, 5, 5])
    let back = Convolution.inputGradient(y, w, s).sliced(axis: 2, 1..<4).sliced(axis: 3, 1..<4)
    XCTAssertEqual(back.scalars, w.scalars)
    let patch = x.sliced(axis: 2, 1..<4).sliced(axis: 3, 1..<4)
    XCTAssertEqual(Convolution.weightGradient(x, y, s).scalars, patch.scalars)
  }

  func testConvolutionsGiveTheSameBitsWithAnyThreads() {
    let x = Tensor.normal([9, 8, 14, 14], using: &rng)
    let w = Tensor.normal([20, 8, 3, 3], using: &rng)
    func all(_ threads: Int) -> [[Float]] {
      withThreads(threads) {
        let (a, b) = (x.tracked(), w.tracked())
        let y = silu(groupNorm(conv2d(a, b, padding: 1), groupCount: 4))
        return [y.scalars] + grad(of: y, wrt: [a, b]).map(\.scalars)
      }
    }
    XCTAssertEqual(all(1), all(2))
    XCTAssertEqual(all(1), all(7))
  }

  func testSumsAreExactToRounding() {
    for count in [1, 15, 16, 31, 33, 4096, 4097, 70_000, 300_001] {
      let x = Tensor.uniform([count], using: &rng)
      let want = x.scalars.reduce(0.0) { $0 + Double($1) }
      XCTAssertEqual(Double(x.sum().item()), want, accuracy: 2e-7 * want)
    }
    // A naive Float32 sum of 2²⁵ ones stops at 2²⁴; so does one lane of many.
    XCTAssertEqual(Tensor.ones([1 << 25]).sum().item(), Float(1 << 25))
    let tall = Tensor.uniform([5000, 3], using: &rng)
    let columns = tall.sum(axis: 0).scalars
    for column in 0..<3 {
      let want = stride(from: column, to: 15_000, by: 3).reduce(0.0) { $0 + Double(tall.scalars[$1]) }
      XCTAssertEqual(Double(columns[column]), want, accuracy: 1e-6 * want)
    }
  }

  /// Rows that end anywhere in a vector, against Double; the largest number of some lies in what is left at the end.
  func testSoftmaxOfRowsOfEveryLength() {
    for length in Array(1...50) + [63, 64, 65, 100, 4096, 4111, 9000] {
      let x = Tensor.normal([5, length], using: &rng) * 3
      let g = Tensor.normal([5, length], using: &rng)
      var (want, wantLog, wantGradient) = ([Float](), [Float](), [Float]())
      for row in 0..<5 {
        let part = row * length..<(row + 1) * length
        let numbers = x.scalars[part].map { Double($0) }
        let slopes = g.scalars[part].map { Double($0) }
        let largest = numbers.max()!
        let logSum = largest + log(numbers.map { exp($0 - largest) }.reduce(0, +))
        let y = numbers.map { exp($0 - logSum) }
        let dot = zip(slopes, y).map { $0 * $1 }.reduce(0, +)
        want += y.map { Float($0) }
        wantLog += numbers.map { Float($0 - logSum) }
        wantGradient += zip(slopes, y).map { Float($1 * ($0 - dot)) }
      }
      let leaf = x.tracked()
      let y = softmax(leaf)
      assertClose(y.detached() * Float(length), Tensor(want, shape: x.shape) * Float(length), "softmax of \(length)")
      assertClose(logSoftmax(x), Tensor(wantLog, shape: x.shape), "ln softmax of \(length)")
      let gradient = grad(of: y, wrt: [leaf], seed: g)[0] * Float(length)
      assertClose(gradient, Tensor(wantGradient, shape: x.shape) * Float(length), "the gradient for \(length)")
    }
  }

  func testSoftmaxOfWhatIsNotFinite() {
    for length in [1, 3, 16, 20, 64, 70] {
      for place in Set([0, length / 2, length - 1]) {
        // The row before and the row behind keep their numbers.
        func rows(_ special: Float, others: Float) -> [[Float]] {
          var numbers = [Float](repeating: 1, count: 3 * length)
          for index in length..<2 * length { numbers[index] = others }
          numbers[length + place] = special
          let y = softmax(Tensor(numbers, shape: [3, length])).scalars
          XCTAssertEqual(logSoftmax(Tensor(numbers, shape: [3, length])).scalars[length].isNaN, y[length].isNaN)
          return (0..<3).map { Array(y[$0 * length..<($0 + 1) * length]) }
        }
        let even = [Float](repeating: 1 / Float(length), count: length)
        var hot = [Float](repeating: 0, count: length)
        hot[place] = 1
        for (special, others, want) in [
          (0, -.infinity, hot), (3e38, -3e38, hot), (1000, 0, hot),
          (.nan, 0, nil), (.infinity, 0, nil), (-.infinity, -.infinity, nil), (.nan, -.infinity, nil),
        ] as [(Float, Float, [Float]?)] {
          let y = rows(special, others: others)
          XCTAssertEqual(y[0], even)
          XCTAssertEqual(y[2], even)
          if let want { XCTAssertEqual(y[1], want) } else { XCTAssertTrue(y[1].allSatisfy { $0.isNaN }) }
        }
        let masked = rows(-.infinity, others: 2)[1]
        if length > 1 {
          XCTAssertEqual(masked[place], 0)
          XCTAssertEqual(masked[(place + 1) % length], 1 / Float(length - 1), accuracy: 1e-7)
        }
      }
    }
  }

  func testSoftmaxGivesTheSameBitsWithAnyThreads() {
    for shape in [[1000, 33], [700, 64], [3, 20_001]] {
      let x = Tensor.normal(shape, using: &rng)
      let g = Tensor.normal(shape, using: &rng)
      func results(_ threads: Int) -> [[Float]] {
        withThreads(threads) {
          let leaf = x.tracked()
          let y = softmax(leaf)
          return [y.scalars, logSoftmax(x).scalars, grad(of: y, wrt: [leaf], seed: g)[0].scalars]
        }
      }
      XCTAssertEqual(results(1), results(2))
      XCTAssertEqual(results(1), results(7))
    }
  }

  func testNormalisationWithSiLUIsTheCompositionOfItsParts() {
    let x = Tensor.normal([3, 8, 5, 7], using: &rng).tracked()
    let gain = Tensor.normal([3, 8], using: &rng).tracked()
    let offset = Tensor.normal([3, 8], using: &rng).tracked()
    let fused = groupNormSiLU(x, groupCount: 2, gain: gain, offset: offset)
    let parts = silu(groupNorm(x, groupCount: 2) * gain.reshaped([3, 8, 1, 1]) + offset.reshaped([3, 8, 1, 1]))
    assertClose(fused.detached(), parts.detached(), "value")
    // Twice with different seeds, and with fewer inputs: what is kept between the gradients must not be mixed up.
    for round in 0..<2 {
      let seed = Tensor.normal(x.shape, using: &rng)
      for inputs in [[x, gain, offset], [gain, offset], [offset], [gain], [x]] {
        for (got, want) in zip(grad(of: fused, wrt: inputs, seed: seed), grad(of: parts, wrt: inputs, seed: seed)) {
          assertClose(got, want, "round \(round), gradient of \(got.shape) of \(inputs.count)")
        }
      }
    }
  }

  /// Weight and bias get their gradients from the walk that gives x its own; in whatever order and number they are asked
  /// for, with every length of a channel.
  func testGradientsOfGroupNormalisationTogetherAndOneByOne() {
    for (images, places) in [(3, [5, 7]), (70, [2]), (2, [4, 4]), (1, [48]), (2, [13, 5]), (2, [])] {
      let x = Tensor.normal([images, 8] + places, using: &rng).tracked()
      let weight = Tensor.normal([8], using: &rng).tracked()
      let bias = Tensor.normal([8], using: &rng).tracked()
      let perChannel = [8] + places.map { _ in 1 }
      let grouped = x.reshaped([images, 2, -1])
      let centred = grouped - grouped.mean(axis: -1, keepDims: true)
      let normalized = (centred * rsqrt(square(centred).mean(axis: -1, keepDims: true) + 1e-3)).reshaped(x.shape)
      let want = normalized * weight.reshaped(perChannel) + bias.reshaped(perChannel)
      let got = groupNorm(x, groupCount: 2, weight: weight, bias: bias, eps: 1e-3)
      assertClose(got.detached(), want.detached(), "value of \(x.shape)")
      for round in 0..<2 {
        let seed = Tensor.normal(x.shape, using: &rng)
        for inputs in [[x, weight, bias], [weight, bias], [bias], [weight], [x], [bias, x]] {
          for (a, b) in zip(grad(of: got, wrt: inputs, seed: seed), grad(of: want, wrt: inputs, seed: seed)) {
            assertClose(a, b, "round \(round), gradient of \(a.shape) of \(inputs.count) for \(x.shape)")
          }
        }
      }
      let onlyBias = groupNorm(x, groupCount: 2, bias: bias, eps: 1e-3)
      let seed = Tensor.normal(x.shape, using: &rng)
      let otherAxes = [0] + Array(2..<x.ndim)
      assertClose(grad(of: onlyBias, wrt: [x, bias], seed: seed)[1], seed.sum(axes: otherAxes), "only a bias")
    }
    let x = Tensor.normal([9, 32, 12, 12], using: &rng)
    func gradients(_ threads: Int) -> [[Float]] {
      withThreads(threads) {
        let inputs = [x.tracked(), Tensor.ones([32]).tracked(), Tensor.zeros([32]).tracked()]
        let y = groupNorm(inputs[0], groupCount: 4, weight: inputs[1], bias: inputs[2])
        return ([y.detached()] + grad(of: y, wrt: inputs, seed: x)).map(\.scalars)
      }
    }
    XCTAssertEqual(gradients(1), gradients(2))
    XCTAssertEqual(gradients(1), gradients(5))
  }
}

/// A convolution by its definition, in double precision.
func naiveConvolution(_ x: Tensor, _ w: Tensor, stride: Int, padding: Int, groups: Int) -> Tensor {
  let s = ConvolutionShape(input: x.shape, weight: w.shape, stride: stride, padding: padding, groups: groups)
  let (image, kernel) = (x.scalars, w.scalars)
  let inner = s.inputChannels / groups
  let outer = s.outputChannels / groups
  var y: [Float] = []
  for n in 0..<s.batch {
    for o in 0..<s.outputChannels {
      for i in 0..<s.outputHeight {
        for j in 0..<s.outputWidth {
          var sum = 0.0
          for c in 0..<inner {
            for u in 0..<s.kernelHeight {
              for v in 0..<s.kernelWidth {
                let row = i * stride + u - padding
                let column = j * stride + v - padding
                guard (0..<s.height).contains(row), (0..<s.width).contains(column) else { continue }
                let channel = o / outer * inner + c
                let pixel = image[((n * s.inputChannels + channel) * s.height + row) * s.width + column]
                sum += Double(pixel) * Double(kernel[((o * inner + c) * s.kernelHeight + u) * s.kernelWidth + v])
              }
            }
          }
          y.append(Float(sum))
        }
      }
    }
  }
  return Tensor(y, shape: s.output)
}
