import ArgumentParser
import Chapter01GAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Chapter 1's experiment: the exact figures, GANs in the plane, and a GAN that draws digits.
@main
struct Chapter01GANLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train GANs with your exercises, in the plane and on digits, and draw the figures of chapter 1.",
    discussion: """
      Usually started as `swift run course run 1`, which also compares the pictures with the references.

      EXAMPLES
        Chapter01GANLab --quick                  everything in seconds, to see that it works
        Chapter01GANLab --steps 6000 --seed 2    train the digits for longer
        Chapter01GANLab --data path/to/pngs      train on your own pictures
        Chapter01GANLab --resume                 go on after Ctrl-C
        Chapter01GANLab --table                  the lesson's table of mode collapse, and nothing else
      """)

  @OptionGroup var options: LabOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Training steps of the digits, 32 pictures each (default: \(DigitTraining.standardSteps); 16 with --quick).",
      valueName: "count"))
  var steps: Int?

  @Option(name: .long, help: ArgumentHelp("Also write the trained generator to this file.", valueName: "file"))
  var weights: String?

  @Flag(name: .long, help: "Only the digits, without the figures of the plane.")
  var digitsOnly = false

  @Flag(name: .long, help: "Only print how losses and momentum fare on the ring over several seeds (minutes).")
  var table = false

  @Option(name: .long, help: ArgumentHelp("Seeds of the table.", valueName: "count"))
  var tableSeeds = 4

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if tableSeeds < 1 { throw ValidationError("--table-seeds must be at least 1, not \(tableSeeds)") }
  }

  func run() throws {
    try options.run { if table { try printTable() } else { try experiment() } }
  }

  private func printTable() throws {
    let seeds = (0..<tableSeeds).map { options.seed + UInt64($0) }
    let table = ClaimTable(seeds: seeds, steps: options.quick ? 20 : ClaimTable.standardSteps)
    print(try table.ring())
    print(try table.grid())
  }

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter01GAN", options: options)
    let (train, heldOut) = try loadData()
    let isDigits = options.data == nil

    print("Exact figures")
    let game = GameFigures(writer)
    try game.optimalDiscriminatorAndDivergence()
    try game.generatorGradients()
    try game.diracPortraits()

    if !digitsOnly {
      let plane = PlaneFigures(writer)
      print(try plane.discriminatorSurface(seed: options.seed))
      print(try plane.ring(seed: options.seed, steps: options.quick ? 20 : 2000))
      print(try plane.grid(seed: options.seed, steps: options.quick ? 20 : 3000))
    }

    let judge = try DigitJudge()
    let figures = DigitFigures(writer: writer, judge: isDigits ? judge : nil)
    let generator = try trainDigits(train, heldOut: heldOut, writer: writer, figures: figures)
    if let now = try figures.sheet(generator, as: "digits-trained-now", seed: options.seed) {
      print("Trained now: \(now)")
    }

    // The committed network draws digits whatever the student's data are.
    let committed = try DigitGenerator(contentsOf: DigitGenerator.committedURL())
    let digits = DigitFigures(writer: writer, judge: judge)
    if let line = try digits.sheet(committed, as: "digits", seed: options.seed) { print("Committed network: \(line)") }
    try digits.interpolation(committed)
    if isDigits, let real = try digits.scores(of: heldOut.images, labels: heldOut.labels) {
      print("Real digits, held out: \(real.line)")
    }
  }

  private func trainDigits(
    _ train: ImageDataset, heldOut: ImageDataset, writer: FigureWriter, figures: DigitFigures
  ) throws -> DigitGenerator {
    let plan = DigitTraining(steps: steps ?? (options.quick ? 16 : DigitTraining.standardSteps))
    let count = options.quick ? 100 : 500
    var points: [FidPoint] = []
    let generator = try plan.train(
      on: train, seed: options.seed, checkpoint: writer.folder.appendingPathComponent("training.safetensors"),
      resume: options.resume
    ) { state in
      guard let judge = figures.judge else { return }
      func score() -> Double {
        var rng = RandomStream(seed: options.seed).stream("digit-FID")
        let network = DigitGenerator(network: state.generator.network)
        let labels = network.sheetLabels(perClass: count / 10)
        return judge.score(network.pictures(network.network.noise(count, using: &rng), labels: labels)).digitFID
      }
      let momentary = score()
      let averaged = try state.average.withAverages(of: state.generator) { score() }
      points.append(FidPoint(step: state.step, momentary: momentary, averaged: averaged))
    }
    if let judge = figures.judge {
      let chosen = (0..<10).flatMap { Array(heldOut.indices(ofClass: $0).prefix(count / 10)) }
      try figures.fidAgainstSteps(points, count: count, real: judge.score(heldOut.images(chosen)).digitFID)
    }
    if let weights {
      try generator.save(
        to: URL(fileURLWithPath: weights),
        notes: [
          "data": train.name, "seed": "\(options.seed)", "steps": "\(plan.steps)", "batch size": "\(plan.batchSize)",
        ])
    }
    return generator
  }

  private func loadData() throws -> (train: ImageDataset, heldOut: ImageDataset) {
    guard let own = try options.pictures() else {
      let digits = try DigitSheet.load()
      return (digits.train, digits.heldOut)
    }
    return own.split(heldOutShare: 0.1)
  }
}
