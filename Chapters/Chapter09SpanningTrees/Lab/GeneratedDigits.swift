import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// The sheets of digits that come with the chapters on generative models, cut into their tiles again.
struct GeneratedDigits {
  let name: String
  /// 28 × 28 tiles, gray, ten of each class in rising order.
  let tiles: [Image]

  static let count = 100

  private static let sheets = [
    ("GAN", "Chapter01GAN"), ("WGAN", "Chapter02WGAN"), ("DDPM", "Chapter04DDPM"), ("EDM", "Chapter05EDM"),
    ("rectified flow", "Chapter06RectifiedFlow"),
  ]

  /// Those whose sheet is there, and a word on each that is not.
  ///
  /// - Throws: `FileError` if a sheet is there, but damaged.
  static func load() throws -> (sheets: [GeneratedDigits], missing: [String]) {
    let root = try PackageRoot.find()
    var found: [GeneratedDigits] = []
    var missing: [String] = []
    for (name, chapter) in sheets {
      let path = "Solutions/\(chapter)/Figures/digits.png"
      let url = root.appendingPathComponent(path)
      guard FileManager.default.fileExists(atPath: url.path) else {
        missing.append("\(name): there is no \(path), so it is left out")
        continue
      }
      let tiles = try ContactSheet.tiles(in: try PNG.read(url), name: path).map { $0.toGray() }
      guard tiles.count == count, let tile = tiles.first, tile.width == 28, tile.height == 28 else {
        missing.append("\(name): \(path) does not hold \(count) tiles of 28 × 28, so it is left out")
        continue
      }
      found.append(GeneratedDigits(name: name, tiles: tiles))
    }
    return (found, missing)
  }
}

/// Gray tiles as a tensor [n, 1, height, width] from −1 to 1.
func pictures(_ tiles: [Image]) -> Tensor {
  let pixels = tiles.flatMap { tile in tile.pixels.map { Float($0) / 127.5 - 1 } }
  return Tensor(pixels, shape: [tiles.count, 1, tiles[0].height, tiles[0].width])
}
