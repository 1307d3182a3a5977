import Foundation
import Tensors

/// NumPy's format for one array (NEP 1): the magic `\x93NUMPY`, a version, the length of a header, the header (a Python dictionary as text), the numbers.
///
/// Written as version 1.0, little-endian Float32, row-major, to the byte as NumPy writes it. Read from versions 1.0, 2.0 and 3.0, from f4, f8, f2, all
/// integers and bool, in either order of the axes. What Float32 cannot hold is refused rather than changed: whole numbers that would lose digits, and
/// finite doubles beyond its range. (Doubles within the range are rounded.)
public enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  // MARK: - Writing

  /// The bytes of a file with this tensor.
  public static func encode(_ tensor: Tensor) -> Data {
    let shape = tensor.shape
    let tuple = shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(tuple), }"
    // NumPy leaves room for a first length of 21 digits, and aligns the numbers to 64 bytes.
    if let first = shape.first { header += String(repeating: " ", count: 21 - "\(first)".count) }
    header += String(repeating: " ", count: 64 - (magic.count + 4 + header.utf8.count + 1) % 64) + "\n"
    var data = Data(magic + [1, 0])
    withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    tensor.withScalars { scalars in
      for scalar in scalars { withUnsafeBytes(of: scalar.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    }
    return data
  }

  // MARK: - Reading

  /// The array in `data`; `file` is the name that an error gives.
  /// - Throws: ``NPYError``.
  public static func decode(_ data: Data, file: String = "NPY data") throws -> Tensor {
    func failure(_ problem: String) -> NPYError { NPYError(file: file, problem: problem) }
    let bytes = [UInt8](data)
    guard bytes.starts(with: magic), bytes.count >= 10 else {
      throw failure("it does not begin with NumPy's magic bytes: this is not an .npy file.")
    }
    let version = bytes[6]
    guard (1...3).contains(version), bytes[7] == 0 else {
      throw failure("it is of version \(version).\(bytes[7]); versions 1.0, 2.0 and 3.0 are known.")
    }
    let sizeBytes = version == 1 ? 2 : 4
    guard bytes.count >= 8 + sizeBytes else { throw failure("it ends within its header. Is the file truncated?") }
    let headerLength = (0..<sizeBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let begin = 8 + sizeBytes + headerLength
    guard begin <= bytes.count else {
      throw failure(
        "its header says it is \(headerLength) bytes long, but only \(bytes.count - 8 - sizeBytes) follow. Is the file "
          + "truncated?")
    }
    let header: NPYHeader
    do throws(NPYHeader.Problem) {
      header = try NPYHeader(parsing: Array(bytes[8 + sizeBytes..<begin]))
    } catch {
      throw failure(error.text)
    }
    var count = 1
    for length in header.shape {
      let (product, overflowed) = count.multipliedReportingOverflow(by: length)
      if overflowed || product > 1 << 48 { throw failure("its shape \(header.shape) is beyond any memory.") }
      count = product
    }
    guard let type = ElementType(header.descr) else {
      throw failure(
        "its numbers are of type '\(header.descr)'; little-endian f4, f8, f2, integers and bool can be read. In Python: "
          + "numpy.save(path, array.astype('<f4')).")
    }
    guard bytes.count - begin == count * type.size else {
      throw failure(
        "'\(header.descr)' of shape \(header.shape) takes \(count * type.size) bytes, but \(bytes.count - begin) follow "
          + "the header. Is the file truncated?")
    }
    let scalars = try bytes.withUnsafeBytes { raw in
      try (0..<count).map { index in
        guard let value = type.read(raw, at: begin + index * type.size) else {
          throw failure(
            "element \(index) is \(type.text(raw, at: begin + index * type.size)), which Float32 cannot hold.")
        }
        return value
      }
    }
    guard header.isFortranOrder, header.shape.count > 1 else { return Tensor(scalars, shape: header.shape) }
    let axes = Array(header.shape.indices.reversed())
    return Tensor(scalars, shape: header.shape.reversed()).transposed(axes: axes)
  }

  /// How one number lies in the file.
  private struct ElementType {
    let kind: Character
    let size: Int

    /// NumPy's name for it, such as `<f4` or `|u1`; nil if it cannot be read.
    init?(_ descr: String) {
      guard let order = descr.first, let size = Int(descr.dropFirst(2)), descr.count == 3 else { return nil }
      kind = descr[descr.index(after: descr.startIndex)]
      self.size = size
      guard order == "<" || (order == "|" && size == 1) else { return nil }
      switch (kind, size) {
      case ("f", 2), ("f", 4), ("f", 8), ("b", 1): break
      case ("i", 1), ("i", 2), ("i", 4), ("i", 8), ("u", 1), ("u", 2), ("u", 4), ("u", 8): break
      default: return nil
      }
    }

    private func integer<T: FixedWidthInteger>(_ raw: UnsafeRawBufferPointer, _ offset: Int, _: T.Type) -> T {
      T(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// The number at an offset; nil if Float32 cannot hold it.
    func read(_ raw: UnsafeRawBufferPointer, at offset: Int) -> Float? {
      switch (kind, size) {
      case ("f", 2): return Safetensors.float(halfBits: integer(raw, offset, UInt16.self))
      case ("f", 4): return Float(bitPattern: integer(raw, offset, UInt32.self))
      case ("f", 8):
        let value = Double(bitPattern: integer(raw, offset, UInt64.self))
        let rounded = Float(value)
        return value.isFinite && !rounded.isFinite ? nil : rounded
      case ("b", 1): return raw[offset] == 0 ? 0 : 1
      case ("u", 8): return Float(exactly: integer(raw, offset, UInt64.self))
      default: return Float(exactly: signed(raw, offset))
      }
    }

    /// The number as text.
    func text(_ raw: UnsafeRawBufferPointer, at offset: Int) -> String {
      switch (kind, size) {
      case ("f", 8): "\(Double(bitPattern: integer(raw, offset, UInt64.self)))"
      case ("u", 8): "\(integer(raw, offset, UInt64.self))"
      default: "\(signed(raw, offset))"
      }
    }

    private func signed(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> Int64 {
      switch (kind, size) {
      case ("i", 1): Int64(integer(raw, offset, Int8.self))
      case ("i", 2): Int64(integer(raw, offset, Int16.self))
      case ("i", 4): Int64(integer(raw, offset, Int32.self))
      case ("u", 1): Int64(raw[offset])
      case ("u", 2): Int64(integer(raw, offset, UInt16.self))
      case ("u", 4): Int64(integer(raw, offset, UInt32.self))
      default: integer(raw, offset, Int64.self)
      }
    }
  }
}

/// An .npy file that cannot be read.
public struct NPYError: LocalizedError, CustomStringConvertible {
  /// The file, or what stood in for one.
  public let file: String
  /// What is wrong.
  public let problem: String

  /// File and problem in one sentence.
  public var description: String { "\(file): \(problem)" }

  /// The same text, for callers that print `localizedDescription`.
  public var errorDescription: String? { description }
}

/// Writes a tensor as an .npy file (Float32): first beside it, then in its place, so that a crash leaves the old file whole.
///
/// - Throws: the file system's error.
public func saveNPY(_ tensor: Tensor, to url: URL) throws {
  try NPY.encode(tensor).write(to: url, options: .atomic)
}

/// The array of an .npy file, as Float32.
///
/// - Throws: the file system's error; ``NPYError`` if the file is damaged or holds what Float32 cannot.
public func loadNPY(from url: URL) throws -> Tensor {
  try NPY.decode(Data(contentsOf: url), file: url.path)
}
