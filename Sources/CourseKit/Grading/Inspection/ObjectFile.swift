import Foundation

/// What the compiler has made of one file: its symbols, by `nm`.
struct ObjectFile: Equatable, Sendable {
  /// What it calls or reads of others.
  var needed: Set<String> = []
  /// What it defines for others, and that no other file may define as well.
  var defined: Set<String> = []
  /// Whether something in it runs when the program is loaded.
  var runsAtLoad = false

  /// Reads object files.
  ///
  /// - Parameter paths: the path of each, by a name of the caller's. Those that aren't there are left out.
  static func read(_ paths: [String: String], in folder: URL) async throws -> [String: ObjectFile] {
    let present = paths.filter { FileManager.default.fileExists(atPath: $0.value) }
    guard !present.isEmpty else { return [:] }
    var files = present.mapValues { _ in ObjectFile() }
    let names = Dictionary(uniqueKeysWithValues: present.map { ($0.value, $0.key) })
    let symbols = try await output("nm", ["-A"] + present.values.sorted(), in: folder)
    for line in symbols.split(separator: "\n") {
      guard let colon = line.range(of: ".o:"), let name = names[line[..<colon.lowerBound] + ".o"] else { continue }
      files[name]?.add(line[colon.upperBound...])
    }
    #if os(Linux)
      let sections = try await output("objdump", ["-h"] + present.values.sorted(), in: folder)
      var current: String?
      for line in sections.split(separator: "\n") {
        if let mark = line.range(of: ".o:") { current = names[line[..<mark.lowerBound] + ".o"] }
        if let current,
          [".init_array", ".ctors", ".preinit_array", ".fini_array", ".dtors", ".init"].contains(where: {
            line.contains(" \($0)")
          })
        {
          files[current]?.runsAtLoad = true
        }
      }
    #endif
    return files
  }

  /// The symbols that it defines as Swift would call them: `static (extension in Chapter08Heaps):Swift.Array.== infix(…)`.
  func namesInSwift(in folder: URL) async throws -> [String] {
    guard !defined.isEmpty else { return [] }
    let program = "swift-demangle"
    var all: [String] = []
    for start in stride(from: 0, to: defined.count, by: 500) {
      let names = defined.sorted().dropFirst(start).prefix(500)
      all += try await ObjectFile.output(program, ["--compact"] + names, in: folder).split(separator: "\n").map(
        String.init)
    }
    return all
  }

  /// `0000000000000000 T name` or `U name`.
  private mutating func add(_ line: Substring) {
    let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
    guard let place = fields.firstIndex(where: { $0.count == 1 }), place + 1 < fields.count, place < 2 else { return }
    var name = fields[(place + 1)...].joined(separator: " ")
    #if canImport(Darwin)
      if name.hasPrefix("_") { name.removeFirst() }
    #endif
    switch fields[place] {
    case "U": needed.insert(name)
    case "T", "D", "B", "R", "S", "C": defined.insert(name)
    // What several files may define is the compiler's: copies of generic and inlined functions.
    case "W", "V": if !name.hasPrefix("$s"), ObjectFile.isStrange(name) { defined.insert(name) }
    default: break
    }
  }

  /// Whether a name is none of those that the compiler gives to what it makes itself.
  private static func isStrange(_ name: String) -> Bool {
    // Names with a space, as `symbolic …` and `generic environment …`, are no code's.
    if name.contains(" ") { return false }
    let own = ["__swift", "get_", "got.", "block_"]
    return !own.contains(where: name.hasPrefix)
  }

  private static func output(_ program: String, _ arguments: [String], in folder: URL) async throws -> String {
    var command = Command(program, arguments, in: folder)
    command.limits.time = 120
    command.limits.output = 64 << 20
    let outcome = try await command.run()
    guard outcome.ending == .exited(0) else {
      throw CourseError(
        .environment,
        "`\(program)` can't read what the compiler has made: install binutils\n\(outcome.output.prefix(300))")
    }
    return outcome.output
  }
}
