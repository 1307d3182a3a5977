/// The header of an .npy file: a Python dictionary with the three keys `descr`, `fortran_order` and `shape`, as text.
///
/// Only what such a header may hold is understood: strings in single or double quotes, `True`, `False`, and tuples of whole numbers.
struct NPYHeader {
  /// The numbers' type, such as `<f4`.
  let descr: String
  /// Whether the first axis is the innermost.
  let isFortranOrder: Bool
  /// The lengths of the axes.
  let shape: [Int]

  /// What is wrong with a header.
  struct Problem: Error { let text: String }

  private enum Value {
    case text(String)
    case flag(Bool)
    case tuple([Int])
  }

  init(parsing bytes: [UInt8]) throws(Problem) {
    var reader = Reader(bytes: bytes)
    let entries = try reader.dictionary()
    guard case .text(let descr)? = entries["descr"], case .flag(let isFortranOrder)? = entries["fortran_order"],
      case .tuple(let shape)? = entries["shape"], entries.count == 3
    else {
      throw Problem(
        text: "its header must have the keys descr, fortran_order and shape, and has \(entries.keys.sorted()).")
    }
    self.descr = descr
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: Character? { position < bytes.count ? Character(UnicodeScalar(bytes[position])) : nil }

    private mutating func skipSpace() {
      while let c = next, c == " " || c == "\n" || c == "\t" { position += 1 }
    }

    /// Passes over `c` if it comes next.
    private mutating func take(_ c: Character) -> Bool {
      skipSpace()
      guard next == c else { return false }
      position += 1
      return true
    }

    private func wrong(_ wanted: String) -> Problem {
      let found = next.map { "'\($0)'" } ?? "the end"
      return Problem(text: "its header is damaged: \(found) at byte \(position), where \(wanted) should be.")
    }

    mutating func dictionary() throws(Problem) -> [String: Value] {
      guard take("{") else { throw wrong("{") }
      var entries: [String: Value] = [:]
      while !take("}") {
        let key = try text()
        guard take(":") else { throw wrong(":") }
        if entries.updateValue(try value(), forKey: key) != nil {
          throw Problem(text: "its header has the key \(key) twice.")
        }
        if !take(",") {
          guard take("}") else { throw wrong(", or }") }
          break
        }
      }
      skipSpace()
      if next != nil { throw wrong("the end") }
      return entries
    }

    private mutating func text() throws(Problem) -> String {
      skipSpace()
      guard let quote = next, quote == "'" || quote == "\"" else { throw wrong("a string") }
      position += 1
      var characters: [UInt8] = []
      while let c = next, c != quote {
        characters.append(bytes[position])
        position += 1
      }
      guard take(quote) else { throw wrong("a closing quote") }
      return String(decoding: characters, as: UTF8.self)
    }

    private mutating func value() throws(Problem) -> Value {
      skipSpace()
      for (word, flag) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return .flag(flag)
      }
      if next == "[" {
        throw Problem(text: "it is an array of records (a structured type); save its fields as arrays of their own.")
      }
      guard take("(") else { return .text(try text()) }
      var lengths: [Int] = []
      while !take(")") {
        skipSpace()
        var digits = ""
        while let c = next, ("0"..."9").contains(c) {
          digits.append(c)
          position += 1
        }
        guard let length = Int(digits) else { throw wrong("a length") }
        lengths.append(length)
        // Python 2 wrote long numbers as 3L.
        _ = take("L")
        if !take(",") {
          guard take(")") else { throw wrong(", or )") }
          break
        }
      }
      return .tuple(lengths)
    }
  }
}
