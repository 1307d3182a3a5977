import Foundation
import Yams

/// What an instructor lets count, from a YAML file:
///
/// ```yaml
/// leaveOut: ["5.10"]             # exercises that don't count at all
/// dropLowest: 1                  # in each chapter, that many exercises with the most points lost
/// due: "2026-12-01T23:59:59Z"    # after that, a penalty
/// graceMinutes: 15
/// penaltyPerDay: 0.1             # of the points, for each day begun
/// greatestPenalty: 0.5
/// ```
///
/// Every key may be missing.
public struct GradingPolicy: Equatable, Sendable {
  /// Exercises that don't count.
  public var leaveOut: [ExerciseID] = []
  /// How many exercises of each chapter are dropped, of those with the most points lost.
  public var dropLowest = 0
  /// When the submission is due.
  public var due: Date?
  /// So much later is still in time.
  public var graceMinutes = 0.0
  /// The share of the points that each day begun after the due date costs.
  public var penaltyPerDay = 0.0
  /// The largest share that lateness can cost.
  public var greatestPenalty = 1.0

  public init() {}

  /// The share of the points that a submission of this time loses: 0 if it is in time or nothing is said of a due date.
  ///
  /// A day begins with its first second: one second after the grace counts as a day. Days are counted from the due
  /// date, not from the end of the grace.
  public func penalty(at time: Date?) -> Double {
    guard let due, let time else { return 0 }
    let late = time.timeIntervalSince(due)
    guard late > graceMinutes * 60 else { return 0 }
    return min(penaltyPerDay * (late / 86_400).rounded(.up), greatestPenalty)
  }
}

extension GradingPolicy {
  /// Reads a policy.
  ///
  /// - Parameter file: how to name it in messages.
  /// - Throws: ``CourseError`` with everything that is wrong with it.
  public init(yaml: String, file: String) throws {
    let problems = ManifestFields.Problems(file: file)
    let keys = ["leaveOut", "dropLowest", "due", "graceMinutes", "penaltyPerDay", "greatestPenalty"]
    do {
      if let node = try Yams.compose(yaml: yaml),
        let fields = ManifestFields(node, subject: "the policy", keys: keys, problems: problems)
      {
        read(fields)
      }
    } catch {
      problems.add(nil, ManifestProblem(yamlError: error, file: file).message)
    }
    guard problems.all.isEmpty else {
      throw CourseError(.failed, problems.all.map(\.description).joined(separator: "\n"))
    }
  }

  private mutating func read(_ fields: ManifestFields) {
    for text in fields.has("leaveOut") ? fields.texts("leaveOut", example: "[\"5.10\"]") : [] {
      if let id = ExerciseID(text) {
        leaveOut.append(id)
      } else {
        fields.problem("leaveOut", "\(text) is no exercise: write e.g. `leaveOut: [\"5.10\"]`")
      }
    }
    if fields.has("dropLowest") { dropLowest = fields.integer("dropLowest", example: "1") }
    if dropLowest < 0 { fields.problem("dropLowest", "`dropLowest` must be 0 or more") }
    if fields.has("due") {
      let text = fields.text("due", example: "\"2026-12-01T23:59:59Z\"")
      due = GradingPolicy.time(text)
      if due == nil, !text.isEmpty {
        fields.problem("due", "`due` must be a time with its zone: write e.g. `due: \"2026-12-01T23:59:59Z\"`")
      }
    }
    graceMinutes = fields.number("graceMinutes", example: "15", default: graceMinutes)
    penaltyPerDay = fields.number("penaltyPerDay", example: "0.1", default: penaltyPerDay)
    greatestPenalty = fields.number("greatestPenalty", example: "0.5", default: greatestPenalty)
    if !(graceMinutes >= 0) { fields.problem("graceMinutes", "`graceMinutes` must be 0 or more") }
    for (key, share) in [("penaltyPerDay", penaltyPerDay), ("greatestPenalty", greatestPenalty)]
    where !(0...1).contains(share) {
      fields.problem(key, "`\(key)` is a share of the points, from 0 to 1: write e.g. `\(key): 0.1`")
    }
    if fields.has("penaltyPerDay"), !fields.has("due") {
      fields.problem("penaltyPerDay", "there is a penalty, but no `due`: write e.g. `due: \"2026-12-01T23:59:59Z\"`")
    }
  }

  /// Reads `2026-12-01T23:59:59Z` or `2026-12-02T00:59:59+01:00`.
  public static func time(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }
}

extension Course {
  /// Reads the policy in a file, and sees to it that the exercises it names exist.
  public func policy(at path: String) throws -> GradingPolicy {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CourseError(.environment, "Can't read the policy \(path): is the path right?")
    }
    let policy = try GradingPolicy(yaml: String(decoding: data, as: UTF8.self), file: path)
    for id in policy.leaveOut { _ = try selectExercise(id.description) }
    return policy
  }
}
