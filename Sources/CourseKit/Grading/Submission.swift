import Foundation

/// A student's work on one chapter, as the grader takes it: only the files that the manifest lists as exercises; the rest
/// of the module comes from the solutions. A file that can't be compiled gives way to its stub.
struct Submission {
  let chapter: Chapter
  /// Name and text of each file of the chapter's module.
  private(set) var files: [String: String]
  /// The files that gave way to their stubs, with the reasons.
  private(set) var rejected: [String: [Diagnostic]] = [:]
  private let stubs: [String: String]

  /// Takes the student's files from the chapter's folder, or from a submission's.
  ///
  /// - Parameter folder: what was handed in, see ``folder(of:in:)``; the course's own folder without it.
  init(chapter: Chapter, from folder: URL? = nil) throws {
    let source = folder.map { Submission.folder(of: chapter, in: $0) } ?? chapter.url(chapter.exercisesPath)
    var taken: [String: SubmittedFile] = [:]
    for name in Set(chapter.exercises.map(\.file)) {
      taken[name] = source.map { SubmittedFile(name, in: $0) } ?? .missing
    }
    let solutions = try chapter.solutionFiles()
    if folder == nil {
      self.init(chapter: chapter, solutions: solutions, taken: taken)
    } else {
      self.init(chapter: chapter, solutions: solutions, taken: taken, missing: "this file was not handed in")
    }
  }

  /// - Parameter missing: what to say of a file that isn't there.
  init(
    chapter: Chapter, solutions: [SolutionFile], taken: [String: SubmittedFile],
    missing: String = "this file is missing: `swift run course author stubs` writes it anew"
  ) {
    self.chapter = chapter
    stubs = Dictionary(uniqueKeysWithValues: solutions.map { ($0.name, $0.stub) })
    files = stubs
    for exercise in chapter.exercises {
      switch stubs[exercise.file] == nil ? .missing : taken[exercise.file] ?? .missing {
      case .text(let text): files[exercise.file] = text
      case .missing: reject(exercise.file, because: missing)
      case .refused(let reason): reject(exercise.file, because: reason)
      }
    }
  }

  /// Where a chapter's files are in what was handed in: a whole course, a folder of chapters, or a chapter's folder.
  /// `nil` if they are nowhere, or if a folder on the way is a link: what it leads to was not handed in.
  static func folder(of chapter: Chapter, in submission: URL) -> URL? {
    let candidates = [
      ["Chapters", chapter.module, "Exercises"], [chapter.module, "Exercises"], [chapter.module],
      submission.lastPathComponent == chapter.module ? ["Exercises"] : nil,
      submission.lastPathComponent == chapter.module ? [] : nil,
    ]
    return candidates.lazy.compactMap(\.self).compactMap { names in
      guard let folder = submission.plainFolder(names) else { return nil }
      return chapter.exercises.contains { SubmittedFile($0.file, in: folder) != .missing } ? folder : nil
    }.first
  }

  /// The files that are still the stubs.
  var untouched: Set<String> { Set(files.filter { stubs[$0.key] == $0.value }.keys) }

  /// The submitted files that were taken as they are, and aren't the stubs.
  var suspects: [String] {
    Set(chapter.exercises.map(\.file)).subtracting(rejected.keys).subtracting(untouched).sorted()
  }

  /// Whether a file declares more as public than its stub does.
  func exportsMore(_ name: String) -> Bool {
    func count(_ text: String?) -> Int {
      (text ?? "").split { !$0.isLetter && $0 != "_" }.count { ["public", "open", "package"].contains($0) }
    }
    return count(files[name]) > count(stubs[name])
  }

  /// Puts stubs in the place of some files.
  ///
  /// - Returns: whether this changed anything.
  mutating func refuse(_ names: some Sequence<String>, because message: String, line: Int = 1) -> Bool {
    var isChanged = false
    for name in names where suspects.contains(name) {
      let path = "\(chapter.exercisesPath)/\(name)"
      reject(name, Diagnostic(file: path, line: line, column: 1, severity: .error, message: message))
      isChanged = true
    }
    return isChanged
  }

