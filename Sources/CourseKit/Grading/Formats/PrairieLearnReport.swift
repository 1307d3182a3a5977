/// A report as the `results.json` of a PrairieLearn external grader: a test an exercise.
///
/// Source: PrairieLearn's documentation, "External grading", section "Grading results". The file may have 1 MB, so long
/// messages are cut.
struct PrairieLearnReport: Encodable {
  struct Test: Encodable {
    var name: String
    var description: String
    var points: Double
    var max_points: Double
    var message: String
  }

  /// `false` does not cost the student an attempt: nothing of the submission could be built.
  let gradable: Bool
  /// From 0 to 1.
  let score: Double
  let message: String
  let tests: [Test]

  init(_ report: GradeReport) {
    let text = ResultText(style: .plain)
    let exercises = report.chapters.flatMap(\.exercises)
    gradable = exercises.isEmpty || !exercises.allSatisfy { $0.status == .didNotCompile }
    score = report.maxPoints > 0 ? min(max(report.points / report.maxPoints, 0), 1) : 0
    message = report.summary(text)
    tests = exercises.map { exercise in
      Test(
        name: "\(exercise.id) \(exercise.title)", description: exercise.status.rawValue, points: exercise.points,
        max_points: exercise.maxPoints, message: String(text.describe(exercise).prefix(4_000)))
    }
  }

  func json() throws -> String { try canonicalJSON() }
}
