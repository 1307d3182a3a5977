import Foundation

/// A wall around a process that runs the code of a submission: bubblewrap, where the system has it.
///
/// Inside there is no network; all files can only be read, but for an empty `/tmp` and what is named as writable; what is named as
/// hidden is empty; other processes can neither be seen nor signalled; the environment holds no more than it must. When the
/// process ends, all that it started ends with it.
struct Sandbox: Equatable, Sendable {
  /// `bwrap`'s path.
  let program: String

  /// Variables that a test process needs.
  private static let kept = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH"]

  /// The system's sandbox; `nil` if there is none, or if it can't be used here (some containers forbid what it needs).
  static func find() async -> Sandbox? {
    #if os(Linux)
      let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
      let paths = folders.map { "\($0)/bwrap" }
      guard let path = paths.first(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
      let sandbox = Sandbox(program: path)
      let trial = sandbox.enclose(Command("/bin/true", [], in: URL(filePath: "/")), writable: [], hidden: [])
      return try? await trial.run().ending == .exited(0) ? sandbox : nil
    #else
      return nil
    #endif
  }

  /// The command inside the wall.
  ///
  /// - Parameters:
  ///   - writable: files that it may write.
  ///   - hidden: folders and files that are empty to it.
  func enclose(_ command: Command, writable: [URL], hidden: [URL]) -> Command {
    let folder = command.folder.path
    var arguments = ["--unshare-all", "--new-session", "--die-with-parent", "--ro-bind", "/", "/"]
    arguments += ["--dev", "/dev", "--proc", "/proc", "--size", "\(64 << 20)", "--tmpfs", "/tmp"]
    // The course may lie in /tmp itself.
    arguments += ["--ro-bind", folder, folder]
    for url in hidden {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { continue }
      arguments +=
        isFolder.boolValue
        ? ["--size", "\(1 << 20)", "--tmpfs", url.path, "--remount-ro", url.path]
        : ["--ro-bind", "/dev/null", url.path]
    }
    for url in writable { arguments += ["--bind", url.path, url.path] }
    arguments.append("--clearenv")
    let inherited = ProcessInfo.processInfo.environment.filter { Sandbox.kept.contains($0.key) }
    let environment = inherited.merging(command.environment.compactMapValues { $0 }) { _, own in own }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) { arguments += ["--setenv", name, value] }
    var enclosed = command
    enclosed.program = program
    enclosed.tellsSignalsByCode = true
    enclosed.arguments = arguments + ["--chdir", folder, "--", command.program] + command.arguments
    return enclosed
  }
}
