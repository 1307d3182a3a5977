import Foundation

/// Which modules a file imports, by the compiler itself: what stands in comments, texts and inactive `#if`s isn't one.
///
/// All modules of the package lie where the compiler finds them, declared as a dependency or not: without this rule a file
/// could import the tests' own functions, or another chapter's answers.
struct ImportedModules {
  /// What an exercise may import: the language's own modules, and what the course gives to its exercises.
  static let allowed: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "Synchronization", "Dispatch", "Glibc", "Darwin", "Exercises",
    "Tensors", "NeuralNetworks", "Datasets", "Figures", "CProcessor",
  ]

  /// The modules of one file or more that may not be imported, in the order of their names.
  ///
  /// - Returns: nothing also for a file that can't be parsed: the build will say so.
  static func forbidden(in files: [URL], root: URL) async throws -> [String] {
    let arguments = ["-frontend", "-emit-imported-modules"] + files.map(\.path) + ["-o", "-"]
    var command = Command("swiftc", arguments, in: root)
    command.limits = Command.Limits(time: 60, output: 1 << 20, processorTime: 20)
    let outcome = try await command.run()
    let words = outcome.output.split(whereSeparator: \.isNewline).map(String.init)
    return Set(words.filter { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }).subtracting(allowed).sorted()
  }
}
