import Figures
import Foundation

/// Writes a chapter's pictures to fixed places, `Output/<chapter>/<figure>.png`, each with where it came from inside it
/// and its measurements beside it in `<figure>.json`.
public struct FigureWriter: Sendable {
  /// How a picture may be compared with another run's.
  public enum Kind: String, Sendable {
    /// The same on every machine: by pixel.
    case exact
    /// Drawn by a trained model: by the distance between the sets of tiles.
    case samples
  }

  public let chapter: String
  public let folder: URL
  public let seed: UInt64
  public let isQuick: Bool
  public let data: String?

  /// Makes the folder and tries to write in it, so that a lab fails before it trains and not after.
  ///
  /// - Throws: `FileError` that names the folder and says what to do.
  public init(chapter: String, options: LabOptions) throws {
    let folder =
      if let output = options.output {
        URL(fileURLWithPath: output)
      } else {
        try PackageRoot.find().appendingPathComponent("Output").appendingPathComponent(chapter)
      }
    try self.init(
      chapter: chapter, folder: folder, seed: options.seed, isQuick: options.quick, data: options.data)
  }

  public init(chapter: String, folder: URL, seed: UInt64, isQuick: Bool = false, data: String? = nil) throws {
    self.chapter = chapter
    self.folder = folder
    self.seed = seed
    self.isQuick = isQuick
    self.data = data
    let probe = folder.appendingPathComponent(".can-be-written")
    do {
      try AtomicFile.write([], to: probe)
      try? FileManager.default.removeItem(at: probe)
    } catch let error as FileError {
      throw FileError(
        path: folder.path, problem: "pictures cannot be written to this folder: \(error.problem)",
        advice: "make it writable (chmod u+w), free some space, or choose another folder with --output")
    }
  }

  /// Writes a picture.
  ///
  /// - Parameters:
  ///   - figure: its name, as in the chapter's manifest.
  ///   - metrics: what was measured in this run; they go into the PNG and into the JSON file beside it.
  ///   - text: more texts for the PNG, such as a sheet's ``ContactSheet/provenance``.
  /// - Returns: where it was written.
  /// - Throws: `FileError`. The picture is then not lost: the message says where it was put instead, if anywhere.
  @discardableResult
  public func write(
    _ image: Image, as figure: String, kind: Kind, metrics: [String: Double] = [:], text: [String: String] = [:]
  ) throws -> URL {
    let provenance = text.merging(texts(figure: figure, kind: kind, metrics: metrics)) { _, own in own }
    let bytes = try PNG.encode(image, text: provenance, compressionLevel: 9)
    let json = Array(description(figure: figure, kind: kind, metrics: metrics).utf8)
    let url = folder.appendingPathComponent("\(figure).png")
    do {
      try AtomicFile.write(bytes, to: url)
      try AtomicFile.write(json, to: folder.appendingPathComponent("\(figure).json"))
    } catch let error as FileError {
      throw rescue(bytes, json, figure: figure, after: error)
    }
    return url
  }

  /// Writes a contact sheet of samples, with the places of its tiles.
  @discardableResult
  public func write(
    _ sheet: ContactSheet, as figure: String, kind: Kind = .samples, metrics: [String: Double] = [:]
  ) throws -> URL {
    try write(sheet.image(), as: figure, kind: kind, metrics: metrics, text: sheet.provenance)
  }

  // MARK: - What travels with a picture

  private func texts(figure: String, kind: Kind, metrics: [String: Double]) -> [String: String] {
    var result = [
      "chapter": chapter, "figure": figure, "kind": kind.rawValue, "seed": "\(seed)",
      "metrics": FigureWriter.json(metrics),
    ]
    if isQuick { result["quick"] = "true" }
    if let data { result["data"] = URL(fileURLWithPath: data).lastPathComponent }
    return result
  }

  private func description(figure: String, kind: Kind, metrics: [String: Double]) -> String {
    """
    {
      "chapter": \(FigureWriter.quoted(chapter)),
      "data": \(data.map { FigureWriter.quoted(URL(fileURLWithPath: $0).lastPathComponent) } ?? "null"),
      "figure": \(FigureWriter.quoted(figure)),
      "kind": "\(kind.rawValue)",
      "metrics": \(FigureWriter.json(metrics, indentation: "    ")),
      "quick": \(isQuick),
      "seed": \(seed)
    }

    """
  }

  /// Numbers as a JSON object with its keys in order; what JSON has no number for (NaN, ∞) becomes null.
  static func json(_ metrics: [String: Double], indentation: String? = nil) -> String {
    guard !metrics.isEmpty else { return "{}" }
    let entries = metrics.sorted { $0.key < $1.key }.map { key, value in
      "\(quoted(key)): \(value.isFinite ? value.description : "null")"
    }
    guard let indentation else { return "{" + entries.joined(separator: ", ") + "}" }
    return "{\n" + entries.map { indentation + $0 }.joined(separator: ",\n") + "\n" + indentation.dropLast(2) + "}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  // MARK: - When the folder fails

  /// Puts the picture where temporary files go, and says so.
  private func rescue(_ png: [UInt8], _ json: [UInt8], figure: String, after error: FileError) -> FileError {
    let refuge = FileManager.default.temporaryDirectory.appendingPathComponent("course-\(chapter)")
    let url = refuge.appendingPathComponent("\(figure).png")
    var advice = "make the folder writable, free some space, or choose another with --output"
    do {
      try AtomicFile.write(png, to: url)
      try AtomicFile.write(json, to: refuge.appendingPathComponent("\(figure).json"))
      advice += "; the picture was put at \(url.path) instead"
    } catch {}
    return FileError(path: folder.path, problem: "\(figure).png was not written: \(error.problem)", advice: advice)
  }
}
