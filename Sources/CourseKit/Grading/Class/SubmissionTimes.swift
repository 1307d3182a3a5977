import Foundation

/// When each submission of a class was handed in.
public enum SubmissionTimes {
  /// Reads lines `name,2026-12-01T22:10:00Z`. A first line that holds no time is the header.
  ///
  /// - Throws: ``CourseError`` with the line that can't be read.
  public static func read(_ path: String) throws -> [String: Date] {
    guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
    else {
      throw CourseError(.environment, "Can't read \(path): is the path right, and is it a CSV file in UTF-8?")
    }
    var times: [String: Date] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      guard let comma = line.lastIndex(of: ",") else {
        if line.allSatisfy(\.isWhitespace) { continue }
        throw CourseError(.failed, "\(path):\(index + 1): write `name,2026-12-01T22:10:00Z`, not `\(line)`")
      }
      let name = line[..<comma].trimmingCharacters(in: CharacterSet(charactersIn: "\" "))
      let word = line[line.index(after: comma)...].trimmingCharacters(in: CharacterSet(charactersIn: "\" "))
      if let time = GradingPolicy.time(word) {
        times[name] = time
      } else if index > 0 {
        throw CourseError(.failed, "\(path):\(index + 1): `\(word)` is no time: write e.g. 2026-12-01T22:10:00Z")
      }
    }
    return times
  }
}
