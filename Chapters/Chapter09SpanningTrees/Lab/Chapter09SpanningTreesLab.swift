import ArgumentParser
import Foundation
import LabKit

/// Chapter 9's experiment: spanning trees growing, as mazes, clusters and segments, and as a test of samples.
@main
struct Chapter09SpanningTreesLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grow spanning trees, draw mazes, clusters and segments, and test generated digits with your exercises.",
    discussion: """
      Usually started as `swift run course run 9`, which also compares the pictures with the references.

      EXAMPLES
        Chapter09SpanningTreesLab --quick             fewer repetitions
        Chapter09SpanningTreesLab --seed 2            other held-out digits against the generated ones
        Chapter09SpanningTreesLab --only samples      one part alone
      """)

  /// A part of the experiment that can be run alone.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case trees, mazes, clusters, segments, samples, pixels
  }

  @OptionGroup var options: LabOptions

  @Option(name: .long, help: "One part of the experiment alone.")
  var only: Part?

  func validate() throws {
    if options.resume {
      throw ValidationError("this lab takes seconds and keeps nothing to resume: leave --resume out")
    }
    if options.data != nil {
      throw ValidationError("this lab tests the course's own digits: leave --data out")
    }
  }

  func run() throws {
    try options.run { try experiment() }
  }

  private func isWanted(_ part: Part) -> Bool { only == nil || only == part }

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter09SpanningTrees", options: options)
    if isWanted(.trees) {
      report("Disjoint sets", try DisjointSetsFigure(writer).draw())
      report("One tree, three algorithms", try GrowthFigure(writer).draw())
    }
    if isWanted(.samples) {
      let test = SampleTest(writer: writer, random: options.random, isQuick: options.quick)
      report("Friedman and Rafsky's test", try test.draw())
    }
    if isWanted(.clusters) {
      let figures = LinkageFigures(writer)
      report("Single linkage of points", try figures.moons())
      report("Single linkage of digits", try figures.digits())
    }
    if isWanted(.segments) { report("Segments", try SegmentFigure(writer).draw()) }
    if isWanted(.mazes) {
      let figure = MazeFigure(writer: writer, isQuick: options.quick)
      report("Mazes", try figure.draw())
      report("Are they equally likely?", try figure.smallGrid())
    }
    if isWanted(.pixels) {
      report("Trees of dependences", try DependenceFigure(writer: writer, isQuick: options.quick).draw())
    }
  }

  private func report(_ title: String, _ table: TextTable) {
    print(title)
    print(table)
    print()
  }
}
