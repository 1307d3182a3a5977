import ArgumentParser
import Chapter03VQGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Chapter 3's experiment: the exact figures, both stages on digits and on shapes, and what the committed networks draw.
@main
struct Chapter03VQGANLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compress digits and shapes with your exercises, draw new ones, and the figures of chapter 3.",
    discussion: """
      Usually started as `swift run course run 3`, which also compares the pictures with the references.

      EXAMPLES
        Chapter03VQGANLab --quick                                    everything in seconds, to see that it works
        Chapter03VQGANLab --steps 1500 --prior-steps 3200 --seed 2   train the digits for longer
        Chapter03VQGANLab --data path/to/pngs                        train on your own pictures
        Chapter03VQGANLab --resume                                   go on after Ctrl-C
        Chapter03VQGANLab --table                                    the lesson's tables, over several seeds (minutes)
      """)

  @OptionGroup var options: LabOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Steps of stage one on digits, 32 pictures each (default: \(CoderTraining.standardSteps); 8 with --quick).",
      valueName: "count"))
  var steps: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Steps of stage two on digits (default: \(PriorTraining.standardSteps); 8 with --quick).", valueName: "count"))
  var priorSteps: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Also write what was trained on digits to <prefix>-coder.safetensors and <prefix>-prior.safetensors.",
      valueName: "prefix"))
  var weights: String?

  @Flag(name: .long, help: "Only the digits, without the exact figures and the shapes.")
  var digitsOnly = false

  @Flag(name: .long, help: "Only print the lesson's tables over several seeds (minutes).")
  var table = false

  @Option(name: .long, help: ArgumentHelp("Seeds of the table.", valueName: "count"))
  var tableSeeds = 3

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if let priorSteps, priorSteps < 1 { throw ValidationError("--prior-steps must be at least 1, not \(priorSteps)") }
    if tableSeeds < 1 { throw ValidationError("--table-seeds must be at least 1, not \(tableSeeds)") }
  }

  func run() throws {
    try options.run { if table { try printTables() } else { try experiment() } }
  }

  // MARK: - The experiment

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter03VQGAN", options: options)
    let judge = try DigitJudge()
    let digits = try loadDigits()
    if !digitsOnly {
      print("Exact figures")
      let exact = ExactFigures(writer)
      try exact.cells()
      try exact.rateAndDistortion()
      try exact.commitment()
      try exact.window()
    }
    try trainedNow(writer, judge: judge)

    if !digitsOnly {
      let study = LossStudy(
        steps: options.quick ? 8 : LossStudy.figureSteps, train: digits.train, heldOut: digits.heldOut)
      print(try study.figure(writer, seed: options.seed))
      guard let shapes = try shapeStudy.train() else { throw ExitCode(130) }
      print(try shapeStudy.measure(shapes, writer: writer, perClass: options.quick ? 12 : 50).line)
    }

    // The committed networks draw digits whatever the student's data are.
    let (coder, prior) = (try PictureCoder.committed(), try CodePriorModel.committed())
    let reconstructions = ReconstructionFigures(writer: writer, judge: judge, heldOut: digits.heldOut)
    print("Committed coder: \(try reconstructions.reconstructions(coder).line)")
    try reconstructions.atlas(coder)
    let samples = SampleFigures(writer: writer, judge: judge)
    if let score = try samples.sheet(coder, prior, as: "digits", seed: options.seed) {
      print("Committed networks: \(score)")
    }
    let perClass = options.quick ? 2 : 10
    // Always with the same numbers: two digits of a class are too few for sheets of two seeds to be compared.
    let ways = try samples.ways(coder, prior, perClass: perClass, seed: 3)
    print(Self.table(zip(SampleFigures.ways.map(\.name), ways), title: "\(10 * perClass) digits"))
    let maps = try coder.maps(of: digits.train.images)
    let laws = try samples.independentCodes(
      coder, prior, maps: maps, classes: digits.train.labels, perClass: perClass, seed: 3)
    print(Self.table(zip(SampleFigures.Law.allCases.map(\.rawValue), laws), title: "codes from"))
    let three = digits.heldOut.indices(ofClass: 3)[4]
    try samples.attention(coder, prior, picture: digits.heldOut.images([three]), label: 3)
  }

  /// Both stages on digits or on the student's pictures, and a sheet of what they draw.
  private func trainedNow(_ writer: FigureWriter, judge: DigitJudge) throws {
    let (train, heldOut) = try loadData()
    let isDigits = options.data == nil
    let folder = writer.folder
    var plan = CompressionPlan()
    (plan.imageChannels, plan.side, plan.codeCount) = (train.channels, train.height, 64)
    var stageOne = CoderTraining(steps: steps ?? (options.quick ? 8 : CoderTraining.standardSteps))
    // The classifier knows digits; what it says of other pictures is not what matters about them.
    stageOne.classifier = isDigits ? judge.classifier : nil
    let resumeCommand = options.resumeCommand(chapter: 3)
    let (first, second) = (
      folder.appendingPathComponent("stage-one.safetensors"), folder.appendingPathComponent("stage-two.safetensors")
    )
    if options.resume, !FileManager.default.fileExists(atPath: first.path) {
      throw LabError("There is nothing to resume: \(first.path) does not exist. Leave --resume out to start anew.")
    }
    guard
      let coder = try stageOne.train(
        plan, on: train, seed: options.seed, checkpoint: first, resume: options.resume, resumeCommand: resumeCommand)
    else { throw ExitCode(130) }
    if isDigits {
      let score = try ReconstructionScore(coder, on: heldOut.images, classifier: judge.classifier)
      print("Stage one, trained now: \(score.line)")
    }

    var own = RandomStream(seed: options.seed).stream("prior")
    let prior = CodePriorModel(
      codeCount: plan.codeCount, classCount: max(train.classCount, 1), mapSide: plan.mapSide, using: &own)
    var stageTwo = PriorTraining(steps: priorSteps ?? (options.quick ? 8 : PriorTraining.standardSteps))
    stageTwo.stageOne = "\(stageOne.steps)"
    // A prior has 4,000 digits by heart before long; turned, scaled and shifted they are more. (A coder sees 49 patches
    // in each and needs no more of them; interpolation would only make them softer.)
    let jitter = train.channels == 1 ? AffineJitter(rotation: 0.12, scaling: 0.06, shift: 1) : nil
    let isFinished = try stageTwo.train(
      prior, data: train.name, seed: options.seed, checkpoint: second,
      resume: options.resume && FileManager.default.fileExists(atPath: second.path), resumeCommand: resumeCommand
    ) { run in
      let batch = train.batch(size: stageTwo.batchSize, using: &run["data"])
      let pictures = jitter.map { $0(batch.images, using: &run["jitter"]) } ?? batch.images
      return (try coder.maps(of: pictures), train.isLabelled ? batch.labels : batch.images.zeroLabels)
    }
    guard isFinished else { throw ExitCode(130) }
    let heldOutLabels = train.isLabelled ? heldOut.labels : heldOut.images.zeroLabels
    let loss = try prior.loss(of: coder.maps(of: heldOut.images), labels: heldOutLabels)
    print("Stage two, trained now: \(loss.short) nats a code on held-out pictures; log K = \(Foundation.log(64).short)")
    if let weights {
      let notes = ["data": train.name, "seed": "\(options.seed)", "batch size": "32"]
      try coder.save(
        to: URL(fileURLWithPath: weights + "-coder.safetensors"),
        notes: notes.merging(["steps": "\(stageOne.steps)"]) { _, new in new })
      try prior.save(
        to: URL(fileURLWithPath: weights + "-prior.safetensors"),
        notes: notes.merging(["steps": "\(stageTwo.steps)"]) { _, new in new })
    }
    let figures = SampleFigures(writer: writer, judge: isDigits ? judge : nil)
    if let score = try figures.sheet(coder, prior, as: "digits-trained-now", seed: options.seed) {
      print("Trained now: \(score)")
    }
  }

  private var shapeStudy: ShapeStudy {
    ShapeStudy(
      coderSteps: options.quick ? 8 : ShapeStudy.standardSteps.coder,
      priorSteps: options.quick ? 8 : ShapeStudy.standardSteps.prior, seed: options.seed,
      isQuick: options.quick)
  }

  /// The course's digits; in a quick run a tenth of them are enough.
  private func loadDigits() throws -> (train: ImageDataset, heldOut: ImageDataset) {
    let digits = try DigitSheet.load()
    guard options.quick else { return (digits.train, digits.heldOut) }
    func some(_ data: ImageDataset) -> ImageDataset {
      data.subset((0..<10).flatMap { Array(data.indices(ofClass: $0).prefix(data.count / 100)) })
    }
    return (some(digits.train), some(digits.heldOut))
  }

  private func loadData() throws -> (train: ImageDataset, heldOut: ImageDataset) {
    guard let own = try options.pictures() else {
      return try loadDigits()
    }
    return own.split(heldOutShare: 0.1)
  }

  // MARK: - Tables

  private func printTables() throws {
    let seeds = (0..<tableSeeds).map { options.seed + UInt64($0) }
    let samples = SampleTable(seeds: seeds, isQuick: options.quick)
    print(try samples.digits())
    let digits = try DigitSheet.load()
    let study = LossStudy(
      steps: steps ?? (options.quick ? 8 : LossStudy.tableSteps), train: digits.train, heldOut: digits.heldOut)
    try study.tables(seeds: seeds) { print($0) }
    print(try samples.shapes())
  }

  private static func table(_ rows: Zip2Sequence<[String], [DigitScore]>, title: String) -> String {
    TextTable(
      [title, "digit-FID", "confidence", "class as asked"],
      rows.map { [$0, $1.digitFID.short, $1.meanConfidence.short, $1.agreement?.short ?? "–"] }
    ).description
  }
}

extension Tensor {
  /// For pictures without labels, of which a prior knows one class.
  fileprivate var zeroLabels: [Int] { Array(repeating: 0, count: dim(0)) }
}
