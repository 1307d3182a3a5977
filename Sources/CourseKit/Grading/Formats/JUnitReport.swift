/// A report as JUnit XML, in the dialect that CI servers read: `testsuites` / `testsuite` (an exercise) / `testcase` (a rung).
///
/// A rung that met a stub or was never reached is `skipped`, a wrong one a `failure`, and one that ended its process an
/// `error`. Points are properties of the suite. Source: the Apache Ant `JUnitReport` schema as Jenkins' xUnit plugin
/// publishes it (`junit-10.xsd`).
struct JUnitReport {
  let report: GradeReport

  init(_ report: GradeReport) { self.report = report }

  func xml() -> String {
    let exercises = report.chapters.flatMap(\.exercises)
    let cases = exercises.flatMap(\.rungs)
    let suites = exercises.map(suite).joined()
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="course" tests="\(cases.count)" failures="\(cases.count { $0.isFailure })" \
      errors="\(cases.count { $0.isError })">
      \(suites)</testsuites>

      """
  }

  private func suite(_ exercise: ExerciseResult) -> String {
    let rungs = exercise.rungs
    var lines = [
      """
        <testsuite name="\(exercise.id) \(exercise.title.escapedForXML)" tests="\(rungs.count)" \
      failures="\(rungs.count { $0.isFailure })" errors="\(rungs.count { $0.isError })" skipped="\(rungs.count { $0.isSkipped })">
      """,
      "    <properties>",
      "      <property name=\"points\" value=\"\(exercise.points.brief)\"/>",
      "      <property name=\"maxPoints\" value=\"\(exercise.maxPoints.brief)\"/>",
      "      <property name=\"status\" value=\"\(exercise.status.rawValue)\"/>",
      "    </properties>",
    ]
    for rung in rungs { lines += testcase(rung, of: exercise) }
    let words = ([exercise.detail].compactMap(\.self) + exercise.errors.map(\.description)).joined(separator: "\n")
    if !words.isEmpty { lines.append("    <system-err>\(words.escapedForXML)</system-err>") }
    lines.append("  </testsuite>")
    return lines.joined(separator: "\n") + "\n"
  }

  private func testcase(_ rung: RungResult, of exercise: ExerciseResult) -> [String] {
    let opening = "    <testcase classname=\"\(exercise.id)\" name=\"\(rung.name.escapedForXML)\""
    let words = rung.messages.map(\.description).joined(separator: "\n").escapedForXML
    let message = "message=\"\(rung.title.escapedForXML)\""
    let inner: String
    if rung.isFailure {
      inner = "<failure \(message) type=\"\(rung.status.rawValue)\">\(words)</failure>"
    } else if rung.isError {
      inner = "<error \(message) type=\"\(rung.status.rawValue)\">\(words)</error>"
    } else if rung.isSkipped {
      inner = "<skipped message=\"\(rung.status.rawValue)\"/>"
    } else {
      return [opening + "/>"]
    }
    return [opening + ">", "      " + inner, "    </testcase>"]
  }
}

extension RungResult {
  fileprivate var isFailure: Bool { status == .wrong || status == .unproven }
  fileprivate var isError: Bool { [.crashed, .hung, .endedEarly].contains(status) }
  fileprivate var isSkipped: Bool { status == .toDo || status == .notRun }
}
