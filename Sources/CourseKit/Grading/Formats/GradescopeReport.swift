/// A report as Gradescope's `results.json`: an exercise is a test with its own score.
///
/// Source: Gradescope, "Autograder specifications" (gradescope-autograders.readthedocs.io/en/latest/specs).
struct GradescopeReport: Encodable {
  struct Test: Encodable {
    var name: String
    var number: String
    var score: Double
    var max_score: Double
    var status: String
    var output: String
    var output_format = "text"
    var visibility = "visible"
  }

  let score: Double
  let output: String
  var output_format = "text"
  var visibility = "visible"
  /// What students print might tell them what the tests' inputs are.
  var stdout_visibility = "hidden"
  let tests: [Test]

  init(_ report: GradeReport) {
    let text = ResultText(style: .plain)
    score = report.points
    output = report.summary(text)
    let dropped = Set(report.chapters.flatMap(\.dropped))
    tests = report.chapters.flatMap(\.exercises).map { exercise in
      let note = dropped.contains(exercise.id) ? " (does not count)" : ""
      return Test(
        name: "\(exercise.id) \(exercise.title)\(note)", number: exercise.id, score: exercise.points,
        max_score: exercise.maxPoints, status: exercise.isRight ? "passed" : "failed",
        output: text.describe(exercise))
    }
  }

  func json() throws -> String { try canonicalJSON() }
}
