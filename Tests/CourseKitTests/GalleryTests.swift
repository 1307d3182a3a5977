import XCTest

@testable import CourseKit

final class GalleryTests: XCTestCase {
  func testTheWholeFile() throws {
    let gallery = try gallery([
      mistake("forgets-one", find: "return total", replace: "return total - 1"),
      mistake("multiplies", find: "total += number", replace: "total *= number"),
    ])
    XCTAssertEqual(gallery.exhibits.map(\.label), ["7.1/forgets-one", "7.1/multiplies"])
    XCTAssertEqual(
      gallery.files["Sum.swift"],
      """
      import Exercises

      /// Σ x
      public func sum(_ numbers: [Int]) throws -> Int {
      switch mistakeToMake {
      case 1:
      #sourceLocation(file: "7.1/forgets-one", line: 1)
        var total = 0
        for number in numbers {
          total += number
        }
        return total - 1
      case 2:
      #sourceLocation(file: "7.1/multiplies", line: 1)
        var total = 0
        for number in numbers {
          total *= number
        }
        return total
      #sourceLocation()
      default:
        var total = 0
        for number in numbers {
          total += number
        }
        return total
      }
      }

      """)
    XCTAssertNotNil(gallery.files["MistakeToMake.swift"])
  }

  func testAnswersWithoutMistakesStayPlain() throws {
    let file = try XCTUnwrap(try gallery([]).files["Sum.swift"])
    XCTAssertFalse(file.contains("switch"))
    XCTAssertFalse(file.contains("SOLUTION"))
  }

  func testSeveralLinesKeepTheirIndentation() throws {
    let transplant = Transplant(answer: ["  for x in xs {", "    a(x)", "    b(x)", "  }"])
    XCTAssertEqual(
      transplant.applying(mistake("m", find: "a(x)\nb(x)", replace: "b(x)\nif y {\n  a(x)\n}")),
      ["  for x in xs {", "    b(x)", "    if y {", "      a(x)", "    }", "  }"])
  }

  func testMustOccurExactlyOnce() throws {
    for (find, count) in [("absent", 0), ("number", 3), ("", 0)] {
      XCTAssertThrowsError(try gallery([mistake("m", find: find, replace: "x")]), find) { error in
        XCTAssertEqual(
          "\(error)", "7.1/m: `find` occurs \(count) times in the exercise's answers, but must occur exactly once")
      }
    }
  }

  func testDoesNotReachBeyondTheAnswer() throws {
    // `numbers` also stands in the signature, which belongs to the student's stub.
    XCTAssertNoThrow(try gallery([mistake("m", find: "in numbers", replace: "in [Int]()")]))
    XCTAssertThrowsError(try gallery([mistake("m", find: "public func sum", replace: "func sum")]))
  }

  private func gallery(_ mistakes: [Mistake]) throws -> Gallery {
    let exercise = try Samples.parsed().exercises[0]
    let file = try SolutionFile(
      name: "Sum.swift", path: "Sum.swift", text: Samples.sumSolution, exercises: [exercise.id])
    return try Gallery(solutions: [file], mistakes: [(exercise, mistakes)])
  }

  private func mistake(_ name: String, find: String, replace: String) -> Mistake {
    Mistake(name: name, title: "", why: "", find: find, replace: replace, message: "m")
  }
}

final class MistakeFileTests: XCTestCase {
  private let good = """
    - name: forgets-one
      title: "Forgets one"
      why: "It happens."
      find: "return total"
      replace: |
        return total - 1
      message: "one short"
    """

  func testReads() throws {
    let mistakes = try MistakeFile.mistakes(yaml: good, file: "7.1.yml")
    XCTAssertEqual(mistakes.map(\.name), ["forgets-one"])
    XCTAssertEqual(mistakes[0].replace, "return total - 1")
  }

  func testComplaints() {
    assert(good.replacing("  message: \"one short\"", with: ""), "7.1.yml:1: the mistake forgets-one has no `message`")
    assert(good.replacing("message:", with: "mesage:"), "unknown key `mesage`: did you mean `message`?")
    assert(good + "\n" + good, "7.1.yml:8: the mistake forgets-one occurs twice")
    assert(good.replacing("forgets-one", with: "Forgets One"), "`name` is written in small letters with hyphens")
    assert("name: x", "7.1.yml:1: this must be a list of mistakes")
  }

  private func assert(_ yaml: String, _ message: String, line: UInt = #line) {
    XCTAssertThrowsError(try MistakeFile.mistakes(yaml: yaml, file: "7.1.yml"), line: line) { error in
      XCTAssert("\(error)".contains(message), "\(error)", line: line)
    }
  }
}
