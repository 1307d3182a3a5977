import ArgumentParser
import Foundation
import LabKit

/// Chapter 8's experiment: heaps drawn and counted, medians of what is noisy, and the samplers that a heap serves.
@main
struct Chapter08HeapsLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw and count heaps, filter with medians and choose tokens with your exercises.",
    discussion: """
      Usually started as `swift run course run 8`, which also compares the pictures with the references.

      EXAMPLES
        Chapter08HeapsLab --quick           a shorter training
        Chapter08HeapsLab --seed 2          another training with other bad batches
        Chapter08HeapsLab --only heaps      one part alone
      """)

  /// A part of the experiment that can be run alone.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case heaps, streams, medians, samplers
  }

  @OptionGroup var options: LabOptions

  @Option(name: .long, help: "One part of the experiment alone.")
  var only: Part?

  func validate() throws {
    if options.resume {
      throw ValidationError("this lab takes seconds and keeps nothing to resume: leave --resume out")
    }
    if options.data != nil {
      throw ValidationError("this lab draws the course's own digits: leave --data out")
    }
  }

  func run() throws {
    try options.run { try experiment() }
  }

  private func isWanted(_ part: Part) -> Bool { only == nil || only == part }

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter08Heaps", options: options)
    if isWanted(.heaps) {
      let heaps = HeapFigures(writer)
      try heaps.sift()
      try heaps.rings()
      report("Comparisons", try heaps.comparisons())
    }
    if isWanted(.streams) { report("The largest k of a stream", try TopKFigure(writer).draw()) }
    if isWanted(.medians) {
      report(
        "A loss with bad batches", try LossFigure(writer: writer, random: options.random.stream("loss")).draw())
      report("Stuck pixels", try SaltAndPepper(writer).draw())
    }
    if isWanted(.samplers) {
      report("Nuclei", try NucleusFigure(writer).draw())
      report("Without putting back", try GumbelFigure(writer).draw())
      try UnmaskingFigure(writer).draw()
    }
  }

  private func report(_ title: String, _ table: TextTable) {
    print(title)
    print(table)
    print()
  }
}
