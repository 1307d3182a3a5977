import Datasets
import Figures
import Tensors
import XCTest

final class DigitSheetTests: XCTestCase {
  func testTheSplit() throws {
    let digits = try DigitSheet.load()
    XCTAssertEqual(digits.train.count, 4000)
    XCTAssertEqual(digits.heldOut.count, 1000)
    for label in 0..<10 {
      XCTAssertEqual(digits.train.indices(ofClass: label).count, 400)
      XCTAssertEqual(digits.heldOut.indices(ofClass: label).count, 100)
    }
    XCTAssertEqual(digits.train.classCount, 10)
    XCTAssertEqual(digits.train.images([0, 5]).shape, [2, 1, 28, 28])
    // No picture is in both parts.
    let size = digits.train.pictureSize
    let train = Set((0..<4000).map { Array(digits.train.bytes[$0 * size..<($0 + 1) * size]) })
    for i in 0..<1000 {
      XCTAssertFalse(train.contains(Array(digits.heldOut.bytes[i * size..<(i + 1) * size])), "held out picture \(i)")
    }
  }

  func testTheTilesAreWhereTheSheetHasThem() throws {
    let digits = try DigitSheet.load()
    let sheet = try PNG.read(DigitSheet.url).image
    // The 3rd picture of class 7 is tile 3502: row 35, column 2. The first held out one of class 2 is tile 1400.
    XCTAssertEqual(digits.train.picture(2802), sheet.cropped(x: 2 * 28, y: 35 * 28, width: 28, height: 28))
    XCTAssertEqual(digits.train.labels[2802], 7)
    XCTAssertEqual(digits.heldOut.picture(200), sheet.cropped(x: 0, y: 14 * 28, width: 28, height: 28))
    XCTAssertEqual(digits.heldOut.labels[200], 2)
    // Ones have the least ink, and every picture has some.
    func ink(_ label: Int) -> Int { digits.train.ofClass(label).subset(Array(0..<40)).bytes.reduce(0) { $0 + Int($1) } }
    XCTAssertEqual((0..<10).min { ink($0) < ink($1) }, 1)
    XCTAssertEqual((0..<10).max { ink($0) < ink($1) }, 0)
  }

  func testValuesLieBetweenMinusOneAndOne() throws {
    let digits = try DigitSheet.load()
    let pixels = digits.train.pixels(Array(0..<50))
    XCTAssertEqual(pixels.min(), -1)
    XCTAssertEqual(pixels.max(), 1)
    // MNIST's own mean and deviation on [0, 1] are 0.1307 and 0.3081.
    XCTAssertEqual(digits.train.standardDeviation / 2, 0.3081, accuracy: 0.01)
    XCTAssertEqual(Double(digits.train.images.mean().item()), 2 * 0.1307 - 1, accuracy: 0.02)
  }

  func testThePooledDigits() throws {
    let (large, small) = (try DigitSheet.load().train, try DigitSheet.load(pooledBy: 2).train)
    XCTAssertEqual([small.height, small.width, small.count], [14, 14, 4000])
    XCTAssertEqual(small.labels, large.labels)
    XCTAssertEqual(small.picture(1234), large.picture(1234).pooled(by: 2))
  }

  func testMiniBatches() throws {
    let train = try DigitSheet.load().train
    var rng = RandomStream(seed: 3).stream("data")
    let start = rng
    let batch = train.batch(size: 64, using: &rng)
    XCTAssertEqual(batch.images.shape, [64, 1, 28, 28])
    XCTAssertEqual(batch.labels.count, 64)
    XCTAssertGreaterThan(Set(batch.labels).count, 5)
    var again = start
    XCTAssertEqual(train.batch(size: 64, using: &again).labels, batch.labels)
    XCTAssertEqual(again, rng, "the stream is all the state there is")
    let sevens = train.batch(size: 20, ofClass: 7, using: &rng)
    XCTAssertEqual(sevens.labels, [Int](repeating: 7, count: 20))
    let epoch = train.shuffledBatches(size: 300, using: &rng)
    XCTAssertEqual(epoch.map(\.count), [Int](repeating: 300, count: 13) + [100])
    XCTAssertEqual(epoch.joined().sorted(), Array(0..<4000), "each picture once")
    XCTAssertNotEqual(Array(epoch.joined()), Array(0..<4000))
    XCTAssertEqual(train.shuffledBatches(size: 300, dropsLast: true, using: &rng).count, 13)
  }
}
