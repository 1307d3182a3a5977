import Figures
import Foundation

/// One figure of a run beside its reference: how far apart they are, and whether that is near enough.
public struct FigureComparison: Sendable {
  public enum Verdict: Equatable, Sendable {
    case same
    case differs
    /// Not drawn yet.
    case missing
    /// Nothing to compare it with.
    case noReference
    /// Drawn with --quick: too rough to be judged.
    case quick
    /// One of the files can't be used.
    case unusable(String)
  }

  public let figure: Manifest.Figure
  public let verdict: Verdict
  /// What was measured, e.g. `pixels that differ`.
  public let measure: String
  public let value: Double?
  public let limit: Double
  /// What else is worth knowing, e.g. the noise floor of a distance.
  public let note: String
  /// *yours | reference | difference*, where there are both.
  public let triptych: Image?
  /// Where your picture comes from: the texts inside it.
  public let provenance: [String: String]

  public var isAcceptable: Bool { verdict == .same || verdict == .quick || verdict == .noReference }
}

extension FigureComparison {
  /// The share of pixels that may differ in an exact figure whose manifest states no limit: what another machine's rounding
  /// of curves and letters may change.
  static let standardLimit = 0.001

  init(_ figure: Manifest.Figure, unusable reason: String) {
    self.init(
      figure: figure, verdict: .unusable(reason), measure: "", value: nil,
      limit: figure.limit ?? FigureComparison.standardLimit, note: "", triptych: nil, provenance: [:])
  }

  /// - Parameters:
  ///   - yours, reference: the PNG files, which may not be there.
  init(_ figure: Manifest.Figure, yours: URL, reference: URL) {
    let limit = figure.limit ?? FigureComparison.standardLimit
    func result(
      _ verdict: Verdict, _ measurement: Measurement? = nil, triptych: Image? = nil, texts: [String: String] = [:]
    ) -> FigureComparison {
      FigureComparison(
        figure: figure, verdict: verdict, measure: measurement?.name ?? "", value: measurement?.value, limit: limit,
        note: measurement?.note ?? "", triptych: triptych, provenance: texts)
    }
    guard FileManager.default.fileExists(atPath: yours.path) else {
      self = result(.missing)
      return
    }
    do {
      let mine = try PNG.read(yours)
      guard FileManager.default.fileExists(atPath: reference.path) else {
        self = result(.noReference, texts: mine.text)
        return
      }
      let model = try PNG.read(reference)
      let measurement = try Measurement(figure.kind, mine, model)
      let isNear = measurement.value <= limit
      let verdict: Verdict = isNear ? .same : mine.text["quick"] == "true" ? .quick : .differs
      let caption = "\(figure.name): \(measurement.name) \(measurement.value.short), limit \(limit.short)"
      let triptych = Triptych.image(yours: mine.image, reference: model.image, caption: caption)
      self = result(verdict, measurement, triptych: triptych, texts: mine.text)
    } catch {
      self = result(.unusable("\(error)"))
    }
  }
}
