import Foundation
import NeuralNetworks
import Tensors
import XCTest

/// A fixture of PyTorch's numbers (made by Oracles/layers.py).
struct Fixture {
  let tensors: [String: Tensor]
  let metadata: [String: String]

  init(_ name: String) throws {
    (tensors, metadata) = try loadSafetensorsAndMetadata(from: Fixture.url(name))
  }

  static func url(_ name: String) throws -> URL {
    try XCTUnwrap(Bundle.module.resourceURL).appendingPathComponent("Fixtures").appendingPathComponent(name)
  }

  subscript(name: String) -> Tensor {
    guard let tensor = tensors[name] else { fatalError("The fixture has no \(name): \(tensors.keys.sorted())") }
    return tensor
  }

  /// All tensors below `prefix`, without it.
  func part(_ prefix: String) -> [String: Tensor] {
    var part: [String: Tensor] = [:]
    for (key, tensor) in tensors where key.hasPrefix(prefix) { part[String(key.dropFirst(prefix.count))] = tensor }
    return part
  }

  func configuration() throws -> UNetConfiguration {
    try JSONDecoder().decode(UNetConfiguration.self, from: Data(XCTUnwrap(metadata["configuration"]).utf8))
  }
}

/// The largest difference, relative to the largest magnitude in `want`, must be at most `relative`.
func expectClose(
  _ got: Tensor, _ want: Tensor, relative: Double = 1e-4, absolute: Double = 1e-7, _ name: String,
  file: StaticString = #filePath, line: UInt = #line
) {
  guard got.shape == want.shape else {
    return XCTFail("\(name): shape \(got.shape), PyTorch has \(want.shape)", file: file, line: line)
  }
  let (a, b) = (got.scalars, want.scalars)
  let scale = b.map { Double(abs($0)) }.max() ?? 0
  for (index, (x, y)) in zip(a, b).enumerated() {
    let difference = abs(Double(x) - Double(y))
    // Written so that NaN fails.
    if !(difference <= relative * scale + absolute) {
      return XCTFail("\(name)[\(index)]: \(x), PyTorch has \(y) (largest \(scale))", file: file, line: line)
    }
  }
}
