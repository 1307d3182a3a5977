import Figures
import Foundation

/// The handwritten digits that come with the course: 5,000 of MNIST, 500 of each class, as one picture.
///
/// In each class the first 400 are for training, the last 100 are held out. LeCun, Cortes and Burges made MNIST; it is
/// under CC BY-SA 3.0 (see DATA.md).
public enum DigitSheet {
  /// Pictures to learn from and pictures to judge by.
  public struct Split: Sendable {
    public let train: ImageDataset
    public let heldOut: ImageDataset
  }

  public static let tileSize = 28
  public static let perClass = 500
  public static let trainPerClass = 400

  /// The file in this module's resources.
  public static var url: URL {
    Bundle.module.url(forResource: "mnist-5000", withExtension: "png", subdirectory: "Resources")
      ?? Bundle.module.bundleURL.appendingPathComponent("Resources/mnist-5000.png")
  }

  /// The digits as 28 × 28 pictures, or 14 × 14 with `pooledBy: 2`: 4,000 to train on and 1,000 held out, sorted by
  /// label. Read once, then kept.
  ///
  /// - Throws: `FileError` if the file is missing or damaged.
  public static func load(pooledBy factor: Int = 1) throws -> Split {
    let split = try whole.get()
    if factor == 1 { return split }
    return Split(train: split.train.pooled(by: factor), heldOut: split.heldOut.pooled(by: factor))
  }

  private static let whole: Result<Split, any Error> = Result { try read(url) }

  static func read(_ url: URL) throws -> Split {
    let sheet = try PNG.read(url).image
    let columns = 100
    guard sheet.width == columns * tileSize, sheet.height == 10 * perClass / columns * tileSize, sheet.format == .gray
    else {
      throw FileError(
        path: url.path,
        problem: "the digit sheet should be gray and 2800 × 1400 pixels, and is \(sheet.width) × \(sheet.height) "
          + "with \(sheet.channels) channel(s)",
        advice: "restore the file from the repository")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sheet.pixels.count)
    for i in 0..<10 * perClass {
      let (left, top) = (i % columns * tileSize, i / columns * tileSize)
      for y in top..<top + tileSize {
        bytes.append(contentsOf: sheet.pixels[y * sheet.width + left..<y * sheet.width + left + tileSize])
      }
    }
    let all = ImageDataset(
      name: "digits", channels: 1, height: tileSize, width: tileSize, bytes: bytes,
      labels: (0..<10 * perClass).map { $0 / perClass }, classCount: 10)
    let (train, heldOut) = (
      (0..<all.count).filter { $0 % perClass < trainPerClass },
      (0..<all.count).filter { $0 % perClass >= trainPerClass }
    )
    return Split(
      train: all.subset(train, name: "digits (training)"), heldOut: all.subset(heldOut, name: "digits (held out)"))
  }
}
