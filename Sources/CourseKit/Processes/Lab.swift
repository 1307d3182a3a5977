import Foundation
import Subprocess

/// A chapter's experiment: a program of its own that calls the exercises and draws the chapter's pictures.
public struct Lab: Sendable {
  let chapter: Chapter
  let build: PackageBuild

  public init(chapter: Chapter, build: PackageBuild) {
    self.chapter = chapter
    self.build = build
  }

  /// How a run ended.
  public enum Ending: Equatable, Sendable {
    case finished
    /// By Ctrl-C or its kin; the lab has said how to go on.
    case interrupted
    case failed(code: Int32)
    case crashed(why: String)
  }

  /// Builds the lab, from whichever files the environment says.
  public func prepare() async throws { try await build.demand(chapter.labProduct, from: .inherited) }

  /// Runs the lab in the foreground: it speaks to the terminal itself, and Ctrl-C reaches it.
  public func run(arguments: [String]) async throws -> Ending {
    var options = PlatformOptions()
    options.processGroupID = 0
    let program = build.products.appending(path: chapter.labProduct).path
    let (status, wasInterrupted) = try await SignalForwarding.during { follow in
      try await Subprocess.run(
        .path(.init(program)), arguments: Arguments(arguments), platformOptions: options, input: .none,
        output: .currentStandardOutput, error: .currentStandardError
      ) { execution in
        follow(execution.processIdentifier.value)
      }.terminationStatus
    }
    switch Command.Ending(status) {
    case .exited(0): return .finished
    case .exited(let code): return wasInterrupted || code == 130 ? .interrupted : .failed(code: code)
    case .signalled(let signal): return wasInterrupted ? .interrupted : .crashed(why: Signal.name(signal))
    case .timedOut, .stopped: return .failed(code: 1)
    }
  }
}
