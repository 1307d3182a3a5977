import XCTest

@testable import Tensors

/// Winograd's convolution beside the definition: values, both gradients, what isn't finite, and when it is taken.
final class WinogradConvolutionTests: XCTestCase {
  private var rng = RandomStream(seed: 11)

  private struct Case: CustomStringConvertible {
    let input: [Int]
    let outputs: Int
    let stride: Int
    let padding: Int

    var shape: ConvolutionShape {
      ConvolutionShape(input: input, weight: [outputs, input[1], 3, 3], stride: stride, padding: padding, groups: 1)
    }
    var description: String { "\(input) to \(outputs) channels, stride \(stride), padding \(padding)" }
  }

  /// Sizes that end in the middle of a tile, one way or both; channels that do or don't fill vectors; results of one
  /// pixel; several blocks of tiles and groups of images.
  private let cases = [
    Case(input: [1, 1, 3, 3], outputs: 1, stride: 1, padding: 0),
    Case(input: [1, 2, 1, 1], outputs: 3, stride: 1, padding: 1),
    Case(input: [2, 16, 4, 4], outputs: 16, stride: 1, padding: 1),
    Case(input: [3, 5, 7, 6], outputs: 20, stride: 1, padding: 1),
    Case(input: [2, 17, 6, 9], outputs: 3, stride: 1, padding: 0),
    Case(input: [2, 4, 5, 5], outputs: 33, stride: 1, padding: 2),
    Case(input: [1, 3, 3, 4], outputs: 4, stride: 1, padding: 4),
    Case(input: [17, 2, 7, 7], outputs: 2, stride: 1, padding: 1),
    Case(input: [1, 2, 22, 31], outputs: 2, stride: 1, padding: 1),
    Case(input: [1, 1, 3, 3], outputs: 1, stride: 2, padding: 0),
    Case(input: [2, 16, 8, 8], outputs: 16, stride: 2, padding: 1),
    Case(input: [3, 5, 14, 12], outputs: 20, stride: 2, padding: 1),
    Case(input: [2, 17, 7, 10], outputs: 3, stride: 2, padding: 0),
    Case(input: [2, 4, 6, 5], outputs: 33, stride: 2, padding: 2),
    Case(input: [1, 3, 4, 3], outputs: 4, stride: 2, padding: 4),
    Case(input: [30, 2, 14, 14], outputs: 2, stride: 2, padding: 1),
  ]

  func testValuesAndBothGradientsAreTheDefinitions() {
    for c in cases {
      let s = c.shape
      let x = Tensor.normal(s.input, using: &rng)
      let w = Tensor.normal(s.weight, using: &rng)
      let bias = Tensor.normal([s.outputChannels], using: &rng)
      let y = Tensor.normal(s.output, using: &rng)
      let want = naiveConvolution(x, w, stride: s.stride, padding: s.padding, groups: 1)
      let plain = Tensor(shape: s.output) { WinogradConvolution.forward(x.pointer, w.pointer, bias: nil, to: $0, s) }
      assertClose(plain, want, "\(c)")
      let shifted = Tensor(shape: s.output) {
        WinogradConvolution.forward(x.pointer, w.pointer, bias: bias.pointer, to: $0, s)
      }
      assertClose(shifted, want + bias.reshaped([1, s.outputChannels, 1, 1]), "\(c), with bias")

      let xBack = Tensor(shape: s.input) { WinogradConvolution.inputGradient(y.pointer, w.pointer, to: $0, s) }
      let wBack = Tensor(shape: s.weight) { WinogradConvolution.weightGradient(x.pointer, y.pointer, to: $0, s) }
      let (xWant, wWant) = definedGradients(x, w, y, s)
      assertClose(xBack, xWant, "input gradient of \(c)")
      assertClose(wBack, wWant, "weight gradient of \(c)")
    }
  }

  /// Both gradients, term by term in double precision.
  private func definedGradients(_ x: Tensor, _ w: Tensor, _ y: Tensor, _ s: ConvolutionShape) -> (Tensor, Tensor) {
    let (image, kernel, result) = (x.scalars, w.scalars, y.scalars)
    var xBack = [Double](repeating: 0, count: image.count)
    var wBack = [Double](repeating: 0, count: kernel.count)
    for n in 0..<s.batch {
      for o in 0..<s.outputChannels {
        for i in 0..<s.outputHeight {
          for j in 0..<s.outputWidth {
            let g = Double(result[((n * s.outputChannels + o) * s.outputHeight + i) * s.outputWidth + j])
            for c in 0..<s.inputChannels {
              for u in 0..<3 {
                for v in 0..<3 {
                  let (row, column) = (i * s.stride + u - s.padding, j * s.stride + v - s.padding)
                  guard (0..<s.height).contains(row), (0..<s.width).contains(column) else { continue }
                  let pixel = ((n * s.inputChannels + c) * s.height + row) * s.width + column
                  let tap = ((o * s.inputChannels + c) * 3 + u) * 3 + v
                  xBack[pixel] += g * Double(kernel[tap])
                  wBack[tap] += g * Double(image[pixel])
                }
              }
            }
          }
        }
      }
    }
    return (Tensor(xBack.map { Float($0) }, shape: s.input), Tensor(wBack.map { Float($0) }, shape: s.weight))
  }

