/// A chapter's solutions with all mistakes of its exercises in them at once: each answer becomes a `switch` over the
/// mistakes in it, of which the environment chooses one at run time. So one build serves them all.
struct Gallery {
  /// The environment variable with the number of the mistake to make; without it the answers are right.
  static let variable = "COURSE_MISTAKE"

  /// A mistake, and its number in the gallery.
  struct Exhibit: Equatable, Sendable {
    let number: Int
    let exercise: Manifest.Exercise
    let mistake: Mistake

    /// `5.2/forgets-rho`.
    var label: String { "\(exercise.id)/\(mistake.name)" }
  }

  let exhibits: [Exhibit]
  /// Name and text of each file of the transformed chapter.
  let files: [String: String]

  /// - Throws: ``CourseError`` naming each mistake whose `find` doesn't occur exactly once in its exercise's answers.
  init(solutions: [SolutionFile], mistakes: [(exercise: Manifest.Exercise, mistakes: [Mistake])]) throws {
    var number = 0
    let exhibits = mistakes.flatMap { exercise, mistakes in
      mistakes.map { mistake in
        number += 1
        return Exhibit(number: number, exercise: exercise, mistake: mistake)
      }
    }
    let complaints = exhibits.compactMap { exhibit -> String? in
      let count = Gallery.occurrences(of: exhibit, in: solutions)
      guard count != 1 else { return nil }
      return "\(exhibit.label): `find` occurs \(count) times in the exercise's answers, but must occur exactly once"
    }
    guard complaints.isEmpty else { throw CourseError(.brokenCourse, complaints.joined(separator: "\n")) }

    var files = ["MistakeToMake.swift": Gallery.selector]
    for solution in solutions {
      files[solution.name] = solution.replacingAnswers { answer in
        Gallery.variants(of: answer, in: solution, exhibits: exhibits)
      }
    }
    self.exhibits = exhibits
    self.files = files
  }

  private static func occurrences(of exhibit: Exhibit, in solutions: [SolutionFile]) -> Int {
    solutions.flatMap { solution in
      solution.answers.filter { $0.exercise == exhibit.exercise.id }.map { answer in
        Transplant(answer: Array(solution.lines[answer.region.body])).occurrences(of: exhibit.mistake)
      }
    }.reduce(0, +)
  }

  private static func variants(
    of answer: SolutionFile.Answer, in solution: SolutionFile, exhibits: [Exhibit]
  ) -> [String] {
    let right = Array(solution.lines[answer.region.body])
    let wrong = exhibits.compactMap { exhibit -> [String]? in
      guard exhibit.exercise.id == answer.exercise else { return nil }
      guard let lines = Transplant(answer: right).applying(exhibit.mistake) else { return nil }
      // The compiler then speaks of the mistake by name.
      let place = "#sourceLocation(file: \"\(exhibit.label)\", line: 1)"
      return ["case \(exhibit.number):", place] + lines
    }
    guard !wrong.isEmpty else { return right }
    return ["switch mistakeToMake {"] + wrong.joined() + ["#sourceLocation()", "default:"] + right + ["}"]
  }

  private static let selector = """
    import Foundation

    /// The number of the mistake that the answers make; 0 for none.
    let mistakeToMake = ProcessInfo.processInfo.environment["\(variable)"].flatMap { Int($0) } ?? 0

    """
}
