/// The result that GitHub Classroom's autograding reporter takes from a grading step: a test an exercise, so that points
/// are given in part.
///
/// The step puts it into its output `result` in base64; the reporter reads it as `<STEP ID>_RESULTS`. Source: the
/// repositories classroom-resources/autograding-command-grader and autograding-grading-reporter.
struct ClassroomReport: Encodable {
  struct Test: Encodable {
    var name: String
    /// `pass`, `fail`, or `error` where nothing could be tested.
    var status: String
    var score: Double
    var message: String
    var test_code: String
    var filename: String
    var line_no: Int
  }

  var version = 1
  let status: String
  let max_score: Double
  let tests: [Test]

  init(_ report: GradeReport) {
    let text = ResultText(style: .plain)
    let exercises = report.chapters.flatMap(\.counted)
    var tests = exercises.map { exercise in
      let place = exercise.rungs.lazy.flatMap(\.messages).first { $0.file != nil }
      return Test(
        name: "\(exercise.id) \(exercise.title)",
        status: exercise.isRight ? "pass" : exercise.status == .didNotCompile ? "error" : "fail",
        score: exercise.points, message: exercise.isRight ? "" : text.describe(exercise), test_code: "",
        filename: place?.file ?? exercise.errors.first?.file ?? "",
        line_no: place?.line ?? exercise.errors.first?.line ?? 0)
    }
    if report.penalty > 0 {
      // The reporter adds up the scores: what lateness costs must be one of them.
      let earned = exercises.reduce(0) { $0 + $1.points }
      tests.append(
        Test(
          name: "handed in late", status: "fail", score: report.points - earned, message: "", test_code: "",
          filename: "", line_no: 0))
    }
    self.tests = tests
    status = report.isAllRight ? "pass" : "fail"
    max_score = report.maxPoints
  }

  func json() throws -> String { try canonicalJSON() }
}
