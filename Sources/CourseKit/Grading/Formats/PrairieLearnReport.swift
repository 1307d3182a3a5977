import Figures
import Foundation

/// A report as the `results.json` of a PrairieLearn external grader: a test an exercise, and the pictures that were handed in
/// beside the references.
///
/// Source: PrairieLearn's documentation, "External grading", section "Grading results". The file may have 1 MB, so long
/// messages are cut, and of the pictures those come along that there is room for.
struct PrairieLearnReport: Encodable {
  struct Test: Encodable {
    var name: String
    var description: String
    var points: Double
    var max_points: Double
    var message: String
  }

  struct Picture: Encodable {
    var label: String
    /// The picture itself.
    var url: String
  }

  /// Bytes that the pictures may take.
  static let pictureLimit = 500_000

  /// `false` does not cost the student an attempt: nothing of the submission could be built.
  let gradable: Bool
  /// From 0 to 1.
  let score: Double
  let message: String
  let tests: [Test]
  let images: [Picture]

  init(_ report: GradeReport, pictures: [ChapterComparison] = []) throws {
    let text = ResultText(style: .plain)
    let exercises = report.chapters.flatMap(\.exercises)
    gradable = exercises.isEmpty || !exercises.allSatisfy { $0.status == .didNotCompile }
    score = report.maxPoints > 0 ? min(max(report.points / report.maxPoints, 0), 1) : 0
    message = report.summary(text)
    var room = PrairieLearnReport.pictureLimit
    var images: [Picture] = []
    for chapter in pictures {
      for figure in chapter.figures {
        guard let triptych = figure.triptych else { continue }
        let url = "data:image/png;base64," + Data(try PNG.encode(triptych)).base64EncodedString()
        guard url.utf8.count <= room else { continue }
        room -= url.utf8.count
        let what = "chapter \(chapter.chapter.number), \(figure.figure.name): \(figure.verdict.sentence)"
        images.append(Picture(label: what, url: url))
      }
    }
    self.images = images
    tests = exercises.map { exercise in
      Test(
        name: "\(exercise.id) \(exercise.title)", description: exercise.status.rawValue, points: exercise.points,
        max_points: exercise.maxPoints, message: String(text.describe(exercise).prefix(4_000)))
    }
  }

  func json() throws -> String { try canonicalJSON() }
}
