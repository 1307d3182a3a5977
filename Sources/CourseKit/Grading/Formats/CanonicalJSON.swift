import Foundation

extension Encodable {
  /// As JSON with the keys in alphabetical order, so that equal values are equal texts; ends with a line break.
  func canonicalJSON() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
