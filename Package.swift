// swift-tools-version: 6.1
import PackageDescription

// MARK: - The chapters: one line each

/// To add a chapter: a folder in Chapters, one in Solutions, one in Tests, and one line here.
let chapters: [Chapter] = [
  Chapter("01", "GAN"),
  Chapter("02", "WGAN"),
  Chapter("03", "VQGAN"),
  Chapter("04", "DDPM"),
  Chapter("05", "EDM"),
  Chapter("06", "RectifiedFlow"),
  Chapter("07", "DiscreteDiffusion"),
  Chapter("08", "Heaps"),
  Chapter("09", "SpanningTrees"),
  Chapter("10", "TreeTraversal"),
]

// MARK: - The core: compiled with optimisation even in debug builds, because students run debug builds

let core: [Target] = [
  .systemLibrary(name: "CProcessor"),
  .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
  .target(name: "CPNG", dependencies: ["CLibPNG"], cSettings: [.unsafeFlags(["-O2"])]),
  .core("Tensors", ["CProcessor"]),
  .core("NeuralNetworks", ["Tensors"]),
  .core("Figures", ["CPNG"]),
  .core("Datasets", ["Tensors", "NeuralNetworks", "Figures"], resources: [.copy("Resources")]),
  .core("OptimalTransport", ["Tensors"]),
  .target(name: "Exercises"),
  .target(name: "ExerciseTesting", dependencies: ["Exercises", "Tensors"]),
  .target(
    name: "LabKit",
    dependencies: ["Exercises", "Tensors", "NeuralNetworks", "Figures", "Datasets", .argumentParser]),
  .target(name: "CourseKit", dependencies: ["Tensors", "Figures", "Datasets", "Exercises", .yams, .subprocess]),
  .executableTarget(name: "course", dependencies: ["CourseKit", "Datasets", .argumentParser]),
  .tests("TensorsTests", ["Tensors"], resources: [.copy("Fixtures")]),
  .tests("NeuralNetworksTests", ["NeuralNetworks"], resources: [.copy("Fixtures")]),
  .tests("FiguresTests", ["Figures"], resources: [.copy("Fixtures")]),
  .tests("DatasetsTests", ["Datasets"], resources: [.copy("Fixtures")]),
  .tests("OptimalTransportTests", ["OptimalTransport", "Tensors"], resources: [.copy("Fixtures")]),
  .tests("LabKitTests", ["LabKit", "Exercises", "Tensors", "NeuralNetworks", "Datasets", "Figures", .argumentParser]),
  .tests("CourseKitTests", ["CourseKit", "Exercises", "ExerciseTesting", "Figures"]),
]

let package = Package(
  name: "GenerativeModels",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Tensors", targets: ["Tensors"]),
    .library(name: "NeuralNetworks", targets: ["NeuralNetworks"]),
    .library(name: "Figures", targets: ["Figures"]),
    .library(name: "OptimalTransport", targets: ["OptimalTransport"]),
    .executable(name: "course", targets: ["course"]),
  ] + chapters.map { .library(name: $0.name, targets: [$0.name]) },  // what Benchmarks measures
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  targets: core + chapters.flatMap(\.targets),
  swiftLanguageModes: [.v6]
)

// Only the documentation needs this plugin, and its tools take half a minute to build:
// DOCUMENTATION=1 swift package generate-documentation --target Tensors
if Context.environment["DOCUMENTATION"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}

// MARK: - How a chapter becomes targets

/// A chapter's three targets: the exercises, the lab that calls them, and the tests that check them. Labs and tests may
/// use what an exercise asks for (`OptimalTransport`); the exercises may not.
struct Chapter {
  let number: String
  let name: String

  init(_ number: String, _ title: String) {
    self.number = number
    self.name = "Chapter\(number)\(title)"
  }

  /// `SOLUTIONS=all` builds every chapter from the answers, `SOLUTIONS=03,05` only those two; without it the student's files are built.
  var isSolved: Bool {
    let wanted: String = Context.environment["SOLUTIONS"] ?? ""
    return wanted.split(separator: ",").contains { (name: Substring) -> Bool in
      name == "all" || name == number || "0" + name == number
    }
  }

  /// `EXERCISES=05=.build/course/mistakes` builds that chapter from another folder: so the course tool tries mistakes and
  /// replaces a file that doesn't compile, without touching anybody's work or building the core a second time.
  var replacement: String? { folder(in: "EXERCISES") }

  /// `TESTS=05=.build/course/hidden/Tests/Chapter05EDMTests` does the same for a chapter's tests: so the grader adds an
  /// instructor's own.
  var replacedTests: String? { folder(in: "TESTS") }

  private func folder(in variable: String) -> String? {
    let replacements: String = Context.environment[variable] ?? ""
    let prefix: String = number + "="
    for item in replacements.split(separator: ",") where item.hasPrefix(prefix) {
      return String(item.dropFirst(prefix.count))
    }
    return nil
  }

  var targets: [Target] {
    let core: [Target.Dependency] = ["CProcessor", "Exercises", "Tensors", "NeuralNetworks", "Datasets", "Figures"]
    let exercise: Target.Dependency = .byName(name: name)
    let ownPath: String = isSolved ? "Solutions/\(name)" : "Chapters/\(name)/Exercises"
    let isWhole: Bool = isSolved && replacement == nil
    let exercises = Target.target(
      name: name,
      dependencies: core,
      path: replacement ?? ownPath,
      exclude: isWhole ? ["Figures", "Mistakes"] : [],
      // Optimised builds may put a chapter's generic functions in place where they are called from.
      swiftSettings: [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))])
    let lab = Target.executableTarget(
      name: "\(name)Lab",
      dependencies: core + [exercise, "OptimalTransport", "LabKit", .argumentParser],
      path: "Chapters/\(name)/Lab")
    let tests = Target.testTarget(
      name: "\(name)Tests",
      dependencies: core + [exercise, "OptimalTransport", "ExerciseTesting"],
      path: replacedTests,
      resources: [.copy("Fixtures")])
    return [exercises, lab, tests]
  }
}

extension Target {
  /// A target of the numeric core, optimised also in debug builds, as one module: or else nothing is inlined from one
  /// file into another, and no loop is vectorised.
  ///
  /// On x86-64 it uses this processor's own instructions, without which a fused multiply-add becomes a library call
  /// that is a hundred times slower. `CORE_ARCHITECTURE=x86-64-v3` builds it for any processor with AVX2 instead.
  static func core(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    // Line tables only: of optimised code a debugger shows little more, and it compiles faster.
    var flags = ["-O", "-whole-module-optimization", "-disable-batch-mode", "-num-threads", "2", "-gline-tables-only"]
    // Or else a square root is a branch to the C library, which no loop is vectorised around.
    flags += ["-Xcc", "-fno-math-errno"]
    #if arch(x86_64)
      let architecture: String = Context.environment["CORE_ARCHITECTURE"] ?? "native"
      // Compilers take half of an AVX-512 register unless told: a caution that old processors needed.
      flags += ["-Xcc", "-march=" + architecture, "-Xcc", "-mprefer-vector-width=512"]
    #endif
    return .target(
      name: name, dependencies: dependencies, resources: resources, swiftSettings: [.unsafeFlags(flags)])
  }

  static func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources)
  }
}

extension Target.Dependency {
  static var argumentParser: Target.Dependency { .product(name: "ArgumentParser", package: "swift-argument-parser") }
  static var yams: Target.Dependency { .product(name: "Yams", package: "Yams") }
  static var subprocess: Target.Dependency { .product(name: "Subprocess", package: "swift-subprocess") }
}
