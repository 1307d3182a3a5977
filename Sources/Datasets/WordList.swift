import Figures
import Foundation

/// English words: the 3,711 most common ones with three to ten letters, lower case, in alphabetical order.
///
/// They are SCOWL's level 10 (see DATA.md).
public enum WordList {
  /// The file in this module's resources.
  public static var url: URL {
    Bundle.module.url(forResource: "english-words", withExtension: "txt", subdirectory: "Resources")
      ?? Bundle.module.bundleURL.appendingPathComponent("Resources/english-words.txt")
  }

  /// All words.
  ///
  /// - Throws: `FileError` if the file is missing or damaged.
  public static func load() throws -> [String] {
    String(decoding: try FileError.readingBytes(of: url), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Nine words in ten to train on, and those that are held out: every tenth of the alphabetical list.
  ///
  /// - Throws: `FileError` if the file is missing or damaged.
  public static func split() throws -> (train: [String], heldOut: [String]) {
    let words = Array(try load().enumerated())
    return (words.filter { $0.offset % 10 != 9 }.map(\.element), words.filter { $0.offset % 10 == 9 }.map(\.element))
  }
}
