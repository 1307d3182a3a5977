import LabKit

/// The lesson's tables.
struct Tables {
  let seeds: [UInt64]
  let isQuick: Bool

  func print() throws {}
}
