import Foundation

/// The pictures in a submission: what the student says that the labs drew. They are shown beside the references and earn
/// nothing, because nobody saw them being drawn.
enum HandedInPictures {
  /// Bytes. How many pixels a file may have `PNG.read` limits itself.
  static let sizeLimit = 8 << 20

  /// The chapter's pictures beside the references; `nil` if none was handed in.
  static func comparison(_ chapter: Chapter, in submission: URL) -> ChapterComparison? {
    let candidates = [
      ["Output", chapter.module], ["Chapters", chapter.module, "Output"], [chapter.module, "Output"],
    ]
    for names in candidates {
      guard let folder = submission.plainFolder(names) else { continue }
      let comparison = ChapterComparison(chapter, output: folder, objection: objection)
      if !comparison.hasNothing { return comparison }
    }
    return nil
  }

  /// Why this file isn't opened.
  private static func objection(_ file: URL) -> String? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path) else { return nil }
    guard attributes[.type] as? FileAttributeType == .typeRegular else { return "this is no ordinary file" }
    return (attributes[.size] as? NSNumber)?.intValue ?? 0 <= sizeLimit ? nil : "the file is too large"
  }
}

extension URL {
  /// The folder below this one that these names lead to; `nil` if one of them isn't there, or is a link: what it leads to was
  /// not handed in.
  func plainFolder(_ names: [String]) -> URL? {
    var folder = self
    for name in names {
      folder.append(path: name)
      let type = try? FileManager.default.attributesOfItem(atPath: folder.path)[.type] as? FileAttributeType
      guard type == .typeDirectory else { return nil }
    }
    return folder
  }
}
