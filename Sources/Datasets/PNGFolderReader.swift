import Figures
import Foundation

/// A folder of PNGs of one size. Where it holds folders instead, each of them is a class, in the order of their names.
public enum PNGFolderReader {
  /// Reads all PNGs in the order of their names: one channel if all are gray, else three.
  ///
  /// - Throws: `FileError`: no PNGs, pictures of different sizes (both are named), or one that cannot be read.
  public static func load(_ folder: URL) throws -> ImageDataset {
    let own = try pngs(in: folder)
    if !own.isEmpty { return try load(own.map { ($0, nil) }, folder: folder) }
    let classes = try entries(of: folder).filter(isFolder)
    var files: [(URL, Int?)] = []
    for (label, url) in classes.enumerated() { files += try pngs(in: url).map { ($0, label) } }
    guard !files.isEmpty else {
      throw FileError(
        path: folder.path, problem: "there are no PNG files in this folder, nor in folders inside it",
        advice: "give a folder with files that end in .png (convert other formats first)")
    }
    return try load(files, folder: folder)
  }

  static func entries(of folder: URL) throws -> [URL] {
    do {
      return try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles]
      ).sorted { $0.lastPathComponent < $1.lastPathComponent }
    } catch {
      throw FileError(path: folder.path, problem: "the folder cannot be read", advice: "check its path and permissions")
    }
  }

  static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  private static func pngs(in folder: URL) throws -> [URL] {
    try entries(of: folder).filter { $0.pathExtension.lowercased() == "png" && !isFolder($0) }
  }

  private static func load(_ files: [(url: URL, label: Int?)], folder: URL) throws -> ImageDataset {
    var pictures: [Image] = []
    for (url, _) in files {
      let picture = try PNG.read(url).image
      if let first = pictures.first, first.width != picture.width || first.height != picture.height {
        throw FileError(
          path: folder.path,
          problem:
            "all pictures must have one size; \(files[0].url.lastPathComponent) is \(first.width) × \(first.height), "
            + "\(url.lastPathComponent) is \(picture.width) × \(picture.height)",
          advice: "scale or crop them to one size first")
      }
      pictures.append(picture)
    }
    let isGray = pictures.allSatisfy { $0.format == .gray || $0.format == .grayAlpha }
    let (height, width) = (pictures[0].height, pictures[0].width)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pictures.count * height * width * (isGray ? 1 : 3))
    for picture in pictures {
      if isGray {
        bytes += picture.toGray().pixels
      } else {
        let rgb = picture.toRGB().pixels
        for c in 0..<3 { bytes += stride(from: c, to: rgb.count, by: 3).map { rgb[$0] } }
      }
    }
    return ImageDataset(
      name: folder.lastPathComponent, channels: isGray ? 1 : 3, height: height, width: width, bytes: bytes,
      labels: files.compactMap(\.label))
  }
}
