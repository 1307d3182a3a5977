import Figures
import Foundation

/// CIFAR-10's binary format: records of one label byte (0 to 9) and 3072 bytes, the red, green and blue plane of a
/// 32 × 32 picture.
public enum CIFAR10Reader {
  static let recordSize = 3073

  /// Reads one or several files (`data_batch_1.bin`, …) as one data set.
  ///
  /// - Throws: `FileError`: empty, not a whole number of records, or a label above 9.
  public static func load(_ urls: [URL]) throws -> ImageDataset {
    guard let first = urls.first else { fatalError("CIFAR10Reader: no files") }
    var (pixels, labels): ([UInt8], [Int]) = ([], [])
    for url in urls {
      let bytes = try FileError.readingBytes(of: url)
      guard !bytes.isEmpty, bytes.count % recordSize == 0 else {
        throw FileError(
          path: url.path,
          problem: "CIFAR-10 binary files hold records of 3073 bytes (a label, then 3 × 32 × 32 pixels); "
            + "\(bytes.count) bytes are \(bytes.count / recordSize) records and \(bytes.count % recordSize) bytes more",
          advice: "give the binary version of CIFAR-10, unpacked, and download it again if it is cut off")
      }
      for start in stride(from: 0, to: bytes.count, by: recordSize) {
        guard bytes[start] <= 9 else {
          throw FileError(
            path: url.path, problem: "record \(start / recordSize) has the label \(bytes[start]); CIFAR-10 has 0 to 9",
            advice: "give the binary version of CIFAR-10 (not CIFAR-100, nor the Python version)")
        }
        labels.append(Int(bytes[start]))
        pixels.append(contentsOf: bytes[start + 1..<start + recordSize])
      }
    }
    return ImageDataset(
      name: urls.count == 1 ? first.lastPathComponent : "CIFAR-10", channels: 3, height: 32, width: 32, bytes: pixels,
      labels: labels, classCount: 10)
  }
}
