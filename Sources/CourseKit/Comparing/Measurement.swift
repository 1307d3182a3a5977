import Figures
import Foundation

/// How far a figure is from its reference, in the way that suits its kind.
struct Measurement {
  let name: String
  let value: Double
  let note: String

  /// - Throws: if the pictures can't be compared, e.g. because their sizes differ.
  init(_ kind: Manifest.Figure.Kind, _ yours: PNG.Contents, _ reference: PNG.Contents) throws {
    switch kind {
    case .exact:
      let comparison = try ImageComparison(yours.image, reference.image)
      name = "pixels that differ"
      value = comparison.differingShare
      note = "mean difference \(comparison.meanAbsoluteError.short) of 255"
    case .samples:
      if yours.text["tile"] != nil, reference.text["tile"] != nil {
        let mine = try ContactSheet.tiles(in: yours, name: "your sheet")
        let model = try ContactSheet.tiles(in: reference, name: "the reference")
        let distance = try TileSetDistance(mine, model)
        name = "tile-set distance"
        value = max(0, distance.value)
        note = "chance alone makes up to \(distance.noiseFloor.short)"
      } else {
        (name, value, note) = try Measurement.ofMetrics(yours, reference)
      }
    }
  }

  /// A plot of measured numbers is judged by the numbers: the largest relative difference of a metric that both runs
  /// recorded, 2|a − b|/(|a| + |b|).
  private static func ofMetrics(
    _ yours: PNG.Contents, _ reference: PNG.Contents
  ) throws -> (name: String, value: Double, note: String) {
    let mine = metrics(yours)
    let model = metrics(reference)
    let differences = mine.keys.filter { model[$0] != nil }.sorted().map { key in
      (key, relativeDifference(mine[key]!, model[key]!))
    }
    guard let worst = differences.max(by: { $0.1 < $1.1 }) else {
      throw CourseError(
        .brokenCourse, "these samples have neither tiles nor metrics in common with their reference: draw both again")
    }
    return ("largest change of a metric", worst.1, "\(worst.0): \(mine[worst.0]!.short), was \(model[worst.0]!.short)")
  }

  private static func metrics(_ contents: PNG.Contents) -> [String: Double] {
    let data = Data((contents.text["metrics"] ?? "").utf8)
    let values = (try? JSONDecoder().decode([String: Double?].self, from: data)) ?? [:]
    return values.compactMapValues(\.self)
  }

  private static func relativeDifference(_ a: Double, _ b: Double) -> Double {
    let size = abs(a) + abs(b)
    return size == 0 ? 0 : 2 * abs(a - b) / size
  }
}
