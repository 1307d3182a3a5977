import Foundation

/// The JSON header of a safetensors file, read strictly.
///
/// A parser of its own and not a general one: general parsers let the last of two equal keys win, and accept 1e3 or true as a number, which is how
/// a header can say two things to two readers.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var dtype: String
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  /// Parses the header's bytes; throws a problem in words, which the caller puts a file's name to.
  init(parsing bytes: [UInt8]) throws(Problem) {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Problem("the header is not UTF-8: this is not a safetensors file, or it is damaged.")
    }
    guard bytes.first == UInt8(ascii: "{") else {
      throw Problem("the header does not begin with \"{\": this is not a safetensors file, or it is damaged.")
    }
    var reader = Reader(bytes: bytes)
    var names: Set<String> = []
    try reader.object { (name, reader) throws(Problem) in
      if !names.insert(name).inserted {
        throw Problem("the header names it twice.", tensor: name == "__metadata__" ? nil : name)
      }
      if name == "__metadata__" {
        var metadata: [String: String] = [:]
        try reader.object { (key, reader) throws(Problem) in
          if metadata.updateValue(try reader.string(), forKey: key) != nil {
            throw Problem("__metadata__ has the key \"\(key)\" twice.")
          }
        }
        self.metadata = metadata
      } else {
        do throws(Problem) {
          entries.append(try Self.entry(name, &reader))
        } catch {
          throw Problem(error.text, tensor: name)
        }
      }
    }
    try reader.end()
  }

  private static func entry(_ name: String, _ reader: inout Reader) throws(Problem) -> Entry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.object { (key, reader) throws(Problem) in
      switch key {
      case "dtype" where dtype == nil: dtype = try reader.string()
      case "shape" where shape == nil: shape = try reader.integers()
      case "data_offsets" where offsets == nil: offsets = try reader.integers()
      case "dtype", "shape", "data_offsets": throw Problem("its header has \(key) twice.")
      default: throw Problem("its header has the unknown key \"\(key)\".")
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw Problem("its header must have dtype, shape and two data_offsets.")
    }
    return Entry(name: name, dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1])
  }

  /// What is wrong, and with which tensor.
  struct Problem: Error {
    var text: String
    var tensor: String?

    init(_ text: String, tensor: String? = nil) {
      self.text = text
      self.tensor = tensor
    }
  }

  /// A cursor over JSON that knows objects, strings and arrays of non-negative integers, which is all that the format uses.
  struct Reader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func skipSpace() {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func unexpected(_ wanted: String) -> Problem {
      Problem("the header is not valid JSON of this format: \(wanted) expected at byte \(position) of the header.")
    }

    private mutating func take(_ character: Character) -> Bool {
      skipSpace()
      guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
      position += 1
      return true
    }

    mutating func object(_ member: (String, inout Reader) throws(Problem) -> Void) throws(Problem) {
      guard take("{") else { throw unexpected("{") }
      if take("}") { return }
      repeat {
        let key = try string()
        guard take(":") else { throw unexpected(":") }
        try member(key, &self)
      } while take(",")
      guard take("}") else { throw unexpected(", or }") }
    }

    mutating func integers() throws(Problem) -> [Int] {
      guard take("[") else { throw unexpected("[") }
      if take("]") { return [] }
      var numbers: [Int] = []
      repeat {
        skipSpace()
        var number = 0
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
          let (ten, overflowed) = number.multipliedReportingOverflow(by: 10)
          let (sum, overflowedAgain) = ten.addingReportingOverflow(Int(bytes[position] - 0x30))
          if overflowed || overflowedAgain { throw Problem("a number in the header is larger than any file.") }
          number = sum
          position += 1
        }
        if position == start { throw unexpected("a whole number that is not negative") }
        numbers.append(number)
      } while take(",")
      guard take("]") else { throw unexpected(", or ]") }
      return numbers
    }

    mutating func string() throws(Problem) -> String {
      guard take("\"") else { throw unexpected("a string") }
      var out: [UInt8] = []
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
        case UInt8(ascii: "\\"):
          guard position < bytes.count else { throw unexpected("an escape") }
          let escape = bytes[position]
          position += 1
          switch escape {
          case UInt8(ascii: "n"): out.append(0x0A)
          case UInt8(ascii: "t"): out.append(0x09)
          case UInt8(ascii: "r"): out.append(0x0D)
          case UInt8(ascii: "b"): out.append(0x08)
          case UInt8(ascii: "f"): out.append(0x0C)
          case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
          case UInt8(ascii: "u"):
            var unit = try hexadecimal()
            if (0xD800..<0xDC00).contains(unit) {
              guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
              else { throw unexpected("the second half of a surrogate pair") }
              position += 2
              let low = try hexadecimal()
              guard (0xDC00..<0xE000).contains(low) else { throw unexpected("the second half of a surrogate pair") }
              unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw unexpected("a Unicode scalar") }
            out.append(contentsOf: Array(String(Character(scalar)).utf8))
          default: throw unexpected("an escape")
          }
        case 0..<0x20: throw unexpected("no control character in a string")
        default: out.append(byte)
        }
      }
      throw unexpected("the end of a string")
    }

    private mutating func hexadecimal() throws(Problem) -> UInt32 {
      guard position + 4 <= bytes.count,
        let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
      else { throw unexpected("four hexadecimal digits") }
      position += 4
      return unit
    }

    mutating func end() throws(Problem) {
      skipSpace()
      if position != bytes.count { throw unexpected("nothing more") }
    }
  }

  /// `text` as a JSON string, with its quotes.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default:
        if scalar.value < 0x20 {
          let hex = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}
