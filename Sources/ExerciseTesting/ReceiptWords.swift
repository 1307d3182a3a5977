import Foundation

/// The words that receipts bear, each good for one, in order. The grader draws them; this process alone is given them.
///
/// They are kept masked, and the text that they came in is wiped, so that a look through the memory doesn't find them at once. That
/// makes it harder, no more: whoever runs in the same process can do what this type can.
struct ReceiptWords {
  private var masked: [UInt64] = []
  private let mask = UInt64.random(in: .min ... .max)
  private var used = 0

  /// Reads a line of hexadecimal numbers of 64 bits.
  init(from descriptor: Int32) {
    var byte: UInt8 = 0
    var word: UInt64 = 0
    while read(descriptor, &byte, 1) == 1 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): word = word << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): word = word << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      default:
        masked.append(word ^ mask)
        word = 0
      }
      if byte == UInt8(ascii: "\n") { break }
    }
  }

  var isEmpty: Bool { masked.isEmpty }

  /// The next word, which is forgotten here; `nil` when all are used.
  mutating func next() -> String? {
    guard used < masked.count else { return nil }
    defer {
      masked[used] = 0
      used += 1
    }
    let digits = String(masked[used] ^ mask, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
