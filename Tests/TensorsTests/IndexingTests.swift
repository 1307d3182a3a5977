import XCTest

@testable import Tensors

/// Gathering, sorting, padding and running sums where they are hard: empty axes, ties, NaN, long rows, many threads.
final class IndexingTests: XCTestCase {
  private var rng = RandomStream(seed: 21)

  func testGatherAndScatterAgainstTheirDefinitions() {
    for (whole, part, axis) in [
      ([3, 4, 5], [2, 6, 3], 1), ([7, 5], [9, 5], 0), ([4, 3], [4, 8], 1), ([6], [3], 0),
      ([2, 3, 2, 5], [2, 2, 2, 7], -1), ([3, 4], [0, 4], 0), ([3, 4], [3, 0], 1), ([2, 1], [2, 1], 1),
    ] {
      let position = axis < 0 ? axis + whole.count : axis
      let x = Tensor.normal(whole, using: &rng)
      let s = Tensor.normal(part, using: &rng)
      let indices = (0..<part.reduce(1, *)).map { _ in rng.integer(below: whole[position]) }
      var gathered: [Float] = []
      var added = x.scalars
      for place in indices.indices {
        // The coordinates of the place, the indexed one replaced.
        var rest = place
        var coordinates = part
        for axis in part.indices.reversed() {
          coordinates[axis] = rest % part[axis]
          rest /= part[axis]
        }
        coordinates[position] = indices[place]
        let target = zip(coordinates, whole).reduce(0) { $0 * $1.1 + $1.0 }
        gathered.append(x.scalars[target])
        added[target] += s.scalars[place]
      }
      XCTAssertEqual(x.gathered(indices, shape: part, axis: axis).scalars, gathered, "\(whole) \(part) \(axis)")
      XCTAssertEqual(x.scatterAdded(s, at: indices, axis: axis).scalars, added, "\(whole) \(part) \(axis)")
    }
  }

  func testTakeAndScatterOfRowsAgreeWithGatherOnAnyNumberOfThreads() {
    for (shape, axis) in [([50, 300], 0), ([3, 50, 120], 1), ([70, 50], 1), ([50], 0)] {
      let x = Tensor.normal(shape, using: &rng)
      let indices = (0..<1000).map { _ in rng.integer(below: 50) }
      var part = shape
      part[axis] = 1000
      let inner = shape[(axis + 1)...].reduce(1, *)
      let all = (0..<part.reduce(1, *)).map { indices[$0 / inner % 1000] }
      let g = Tensor.normal(part, using: &rng)
      for threads in [1, 2, 5] {
        withThreads(threads) {
          XCTAssertEqual(x.take(indices, axis: axis).scalars, x.gathered(all, shape: part, axis: axis).scalars)
          XCTAssertEqual(
            g.scatterAdded(indices, axis: axis, length: 50).scalars,
            Tensor.zeros(shape).scatterAdded(g, at: all, axis: axis).scalars)
        }
      }
      let one = withThreads(1) { Tensor.zeros(shape).scatterAdded(g, at: all, axis: axis).scalars }
      XCTAssertEqual(one, withThreads(3) { Tensor.zeros(shape).scatterAdded(g, at: all, axis: axis).scalars })
    }
  }

  func testOneHot() {
    XCTAssertEqual(Tensor.oneHot([2, 0], classes: 3).scalars, [0, 0, 1, 1, 0, 0])
    XCTAssertEqual(Tensor.oneHot([], classes: 3).shape, [0, 3])
  }

  // MARK: Order

  func testSortAgainstTheStandardLibrary() {
    for length in [0, 1, 2, 17, 199, 200, 201, 5000] {
      // Few different numbers, so that the order of equals is seen.
      let x = (Tensor.normal([3, length], using: &rng) * 20).scalars.map { ($0).rounded() / 8 }
      let (values, indices) = Tensor(x, shape: [3, length]).sorted()
      let down = Tensor(x, shape: [3, length]).argSort(descending: true)
      for row in 0..<3 {
        let numbers = Array(x[row * length..<(row + 1) * length])
        let want = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
        XCTAssertEqual(Array(indices[row * length..<(row + 1) * length]), want)
        XCTAssertEqual(Array(values.scalars[row * length..<(row + 1) * length]), want.map { numbers[$0] })
        let wantDown = numbers.indices.sorted { (-numbers[$0], $0) < (-numbers[$1], $1) }
        XCTAssertEqual(Array(down[row * length..<(row + 1) * length]), wantDown)
        for k in [0, 1, min(5, length), length / 2, length] where k <= length {
          let top = Tensor(numbers).topK(k)
          XCTAssertEqual(top.indices, Array(wantDown.prefix(k)), "\(k) of \(length)")
          XCTAssertEqual(top.values.scalars, wantDown.prefix(k).map { numbers[$0] })
          XCTAssertEqual(Tensor(numbers).topK(k, largest: false).indices, Array(want.prefix(k)))
        }
      }
    }
    let wide = Tensor.normal([40, 30], using: &rng)
    XCTAssertEqual(wide.sorted(axis: 0).values.scalars, wide.transposed().sorted(axis: 1).values.transposed().scalars)
  }

