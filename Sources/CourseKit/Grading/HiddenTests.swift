import Foundation
import Yams

/// An instructor's own tests, which no student is given: more rungs for some exercises, with points of their own.
///
/// They lie in a folder outside of the course: `hidden.yml`, which lists them, and a folder a chapter, named as its test target, with the
/// test classes and whatever they need. They are built together with the chapter's own tests, so that they may
/// use the same helpers, and run in processes of their own. Of them a report tells each rung's title and status, and no message.
public struct HiddenTests: Sendable {
  /// Where the tests are put together, from the package's root.
  static let prefix = ".build/course/hidden"
  static let keys = ["exercise", "test", "points", "timeLimit", "rungs"]

  let folder: URL
  /// For each exercise that has hidden tests: what to run, with the points that they earn.
  let tests: [ExerciseID: Manifest.Exercise]
  private let chapters: [Chapter]

  /// Reads `hidden.yml` in a folder. What it says of chapters that aren't graded is passed over.
  ///
  /// - Throws: ``CourseError`` with all that is wrong with it.
  public init(in folder: URL, for selections: [Selection]) throws {
    let file = folder.appending(path: "hidden.yml").path
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CourseError(
        .unknownName, "There is no \(file): it must list the hidden tests, as Guides/Grading.md says")
    }
    let problems = ManifestFields.Problems(file: file)
    var tests: [ExerciseID: Manifest.Exercise] = [:]
    do {
      guard let list = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))?.sequence else {
        throw CourseError(.brokenCourse, "\(file) must be a list of hidden tests: `- exercise: \"5.2\"` and so on")
      }
      for node in list {
        guard let test = HiddenTests.test(node, in: folder, selections.map(\.chapter), problems) else { continue }
        if tests.updateValue(test, forKey: test.id) != nil {
          problems.add(node.line, "exercise \(test.id) occurs twice: put all its rungs into one test class")
        }
      }
    } catch let error as YamlError {
      throw CourseError(.brokenCourse, "\(ManifestProblem(yamlError: error, file: file))")
    }
    guard problems.all.isEmpty else {
      throw CourseError(.brokenCourse, problems.all.map(\.description).joined(separator: "\n"))
    }
    self.folder = folder
    self.tests = tests
    chapters = selections.map(\.chapter).filter { chapter in tests.keys.contains { $0.chapter == chapter.number } }
  }

  private static func test(
    _ node: Node, in folder: URL, _ chapters: [Chapter], _ problems: ManifestFields.Problems
  ) -> Manifest.Exercise? {
    let subject = node.mapping?["exercise"]?.scalar.map { "the hidden test of \($0.string)" } ?? "a hidden test"
    guard let fields = ManifestFields(node, subject: subject, keys: keys, problems: problems) else { return nil }
    guard let id = ExerciseID(fields.text("exercise", example: "\"5.2\"")) else {
      fields.problem("exercise", "`exercise` must be an exercise's id, like \"5.2\"")
      return nil
    }
    guard let chapter = chapters.first(where: { $0.number == id.chapter }) else { return nil }
    guard let exercise = chapter.exercise(id) else {
      fields.problem("exercise", "there is no exercise \(id) in \(chapter.manifestPath)")
      return nil
    }
    var test = exercise
    test.hints = []
    test.test = fields.text("test", example: "\(exercise.test)_Hidden")
    test.points = fields.integer("points", example: "4")
    test.timeLimit = fields.number("timeLimit", example: "20", default: exercise.timeLimit)
    test.rungs = fields.list("rungs", example: "- test1_Large: \"what it demands\"")
      .compactMap { Manifest.Rung($0, of: subject, problems) }
    if test.points < 0 { fields.problem("points", "`points` must be 0 or more") }
    if test.timeLimit <= 0 { fields.problem("timeLimit", "`timeLimit` must be more than 0 seconds") }
    if let twice = test.rungs.map(\.name).first(where: { name in exercise.rungs.contains { $0.name == name } }) {
      fields.problem("rungs", "\(exercise.test) has a rung \(twice) already: name it otherwise")
    }
    let path = "\(chapter.testTarget)/\(test.test).swift"
    if !FileManager.default.fileExists(atPath: folder.appending(path: path).path) {
      fields.problem("test", "there is no \(folder.appending(path: path).path)")
    }
    return test
  }

  /// All tests with their chapters, in order.
  var all: [(chapter: Chapter, test: Manifest.Exercise)] {
    chapters.flatMap { chapter in chapter.exercises.compactMap { tests[$0.id] }.map { (chapter, $0) } }
  }

  /// Puts each chapter's own tests and the hidden ones together.
  ///
  /// - Returns: the folders, the chapters' digits as keys.
  /// - Throws: ``CourseError`` if a hidden file would take the place of another one.
  func fill() throws -> [String: String] {
    var folders: [String: String] = [:]
    for chapter in chapters {
      let path = "\(HiddenTests.prefix)/Tests/\(chapter.testTarget)"
      var files = FileManager.default.contents(below: chapter.url("Tests/\(chapter.testTarget)"))
      for (name, data) in FileManager.default.contents(below: folder.appending(path: chapter.testTarget)) {
        guard files.updateValue(data, forKey: name) == nil else {
          throw CourseError(
            .brokenCourse, "The hidden tests have a file \(chapter.testTarget)/\(name), as the chapter has: rename it")
        }
      }
      try FileManager.default.mirror(files, to: chapter.url(path))
      folders[chapter.digits] = path
    }
    return folders
  }

  /// The same error, if it is one of hidden tests told as one of their exercise: what stands in them is not told.
  func redacted(_ error: Diagnostic) -> Diagnostic {
    var error = error
    guard error.file.hasPrefix(HiddenTests.prefix + "/") else { return error }
    error.file.removeFirst(HiddenTests.prefix.count + 1)
    for chapter in chapters where error.file.hasPrefix("Tests/\(chapter.testTarget)/") {
      // The chapter's own tests are no secret.
      if FileManager.default.fileExists(atPath: chapter.url(error.file).path) { return error }
      let name = error.file.split(separator: "/").last ?? ""
      let tested = chapter.exercises.first { tests[$0.id].map { "\($0.test).swift" == name } ?? false }
      return Diagnostic(
        file: tested.map(chapter.file) ?? "Tests/\(chapter.testTarget)/hidden", line: 1, column: 1, severity: .error,
        message: "hidden tests don't compile with this: a declaration isn't as the stub had it")
    }
    return error
  }

  /// Of all that the tests consist of.
  func add(to print: inout Fingerprint) {
    for (name, data) in FileManager.default.contents(below: folder).sorted(by: { $0.key < $1.key }) {
      print.add(name.utf8)
      print.add(data)
    }
  }
}

