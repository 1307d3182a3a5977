import ArgumentParser
import Chapter02WGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Chapter 2's experiment: transport drawn, critics of a fixed generator, and WGAN-GP on Gaussians and on digits.
@main
struct Chapter02WGANLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Move mass, train critics and generators with your exercises, and draw the figures of chapter 2.",
    discussion: """
      Usually started as `swift run course run 2`, which also compares the pictures with the references.

      EXAMPLES
        Chapter02WGANLab --quick                  everything in seconds, to see that it works
        Chapter02WGANLab --steps 3000 --seed 2    train the digits for longer
        Chapter02WGANLab --data path/to/pngs      train on your own pictures
        Chapter02WGANLab --only digits            the digits alone
      """)

  /// A part of the experiment that can be run alone.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case transport, critics, gaussians, claims, digits
  }

  @OptionGroup var options: LabOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Steps of the generator of digits (default: \(DigitTraining.standardSteps); 8 with --quick).", valueName: "count")
  )
  var steps: Int?

  @Option(
    name: .long, help: ArgumentHelp("Also write the trained generator's weights to this file.", valueName: "file"))
  var weights: String?

  @Option(name: .long, help: "One part of the experiment alone.")
  var only: Part?

  @Flag(name: .long, help: "Print the table of losses and optimizers over four seeds, and do nothing else.")
  var table = false

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if options.resume {
      throw ValidationError("this lab's trainings take seconds and keep nothing to resume: leave --resume out")
    }
  }

  func run() throws {
    try options.run { try experiment() }
  }

  private func isWanted(_ part: Part) -> Bool { only == nil || only == part }

  private func experiment() throws {
    if table {
      try ClaimsTable(isQuick: options.quick).printTable()
      return
    }
    let writer = try FigureWriter(chapter: "Chapter02WGAN", options: options)
    if isWanted(.transport) {
      print("Transport")
      let transport = TransportFigures(writer)
      print(try transport.bakeries())
      try transport.draw()
      try DigitTransport(writer: writer).draw()
    }
    if isWanted(.critics) {
      let critics = CriticFigures(writer: writer, random: options.random.stream("critics"))
      // Networks this small are done before a second core has woken up.
      try withThreads(1) { try critics.vanishingGradient() }
      try critics.surfaces()
    }
    if isWanted(.gaussians) {
      try GaussianTraining(writer: writer, random: options.random.stream("gaussians")).draw()
    }
    if isWanted(.claims) {
      try ClaimsEstimate(writer: writer, random: options.random.stream("claims")).draw()
    }
    if isWanted(.digits) { try digits(writer) }
  }

  // MARK: - Digits

  private func digits(_ writer: FigureWriter) throws {
    let data = try options.pictures() ?? DigitSheet.load().train
    let judge = try DigitJudge()
    let own = DigitFigures(writer: writer, judge: options.data == nil ? judge : nil)
    let training = DigitTraining(steps: steps ?? (options.quick ? 8 : DigitTraining.standardSteps))
    let isLong = training.steps > DigitTraining.standardSteps
    let model = try training.train(on: data, random: options.random.stream("digits")) { model, step, estimate in
      guard isLong else { return }
      var rng = RandomStream(seed: 7)
      let (pictures, labels) = model.generator.pictures(perClass: 50, using: &rng)
      let score = own.judge.map { ", \($0.score(pictures, labels: labels))" } ?? ""
      print("step \(step): estimate \(estimate.short)\(score)")
    }
    if let weights {
      try model.generator.save(
        to: URL(fileURLWithPath: weights),
        notes: [
          "data": data.name, "seed": "\(options.seed)", "steps": "\(training.steps)",
          "batch size": "\(training.batchSize)", "critic steps": "\(training.criticSteps)",
        ])
    }
    if let score = try own.sheet(model.generator, as: "digits-trained-now", seed: options.seed) {
      print("Trained now: \(score)")
    }
    // The committed generator draws digits whatever the student's data are.
    let committed = DigitFigures(writer: writer, judge: judge)
    if let score = try committed.sheet(.committed(), as: "digits", seed: options.seed) {
      print("Committed generator: \(score)")
      print("Real digits, held out: \(try judge.heldOut())")
    }
  }
}
