import Foundation

/// A number that changes when any of a chapter's exercises or tests changes (FNV-1a, 64 bits: quick, and nobody is to be
/// kept from forging it).
struct Fingerprint: Codable, Equatable, Sendable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}

extension Chapter {
  /// Of all that decides on the results of the chapter's exercises, but for the core.
  var fingerprint: Fingerprint {
    var print = Fingerprint()
    for folder in [exercisesPath, "Tests/\(testTarget)"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: url(folder).path)) ?? []
      for name in names.sorted() where name.hasSuffix(".swift") {
        print.add(name.utf8)
        print.add(FileManager.default.contents(atPath: url("\(folder)/\(name)").path) ?? Data())
      }
    }
    print.add((FileManager.default.contents(atPath: url(manifestPath).path) ?? Data()))
    return print
  }
}
