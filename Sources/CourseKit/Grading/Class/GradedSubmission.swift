import Foundation

/// What is kept of a submission once it has been graded.
public struct GradedSubmission: Codable, Equatable, Sendable {
  /// The folder's name: whose it is.
  public let name: String
  /// Of all that the grade depends on: a submission is graded anew when it changes.
  let fingerprint: Fingerprint
  /// Before the policy, so that a new policy needs no new grading.
  public let report: GradeReport
  /// How long it took, in seconds.
  public let seconds: Double
}

/// The folder into which a class is graded: a report a submission, written whole or not at all.
struct ClassFolder: Sendable {
  let url: URL

  /// The grades of this submission, if they are there and still hold.
  func graded(_ name: String, _ fingerprint: Fingerprint) -> GradedSubmission? {
    guard let data = try? Data(contentsOf: file(name)),
      let kept = try? JSONDecoder().decode(GradedSubmission.self, from: data)
    else { return nil }
    return kept.name == name && kept.fingerprint == fingerprint ? kept : nil
  }

  /// A random seed that is the same whenever this folder is asked.
  ///
  /// - Throws: ``CourseError`` if the folder can't be written, or if something else stands in the file.
  func seed() throws -> UInt64 {
    let file = url.appending(path: "seed.txt")
    guard let data = FileManager.default.contents(atPath: file.path) else {
      let seed = GradingSeed.random.value
      try write("\(seed)\n", to: "seed.txt")
      return seed
    }
    guard let seed = UInt64(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    else {
      throw CourseError(.environment, "\(file.path) must hold the seed, a number: remove it, and another is drawn")
    }
    return seed
  }

  func save(_ submission: GradedSubmission) throws {
    try write(submission.canonicalJSON(), to: "reports/\(submission.name).json")
  }

  func write(_ text: String, to path: String) throws {
    let file = url.appending(path: path)
    do {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file, options: .atomic)
    } catch {
      throw CourseError(
        .environment, "Can't write \(file.path): make the folder writable, or choose another with --out")
    }
  }

  private func file(_ name: String) -> URL { url.appending(path: "reports/\(name).json") }
}
