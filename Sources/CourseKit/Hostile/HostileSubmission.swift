import Foundation
import Yams

/// A submission that is out to get points without earning them, or to do harm: a folder in Tests/HostileSubmissions with
/// the exercise's file, or a recipe for one that can't lie in a repository, and what the grader must make of it.
public struct HostileSubmission: Equatable, Sendable {
  /// The folder's name.
  public let name: String
  let folder: URL
  public let exercise: ExerciseID
  /// What it tries, and why it must come to nothing.
  public let why: String
  /// One of these: where threads race, how a process ends may differ from run to run.
  let statuses: [ExerciseResult.Status]
  let points: Double
  /// What the report must say somewhere about the exercise.
  let says: String?
  /// Parts of what must be flagged; without them nothing may be.
  let flags: [String]
  /// Seconds instead of the exercise's own limit.
  let timeLimit: Double?
  /// Whether it only comes to nothing inside a sandbox.
  let needsSandbox: Bool
  let recipe: Recipe?

  var isRefused: Bool { statuses == [.didNotCompile] }

  /// How to make a file that can't lie in a repository.
  enum Recipe: Equatable, Sendable {
    /// A link; `{course}` stands for the course's folder.
    case link(to: String)
    /// So many zero bytes.
    case bytes(Int)
    /// These bytes, in hexadecimal.
    case hex(String)
    /// What stands between `/*[*/` and `/*]*/` in the folder's file so many times, each on lines of its own, and with its
    /// number behind `func slow`.
    case repetition(Int)
    /// A named pipe.
    case pipe
    /// A folder with the file's name, and a file in it.
    case folder
    case nothing
  }

  /// Reads `expected.yml`.
  ///
  /// - Throws: ``CourseError`` with all that is wrong with it.
  init(folder: URL) throws {
    let file = "Tests/HostileSubmissions/\(folder.lastPathComponent)/expected.yml"
    let problems = ManifestFields.Problems(file: file)
    guard let yaml = try? String(contentsOf: folder.appending(path: "expected.yml"), encoding: .utf8),
      let node = try? Yams.compose(yaml: yaml)
    else { throw CourseError(.brokenCourse, "\(file) can't be read, or is no YAML") }
    let keys = ["exercise", "why", "status", "points", "says", "flags", "timeLimit", "needs", "make"]
    guard let fields = ManifestFields(node, subject: "the submission", keys: keys, problems: problems) else {
      throw CourseError(.brokenCourse, problems.all.map(\.description).joined(separator: "\n"))
    }
    name = folder.lastPathComponent
    self.folder = folder
    let id = ExerciseID(fields.text("exercise", example: "\"8.7\""))
    exercise = id ?? ExerciseID(chapter: 0, number: 0)
    if id == nil {
      fields.problem("exercise", "`exercise` must be an exercise's number: write e.g. `exercise: \"8.7\"`")
    }
    why = fields.text("why", example: "an exit with code 0 is no proof")
    let words = fields.text("status", example: "wrong").split(separator: " or ").map(String.init)
    statuses = words.compactMap(ExerciseResult.Status.init)
    if statuses.isEmpty || statuses.count != words.count {
      let all = ExerciseResult.Status.allCases.map(\.rawValue).joined(separator: ", ")
      fields.problem("status", "`status` must be one of \(all), or several with ` or ` between them")
    }
    points = fields.number("points", example: "0")
    says = fields.has("says") ? fields.text("says", example: "a link") : nil
    flags = fields.has("flags") ? fields.texts("flags", example: "[\"exit\"]") : []
    timeLimit = fields.optionalNumber("timeLimit", example: "3")
    needsSandbox = fields.has("needs")
    if needsSandbox, fields.text("needs", example: "sandbox") != "sandbox" {
      fields.problem("needs", "`needs` can only be `sandbox`")
    }
    recipe = Recipe(fields.mapping["make"], problems)
    guard problems.all.isEmpty else {
      throw CourseError(.brokenCourse, problems.all.map(\.description).joined(separator: "\n"))
    }
  }

  /// Puts the exercise's file, and whatever else lies in the folder, into a submission.
  ///
  /// - Parameters:
  ///   - submission: the submission's folder.
  ///   - file: where the exercise's file belongs in it.
  func put(into submission: URL, as file: URL, course: URL) throws {
    let manager = FileManager.default
    try? manager.removeItem(at: file)
    let source = folder.appending(path: file.lastPathComponent)
    switch recipe {
    case nil: try manager.copyItem(at: source, to: file)
    case .nothing: break
    case .link(let target):
      try manager.createSymbolicLink(
        atPath: file.path, withDestinationPath: target.replacing("{course}", with: course.path))
    case .bytes(let count):
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: UInt64(count))
      try handle.close()
    case .hex(let digits):
      try Data(digits.split(separator: " ").compactMap { UInt8($0, radix: 16) }).write(to: file)
    case .repetition(let count):
      let text = try String(contentsOf: source, encoding: .utf8)
      guard let start = text.firstRange(of: "/*[*/"), let end = text.firstRange(of: "/*]*/") else {
        throw CourseError(.brokenCourse, "\(source.path) has no /*[*/ … /*]*/ to repeat")
      }
      let part = text[start.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespacesAndNewlines)
      let parts = (0..<count).map { part.replacing("func slow", with: "func slow\($0)") }
      try Data((text[..<start.lowerBound] + parts.joined(separator: "\n") + text[end.upperBound...]).utf8).write(
        to: file)
    case .pipe:
      guard mkfifo(file.path, 0o600) == 0 else {
        throw CourseError(.environment, "No pipe can be made at \(file.path)")
      }
    case .folder:
      try manager.createDirectory(at: file, withIntermediateDirectories: true)
      try Data("inside\n".utf8).write(to: file.appending(path: file.lastPathComponent))
    }
    for name in try manager.contentsOfDirectory(atPath: folder.path)
    where name != "expected.yml" && name != file.lastPathComponent {
      try manager.copyItem(at: folder.appending(path: name), to: submission.appending(path: name))
    }
  }
}

extension HostileSubmission.Recipe {
  fileprivate init?(_ node: Node?, _ problems: ManifestFields.Problems) {
    guard let node else { return nil }
    let keys = ["link", "bytes", "hex", "repeat", "pipe", "folder", "nothing"]
    guard let fields = ManifestFields(node, subject: "the recipe", keys: keys, problems: problems),
      let key = keys.first(where: fields.has), fields.mapping.count == 1
    else {
      problems.add(node.line, "`make` needs one of the keys \(keys.joined(separator: ", "))")
      return nil
    }
    switch key {
    case "link": self = .link(to: fields.text("link", example: "/dev/zero"))
    case "bytes": self = .bytes(fields.integer("bytes", example: "524288000"))
    case "hex": self = .hex(fields.text("hex", example: "\"66 ff\""))
    case "repeat": self = .repetition(fields.integer("repeat", example: "200"))
    case "pipe": self = .pipe
    case "folder": self = .folder
    default: self = .nothing
    }
  }
}