  /// Puts stubs in the place of the files that the errors are in. An error in the tests of an exercise is one in its
  /// file: a function isn't there any more, or has other arguments.
  ///
  /// What the tests or other files can't use because a submitted file declares it a second time is that file's fault.
  ///
  /// - Returns: whether this changed anything, so that another build may succeed.
  mutating func reject(for errors: [Diagnostic]) -> Bool {
    let before = rejected.count
    let own = errors.filter {
      $0.file.hasPrefix(chapter.exercisesPath + "/") || $0.file.hasPrefix("Tests/\(chapter.testTarget)/")
    }
    let clashes = own.flatMap { error in newcomers(error.message).map { ($0, error) } }
    // Without these files the other errors may be gone.
    for (name, error) in clashes { reject(name, error) }
    guard clashes.isEmpty else { return rejected.count > before }
    // Where a function is gone, others' calls of it don't compile: that is no fault of theirs.
    if !own.isEmpty { for file in Set(chapter.exercises.map(\.file)).sorted() { rejectIfIncomplete(file, own) } }
    guard rejected.count == before else { return true }
    for error in errors {
      let name = String(error.file.split(separator: "/").last ?? "")
      if error.file.hasPrefix(chapter.exercisesPath + "/") {
        let isExercise = chapter.exercises.contains { $0.file == name }
        // Given code doesn't compile against the student's: nobody can say against which file.
        for name in isExercise ? [name] : chapter.exercises.map(\.file) { reject(name, error) }
      } else if error.file.hasPrefix("Tests/\(chapter.testTarget)/") {
        let tested = chapter.exercises.filter { chapter.testFile(of: $0) == error.file }
        for exercise in tested.isEmpty ? chapter.exercises : tested { reject(exercise.file, error) }
      }
    }
    return rejected.count > before
  }

  /// - Parameter errors: of which those in the file itself are told as well.
  private mutating func rejectIfIncomplete(_ name: String, _ errors: [Diagnostic]) {
    guard let stub = stubs[name], let text = files[name], text != stub else { return }
    let gone = FileDependencies.declarations(in: stub).subtracting(FileDependencies.declarations(in: text)).sorted()
    guard !gone.isEmpty else { return }
    for error in errors where error.file == "\(chapter.exercisesPath)/\(name)" { reject(name, error) }
    reject(name, because: "\(gone.joined(separator: ", ")) isn't declared any more: the stub's declarations must stay")
  }

  /// The result of an exercise whose file was rejected.
  func rejection(of exercise: Manifest.Exercise) -> ExerciseResult? {
    guard let errors = rejected[exercise.file] else { return nil }
    return ExerciseResult(
      id: exercise.id.description, title: exercise.title, status: .didNotCompile, points: 0,
      maxPoints: Double(exercise.points), detail: nil,
      rungs: exercise.unrun,
      errors: errors)
  }

  /// The submitted files that declare what an error says is there more than once, and that their stubs don't declare.
  private func newcomers(_ message: String) -> [String] {
    let starts = ["invalid redeclaration of ", "ambiguous use of "]
    guard starts.contains(where: message.hasPrefix), let quoted = message.split(separator: "'").dropFirst().first else {
      return []
    }
    let declared = quoted.prefix { $0 != "(" }
    func declares(_ text: String?) -> Bool {
      let words = (text ?? "").swiftWords
      return (text ?? "").contains("func \(declared) (")
        || zip(words, words.dropFirst()).contains {
          ["func", "struct", "class", "enum", "protocol", "typealias", "actor", "var", "let"].contains($0)
            && $1 == declared
        }
    }
    return suspects.filter { declares(files[$0]) && !declares(stubs[$0]) }
  }

  private mutating func reject(_ name: String, because message: String) {
    let path = "\(chapter.exercisesPath)/\(name)"
    reject(name, Diagnostic(file: path, line: 1, column: 1, severity: .error, message: message))
  }

  private mutating func reject(_ name: String, _ error: Diagnostic) {
    files[name] = stubs[name]
    rejected[name, default: []].append(error)
  }
}