extension ExerciseResult {
  /// This and what became of the exercise's hidden tests.
  ///
  /// - Parameter hidden: `nil` if they weren't run.
  func adding(_ test: Manifest.Exercise, _ hidden: ExerciseResult?) -> ExerciseResult {
    var sum = self
    let rungs = (hidden?.rungs ?? test.unrun).map { rung in
      RungResult(name: rung.name, title: rung.title, status: rung.status, messages: [], hidden: true)
    }
    sum.rungs += rungs
    sum.points = ((points + (hidden?.points ?? 0)) * 100).rounded() / 100
    sum.maxPoints += Double(test.points)
    if let hidden, status == .right, !hidden.isRight {
      sum.status = hidden.status
      sum.detail = "of the hidden rungs \(rungs.count { $0.status == .right }) of \(rungs.count) are right"
    }
    return sum
  }
}

extension Manifest.Exercise {
  /// Its rungs when none was run.
  var unrun: [RungResult] {
    rungs.map { RungResult(name: $0.name, title: $0.title, status: .notRun, messages: []) }
  }
}

extension FileManager {
  /// What stands in each file below a folder, links left out; the keys are paths from there.
  fileprivate func contents(below folder: URL) -> [String: Data] {
    let names = (try? subpathsOfDirectory(atPath: folder.path)) ?? []
    var files: [String: Data] = [:]
    for name in names {
      let path = folder.appending(path: name).path
      guard (try? attributesOfItem(atPath: path))?[.type] as? FileAttributeType == .typeRegular else { continue }
      files[name] = contents(atPath: path)
    }
    return files
  }

  /// Makes a folder hold exactly these files. What is right already isn't touched, so the compiler needn't run.
  fileprivate func mirror(_ files: [String: Data], to folder: URL) throws {
    for name in contents(below: folder).keys where files[name] == nil {
      try removeItem(at: folder.appending(path: name))
    }
    for (name, data) in files {
      let file = folder.appending(path: name)
      if contents(atPath: file.path) == data { continue }
      try createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file, options: .atomic)
    }
  }
}
