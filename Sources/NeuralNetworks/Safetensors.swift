import Foundation
import Tensors

/// The safetensors format (huggingface/safetensors): 8 bytes header length, a JSON header, then the numbers of all tensors without a gap.
///
/// Written as Float32 (or, for small files, as half precision), sorted by name, the header padded with spaces to a multiple of 8 bytes: the same tensors give the same bytes. Read
/// from F32, F64, F16, BF16, the integer types and BOOL, all of which become Float32 (integers beyond 2²⁴ lose their last digits).
/// A header is believed only after every statement in it has been checked against the file.
public enum Safetensors {
  /// The official readers' limit on the header.
  static let longestHeader = 100_000_000

  /// How many bits a number gets in a file.
  public enum Precision: Sendable {
    /// Float32, as in memory.
    case single
    /// IEEE 754 half precision: three decimal digits, and half the size. Enough for weights that are only read.
    case half

    var type: String { self == .single ? "F32" : "F16" }
    var bytes: Int { self == .single ? 4 : 2 }
  }

  /// The bytes of a file with these tensors and this metadata.
  /// - Throws: ``SafetensorsError`` for a tensor named `__metadata__`, which the format keeps for itself.
  public static func encode(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], precision: Precision = .single
  ) throws -> Data {
    if tensors["__metadata__"] != nil {
      throw SafetensorsError(
        file: "safetensors", tensor: "__metadata__",
        problem: "the format keeps this name for itself.")
    }
    let names = tensors.keys.sorted()
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { SafetensorsHeader.quoted($0.key) + ":" + SafetensorsHeader.quoted($0.value) }
      members.append("\"__metadata__\":{" + pairs.joined(separator: ",") + "}")
    }
    var offset = 0
    for name in names {
      let tensor = tensors[name]!
      let end = offset + precision.bytes * tensor.scalarCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        SafetensorsHeader.quoted(name)
          + ":{\"dtype\":\"\(precision.type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var header = Array(("{" + members.joined(separator: ",") + "}").utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    var data = Data(capacity: 8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header)
    for name in names {
      if precision == .half {
        for scalar in tensors[name]!.scalars {
          withUnsafeBytes(of: halfBits(scalar).littleEndian) { data.append(contentsOf: $0) }
        }
        continue
      }
      #if _endian(little)
        tensors[name]!.withScalars { data.append(UnsafeBufferPointer(rebasing: $0[...])) }
      #else
        for scalar in tensors[name]!.scalars {
          withUnsafeBytes(of: scalar.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
      #endif
    }
    return data
  }

  /// The tensors and the metadata in `data`; `file` is the name that an error gives.
  /// - Throws: ``SafetensorsError`` if anything in the file contradicts anything else.
  public static func decode(
    _ data: Data, file: String = "safetensors data"
  ) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    try data.withUnsafeBytes { try decode($0, file: file) }
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    func failure(_ problem: String, tensor: String? = nil) -> SafetensorsError {
      SafetensorsError(file: file, tensor: tensor, problem: problem)
    }
    guard bytes.count >= 8 else {
      throw failure(
        "only \(bytes.count) bytes; a safetensors file begins with 8 bytes of header length. Is "
          + "the download complete?")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    if length > UInt64(longestHeader) {
      throw failure(
        "the header says it is \(length) bytes long, more than the format's 100 MB: this is not a safetensors file.")
    }
    if length > UInt64(bytes.count - 8) {
      throw failure(
        "the header says it is \(length) bytes long, but only \(bytes.count - 8) bytes follow. "
          + "Is the file truncated?")
    }
    let headerEnd = 8 + Int(length)
    let header: SafetensorsHeader
    do throws(SafetensorsHeader.Problem) {
      header = try SafetensorsHeader(parsing: Array(bytes[8..<headerEnd]))
    } catch {
      throw failure(error.text, tensor: error.tensor)
    }

    // All statements are checked before the first tensor is made.
    let available = bytes.count - headerEnd
    var expected = 0
    let ordered = header.entries.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }
    for entry in ordered {
      guard let size = byteCount(of: entry.dtype) else {
        throw failure(
          "its type is \(entry.dtype), which is not supported (supported: F64, F32, F16, BF16, I64 … I8, "
            + "U64 … U8, BOOL).",
          tensor: entry.name)
      }
      var count = 1
      for extent in entry.shape {
        let (product, overflowed) = count.multipliedReportingOverflow(by: extent)
        if overflowed {
          throw failure(
            "its shape \(entry.shape) has more elements than any memory.", tensor: entry.name)
        }
        count = product
      }
      let (wanted, overflowed) = count.multipliedReportingOverflow(by: size)
      if overflowed { throw failure("its shape \(entry.shape) has more bytes than any memory.", tensor: entry.name) }
      if entry.end < entry.begin {
        throw failure("its data ends at \(entry.end), before it begins at \(entry.begin).", tensor: entry.name)
      }
      if entry.end > available {
        throw failure(
          "its data reaches to byte \(entry.end), but the file has \(available) bytes of data. Is the file truncated?",
          tensor: entry.name)
      }
      if entry.end - entry.begin != wanted {
        throw failure(
          "\(entry.dtype) of shape \(entry.shape) takes \(wanted) bytes, but the header gives it "
            + "\(entry.end - entry.begin).",
          tensor: entry.name)
      }
      if entry.begin < expected {
        throw failure("its data begins at \(entry.begin), inside that of another tensor.", tensor: entry.name)
      }
      if entry.begin > expected {
        throw failure("\(entry.begin - expected) bytes before its data belong to no tensor.", tensor: entry.name)
      }
      expected = entry.end
    }
    if expected != available {
      throw failure("\(available - expected) bytes at the end belong to no tensor. Is the header of another file?")
    }

    var tensors: [String: Tensor] = [:]
    for entry in header.entries {
      let raw = UnsafeRawBufferPointer(rebasing: bytes[headerEnd + entry.begin..<headerEnd + entry.end])
      tensors[entry.name] = Tensor(floats(raw, dtype: entry.dtype), shape: entry.shape)
    }
    return (tensors, header.metadata)
  }

  private static func byteCount(of dtype: String) -> Int? {
    switch dtype {
    case "F64", "I64", "U64": 8
    case "F32", "I32", "U32": 4
    case "F16", "BF16", "I16", "U16": 2
    case "I8", "U8", "BOOL": 1
    default: nil
    }
  }

  private static func floats(_ raw: UnsafeRawBufferPointer, dtype: String) -> [Float] {
    func each<T: FixedWidthInteger>(_ type: T.Type, _ convert: (T) -> Float) -> [Float] {
      let size = MemoryLayout<T>.size
      return (0..<raw.count / size).map {
        convert(T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: T.self)))
      }
    }
    switch dtype {
    case "F32": return each(UInt32.self) { Float(bitPattern: $0) }
    case "F64": return each(UInt64.self) { Float(Double(bitPattern: $0)) }
    case "F16": return each(UInt16.self, float(halfBits:))
    case "BF16": return each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case "I64": return each(Int64.self) { Float($0) }
    case "U64": return each(UInt64.self) { Float($0) }
    case "I32": return each(Int32.self) { Float($0) }
    case "U32": return each(UInt32.self) { Float($0) }
    case "I16": return each(Int16.self) { Float($0) }
    case "U16": return each(UInt16.self) { Float($0) }
    case "I8": return each(Int8.self) { Float($0) }
    case "BOOL": return each(UInt8.self) { $0 == 0 ? 0 : 1 }
    default: return each(UInt8.self) { Float($0) }
    }
  }

  /// The half that is nearest to a number (ties to even), by its bits: ∞ beyond 65519, and 0 below 2⁻²⁵.
  static func halfBits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.magnitude
    if magnitude.isNaN { return sign | 0x7E00 }
    if magnitude >= 65520 { return sign | 0x7C00 }
    // In units of the last place: 2⁻²⁴ below 2⁻¹⁴, above it 2⁻¹⁰ of the power of two that the number begins with.
    let exponent = max(Int(magnitude.exponent), -14)
    let units = (magnitude * Float(sign: .plus, exponent: 10 - exponent, significand: 1)).rounded(.toNearestOrEven)
    // A rounding up to the next power of two carries into the exponent by itself.
    return sign | UInt16((exponent + 14) << 10) &+ UInt16(units)
  }

  /// An IEEE 754 half, by its bits; `Float16` does not exist on every platform.
  static func float(halfBits bits: UInt16) -> Float {
    let sign = UInt32(bits >> 15) << 31
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

/// Writes tensors and metadata to a safetensors file: first beside it, then in its place, so that a crash leaves the old file whole.
///
/// - Throws: the file system's error; ``SafetensorsError`` for a tensor named `__metadata__`.
public func saveSafetensors(
  _ tensors: [String: Tensor], to url: URL, metadata: [String: String] = [:],
  precision: Safetensors.Precision = .single
) throws {
  try Safetensors.encode(tensors, metadata: metadata, precision: precision).write(to: url, options: .atomic)
}

/// The tensors of a safetensors file, as Float32.
///
/// - Throws: the file system's error; ``SafetensorsError`` with file, tensor and problem if the file contradicts itself.
public func loadSafetensors(from url: URL) throws -> [String: Tensor] {
  try loadSafetensorsAndMetadata(from: url).tensors
}

/// The tensors of a safetensors file, as Float32, and its metadata.
///
/// - Throws: as ``loadSafetensors(from:)``.
public func loadSafetensorsAndMetadata(
  from url: URL
) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
  try Safetensors.decode(Data(contentsOf: url), file: url.path)
}
