/// Which files the chapters are built from.
public struct ExerciseSource: Equatable, Sendable {
  /// What the environment variables `SOLUTIONS`, `EXERCISES` and `TESTS` are set to; `nil` unsets them.
  let environment: [String: String?]

  /// The student's files in every chapter.
  public static let student = ExerciseSource(environment: ["SOLUTIONS": nil, "EXERCISES": nil, "TESTS": nil])
  /// The reference solutions in every chapter.
  public static let solutions = ExerciseSource(environment: ["SOLUTIONS": "all", "EXERCISES": nil, "TESTS": nil])
  /// What the caller's environment says.
  public static let inherited = ExerciseSource(environment: [:])

  /// Other folders for some chapters (their digits as key), the reference solutions for the rest.
  ///
  /// - Parameter tests: other folders for the tests of some chapters.
  static func folders(_ folders: [String: String], tests: [String: String] = [:]) -> ExerciseSource {
    ExerciseSource(environment: ["SOLUTIONS": "all", "EXERCISES": list(folders), "TESTS": list(tests)])
  }

  /// `05=a/folder,08=another`; `nil` if there are none.
  private static func list(_ folders: [String: String]) -> String? {
    guard !folders.isEmpty else { return nil }
    return folders.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  /// Whether `SOLUTIONS` in an environment asks for the reference solution of the chapter with these digits:
  /// Package.swift's own rule.
  public static func solves(_ chapter: Chapter, in environment: [String: String]) -> Bool {
    let wanted = (environment["SOLUTIONS"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    return wanted.contains { $0 == "all" || $0 == chapter.digits || "0\($0)" == chapter.digits }
  }
}