  /// An error of some roundings of the largest number, not more: the matrices have no entry above 1.
  private func assertClose(
    _ got: Tensor, _ want: Tensor, _ what: String, file: StaticString = #filePath, line: UInt = #line
  ) {
    XCTAssertEqual(got.shape, want.shape, what, file: file, line: line)
    let largest = want.scalars.map(abs).max() ?? 0
    let error = zip(got.scalars, want.scalars).map { abs($0 - $1) }.max() ?? 0
    XCTAssertLessThanOrEqual(error, 3e-6 * max(largest, 1), what, file: file, line: line)
  }

  func testItIsTakenWhereItPaysAndOnlyThere() {
    func isSuited(_ input: [Int], _ weight: [Int], stride: Int = 1, groups: Int = 1) -> Bool {
      WinogradConvolution.isSuited(
        ConvolutionShape(input: input, weight: weight, stride: stride, padding: 1, groups: groups))
    }
    XCTAssertTrue(isSuited([32, 32, 28, 28], [32, 32, 3, 3]))
    XCTAssertTrue(isSuited([32, 64, 14, 14], [64, 64, 3, 3], stride: 2))
    XCTAssertFalse(isSuited([32, 1, 28, 28], [32, 1, 3, 3]), "one channel: there is nothing to sum over")
    XCTAssertFalse(isSuited([32, 32, 28, 28], [32, 16, 3, 3], groups: 2))
    XCTAssertFalse(isSuited([32, 32, 28, 28], [32, 32, 5, 5]))
    XCTAssertFalse(isSuited([32, 32, 28, 28], [32, 32, 3, 3], stride: 3))
    XCTAssertFalse(isSuited([1, 64, 2, 2], [64, 64, 3, 3]), "four pixels: the kernel costs more than the image")
  }

  func testRoundingIsHardlyWorseThanTheDefinitions() {
    for stride in [1, 2] {
      let s = ConvolutionShape(input: [1, 64, 10, 10], weight: [32, 64, 3, 3], stride: stride, padding: 1, groups: 1)
      let (x, w) = (Tensor.normal(s.input, using: &rng), Tensor.normal(s.weight, using: &rng))
      let want = naiveConvolution(x, w, stride: stride, padding: 1, groups: 1)
      func error(_ compute: (UnsafeMutablePointer<Float>) -> Void) -> Float {
        square(Tensor(shape: s.output) { compute($0) } - want).mean().item().squareRoot()
      }
      let ours = error { WinogradConvolution.forward(x.pointer, w.pointer, bias: nil, to: $0, s) }
      let plain = error { DirectConvolution.forward(x.pointer, w.pointer, bias: nil, to: $0, s) }
      XCTAssertLessThan(ours, 1.6 * plain, "stride \(stride)")
    }
  }

  func testNumbersThatAreNotFiniteStayWhereTheyBelong() {
    for stride in [1, 2] {
      let s = ConvolutionShape(input: [4, 32, 8, 8], weight: [32, 32, 3, 3], stride: stride, padding: 1, groups: 1)
      XCTAssertTrue(WinogradConvolution.isSuited(s))
      let w = Tensor.normal(s.weight, using: &rng)
      let plain = Tensor.normal(s.input, using: &rng)
      for (number, name) in [(Float.infinity, "∞"), (-.infinity, "−∞"), (.nan, "NaN"), (3e38, "3e38")] {
        var pixels = plain.scalars
        pixels[(2 * 32 + 5) * 64 + 3 * 8 + 4] = number
        let x = Tensor(pixels, shape: s.input)
        let y = conv2d(x, w, stride: stride, padding: 1)
        let want = naiveConvolution(x, w, stride: stride, padding: 1, groups: 1)
        XCTAssertEqual(y.scalars.map(kind), want.scalars.map(kind), "\(name), stride \(stride)")

        var gradient = Tensor.normal(s.output, using: &rng).scalars
        gradient[(32 + 7) * s.outputHeight * s.outputWidth + s.outputWidth + 2] = number
        let g = Tensor(gradient, shape: s.output)
        let back = Convolution.inputGradient(g, w, s)
        let (backWant, _) = definedGradients(x, w, g, s)
        XCTAssertEqual(back.scalars.map(kind), backWant.scalars.map(kind), "\(name), stride \(stride), input gradient")
      }
    }
  }

