import Figures
import Foundation

/// The grades of a class: a table, and a page with the distributions and where most fail.
public struct ClassReport: Sendable {
  /// In the order of their names.
  public let reports: [(name: String, report: GradeReport)]
  let similar: [Similarity.Pair]

  init(_ reports: [(name: String, report: GradeReport)], similar: [Similarity.Pair] = []) {
    self.reports = reports
    self.similar = similar
  }

  /// A line a submission: its total, the penalty, and the points of each chapter and each exercise.
  public func csv() -> String {
    let chapters = reports.first?.report.chapters ?? []
    let header =
      ["submission", "points", "max_points", "penalty"]
      + chapters.flatMap { ["chapter_\($0.number)"] + $0.exercises.map(\.id) }
    let rows = reports.map { name, report in
      [name, report.points.brief, report.maxPoints.brief, report.penalty.brief]
        + report.chapters.flatMap { [$0.points.brief] + $0.exercises.map(\.points.brief) }
    }
    return ([header] + rows).map(CSV.line).joined()
  }

  /// A rung, and how many fail at it first: what is above the lowest rung that fails mostly fails with it.
  public struct Stumble: Equatable, Sendable {
    public var exercise: String
    public var rung: String
    public var title: String
    public var count: Int
    /// What most of them were told.
    public var message: String
  }

  /// The rungs at which most submissions fail first, the commonest first.
  public func stumbles(limit: Int = 20) -> [Stumble] {
    var found: [String: (stumble: Stumble, messages: [String: Int])] = [:]
    for exercise in reports.flatMap({ $0.report.chapters.flatMap(\.exercises) }) {
      guard let rung = exercise.rungs.first(where: { ![.right, .toDo, .notRun].contains($0.status) }) else { continue }
      let key = "\(exercise.id) \(rung.name)"
      let fresh = Stumble(exercise: exercise.id, rung: rung.name, title: rung.title, count: 0, message: "")
      var entry = found[key] ?? (fresh, [:])
      entry.stumble.count += 1
      entry.messages[rung.messages.first?.text ?? exercise.detail ?? "", default: 0] += 1
      found[key] = entry
    }
    let stumbles = found.values.map { entry in
      var stumble = entry.stumble
      stumble.message = entry.messages.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
      return stumble
    }
    return Array(
      stumbles.sorted { ($0.count, $1.exercise, $1.rung) > ($1.count, $0.exercise, $0.rung) }.prefix(limit))
  }

  /// A page that needs no other file.
  public func html() throws -> String {
    let totals = reports.map(\.report.points)
    let most = reports.map(\.report.maxPoints).max() ?? 0
    let body = """
      <p>Points of \(most.brief): mean \(mean(totals).short), median \(median(totals).short).</p>
      \(try HTMLPage.picture(histogram(totals, most: most).image(width: 720, height: 320, scale: 1), "how many have so many points"))
      \(try (reports.first?.report.chapters ?? []).map(chapter).joined(separator: "\n"))
      <h2>Where most fail first</h2>
      \(HTMLPage.table(
        ["Exercise", "Rung", "Submissions", "What most of them were told"],
        stumbles().map { [$0.exercise, "\($0.rung): \($0.title)", "\($0.count)", String($0.message.prefix(300))] }))
      <h2>Alike</h2>
      <p>Pairs that share long runs of tokens which few others have. A hint where to look, not a finding: there may be one
      good way to write it.</p>
      \(HTMLPage.table(
        ["First", "Second", "Share", "Runs in common"],
        similar.map { [$0.first, $0.second, ($0.share * 100).short + " %", "\($0.common)"] }))
      <h2>Points</h2>
      \(HTMLPage.table(
        ["Submission", "Points", "Right", "Wrong", "To do"],
        reports.map { name, report in
          let counted = report.chapters.flatMap(\.counted)
          let (right, toDo) = (counted.count { $0.isRight }, counted.count { $0.status == .toDo })
          return [name, report.points.brief, "\(right)", "\(counted.count - right - toDo)", "\(toDo)"]
        }))
      """
    return HTMLPage(title: "\(reports.count) submissions", body: body).text
  }

  private func chapter(_ chapter: GradeReport.Chapter) throws -> String {
    let own = reports.compactMap { $0.report.chapters.first { $0.number == chapter.number } }
    let exercises = chapter.exercises.indices.map { index in own.map { $0.exercises[index] } }
    let rows = zip(chapter.exercises, exercises).map { exercise, results in
      let share = mean(results.map { $0.maxPoints > 0 ? $0.points / $0.maxPoints : 0 })
      let counts = [ExerciseResult.Status.right, .wrong, .toDo, .didNotCompile].map { status in
        "\(results.count { $0.status == status })"
      }
      let ended = results.count { [.crashed, .hung, .endedEarly].contains($0.status) }
      return ["\(exercise.id) \(exercise.title)", (share * 100).short + " %"] + counts + ["\(ended)"]
    }
    let histograms = zip(chapter.exercises, exercises).map { exercise, results in
      histogram(results.map(\.points), most: exercise.maxPoints, title: exercise.id)
    }
    let columns = 4
    let grid = FigureGrid(
      stride(from: 0, to: histograms.count, by: columns).map { start in
        (start..<start + columns).map { $0 < histograms.count ? histograms[$0] : nil }
      })
    let image = grid.image(width: 1120, height: 210 * Double(grid.rows.count), scale: 1)
    return """
      <h2>Chapter \(chapter.number): \(chapter.title.escapedForHTML)</h2>
      \(HTMLPage.table(
        ["Exercise", "Mean", "Right", "Wrong", "To do", "Did not compile", "Crashed, hung or ended early"], rows))
      \(try HTMLPage.picture(image, "points of each exercise of chapter \(chapter.number)"))
      """
  }

  /// How many have so many points, in ten bins from none to all.
  private func histogram(_ points: [Double], most: Double, title: String = "") -> Plot {
    var plot = Plot(title, x: Axis("points"), y: Axis("submissions"))
    plot.histogram(points, bins: 10, range: 0...max(most, 1), isDensity: false)
    return plot
  }

  private func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(max(numbers.count, 1)) }

  private func median(_ numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    guard let last = sorted.indices.last else { return 0 }
    return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
  }
}
