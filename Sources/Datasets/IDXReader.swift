import Figures
import Foundation

/// MNIST's own file format, IDX: a magic number, the dimensions as big-endian 32-bit integers, then bytes.
///
/// Images have magic 0x00000803 and dimensions count, rows, columns; labels 0x00000801 and count.
public enum IDXReader {
  /// Reads images, and labels if a file is given or lies beside the images under MNIST's name (`…-images-idx3-ubyte`,
  /// `…-labels-idx1-ubyte`).
  ///
  /// - Throws: `FileError`: compressed, wrong magic, too few or too many bytes, counts that do not agree.
  public static func load(images: URL, labels: URL? = nil) throws -> ImageDataset {
    let bytes = try FileError.readingBytes(of: images)
    let sizes = try header(bytes, of: images, magic: 0x803, what: "images", dimensions: 3)
    let (count, height, width) = (sizes[0], sizes[1], sizes[2])
    guard count > 0, height > 0, width > 0, height <= 4096, width <= 4096 else {
      throw FileError(
        path: images.path, problem: "the header promises \(count) images of \(height) × \(width)",
        advice: "this is not a usable image file; download it again")
    }
    let pixels = try body(bytes, of: images, headerSize: 16, size: [count, height, width])
    var found: [Int] = []
    if let url = labels ?? companion(of: images) {
      let labelBytes = try FileError.readingBytes(of: url)
      let labelCount = try header(labelBytes, of: url, magic: 0x801, what: "labels", dimensions: 1)[0]
      guard labelCount == count else {
        throw FileError(
          path: url.path, problem: "it has \(labelCount) labels; \(images.lastPathComponent) has \(count) images",
          advice: "give the labels that belong to these images")
      }
      found = try body(labelBytes, of: url, headerSize: 8, size: [labelCount]).map { Int($0) }
    }
    return ImageDataset(
      name: images.lastPathComponent, channels: 1, height: height, width: width, bytes: pixels, labels: found)
  }

  /// The labels that lie beside an image file, by MNIST's names.
  static func companion(of images: URL) -> URL? {
    let name = images.lastPathComponent
    for (from, to) in [("images-idx3", "labels-idx1"), ("images.idx3", "labels.idx1"), ("images", "labels")]
    where name.contains(from) {
      let url = images.deletingLastPathComponent().appendingPathComponent(name.replacingOccurrences(of: from, with: to))
      if FileManager.default.fileExists(atPath: url.path) { return url }
    }
    return nil
  }

  private static func header(_ bytes: [UInt8], of url: URL, magic: UInt32, what: String, dimensions: Int) throws
    -> [Int]
  {
    if bytes.starts(with: [0x1f, 0x8b]) {
      throw FileError(
        path: url.path, problem: "the file is compressed by gzip",
        advice: "unpack it first: gunzip \(url.lastPathComponent)")
    }
    let size = 4 * (1 + dimensions)
    guard bytes.count >= 4 else {
      throw FileError(
        path: url.path, problem: "an IDX file begins with \(size) bytes of header; this one has \(bytes.count) in all",
        advice: "download it again")
    }
    func word(_ i: Int) -> UInt32 { (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[4 * i + $1]) } }
    guard word(0) == magic else {
      let other = word(0) == 0x803 ? " (images)" : word(0) == 0x801 ? " (labels)" : ""
      throw FileError(
        path: url.path,
        problem: "IDX \(what) begin with the magic number \(hex(magic)); found \(hex(word(0)))\(other)",
        advice: other.isEmpty
          ? "give an IDX file of unsigned bytes, as MNIST's"
          : "give the \(what), not the\(other.filter { $0 != "(" && $0 != ")" })"
      )
    }
    guard bytes.count >= size else {
      throw FileError(
        path: url.path, problem: "an IDX file begins with \(size) bytes of header; this one has \(bytes.count) in all",
        advice: "download it again")
    }
    return (1...dimensions).map { Int(word($0)) }
  }

  private static func body(_ bytes: [UInt8], of url: URL, headerSize: Int, size: [Int]) throws -> [UInt8] {
    var expected = 1
    for factor in size {
      let (product, overflows) = expected.multipliedReportingOverflow(by: factor)
      expected = overflows ? .max : product
    }
    let found = bytes.count - headerSize
    guard found == expected else {
      let shape = size.map { "\($0)" }.joined(separator: " × ")
      throw FileError(
        path: url.path,
        problem:
          "the header promises \(shape) = \(expected) bytes; \(found < expected ? "only " : "")\(found) follow it",
        advice: found < expected
          ? "the file is cut off: download it again" : "the header and the data do not belong together"
      )
    }
    return Array(bytes[headerSize...])
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
