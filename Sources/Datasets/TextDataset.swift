import Figures
import Foundation

/// A text as a sequence of whole numbers, one a character.
public struct TextDataset: Sendable {
  public let name: String
  public let text: String
  /// Every character that occurs, in the order of its code; a token is a place in this list.
  public let vocabulary: [Character]
  public let tokens: [Int]
  private let token: [Character: Int]

  public init(name: String, text: String) {
    self.name = name
    self.text = text
    let vocabulary = Set(text).sorted()
    let token = Dictionary(uniqueKeysWithValues: vocabulary.enumerated().map { ($0.element, $0.offset) })
    self.vocabulary = vocabulary
    self.token = token
    tokens = text.map { token[$0]! }
  }

  /// Reads a UTF-8 file; a byte order mark is dropped, line ends of Windows become `\n`.
  ///
  /// - Throws: `FileError`: no such file, empty, or not UTF-8 (with the place of the first wrong byte).
  public static func load(from path: String) throws -> TextDataset {
    let url = URL(fileURLWithPath: path)
    var bytes = try FileError.readingBytes(of: url)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
    guard !bytes.isEmpty else {
      throw FileError(path: path, problem: "the file is empty", advice: "give a text with at least one character")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let place = firstInvalidByte(bytes)
      let line = bytes[..<place].count { $0 == 10 } + 1
      throw FileError(
        path: path,
        problem: "the text is not UTF-8: byte \(place) (line \(line)) is 0x\(String(bytes[place], radix: 16))",
        advice: "save it as UTF-8, for instance with: iconv -f latin1 -t utf-8")
    }
    return TextDataset(
      name: url.lastPathComponent, text: text.replacingOccurrences(of: "\r\n", with: "\n"))
  }

  private static func firstInvalidByte(_ bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var position = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): position += UTF8.width(scalar)
      case .error, .emptyInput: return min(position, bytes.count - 1)
      }
    }
  }

  /// The tokens of a text, or nil if one of its characters never occurs in this data set.
  public func encode(_ text: String) -> [Int]? {
    var result: [Int] = []
    for character in text {
      guard let own = token[character] else { return nil }
      result.append(own)
    }
    return result
  }

  /// The text of some tokens.
  public func decode(_ tokens: [Int]) -> String { String(tokens.map { vocabulary[$0] }) }
}
