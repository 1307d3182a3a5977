import Foundation

/// One file out of a submission: its text, or why it isn't taken.
///
/// A submission may hold anything: a link that leads to the solutions, half a gigabyte, bytes that are no text. Such a
/// file costs its own exercise, and is never opened further than it takes to see that.
enum SubmittedFile: Equatable, Sendable {
  case text(String)
  case missing
  case refused(because: String)

  /// A page of Swift has some thousand bytes: nobody's answer is longer than this.
  static let sizeLimit = 512 << 10

  /// Reads the regular file `name` in `folder`.
  ///
  /// - Parameter name: a name without folders; it comes from the manifest, not from the submission.
  init(_ name: String, in folder: URL) {
    let path = folder.appending(path: name).path
    let manager = FileManager.default
    // Of the entry itself: a link isn't followed.
    guard let attributes = try? manager.attributesOfItem(atPath: path) else {
      self = .missing
      return
    }
    switch attributes[.type] as? FileAttributeType {
    case .typeRegular?: break
    case .typeSymbolicLink?:
      self = .refused(because: "this is a link; hand in the file itself")
      return
    default:
      self = .refused(because: "this is no ordinary file")
      return
    }
    let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
    guard size <= SubmittedFile.sizeLimit else {
      self = .refused(because: "the file has \(size) bytes, and \(SubmittedFile.sizeLimit) are the limit")
      return
    }
    guard let data = manager.contents(atPath: path), data.count <= SubmittedFile.sizeLimit else {
      self = .refused(because: "the file can't be read")
      return
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      self = .refused(because: "the file is not UTF-8 text: save it as UTF-8")
      return
    }
    self = text.contains("\0") ? .refused(because: "the file holds a zero byte: is it a text?") : .text(text)
  }
}
