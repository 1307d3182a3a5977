/// Attributes that no answer needs, and with which a file could reach around the grader: they give a function the name of
/// another one for the linker, or have code run before the tests begin.
///
/// They are looked for in the text, wherever they stand: attributes can't be spelled in another way, and no macro of the
/// submission can write them, because a macro lives in another package.
struct ForbiddenWords {
  private static let linkerNames = "it chooses a name for the linker, with which it could take the place of other code"
  private static let startUp = "it places data in a section, with which code could run before the tests"
  private static let lastingTies = "it reaches into other modules in a way that is not for answers"

  private static let reasons: [String: String] = [
    "_silgen_name": linkerNames, "_cdecl": linkerNames, "@c": linkerNames, "@extern": linkerNames,
    "_extern": linkerNames, "@_dynamicReplacement": linkerNames, "_alwaysEmitIntoClient": linkerNames,
    "@section": startUp, "_section": startUp, "@used": startUp, "_used": startUp, "@main": startUp,
    "@_spi": lastingTies, "@_exported": lastingTies,
  ]

  /// The first forbidden word of a text: its line, and what to say.
  static func first(in text: String) -> (line: Int, message: String)? {
    var line = 1
    var word = ""
    for byte in text.utf8 + [UInt8(ascii: "\n")] {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        word.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        if !word.isEmpty {
          let bare = word.first == "@" ? String(word.dropFirst()) : word
          if let reason = reasons[word] ?? reasons[bare] {
            return (line, "`\(word)` can't be handed in: \(reason)")
          }
          word = ""
        }
        if byte == UInt8(ascii: "@") { word = "@" }
        if byte == UInt8(ascii: "\n") { line += 1 }
      }
    }
    return nil
  }
}
