// swift-tools-version: 6.1
import PackageDescription

/// What the numeric core is measured with: a package of its own, so that nothing of it reaches a student.
///
///     Benchmarks/compare                                          the core beside PyTorch, JAX and OpenBLAS
///     swift run -c release --package-path Benchmarks FastMatmul   the measurements of Guides/FastMatmul.md

// The processor's own instructions, as the core itself is compiled.
#if arch(x86_64)
  let nativeInC = ["-march=native"]
  let native: [SwiftSetting] = [.unsafeFlags(["-O", "-Xcc", "-march=native"])]
#else
  let nativeInC: [String] = []
  let native: [SwiftSetting] = [.unsafeFlags(["-O"])]
#endif

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "GenerativeModels", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
  ],
  targets: [
    .target(name: "ProcessorPeak", swiftSettings: native),
    .target(name: "CxxRivals", cxxSettings: [.unsafeFlags(["-O3"] + nativeInC)]),
    .executableTarget(
      name: "Compare",
      dependencies: [
        "ProcessorPeak",
        "CxxRivals",
        .product(name: "Tensors", package: "GenerativeModels"),
        .product(name: "NeuralNetworks", package: "GenerativeModels"),
        .product(name: "OptimalTransport", package: "GenerativeModels"),
        .product(name: "Figures", package: "GenerativeModels"),
        .product(name: "Chapter08Heaps", package: "GenerativeModels"),
        .product(name: "Chapter09SpanningTrees", package: "GenerativeModels"),
        .product(name: "Chapter10TreeTraversal", package: "GenerativeModels"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: native),
    .executableTarget(
      name: "FastMatmul",
      dependencies: [
        "ProcessorPeak",
        .product(name: "Tensors", package: "GenerativeModels"),
        .product(name: "Figures", package: "GenerativeModels"),
      ],
      swiftSettings: native),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
