import Chapter10TreeTraversal
import LabKit

/// What a level of recursion costs in memory, measured where nothing can overflow: on a short chain.
enum RecursionDepth {
  /// The bytes between two levels of ``fold(_:empty:combine:)``, from the addresses of a local variable of `combine`,
  /// which is called from every level.
  static func bytesPerLevel() throws -> Int {
    let levels = 400
    let chain = try BinaryTree.chain(count: levels, .left)
    var addresses: [UInt] = []
    _ = try fold(chain, empty: 0) { _, left, right -> Int in
      var local = left + right + 1
      withUnsafePointer(to: &local) { addresses.append(UInt(bitPattern: $0)) }
      return local
    }
    guard addresses.count == levels, let deepest = addresses.first, let highest = addresses.last else {
      throw LabError.wrongAnswer("fold called combine \(addresses.count) times for \(levels) nodes", exercise: "10.2")
    }
    return Int(highest &- deepest) / (levels - 1)
  }

  static func table() throws -> TextTable {
    let bytes = max(1, try bytesPerLevel())
    return TextTable(
      ["of your fold, in this build", ""],
      [
        ["bytes of stack a level", "\(bytes)"],
        ["levels in a main thread's 8 MiB", "\((8 << 20) / bytes)"],
        ["levels in another thread's 512 KiB (macOS)", "\((512 << 10) / bytes)"],
        ["bytes a node on a NodeStack", "\(MemoryLayout<Int32>.size)"],
      ])
  }
}