  func testWeightGradientsThatAreNotFiniteStayWhereTheyBelong() {
    for stride in [1, 2] {
      let s = ConvolutionShape(input: [8, 16, 16, 16], weight: [32, 16, 3, 3], stride: stride, padding: 1, groups: 1)
      var gradient = Tensor.normal(s.output, using: &rng).scalars
      gradient[(3 * 32 + 7) * s.outputHeight * s.outputWidth + 9] = .infinity
      let (x, g) = (Tensor.normal(s.input, using: &rng), Tensor(gradient, shape: s.output))
      let back = Tensor(shape: s.weight) { WinogradConvolution.weightGradient(x.pointer, g.pointer, to: $0, s) }
      let isFinite = back.scalars.enumerated().map { ($0.offset / 144, $0.element.isFinite) }
      XCTAssertTrue(isFinite.allSatisfy { $0.1 || $0.0 == 7 }, "only channel 7 saw the infinite gradient")
      XCTAssertTrue(isFinite.contains { !$0.1 })
    }
  }

  /// Finite, or which of the others.
  private func kind(_ number: Float) -> String {
    number.isNaN ? "NaN" : number.isFinite ? "finite" : number > 0 ? "∞" : "−∞"
  }

  func testTheBitsDoNotDependOnTheThreads() {
    for stride in [1, 2] {
      let s = ConvolutionShape(input: [11, 24, 15, 14], weight: [40, 24, 3, 3], stride: stride, padding: 1, groups: 1)
      let w = Tensor.normal(s.weight, using: &rng)
      var pixels = Tensor.normal(s.input, using: &rng).scalars
      var gradient = Tensor.normal(s.output, using: &rng).scalars
      // With an image that is computed by the definition, and all others not, whichever they are grouped with.
      for last: Float in [0, .infinity] {
        pixels[7 * pixels.count / 11 + 100] = last
        gradient[7 * gradient.count / 11 + 100] = last
        let x = Tensor(pixels, shape: s.input)
        let y = Tensor(gradient, shape: s.output)
        func all(_ threads: Int) -> [[UInt32]] {
          withThreads(threads) {
            [
              Tensor(shape: s.output) { WinogradConvolution.forward(x.pointer, w.pointer, bias: nil, to: $0, s) },
              Tensor(shape: s.input) { WinogradConvolution.inputGradient(y.pointer, w.pointer, to: $0, s) },
              Tensor(shape: s.weight) { WinogradConvolution.weightGradient(x.pointer, y.pointer, to: $0, s) },
            ].map { $0.scalars.map { $0.isNaN ? 0 : $0.bitPattern } }
          }
        }
        let one = all(1)
        XCTAssertEqual(one, all(2), "stride \(stride)")
        XCTAssertEqual(one, all(5), "stride \(stride)")
      }
    }
  }

  /// What a filter's matrices promise, for one line and one channel: Aᵀ[(G g) ⊙ (Bᵀ d)] is the filter.
  func testFiltersOfThreeTaps() {
    check(DenseFilter.self)
    check(StridedFilter.self)
  }

  private func check<Filter: MinimalFilter>(_: Filter.Type) {
    // Whole numbers, and an even middle tap: no rounding, not even by the halves.
    let d: [Float] = [3, -1, 4, 2, -5]
    let g: [Float] = [2, 6, -4]
    func points(_ numbers: [Float]) -> Points {
      let v = (numbers + [0, 0, 0]).map { SIMD16<Float>(repeating: $0) }
      return Points(v[0], v[1], v[2], v[3], v.count > 4 ? v[4] : .zero)
    }
    let (transformed, taps) = (Filter.input(points(d)), Filter.taps(points(g)))
    let products = (0..<Filter.points).map { transformed[$0][0] * taps[Filter.tap(of: $0)][0] }
    let y = Filter.output(points(products))
    for i in 0..<2 {
      let want = (0..<3).map { d[Filter.stride * i + $0] * g[$0] }.reduce(0, +)
      XCTAssertEqual(y[i][0], want, "\(Filter.self), result \(i)")
    }
    // The first result by itself, of the products that it needs.
    let few = products.indices.map { Filter.productsOfFirst.contains($0) ? products[$0] : 0 }
    XCTAssertEqual(Filter.output(points(few))[0][0], y[0][0], "\(Filter.self), the first result alone")
  }
}
