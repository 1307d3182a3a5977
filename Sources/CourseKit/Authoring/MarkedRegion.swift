/// An answer in a solution's file: the lines between `// BEGIN SOLUTION` and `// END SOLUTION`.
///
/// A region reaches to the end of its function, so that one `throw` can take its place.
struct MarkedRegion: Equatable {
  static let begin = "// BEGIN SOLUTION"
  static let end = "// END SOLUTION"

  /// The indices of the file's lines from the opening mark to the closing one, both included.
  let lines: ClosedRange<Int>
  /// What stands before the opening mark.
  let indentation: String
  /// The exercise's id, where the opening mark gives one: `// BEGIN SOLUTION 5.2`. It must where several exercises
  /// share the file.
  let id: ExerciseID?

  /// The indices of the lines between the marks.
  var body: Range<Int> { lines.lowerBound + 1..<lines.upperBound }
}

/// A mark that has no partner, or a region that doesn't end its function.
struct MarkError: Error, Equatable, CustomStringConvertible {
  let file: String
  /// Counted from 1.
  let line: Int
  let message: String

  var description: String { "\(file):\(line): \(message)" }
}

extension MarkedRegion {
  /// All regions of a file in order.
  static func all(in lines: [String], file: String) throws(MarkError) -> [MarkedRegion] {
    var regions: [MarkedRegion] = []
    var open: (line: Int, indentation: String, id: ExerciseID?)?
    for (index, line) in lines.enumerated() {
      let indentation = String(line.prefix { $0 == " " || $0 == "\t" })
      let text = line.dropFirst(indentation.count)
      if text.hasPrefix(begin) {
        if let open {
          throw MarkError(file: file, line: index + 1, message: "the region of line \(open.line + 1) is still open")
        }
        let rest = text.dropFirst(begin.count).filter { $0 != " " }
        let id = ExerciseID(rest)
        if !rest.isEmpty, id == nil {
          throw MarkError(file: file, line: index + 1, message: "after `\(begin)` comes nothing, or an id like 5.2")
        }
        open = (index, indentation, id)
      } else if text.hasPrefix(end) {
        guard let start = open else {
          throw MarkError(file: file, line: index + 1, message: "there is no `\(begin)` before this mark")
        }
        regions.append(MarkedRegion(lines: start.line...index, indentation: start.indentation, id: start.id))
        open = nil
      }
    }
    if let open { throw MarkError(file: file, line: open.line + 1, message: "there is no `\(end)` after this mark") }
    try demandEndOfFunction(of: regions, in: lines, file: file)
    return regions
  }

  private static func demandEndOfFunction(
    of regions: [MarkedRegion], in lines: [String], file: String
  ) throws(MarkError) {
    for region in regions {
      let next = lines[(region.lines.upperBound + 1)...].first { !$0.allSatisfy(\.isWhitespace) }
      guard next?.first(where: { !$0.isWhitespace }) == "}" else {
        throw MarkError(
          file: file, line: region.lines.upperBound + 1,
          message: "a region must reach to the end of its function: the next line must be the closing brace")
      }
    }
  }
}
