import Foundation

/// Judges an exercise by its receipts. An exit code of 0 and a cheerful output prove nothing: an exercise may call
/// `exit(0)`, and print what it likes.
struct Verdict {
  let exercise: Manifest.Exercise
  /// `Chapter05EDMTests`.
  let testTarget: String
  let receipts: [Receipt]
  /// Whether something else than the tests wrote among the receipts.
  var areForged = false
  let ending: Command.Ending
  /// What the process printed: only quoted, never believed.
  let output: String
  /// What to cut off the paths in messages.
  let root: URL

  var result: ExerciseResult {
    let rungs = exercise.rungs.map(judge)
    let status = self.status(of: rungs)
    let right = rungs.count { $0.status == .right }
    let earned = Double(exercise.points * right) / Double(max(rungs.count, 1))
    return ExerciseResult(
      id: exercise.id.description, title: exercise.title, status: status,
      points: areForged || status == .wrong && !strangers.isEmpty ? 0 : (earned * 100).rounded() / 100,
      maxPoints: Double(exercise.points), detail: detail(status), rungs: rungs, errors: [])
  }

  private var own: [Receipt] { receipts.filter { $0.suite == "\(testTarget).\(exercise.test)" } }

  /// Tests that ran though the manifest doesn't list them.
  private var strangers: [String] {
    let known = Set(exercise.rungs.map(\.name))
    return Set(own.map(\.test)).subtracting(known).sorted()
  }

  private func judge(_ rung: Manifest.Rung) -> RungResult {
    let mine = own.filter { $0.test == rung.name }
    let failures = mine.filter { $0.event == .failed }
    let skip = mine.first { $0.event == .skipped }
    let finish = mine.first { $0.event == .finished }
    var messages = failures.map(message)
    let status: RungResult.Status
    if !mine.contains(where: { $0.event == .started }) {
      status = .notRun
    } else if finish == nil {
      (status, messages) = (interruption, messages + [lastWords].compactMap(\.self))
    } else if !failures.isEmpty {
      status = .wrong
    } else if let skip {
      let reason = skip.message == nil ? "the exercise skipped the test itself" : message(skip).text
      (status, messages) = (.toDo, [RungResult.Message(text: reason)])
    } else {
      status = (finish?.assertions ?? 0) > 0 ? .right : .unproven
    }
    return RungResult(name: rung.name, title: rung.title, status: status, messages: messages)
  }

  /// Why a rung that began didn't finish.
  private var interruption: RungResult.Status {
    switch ending {
    case .timedOut: .hung
    case .signalled, .stopped: .crashed
    case .exited: .endedEarly
    }
  }

  private func status(of rungs: [RungResult]) -> ExerciseResult.Status {
    switch ending {
    case .timedOut: return .hung
    case .signalled, .stopped: return .crashed
    case .exited(let code):
      if areForged { return .wrong }
      let all = Set(rungs.map(\.status))
      if all.contains(.endedEarly) || all == [.notRun] { return .endedEarly }
      if all == [.right], code == 0, strangers.isEmpty { return .right }
      return all.isSubset(of: [.right, .toDo]) && all.contains(.toDo) && strangers.isEmpty ? .toDo : .wrong
    }
  }

  private func detail(_ status: ExerciseResult.Status) -> String? {
    switch (status, ending) {
    case _ where areForged: "something else than the tests wrote receipts, so nothing here is believed"
    case (.crashed, .stopped(let why)): "stopped: \(why)"
    case (.hung, _): "stopped after \(exercise.timeLimit.brief) seconds: is there a loop that never ends?"
    case (.crashed, .signalled(let signal)): "crashed (\(Signal.name(signal)))"
    case (.endedEarly, .exited(let code)) where own.isEmpty:
      "the tests ended with code \(code) before the first one began"
    case (.endedEarly, .exited(let code)): "the process ended itself with code \(code) in the middle of a test"
    case (.wrong, _) where !strangers.isEmpty:
      "the manifest doesn't list \(strangers.joined(separator: ", ")), so nothing here is believed"
    case (.wrong, .exited(let code)) where code != 0 && !own.contains { $0.event == .failed }:
      "the tests ended with code \(code) though no failure was recorded"
    default: nil
    }
  }

  private func message(_ receipt: Receipt) -> RungResult.Message {
    let prefix = root.path + "/"
    var text = receipt.message ?? ""
    if text.hasPrefix("failed - ") { text.removeFirst("failed - ".count) }
    // Tests that were built from a copy are told by their own place.
    text = text.replacing(prefix, with: "").replacing(HiddenTests.prefix + "/", with: "")
    let file = receipt.file.map {
      ($0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0).replacing(HiddenTests.prefix + "/", with: "")
    }
    return RungResult.Message(text: text, file: file, line: receipt.line)
  }

  /// What the runtime said when it stopped the process: `File.swift:41: Fatal error: Index out of range`.
  private var lastWords: RungResult.Message? {
    guard ending != .timedOut else { return nil }
    let lines = output.split(whereSeparator: \.isNewline)
    guard let line = lines.last(where: { $0.contains("Fatal error") }) else { return nil }
    return RungResult.Message(text: String(line.prefix(500)).replacing(root.path + "/", with: ""))
  }
}
