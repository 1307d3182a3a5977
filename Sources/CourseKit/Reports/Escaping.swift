extension String {
  /// Safe between tags and in quotes, in HTML and in XML.
  var escapedForHTML: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  /// The same without the control characters, which XML 1.0 cannot hold at all.
  var escapedForXML: String {
    let allowed = unicodeScalars.map { scalar -> Unicode.Scalar in
      let isAllowed =
        scalar.value >= 0x20 && scalar.value != 0xfffe && scalar.value != 0xffff
        || "\t\n\r".unicodeScalars.contains(scalar)
      return isAllowed ? scalar : "\u{fffd}"
    }
    return String(String.UnicodeScalarView(allowed)).escapedForHTML
  }

  /// Safe in a cell of a Markdown table.
  var escapedForMarkdown: String {
    var text = ""
    for character in self {
      if character.isNewline {
        text += " "
      } else {
        if "\\`*_{}[]<>#|~".contains(character) { text += "\\" }
        text.append(character)
      }
    }
    return text
  }
}