  func testSortOfSpecialNumbers() {
    let x = Tensor([1, .nan, -.infinity, 0, -0.0, .infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, -.nan])
    XCTAssertEqual(x.argSort(axis: 0), [2, 7, 3, 4, 6, 0, 5, 1, 8])
    XCTAssertEqual(x.argSort(axis: 0, descending: true), [1, 8, 5, 0, 6, 3, 4, 7, 2])
    XCTAssertEqual(x.topK(3).indices, [1, 8, 5])
    XCTAssertEqual(x.topK(3, largest: false).indices, [2, 7, 3])
  }

  func testArgExtremes() {
    let x = Tensor([3, 1, 3, 0, 0, 2], shape: [2, 3])
    XCTAssertEqual(x.argMax(axis: 1), [0, 2])
    XCTAssertEqual(x.argMin(axis: -1), [1, 0])
    XCTAssertEqual(x.argMax(axis: 0), [0, 0, 0])
    XCTAssertEqual(x.argMin(axis: 0), [1, 1, 1])
    XCTAssertEqual(x.argMax() as Int, 0)
    XCTAssertEqual(x.argMin() as Int, 3)
    let spoilt = Tensor([1, .nan, 5, .nan], shape: [1, 4])
    XCTAssertEqual(spoilt.argMax(axis: 1), [1])
    XCTAssertEqual(spoilt.argMin(axis: 1), [1])
    XCTAssertEqual(spoilt.reshaped([4, 1]).argMin(axis: 0), [1])
    XCTAssertEqual(Tensor([-.infinity, -.infinity]).argMax(axis: 0), [0])
    XCTAssertEqual(Tensor.zeros([0, 3]).argMax(axis: 1), [])
  }

  // MARK: Padding, parts, sums

  func testPaddingByHand() {
    let x = Tensor([1, 2, 3])
    XCTAssertEqual(x.padded([(1, 2)]).scalars, [0, 1, 2, 3, 0, 0])
    XCTAssertEqual(x.padded([(1, 2)], mode: .reflect).scalars, [2, 1, 2, 3, 2, 1])
    XCTAssertEqual(x.padded([(1, 2)], mode: .replicate).scalars, [1, 1, 2, 3, 3, 3])
    XCTAssertEqual(x.padded([(0, 1)], mode: .constant(.nan)).scalars.last?.isNaN, true)
    XCTAssertEqual(Tensor.zeros([0, 2]).padded([(1, 1), (0, 1)], mode: .constant(7)).scalars, [7, 7, 7, 7, 7, 7])
    XCTAssertEqual(Tensor.zeros([2, 0]).sliced([0..<1, 0..<0]).shape, [1, 0])
    XCTAssertEqual(x.padded([]).scalars, x.scalars)
    let cube = Tensor.arange(24).reshaped([2, 3, 4])
    XCTAssertEqual(cube.sliced([1..<2, 1..<3, 1..<3]).scalars, [17, 18, 21, 22])
    XCTAssertEqual(cube.padded([(1, 0), (0, 0), (0, 1)]).sliced([1..<3, 0..<3, 0..<4]).scalars, cube.scalars)
  }

  func testRunningSumsKeepTheirDigits() {
    // In Float32 a sum of ten million times 0.1 stops being right after some thousands.
    let n = 10_000_000
    let sums = Tensor.full(0.1, [n]).cumulativeSum(axis: 0)
    XCTAssertEqual(sums.scalars[n - 1], Float(Double(Float(0.1)) * Double(n)))
    let x = Tensor.normal([5, 300, 150], using: &rng)
    let want = x.transposed(axes: [0, 2, 1]).cumulativeSum(axis: 2, reversed: true).transposed(axes: [0, 2, 1])
    XCTAssertEqual(x.cumulativeSum(axis: 1, reversed: true).scalars, want.scalars)
    XCTAssertEqual(
      withThreads(1) { x.cumulativeSum(axis: 1).scalars }, withThreads(3) { x.cumulativeSum(axis: 1).scalars })
    XCTAssertEqual(Tensor([1, .infinity, 2]).cumulativeSum(axis: 0).scalars, [1, .infinity, .infinity])
    XCTAssertEqual(Tensor.zeros([0, 2]).cumulativeSum(axis: 0).shape, [0, 2])
    XCTAssertEqual(Tensor.zeros([2, 0]).cumulativeSum(axis: 0).shape, [2, 0])
  }

