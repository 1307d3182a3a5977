import Foundation
import Tensors
import XCTest

/// Values that other programs computed; each file says which, and how (see Oracles/chapter05_edm.py).
enum Fixture {
  static func load<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws -> Content {
    let url = try XCTUnwrap(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"), "no fixture \(name).json")
    return try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
  }
}

extension Tensor {
  /// A matrix from its rows.
  init(rows: [[Double]]) {
    self.init(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
  }

  /// One number a row: shape [n, 1].
  init(column: [Double]) {
    self.init(column, shape: [column.count, 1])
  }
}
