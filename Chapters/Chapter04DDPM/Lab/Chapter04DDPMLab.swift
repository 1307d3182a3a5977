import ArgumentParser
import Chapter04DDPM
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Chapter 4's experiment: the exact figures, a network trained on digits, and what samplers make of the committed one.
@main
struct Chapter04DDPMLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a diffusion model on digits with your exercises, and draw the figures of chapter 4.",
    discussion: """
      Usually started as `swift run course run 4`, which also compares the pictures with the references.

      EXAMPLES
        Chapter04DDPMLab --quick                  everything in seconds, to see that it works
        Chapter04DDPMLab --steps 6000 --seed 2    train for longer
        Chapter04DDPMLab --head noise             let the network put out ε itself
        Chapter04DDPMLab --data path/to/pngs      train on your own pictures
        Chapter04DDPMLab --resume                 go on after Ctrl-C
        Chapter04DDPMLab --table                  the lesson's tables, with three seeds: ten minutes
        Chapter04DDPMLab --heads                  which output trains best, with three seeds: ten minutes
      """)

  @OptionGroup var options: LabOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Training steps of 32 pictures (default: \(TrainingPlan.standardSteps); 12 with --quick).", valueName: "count"))
  var steps: Int?

  @Option(name: .long, help: "What the trained network puts out: noise, mixed or velocity.")
  var head = DigitNetwork.Head.standard

  @Option(
    name: .long, help: ArgumentHelp("Digits of each class behind every point of fid-vs-steps.", valueName: "count"))
  var perClass: Int?

  @Option(name: .long, help: ArgumentHelp("Also write the trained weights to this file.", valueName: "file"))
  var weights: String?

  @Flag(name: .long, help: "Only the lesson's tables of the committed network, with three seeds each.")
  var table = false

  @Flag(name: .long, help: "Only the comparison of the three heads, three seeds each: nine trainings.")
  var heads = false

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if let perClass, perClass < 1 { throw ValidationError("--per-class must be at least 1, not \(perClass)") }
  }

  func run() throws {
    try options.run {
      if heads { return try compareHeads() }
      try table ? tables() : experiment()
    }
  }

  // MARK: - The experiment

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter04DDPM", options: options)
    let (train, heldOut) = try loadData()
    let isDigits = options.data == nil

    print("Exact figures")
    let chain = try Self.chain()
    let exact = try ExactFigures(writer, chain: chain)
    print(try exact.schedules())
    try exact.forwardStrip()
    try exact.posteriorWeights()
    try exact.boundWeights()
    print(try exact.gaussianTable())
    print(try exact.sdeLimit())
    print(try exact.langevin())

    let plan = TrainingPlan(steps: steps ?? (options.quick ? 12 : TrainingPlan.standardSteps), head: head)
    let (network, outcome) = try plan.train(
      on: train, chain: chain, seed: options.seed,
      checkpoint: writer.folder.appendingPathComponent("training.safetensors"), resume: options.resume,
      resumeCommand: options.resumeCommand(chapter: 4))
    if outcome == .interrupted { throw ExitCode(130) }
    if let weights {
      try network.model.save(
        to: URL(fileURLWithPath: weights),
        notes: [
          "data": train.name, "seed": "\(options.seed)", "steps": "\(plan.steps)", "batch size": "32",
          "head": head.rawValue,
        ])
    }
    let own = DigitFigures(writer: writer, judge: isDigits ? try DigitJudge() : nil)
    let now = try own.sheet(network, as: "digits-trained-now", seed: options.seed)
    if let now { print("Trained now: \(now)") }

    // The committed network draws digits whatever the student's data are.
    let committed = try DigitNetwork.committed(chain: chain)
    let digits = DigitFigures(writer: writer, judge: try DigitJudge())
    if let score = try digits.sheet(committed, as: "digits", seed: options.seed) {
      print("Committed network: \(score)")
    }
    try digits.samplers(committed)
    try digits.reverseStrip(committed)
    try digits.interpolation(committed)
    try digits.reconstructionFigure(committed)
    let sheet = isDigits ? (train, heldOut) : try Self.digits()
    let losses = LossFigures(writer: writer, heldOut: sheet.1)
    try losses.lossByTimestep(committed, training: sheet.0)
    print(try losses.bitsPerDimensionFigure(committed, seeds: 1))
    print(try quality(writer).draw(committed, counts: options.quick ? [5, 10] : [5, 10, 20, 50], seeds: [4]))
  }

  // MARK: - The lesson's tables

  private func tables() throws {
    let writer = try scratchWriter()
    let committed = try DigitNetwork.committed(chain: Self.chain())
    let heldOut = try Self.digits().heldOut
    let losses = LossFigures(writer: writer, heldOut: heldOut)
    print("Variational bound, three draws of digits and noise")
    print(try losses.bitsPerDimensionFigure(committed, seeds: 3))

    let counts = options.quick ? [5, 10] : [10, 20, 50, 100, 200]
    let digits = DigitFigures(writer: writer, judge: nil)
    let errors = try (1...3).map {
      try digits.reconstruction(committed, counts: counts, perClass: 2, seed: UInt64($0))
    }
    print("Squared error per pixel of the way to the code and back, three times 20 digits")
    print(
      TextTable(
        counts.map { "S = \($0)" }, [counts.indices.map { index in Spread(errors.map { $0[index] }).description }]))
    print("digit-FID of \(10 * (try quality(writer).perClass)) digits, three seeds")
    print(
      try quality(writer).draw(
        committed, counts: options.quick ? [5, 10] : [5, 10, 20, 50], seeds: [4, 5, 6]))
  }

  private func compareHeads() throws {
    let count = steps ?? (options.quick ? 12 : TrainingPlan.standardSteps)
    let comparison = HeadComparison(
      steps: count, seeds: [1, 2, 3], quality: try quality(scratchWriter()))
    let (train, heldOut) = try Self.digits()
    print("Three heads, \(count) steps each, three seeds; 50 steps of DDIM without guidance")
    print(try comparison.table(train: train, heldOut: heldOut, chain: Self.chain()))
  }

  /// For what is no figure of the chapter.
  private func scratchWriter() throws -> FigureWriter {
    try FigureWriter(
      chapter: "Chapter04DDPM",
      folder: FileManager.default.temporaryDirectory.appendingPathComponent("chapter-4-tables"), seed: options.seed,
      isQuick: options.quick)
  }

  private func quality(_ writer: FigureWriter) throws -> QualityFigure {
    QualityFigure(writer: writer, judge: try DigitJudge(), perClass: perClass ?? (options.quick ? 2 : 10))
  }

  // MARK: - What everything starts from

  private static func chain() throws -> DiffusionChain {
    try DiffusionChain(alphaBars: alphaBars(betas: linearBetas()))
  }

  private static func digits() throws -> (train: ImageDataset, heldOut: ImageDataset) {
    let digits = try DigitSheet.load()
    return (digits.train, digits.heldOut)
  }

  private func loadData() throws -> (train: ImageDataset, heldOut: ImageDataset) {
    guard let own = try options.pictures() else { return try Self.digits() }
    return own.split(heldOutShare: 0.1)
  }
}

extension DigitNetwork.Head: ExpressibleByArgument {}
