import Foundation
import Tensors
import XCTest

/// Values that other programs computed; each file says which, and how (see the scripts in Oracles).
public enum Fixture {
  /// The content of `Fixtures/NAME.json` in a test target's bundle: `try Fixture.load("samplers", from: .module)`.
  public static func load<Content: Decodable>(
    _ name: String, from bundle: Bundle, as type: Content.Type = Content.self
  ) throws -> Content {
    let url = try XCTUnwrap(
      bundle.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"), "no fixture \(name).json")
    return try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
  }
}

extension Tensor {
  /// A matrix from its rows.
  public init(rows: [[Double]]) {
    self.init(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
  }

  /// One number a row: shape [n, 1].
  public init(column: [Double]) {
    self.init(column, shape: [column.count, 1])
  }
}
