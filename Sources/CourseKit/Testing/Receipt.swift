import Foundation

/// What the test bundle's observer wrote down about one rung. ExerciseTesting's `Receipt` is the writing side.
struct Receipt: Codable, Equatable, Sendable {
  enum Event: String, Codable, Sendable {
    case started, failed, skipped, finished
  }

  /// The word that is good for this receipt alone.
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
  /// The receipts in what a test process wrote, in order: the first must bear the first word, and so on. From the first
  /// line on that isn't the next receipt nothing is believed, because somebody else has written it.
  ///
  /// - Returns: the receipts, and whether such a line came. A last line that breaks off is none: the process ended in the
  ///   middle of it.
  static func all(in data: Data, words: [String]) -> (receipts: [Receipt], areForged: Bool) {
    var receipts: [Receipt] = []
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    _ = lines.popLast()
    for line in lines {
      guard receipts.count < words.count, let receipt = try? JSONDecoder().decode(Receipt.self, from: Data(line)),
        receipt.nonce == words[receipts.count]
      else { return (receipts, true) }
      receipts.append(receipt)
    }
    return (receipts, false)
  }
}