  func testEmptyBatchesAndAxes() {
    let images = Tensor.zeros([0, 2, 3, 3]).tracked()
    let weight = Tensor.ones([2, 4, 3, 3]).tracked()
    let up = convTranspose2d(images, weight, stride: 2, padding: 1, outputPadding: 1)
    XCTAssertEqual(up.shape, [0, 4, 6, 6])
    XCTAssertEqual(grad(of: up, wrt: [images, weight]).map { $0.shape }, [[0, 2, 3, 3], [2, 4, 3, 3]])
    XCTAssertEqual(grad(of: up.sum(), wrt: [weight])[0].scalars, [Float](repeating: 0, count: 72))
    XCTAssertEqual(averagePool2d(images, size: 2, stride: 1, padding: 1).shape, [0, 2, 4, 4])
    XCTAssertEqual(grad(of: maxPool2d(images, size: 2), wrt: [images])[0].shape, [0, 2, 3, 3])
    XCTAssertEqual(upsampleNearest2d(images, factor: 2).shape, [0, 2, 6, 6])
    let x = Tensor.zeros([3, 0]).tracked()
    XCTAssertEqual(softmax(x, axes: [0, 1]).shape, [3, 0])
    XCTAssertEqual(logSoftmax(x, axes: [1]).shape, [3, 0])
    XCTAssertEqual(x.sorted().values.shape, [3, 0])
    XCTAssertEqual(x.topK(0).values.shape, [3, 0])
    XCTAssertEqual(x.flipped(axis: 1).shape, [3, 0])
    XCTAssertEqual(grad(of: x.cumulativeSum(axis: 0), wrt: [x])[0].shape, [3, 0])
    XCTAssertEqual(grad(of: x.take([], axis: 0), wrt: [x])[0].shape, [3, 0])
    XCTAssertEqual(Tensor.zeros([2, 3]).take([], axis: 1).shape, [2, 0])
    // Axes of length 1, and none at all.
    let one = Tensor([5, 7], shape: [2, 1]).tracked()
    XCTAssertEqual(softmax(one).scalars, [1, 1])
    XCTAssertEqual(grad(of: softmax(one), wrt: [one], seed: Tensor([1, 2], shape: [2, 1]))[0].scalars, [0, 0])
    XCTAssertEqual(logSumExp(one, axis: 1).scalars, [5, 7])
    XCTAssertEqual(one.cumulativeSum(axis: 1).scalars, [5, 7])
    XCTAssertEqual(one.topK(1).indices, [0, 0])
    XCTAssertEqual(softmax(Tensor([3, 3]), axes: []).scalars, [1, 1])
  }

  // MARK: Infinities, as in PyTorch

  func testMaskedRows() {
    let x = Tensor([1, -.infinity, 2, -.infinity], shape: [1, 4]).tracked()
    for f in [{ softmax($0) }, { logSumExp($0, axis: 1) }] as [(Tensor) -> Tensor] {
      for gradient in [grad(of: f(x), wrt: [x])[0], grad(of: square(f(x)), wrt: [x], createGraph: true)[0]] {
        XCTAssertTrue(gradient.scalars.allSatisfy { $0.isFinite }, "\(gradient)")
        XCTAssertEqual([gradient.scalars[1], gradient.scalars[3]], [0, 0])
      }
    }
    let y = logSoftmax(x)
    XCTAssertEqual(y.scalars[1], -.infinity)
    let g = grad(of: y, wrt: [x], seed: Tensor([1, 0, 0, 0], shape: [1, 4]))[0].scalars
    XCTAssertEqual(g[0], 0.731_058_6, accuracy: 1e-6)
    XCTAssertEqual(g[1], 0)
    let nothing = Tensor([-.infinity, -.infinity])
    XCTAssertTrue(softmax(nothing).scalars.allSatisfy { $0.isNaN })
    XCTAssertTrue(logSoftmax(nothing, axes: [0]).scalars.allSatisfy { $0.isNaN })
    XCTAssertEqual(logSumExp(nothing, axes: [0]).item(), -.infinity)
    XCTAssertEqual(logSumExp(Tensor([.infinity, 1]), axis: 0).item(), .infinity)
    XCTAssertTrue(logSumExp(Tensor([.nan, 1]), axis: 0).item().isNaN)
    XCTAssertEqual(logSigmoid(Tensor([-.infinity, .infinity])).scalars, [-.infinity, 0])
    XCTAssertEqual(clamp(Tensor([-5, 5]), atLeast: 0).scalars, [0, 5])
    XCTAssertTrue(clamp(Tensor(.nan), atMost: 0).item().isNaN)
  }

  func testPoolingOfSpecialNumbers() {
    let x = Tensor([1, .nan, 3, 2, -.infinity, -.infinity, 5, 4, -.infinity], shape: [1, 1, 3, 3])
    for image in [x, x.tracked()] {
      let y = maxPool2d(image, size: 2, stride: 1).scalars
      XCTAssertTrue(y[0].isNaN && y[1].isNaN)
      XCTAssertEqual(Array(y[2...]), [5, 4])
      let empty = maxPool2d(image.sliced(axis: 0, 0..<0), size: 3, padding: 1)
      XCTAssertEqual(empty.shape, [0, 1, 1, 1])
    }
    // A window of −∞ alone still has a first pixel for the gradient.
    let low = Tensor.full(-.infinity, [1, 1, 2, 2]).tracked()
    XCTAssertEqual(grad(of: maxPool2d(low, size: 2), wrt: [low])[0].scalars, [1, 0, 0, 0])
  }
}
