import ArgumentParser
import Chapter06RectifiedFlow
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Chapter 6's experiment: the exact figures, flows in the plane before and after reflow, and flows that draw digits.
@main
struct Chapter06RectifiedFlowLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Train rectified flows with your exercises, in the plane and on digits, and draw the figures of chapter 6.",
    discussion: """
      Usually started as `swift run course run 6`, which also compares the pictures with the references.

      EXAMPLES
        Chapter06RectifiedFlowLab --quick                  everything in seconds, to see that it works
        Chapter06RectifiedFlowLab --steps 6000 --seed 2    train the digits for longer
        Chapter06RectifiedFlowLab --data path/to/pngs      train on your own pictures
        Chapter06RectifiedFlowLab --resume                 go on after Ctrl-C
        Chapter06RectifiedFlowLab --reflow 2rf.safetensors make pairs with the committed flow and train on them
        Chapter06RectifiedFlowLab --table                  the lesson's tables, over several seeds (minutes)
      """)

  @OptionGroup var options: LabOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Training steps of the digits, 32 pictures each (default: \(DigitTraining.standardSteps); 12 with --quick).",
      valueName: "count"))
  var steps: Int?

  @Option(name: .long, help: ArgumentHelp("Also write the trained 1-rectified flow to this file.", valueName: "file"))
  var weights: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Go on from these weights instead of new ones: a flow of this chapter or a denoiser of chapter 5.",
      valueName: "file"))
  var start: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only make pairs with a 1-rectified flow, train a 2-rectified flow on them and write it to this file.",
      valueName: "file"))
  var reflow: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The 1-rectified flow that makes the pairs (default: the committed one).", valueName: "file"))
  var teacher: String?

  @Option(name: .long, help: ArgumentHelp("Pairs for --reflow.", valueName: "count"))
  var pairs = 8_000

  @Flag(name: .long, help: "Only the digits, without the figures of the plane.")
  var digitsOnly = false

  @Flag(name: .long, help: "Only print how the flows fare over several seeds, in the plane and on digits (minutes).")
  var table = false

  @Option(name: .long, help: ArgumentHelp("Seeds of the table.", valueName: "count"))
  var tableSeeds = 3

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if tableSeeds < 1 { throw ValidationError("--table-seeds must be at least 1, not \(tableSeeds)") }
    if pairs < 10 { throw ValidationError("--pairs must be at least 10, not \(pairs)") }
  }

  func run() throws {
    try options.run {
      if table {
        let seeds = (0..<tableSeeds).map { options.seed + UInt64($0) }
        try printTables(seeds: seeds)
      } else if let reflow {
        try trainReflow(to: reflow)
      } else {
        try experiment()
      }
    }
  }

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter06RectifiedFlow", options: options)
    let train = try loadData()

    if !digitsOnly {
      print("Exact figures")
      let exact = ExactFigures(writer)
      try exact.rewiring()
      try exact.velocityField()
      try exact.straightnessOfGaussians()
      try exact.heatFlow()
      try exact.likelihood()

      let plane = try PlaneFigures(writer, seed: options.seed)
      try plane.trajectories()
      try plane.oneStepSamples()
      try plane.straightnessAndCost()
      print(plane.table)
    }

    var plan = training(writer, standard: DigitTraining.standardSteps)
    plan.start = try start.map { try PictureModel(contentsOf: URL(fileURLWithPath: $0)) }
    guard let model = try plan.train(on: train) else { throw ExitCode(130) }
    if let weights {
      var notes = ["data": train.name, "seed": "\(options.seed)", "steps": "\(plan.steps)", "batch size": "32"]
      notes["start"] = start.map { URL(fileURLWithPath: $0).lastPathComponent }
      try model.save(to: URL(fileURLWithPath: weights), notes: notes, precision: .half)
    }
    let judge = try DigitJudge()
    let now = try DigitFigures(writer: writer, judge: options.data == nil ? judge : nil).sheet(
      model, guidance: DigitTraining.guidance, steps: 20, as: "digits-trained-now", seed: options.seed)
    if let now { print("Trained now, 20 steps: \(now)") }

    // The committed networks draw digits whatever the student's data are.
    let (before, after) = try (committed("rf1-digits"), committed("rf2-digits"))
    let digits = DigitFigures(writer: writer, judge: judge)
    try digits.stepsBeforeAndAfter(before, after, seed: options.seed)
    if let score = try digits.sheet(after, guidance: 0, steps: 2, as: "digits", seed: options.seed) {
      print("2-rectified flow, 2 steps: \(score)")
    }
    let perClass = options.quick ? 2 : 10
    let rows = try digits.qualityBySteps(before, after, perClass: perClass, seeds: [6])
    try digits.draw(rows[0], count: 10 * perClass)
    print(DigitFigures.table(rows))
  }

  private func printTables(seeds: [UInt64]) throws {
    if !digitsOnly { try PlaneTable(seeds: seeds, isQuick: options.quick).print { Swift.print($0) } }
    let writer = try FigureWriter(chapter: "Chapter06RectifiedFlow", options: options)
    let runs = try DigitFigures(writer: writer, judge: DigitJudge()).qualityBySteps(
      committed("rf1-digits"), committed("rf2-digits"), perClass: options.quick ? 2 : 50, seeds: seeds)
    print("digits, seeds \(seeds.map(String.init).joined(separator: " ")):\n\(DigitFigures.table(runs))")
  }

  /// The command behind the committed 2-rectified flow.
  private func trainReflow(to path: String) throws {
    let writer = try FigureWriter(chapter: "Chapter06RectifiedFlow", options: options)
    let model = try teacher.map { try PictureModel(contentsOf: URL(fileURLWithPath: $0)) } ?? committed("rf1-digits")
    let plan = training(writer, standard: DigitTraining.reflowSteps)
    let pairs = try plan.pairs(of: model, count: options.quick ? 40 : pairs)
    guard let student = try plan.reflow(model, on: pairs) else { throw ExitCode(130) }
    try student.save(
      to: URL(fileURLWithPath: path),
      notes: [
        "pairs": "\(pairs.map(\.count).reduce(0, +))", "seed": "\(options.seed)", "steps": "\(plan.steps)",
        "batch size": "40", "guidance of the pairs": "\(DigitTraining.guidance)",
      ], precision: .half)
    let figures = DigitFigures(writer: writer, judge: try DigitJudge())
    for steps in [1, 2, 5, 20] {
      let score = try figures.sheet(student, guidance: 0, steps: steps, as: "reflow-\(steps)", seed: options.seed)
      if let score { print("2-rectified flow, \(steps) steps: \(score)") }
    }
  }

  private func committed(_ name: String) throws -> PictureModel {
    try PictureModel(committedTo: "Chapter06RectifiedFlow", as: name)
  }

  private func training(_ writer: FigureWriter, standard: Int) -> DigitTraining {
    DigitTraining(
      steps: steps ?? (options.quick ? 12 : standard), seed: options.seed, folder: writer.folder,
      resume: options.resume, resumeCommand: options.resumeCommand(chapter: 6))
  }

  private func loadData() throws -> ImageDataset {
    guard let own = try options.pictures() else { return try DigitSheet.load().train }
    return own.split(heldOutShare: 0.1).train
  }
}
