import XCTest

@testable import CourseKit

final class InspectionTests: XCTestCase {
  func testForbiddenWords() {
    for text in [
      "@_cdecl(\"write\") func f() {}", "@_silgen_name(\"x\")", "@c func f() {}", "@c(name) func f() {}",
      "@section(\"s\") let x = 1", "@used let x = 1", "@main struct M {}", "@_spi(T) import E", "#if A\n@used\n#endif",
    ] {
      XCTAssertNotNil(ForbiddenWords.first(in: text), text)
    }
    for text in [
      "let used = section(main)", "// the main part of section c", "let c = 1", "@inlinable func f() {}", "@Sendable",
      "@escaping", "f(\"me@main.org\")".replacing("@main", with: "@work"),
    ] {
      XCTAssertNil(ForbiddenWords.first(in: text), text)
    }
    XCTAssertEqual(ForbiddenWords.first(in: "let a = 1\n\n@used let b = 2\n")?.line, 3)
  }

  func testImportsAreThoseThatTheCompilerSees() async throws {
    let folder = try TemporaryFolder(of: self)
    try folder.write(
      """
      // import Nothing
      import Foundation
      @preconcurrency import class OptimalTransport.Plan
      let text = "import Nothing"
      #if canImport(NoSuchModule)
        import Nothing
      #else
        import XCTest
      #endif
      """, to: "A.swift")
    try folder.write("import Exercises\nimport Tensors\n", to: "B.swift")
    let (a, b) = (folder.url.appending(path: "A.swift"), folder.url.appending(path: "B.swift"))
    let both = try await ImportedModules.forbidden(in: [a, b], root: folder.url)
    XCTAssertEqual(both, ["OptimalTransport", "XCTest"])
    let fine = try await ImportedModules.forbidden(in: [b], root: folder.url)
    XCTAssertEqual(fine, [])
  }

  func testSymbolsOfAFile() async throws {
    let folder = try TemporaryFolder(of: self)
    try folder.write(
      """
      import Foundation
      @_cdecl("fake") public func fake() {}
      public func own() { exit(0) }
      extension Array<Int> { public static func == (a: Self, b: Self) -> Bool { true } }
      func file() -> String? { try? String(contentsOf: URL(filePath: "/x"), encoding: .utf8) }
      """, to: "A.swift")
    try folder.write(
      """
      struct Pair: Comparable {
        var a = 1
        static func < (one: Pair, other: Pair) -> Bool { one.a < other.a }
      }
      extension Array { func second() -> Element { self[1] } }
      public func helper(_ numbers: [Int]) -> [Int] { numbers.sorted().map { $0 + 1 } }
      func show(_ pair: Pair) { print(pair, [3].second()) }
      """, to: "B.swift")
    for name in ["A", "B"] {
      let arguments = ["-parse-as-library", "-module-name", "Chapter07Sums", "-c", "\(name).swift", "-o", "\(name).o"]
      let outcome = try await Command("swiftc", arguments, in: folder.url).run()
      XCTAssertEqual(outcome.ending, .exited(0), outcome.output)
    }
    let paths = ["A", "B", "C"].map { ($0, folder.url.appending(path: "\($0).o").path) }
    let objects = try await ObjectFile.read(Dictionary(uniqueKeysWithValues: paths), in: folder.url)
    XCTAssertEqual(Set(objects.keys), ["A", "B"])
    let (a, b) = (try XCTUnwrap(objects["A"]), try XCTUnwrap(objects["B"]))
    let hostile = Suspicion(a, module: "Chapter07Sums", exports: try await a.namesInSwift(in: folder.url))
    XCTAssertEqual(
      hostile.refusals,
      [
        "it defines the symbol `fake`, which is not one of Chapter07Sums",
        "it declares a public `==`, which the tests would take for Swift's or for their own",
      ])
    XCTAssertEqual(
      hostile.flags,
      ["it ends the process or has something done at its end (exit)", "it uses files or descriptors (contentsOf)"])
    let honest = Suspicion(b, module: "Chapter07Sums", exports: try await b.namesInSwift(in: folder.url))
    XCTAssertEqual(honest.refusals, [])
    XCTAssertEqual(honest.flags, [])
  }

  func testNamesThatAreTaken() {
    func taken(_ symbol: String) -> String? { Suspicion.taken(symbol, module: "M") }
    XCTAssertEqual(taken("M.expectEqual(_: [Swift.Int], _: [Swift.Int]) -> ()"), "expectEqual")
    XCTAssertEqual(taken("M.== infix(Swift.Int, Swift.Int) -> Swift.Bool"), "==")
    XCTAssertEqual(taken("static (extension in M):Swift.Array.== infix([A], [A]) -> Swift.Bool"), "==")
    XCTAssertEqual(
      taken("(extension in M):Swift.Sequence< where A.Element == Swift.Int>.sorted() -> [Swift.Int]"), "sorted")
    XCTAssertEqual(taken("(extension in M):Swift.Array.count.getter : Swift.Int"), "count")
    XCTAssertEqual(taken("nominal type descriptor for M.Int"), "Int")
    XCTAssertNil(taken("M.heapSort<A>(_: inout [A], by: (A, A) -> Swift.Bool) throws -> ()"))
    XCTAssertNil(taken("static M.Pair.== infix(M.Pair, M.Pair) -> Swift.Bool"))
    XCTAssertNil(taken("M.< infix(M.Pair, M.Pair) -> Swift.Bool"))
    XCTAssertNil(taken("M.Heap.sorted() -> [Swift.Int]"))
    XCTAssertNil(taken("(extension in M):Swift.Array.swapIfNeeded(Swift.Int) -> ()"))
  }

  func testWhereTheCompilerWas() {
    let folder = "/.build/course/grading/Chapters/Chapter07Sums/Exercises/"
    func files(_ output: String) -> Set<String> {
      CompilerCrash.files(in: output, below: folder, module: "Chapter07Sums")
    }
    let compiled = "/c\(folder)Mean.swift -primary-file /c\(folder)Sum.swift"
    let arguments = "0.\tProgram arguments: swift-frontend -c \(compiled) -o x"
    XCTAssertEqual(files("Stack dump:\n\(arguments)\n1.\tSwift version 6.3"), ["Sum.swift"])
    let doing = "4.\tWhile type-checking statement at [/c\(folder)Mean.swift:1:35 - line:3:1] RangeText=\"{"
    XCTAssertEqual(files("\(arguments)\n\(doing)"), ["Mean.swift"])
    XCTAssertEqual(
      files("ld: /c/.build/debug/Chapter07Sums.build/Sum.swift.o: in function `f': undefined reference to `g'"),
      ["Sum.swift"])
    XCTAssertEqual(files("4.\tWhile type-checking [/c/Sources/CourseKit/Course.swift:1:1]"), [])
    XCTAssertEqual(files("Build complete!"), [])
  }
}
