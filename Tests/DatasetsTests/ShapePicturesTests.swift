import Datasets
import Tensors
import XCTest

final class ShapePicturesTests: XCTestCase {
  func testNumbersAndScenesAreInverse() {
    var seen: Set<ShapeScene> = []
    for number in 0..<ShapePictures.count {
      let scene = ShapePictures.scene(number)
      XCTAssertEqual(ShapePictures.number(of: scene), number)
      seen.insert(scene)
    }
    XCTAssertEqual(seen.count, 2048)
    XCTAssertEqual(ShapePictures.entropy, 11 * 0.693147180559945, accuracy: 1e-12)
  }

  func testAllPicturesDifferAndAreLabelledByShape() {
    let all = ShapePictures.all
    XCTAssertEqual(all.count, 2048)
    XCTAssertEqual([all.channels, all.height, all.width, all.classCount], [3, 32, 32, 4])
    let pictures = Set((0..<all.count).map { Array(all.bytes[$0 * 3072..<($0 + 1) * 3072]) })
    XCTAssertEqual(pictures.count, 2048)
    for label in 0..<4 { XCTAssertEqual(all.indices(ofClass: label).count, 512) }
  }

  func testAPictureIsATorus() {
    // One place to the right is the same picture turned by four pixels, also over the edge.
    var scene = ShapePictures.scene(2047)
    for column in 0..<8 {
      scene.column = column
      let here = ShapePictures.bytes(of: scene)
      scene.column = (column + 1) % 8
      let next = ShapePictures.bytes(of: scene)
      for plane in 0..<3 * 32 {
        for x in 0..<32 { XCTAssertEqual(next[plane * 32 + (x + 4) % 32], here[plane * 32 + x]) }
      }
    }
  }

  func testAreasOfTheShapes() {
    // The pixels that are covered, from the red channel: (7r/4)², 7r²/4, ¾πr² and 20r²/9 with r = 10.
    let areas: [(ShapeScene.Shape, Double)] = [
      (.square, 17.5 * 17.5), (.triangle, 175), (.ring, Double.pi * 75), (.cross, 2000.0 / 9),
    ]
    for (shape, area) in areas {
      let scene = ShapeScene(shape: shape, size: .large, tint: .red, column: 0, row: 5)
      let red = ShapePictures.bytes(of: scene).prefix(1024).reduce(0.0) { $0 + Double($1) - 26 } / (226 - 26)
      XCTAssertEqual(red, area, accuracy: 0.03 * area, "\(shape)")
    }
  }

  func testNearestFindsThePictureUnderNoise() {
    var rng = RandomStream(seed: 3).stream("shapes")
    let numbers = (0..<60).map { _ in rng.integer(below: 2048) }
    let exact = ShapePictures.all.images(numbers)
    XCTAssertEqual(ShapePictures.nearest(to: exact).map(\.number), numbers)
    XCTAssertTrue(ShapePictures.nearest(to: exact).allSatisfy { $0.meanSquaredError == 0 && $0.isValid })
    let noisy = exact + Tensor.normal(exact.shape, using: &rng) * 0.04
    let matches = ShapePictures.nearest(to: noisy)
    XCTAssertEqual(matches.map(\.number), numbers)
    for match in matches { XCTAssertEqual(match.meanSquaredError, 0.0016, accuracy: 0.0002) }
    // What is no picture of the set is near to none.
    let noise = Tensor.uniform([5, 3, 32, 32], low: -1, high: 1, using: &rng)
    XCTAssertFalse(ShapePictures.nearest(to: noise).contains(where: \.isValid))
    let half = (exact.sliced(axis: 0, 0..<1) + ShapePictures.all.images([numbers[0] ^ 36])) / 2
    XCTAssertFalse(ShapePictures.nearest(to: half)[0].isValid)
  }

  func testLargestErrorIsHalfTheSmallestDistance() {
    // Only scenes at the same place can be nearest to one another or, moved alike, at neighbouring places: one place suffices
    // as the origin, as a picture is a torus.
    let all = ShapePictures.all
    let here = (0..<32).map { $0 * 64 }
    let a = all.images(here).reshaped([32, 3072])
    let b = all.images.reshaped([2048, 3072])
    let squares = square(a).sum(axis: 1).reshaped([32, 1]) + square(b).sum(axis: 1).reshaped([1, 2048])
    let distances = (squares - matmul(a, b, transposeB: true) * 2).scalars
    var least = Double.infinity
    for (row, number) in here.enumerated() {
      for other in 0..<2048 where other != number { least = min(least, Double(distances[row * 2048 + other])) }
    }
    XCTAssertEqual(least / 3072 / 4, ShapePictures.largestError, accuracy: 0.0001)
  }
}
