import Foundation

/// The package's built tests: one executable, run directly so that one exercise's end is not all exercises' end.
struct TestBundle: Sendable {
  /// The product's name for `swift build --product`.
  static let product = "GenerativeModelsPackageTests"

  let build: PackageBuild

  /// Builds the tests.
  func build(from source: ExerciseSource) async throws -> PackageBuild.Result {
    try await build.build(TestBundle.product, from: source)
  }

  /// The command that runs one test class: `Chapter05EDMTests.Exercise5_2_SigmaGrid`.
  func command(testClass: String) -> Command {
    let path = build.products.appending(path: "\(TestBundle.product).xctest").path
    #if os(macOS)
      return Command("xcrun", ["xctest", "-XCTest", testClass, path], in: build.root)
    #else
      return Command(path, [testClass], in: build.root)
    #endif
  }
}
