import Figures
import Foundation

/// A page that needs no other file: its style and its pictures are in it.
struct HTMLPage {
  let title: String
  /// HTML already; what comes from elsewhere must have been escaped.
  let body: String

  var text: String {
    """
    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>\(title.escapedForHTML)</title>
    <style>
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
    td.number { text-align: right; font-variant-numeric: tabular-nums; }
    img { max-width: 100%; border: 1px solid #ddd; }
    pre { white-space: pre-wrap; }
    small { color: #666; }
    .good { color: #17722b; } .bad { color: #b3261e; } .neutral { color: #666; }
    </style>
    <h1>\(title.escapedForHTML)</h1>
    \(body)
    </html>

    """
  }

  /// A picture, in the page itself.
  static func picture(_ image: Image, _ description: String) throws -> String {
    let data = Data(try PNG.encode(image)).base64EncodedString()
    return "<p><img alt=\"\(description.escapedForHTML)\" src=\"data:image/png;base64,\(data)\"></p>"
  }

  /// A table of texts, which are escaped; numbers stand at the right.
  static func table(_ header: [String], _ rows: [[String]]) -> String {
    let head = header.map { "<th>\($0.escapedForHTML)</th>" }.joined()
    let body = rows.map { row in
      let cells = row.map { cell in
        let isNumber = Double(cell.hasSuffix(" %") ? String(cell.dropLast(2)) : cell) != nil
        return "<td\(isNumber ? " class=\"number\"" : "")>\(cell.escapedForHTML)</td>"
      }
      return "<tr>" + cells.joined() + "</tr>"
    }
    return "<table><tr>\(head)</tr>\n\(body.joined(separator: "\n"))</table>"
  }
}
