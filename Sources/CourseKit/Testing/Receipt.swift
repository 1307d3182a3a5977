import Foundation

/// What the test bundle's observer wrote down about one rung. ExerciseTesting's `Receipt` is the writing side.
struct Receipt: Codable, Equatable, Sendable {
  enum Event: String, Codable, Sendable {
    case started, failed, skipped, finished
  }

  var nonce: String
  var event: Event
  /// `Chapter05EDMTests.Exercise5_2_SigmaGrid`.
  var suite: String
  /// `test1_Shapes`.
  var test: String
  var message: String?
  var file: String?
  var line: Int?
  var assertions: Int?
}

extension Receipt {
  /// The receipts in what a test process wrote that bear its nonce. Everything else is not believed: torn lines, other
  /// nonces, text that is no receipt.
  static func all(in data: Data, nonce: String) -> [Receipt] {
    data.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let receipt = try? JSONDecoder().decode(Receipt.self, from: Data(line)), receipt.nonce == nonce else {
        return nil
      }
      return receipt
    }
  }
}
