import ArgumentParser
import Chapter05EDM
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Chapter 5's experiment: the exact figures, a network trained on digits, and what samplers make of the committed one.
@main
struct Chapter05EDMLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a diffusion model on digits with your exercises, and draw the figures of chapter 5.",
    discussion: """
      Usually started as `swift run course run 5`, which also compares the pictures with the references.

      EXAMPLES
        Chapter05EDMLab --quick                  everything in seconds, to see that it works
        Chapter05EDMLab --steps 6000 --seed 2    train for longer
        Chapter05EDMLab --data path/to/pngs      train on your own pictures
        Chapter05EDMLab --resume                 go on after Ctrl-C
      """)

  @OptionGroup var options: LabOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Training steps of 32 pictures (default: \(TrainingPlan.standardSteps); 12 with --quick).", valueName: "count"))
  var steps: Int?

  @Option(
    name: .long, help: ArgumentHelp("Digits of each class behind every point of quality-vs-nfe.", valueName: "count"))
  var perClass: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Seed of the noise behind quality-vs-nfe, which is compared by pixel.", valueName: "number"))
  var qualitySeed: UInt64 = 5

  @Option(name: .long, help: ArgumentHelp("Also write the trained weights to this file.", valueName: "file"))
  var weights: String?

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if let perClass, perClass < 1 { throw ValidationError("--per-class must be at least 1, not \(perClass)") }
  }

  func run() throws {
    try options.run { try experiment() }
  }

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter05EDM", options: options)
    let (train, heldOut) = try loadData()
    let isDigits = options.data == nil

    print("Exact figures")
    let exact = ExactFigures(writer)
    try exact.sigmaGrid()
    try exact.preconditioningCurves()
    try exact.trajectories()
    try exact.idealDenoiserOfDigits()
    try exact.errorAgainstEvaluations()
    print(table(try exact.gridSamples()))

    let (model, outcome) = try trainingPlan.train(
      on: train, seed: options.seed, checkpoint: writer.folder.appendingPathComponent("training.safetensors"),
      resume: options.resume, resumeCommand: options.resumeCommand(chapter: 5))
    if outcome == .interrupted { throw ExitCode(130) }
    if let weights {
      try model.save(
        to: URL(fileURLWithPath: weights),
        notes: [
          "data": train.name, "seed": "\(options.seed)", "steps": "\(trainingPlan.steps)",
          "batch size": "32",
        ])
    }
    let figures = DigitFigures(writer: writer, judge: isDigits ? try DigitJudge() : nil)
    let now = try figures.sheet(model, as: "digits-trained-now", seed: options.seed)
    if let now { print("Trained now: \(now)") }

    // The committed network draws digits whatever the student's data are.
    let committed = try PictureModel(committedTo: "Chapter05EDM", as: "edm-digits")
    let digits = DigitFigures(writer: writer, judge: try DigitJudge())
    if let score = try digits.sheet(committed, as: "digits", seed: options.seed) {
      print("Committed network: \(score)")
    }
    try digits.lossByNoise(committed, data: isDigits ? heldOut : DigitSheet.load().heldOut)
    let rows = try digits.qualityAgainstEvaluations(
      committed, perClass: perClass ?? (options.quick ? 2 : 10), seed: qualitySeed)
    print(table(rows))
  }

  private var trainingPlan: TrainingPlan {
    TrainingPlan(steps: steps ?? (options.quick ? 12 : TrainingPlan.standardSteps))
  }

  private func loadData() throws -> (train: ImageDataset, heldOut: ImageDataset) {
    guard let own = try options.pictures() else {
      let digits = try DigitSheet.load()
      return (digits.train, digits.heldOut)
    }
    return own.split(heldOutShare: 0.1)
  }

  // MARK: - Tables

  private func table(_ rows: [SamplerRow]) -> String {
    let lines = rows.map { row in
      [row.name, "\(row.evaluations)", row.error.short, row.highQuality.short, row.spread.short]
    }
    return TextTable(
      ["sampler", "evaluations", "mean error", "good (law: 0.989)", "spread (law: 0.97)"], lines
    ).description
  }

  private func table(_ rows: [QualityRow]) -> String {
    guard !rows.isEmpty else { return "" }
    let lines = rows.map { row in
      [
        row.name, row.evaluations == 0 ? "–" : "\(row.evaluations)", row.score.digitFID.short,
        row.score.meanConfidence.short,
        row.score.agreement?.short ?? "–",
      ]
    }
    return TextTable(["sampler", "evaluations", "digit-FID", "confidence", "class as asked"], lines).description
  }
}
