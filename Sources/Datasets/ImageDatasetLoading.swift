import Figures
import Foundation

extension ImageDataset {
  /// Reads pictures from a path and finds out itself what lies there: MNIST IDX (a file, or a folder with images and
  /// labels), CIFAR-10 binary (a file, or a folder of them), a folder of PNGs (or of folders of PNGs, one a class), or
  /// one contact sheet that this course has written.
  ///
  /// - Throws: `FileError`, which names the file, what was expected, what was found, and what to do.
  public static func load(from path: String) throws -> ImageDataset {
    let url = URL(fileURLWithPath: path)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw FileError(path: path, problem: "there is no such file or folder", advice: "check the path given to --data")
    }
    return PNGFolderReader.isFolder(url) ? try loadFolder(url) : try loadFile(url)
  }

  private static func loadFolder(_ folder: URL) throws -> ImageDataset {
    let files = try PNGFolderReader.entries(of: folder).filter { !PNGFolderReader.isFolder($0) }
    let idx = files.filter { startOfFile($0) == [0, 0, 8, 3] }
    if let images = idx.first(where: { $0.lastPathComponent.contains("train") }) ?? idx.first {
      return try IDXReader.load(images: images)
    }
    let cifar = files.filter { $0.pathExtension == "bin" && $0.lastPathComponent.hasPrefix("data_batch") }
    if !cifar.isEmpty { return try CIFAR10Reader.load(cifar) }
    let compressed = files.filter { startOfFile($0).starts(with: [0x1f, 0x8b]) }
    if let first = compressed.first, !files.contains(where: { $0.pathExtension.lowercased() == "png" }) {
      throw FileError(
        path: folder.path, problem: "the files are compressed by gzip (\(first.lastPathComponent))",
        advice: "unpack them first: gunzip *.gz")
    }
    return try PNGFolderReader.load(folder)
  }

  private static func loadFile(_ url: URL) throws -> ImageDataset {
    let start = startOfFile(url)
    if start.starts(with: [0, 0, 8]) || start.starts(with: [0x1f, 0x8b]) { return try IDXReader.load(images: url) }
    if start == [0x89, 0x50, 0x4e, 0x47] {
      let contents = try PNG.read(url)
      let tiles = try ContactSheet.tiles(in: contents, name: url.path)
      let isGray = tiles[0].format == .gray
      var bytes: [UInt8] = []
      for tile in tiles {
        let rgb = tile.toRGB().pixels
        for c in 0..<(isGray ? 1 : 3) { bytes += stride(from: c, to: rgb.count, by: 3).map { rgb[$0] } }
      }
      return ImageDataset(
        name: url.lastPathComponent, channels: isGray ? 1 : 3, height: tiles[0].height, width: tiles[0].width,
        bytes: bytes)
    }
    let size = ((try? FileManager.default.attributesOfItem(atPath: url.path))?[.size] as? NSNumber)?.intValue ?? 0
    if url.pathExtension == "bin" || (size > 0 && size % CIFAR10Reader.recordSize == 0) {
      return try CIFAR10Reader.load([url])
    }
    throw FileError(
      path: url.path, problem: "this is neither IDX (MNIST), nor CIFAR-10 binary, nor a PNG",
      advice: "give one of these, or a folder of PNGs")
  }

  private static func startOfFile(_ url: URL) -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: url.path) else { return [] }
    defer { try? handle.close() }
    return [UInt8]((try? handle.read(upToCount: 4)) ?? Data())
  }
}
