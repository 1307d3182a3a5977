import Foundation
import XCTest

/// Problems that POT and SciPy solved (made by Oracles/transport.py).
struct Fixture: Decodable {
  struct Case: Decodable {
    struct Entropic: Decodable {
      let epsilon: Double
      let cost: Double
    }
    let name: String
    let p: [Double]
    let q: [Double]
    let cost: [Double]
    let exact: Double
    let entropic: [Entropic]
  }
  let cases: [Case]

  static func load() throws -> [Case] {
    let url = try XCTUnwrap(
      Bundle.module.url(forResource: "transport", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases
  }
}
