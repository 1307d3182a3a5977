import Foundation

/// Builds products of the course's package with `swift build`, in the build folder that the tool itself came from, so
/// that the core is compiled once.
public struct PackageBuild: Sendable {
  let root: URL
  /// Where SwiftPM builds, from the package's root.
  let scratchPath: String
  /// `debug` or `release`.
  let configuration: String
  /// Is told each line that the build prints.
  var onLine: @Sendable (Substring) -> Void = { _ in }
  /// Seconds of processor time that each compiler may take, whichever files it compiles; without it as many as it likes.
  var compilerTime: Int?

  /// - Parameter tool: the running tool's executable. Its build folder and configuration are taken over if it lies in
  ///   the package.
  public init(
    root: URL, tool: URL? = Bundle.main.executableURL, onLine: @escaping @Sendable (Substring) -> Void = { _ in }
  ) {
    self.root = root
    self.onLine = onLine
    // <root>/.build/x86_64-unknown-linux-gnu/debug/course
    let parts = tool?.resolvingSymlinksInPath().pathComponents ?? []
    let rootParts = root.resolvingSymlinksInPath().pathComponents
    if parts.count == rootParts.count + 4, parts.starts(with: rootParts),
      ["debug", "release"].contains(parts[parts.count - 2])
    {
      scratchPath = parts[rootParts.count]
      configuration = parts[parts.count - 2]
    } else {
      scratchPath = ".build"
      configuration = "debug"
    }
  }

  enum Result: Sendable {
    case built(warnings: [Diagnostic])
    /// The compiler's errors; if there are none, the end of what the build said.
    case failed(errors: [Diagnostic], output: String)
  }

  /// Where executables and test bundles end up.
  var products: URL { root.appending(path: "\(scratchPath)/\(configuration)") }

  /// Where the compiler puts what it makes of a file of a module.
  func object(of file: String, in module: String) -> String {
    products.appending(path: "\(module).build/\(file).o").path
  }

  /// Builds one product.
  func build(_ product: String, from source: ExerciseSource) async throws -> Result {
    let arguments = ["build", "--product", product, "--scratch-path", scratchPath, "--configuration", configuration]
    var command = Command("swift", arguments, in: root)
    command.environment = source.environment
    command.onLine = onLine
    command.limits.processorTime = compilerTime
    // A compiler that is stopped says what it was doing; which of its own functions that was is nobody's concern.
    command.environment["LLVM_DISABLE_SYMBOLIZATION"] = "1"
    let outcome = try await command.run()
    let diagnostics = Diagnostic.all(in: outcome.output, below: root)
    if outcome.ending == .exited(0) { return .built(warnings: diagnostics.filter { $0.severity == .warning }) }
    if outcome.ending == .exited(127) {
      throw CourseError(
        .environment, "There is no `swift` in PATH: install Swift 6.1 or later (https://swift.org/install)")
    }
    return .failed(errors: diagnostics.filter { $0.severity == .error }, output: outcome.output)
  }

  /// Builds one product, or throws with what the compiler says.
  func demand(_ product: String, from source: ExerciseSource) async throws {
    guard case .failed(let errors, let output) = try await build(product, from: source) else { return }
    throw CourseError(.buildFailed, PackageBuild.complaint(errors: errors, output: output))
  }

  static func complaint(errors: [Diagnostic], output: String) -> String {
    guard errors.isEmpty else { return errors.map(\.description).joined(separator: "\n") }
    return "The build failed:\n" + output.split(whereSeparator: \.isNewline).suffix(15).joined(separator: "\n")
  }
}
