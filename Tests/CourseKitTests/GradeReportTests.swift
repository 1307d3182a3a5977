import XCTest

@testable import CourseKit

final class GradeReportTests: XCTestCase {
  func testText() throws {
    XCTAssertEqual(
      try Samples.report(of: self).text(style: .plain),
      """
      Chapter 7: Sums: a sample
        ✗ 7.1   The sum                                      3.33/10  wrong
            ✓ test1_Small  by hand
            ✗ test2_Large  many numbers
                Tests/T.swift:9
                got 3, want 4: did you skip the last one?
            · test3_None  no numbers  (not reached)
        ✗ 7.2   The mean                                         0/5  did not compile
            Chapters/C/Mean.swift:4:2: error: missing return

        right 0 · wrong 2 · to do 0    3.33 of 15 points

      """)
  }

  func testOnlyTheLowestRungThatFailsIsTold() {
    let rungs = ["first", "second"].map { name in
      RungResult(
        name: name, title: "", status: .wrong, messages: [RungResult.Message(text: "message of the \(name)")])
    }
    let result = ExerciseResult(
      id: "7.1", title: "", status: .wrong, points: 0, maxPoints: 1, detail: nil, rungs: rungs, errors: [])
    let brief = ResultText(style: .plain, isWhole: false).describe(result)
    XCTAssert(brief.contains("message of the first"))
    XCTAssertFalse(brief.contains("message of the second"))
    XCTAssert(brief.contains("second"))
    XCTAssert(ResultText(style: .plain).describe(result).contains("message of the second"))
  }

  func testJSON() throws {
    XCTAssertEqual(
      try Samples.report(of: self).json(),
      """
      {
        "chapters" : [
          {
            "dropped" : [

            ],
            "exercises" : [
              {
                "errors" : [

                ],
                "id" : "7.1",
                "maxPoints" : 10,
                "points" : 3.33,
                "rungs" : [
                  {
                    "messages" : [

                    ],
                    "name" : "test1_Small",
                    "status" : "right",
                    "title" : "by hand"
                  },
                  {
                    "messages" : [
                      {
                        "file" : "Tests/T.swift",
                        "line" : 9,
                        "text" : "got 3, want 4: did you skip the last one?"
                      }
                    ],
                    "name" : "test2_Large",
                    "status" : "wrong",
                    "title" : "many numbers"
                  },
                  {
                    "messages" : [

                    ],
                    "name" : "test3_None",
                    "status" : "not-run",
                    "title" : "no numbers"
                  }
                ],
                "status" : "wrong",
                "title" : "The sum"
              },
              {
                "errors" : [
                  {
                    "column" : 2,
                    "file" : "Chapters/C/Mean.swift",
                    "line" : 4,
                    "message" : "missing return",
                    "severity" : "error"
                  }
                ],
                "id" : "7.2",
                "maxPoints" : 5,
                "points" : 0,
                "rungs" : [

                ],
                "status" : "did-not-compile",
                "title" : "The mean"
              }
            ],
            "maxPoints" : 15,
            "number" : 7,
            "points" : 3.33,
            "title" : "Sums: a sample"
          }
        ],
        "maxPoints" : 15,
        "penalty" : 0,
        "points" : 3.33,
        "schema" : "course-grade",
        "version" : 2
      }

      """)
  }

  func testJSONCanBeReadBack() throws {
    let report = try Samples.report(of: self)
    XCTAssertEqual(try JSONDecoder().decode(GradeReport.self, from: Data(report.json().utf8)), report)
  }
}
