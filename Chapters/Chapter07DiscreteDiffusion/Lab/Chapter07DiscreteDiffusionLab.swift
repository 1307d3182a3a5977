import ArgumentParser
import Chapter07DiscreteDiffusion
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Chapter 7's experiment: everything exact on small alphabets, then texts drawn by masked and by block diffusion.
@main
struct Chapter07DiscreteDiffusionLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train models that write by unmasking with your exercises, and draw the figures of chapter 7.",
    discussion: """
      Usually started as `swift run course run 7`, which also compares the pictures with the references.

      EXAMPLES
        Chapter07DiscreteDiffusionLab --quick                   everything in seconds, to see that it works
        Chapter07DiscreteDiffusionLab --text words --steps 8000 train on English words instead of brackets
        Chapter07DiscreteDiffusionLab --data book.txt           train on any UTF-8 text
        Chapter07DiscreteDiffusionLab --data book.txt --block 8 … in blocks of eight characters
        Chapter07DiscreteDiffusionLab --prompt c__ch__          only fill in a word, with the committed network
        Chapter07DiscreteDiffusionLab --resume                  go on after Ctrl-C
        Chapter07DiscreteDiffusionLab --table                   the lesson's tables, with three seeds (minutes)
      """)

  /// What the run trains on.
  enum Text: String, ExpressibleByArgument, CaseIterable {
    case brackets, words
  }

  @OptionGroup var options: LabOptions

  @Option(name: .long, help: "What is trained on, if it is not --data: brackets or words.")
  var text = Text.brackets

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Training steps of 64 texts (default: \(TextTraining.standardSteps); 12 with --quick).", valueName: "count"))
  var steps: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Characters a text (default: 16 brackets, words of 6 letters at most, 32 of --data).", valueName: "count"))
  var context: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Train block diffusion with blocks of so many characters (default: the whole text is one).", valueName: "count"))
  var block: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only complete this text, _ for each open place: with the committed network of words, or with --data after training.",
      valueName: "text"))
  var prompt: String?

  @Option(name: .long, help: ArgumentHelp("Numbers a place of the network (default: 64).", valueName: "count"))
  var width = 64

  @Option(name: .long, help: ArgumentHelp("Layers of the network (default: 3).", valueName: "count"))
  var layers = 3

  @Option(name: .long, help: ArgumentHelp("Also write the trained weights to this file.", valueName: "file"))
  var weights: String?

  @Flag(name: .long, help: "Only the lesson's tables, over several seeds.")
  var table = false

  @Option(name: .long, help: ArgumentHelp("Seeds of the tables.", valueName: "count"))
  var tableSeeds = 3

  func validate() throws {
    for (name, value) in [("steps", steps), ("context", context), ("block", block)] {
      if let value, value < 1 { throw ValidationError("--\(name) must be at least 1, not \(value)") }
    }
    if width < 8 || width % 8 != 0 { throw ValidationError("--width must be a multiple of 8, not \(width)") }
    if layers < 1 { throw ValidationError("--layers must be at least 1, not \(layers)") }
    if tableSeeds < 1 { throw ValidationError("--table-seeds must be at least 1, not \(tableSeeds)") }
    if let context, options.data == nil {
      if text == .words {
        if !(3...10).contains(context) {
          throw ValidationError("the words have 3 to 10 letters: --context cannot be \(context)")
        }
      } else if context % 2 != 0 || context > 32 {
        throw ValidationError("balanced brackets have an even number of characters, 32 at most, not \(context)")
      }
    }
  }

  func run() throws {
    try options.run {
      if table {
        return try Tables(seeds: (0..<tableSeeds).map { options.seed + UInt64($0) }, isQuick: options.quick).print()
      }
      if let prompt, options.data == nil { return try complete(prompt, with: TextModel(committed: "words")) }
      // Networks so small that two cores would spend more time waiting for each other than computing.
      try withThreads(options.threads ?? 1) { try experiment() }
    }
  }

  // MARK: - The experiment

  private func experiment() throws {
    let writer = try FigureWriter(chapter: "Chapter07DiscreteDiffusion", options: options)
    // Before anything is drawn: wrong options and a wrong file shall not wait for the training.
    let source = try self.source()
    let training = training(writer)
    try training.check(source)
    if let prompt { try checkPrompt(prompt, for: source) }

    print("Exact figures")
    try ExactFigures(writer).draw()

    guard let model = try training.train(on: source) else { throw ExitCode(130) }
    if let weights {
      try model.save(
        to: URL(fileURLWithPath: weights),
        notes: ["text": source.name, "seed": "\(options.seed)", "steps": "\(steps ?? 0)", "batch size": "64"])
    }
    let figures = TextFigures(writer)
    print("Trained now, \(source.name): \(try figures.sheet(model, source: source, as: "trained-now"))")
    if let prompt { return try complete(prompt, with: model) }
    if weights != nil { return }

    // The committed networks write what they were trained on, whatever the student's text is.
    for line in try figures.drawCommitted() { print(line) }
  }

  private func training(_ writer: FigureWriter) -> TextTraining {
    // The course's own options stand before the two dashes, the lab's after them.
    var own: [String] = []
    if text != .brackets { own.append("--text \(text.rawValue)") }
    if let steps { own.append("--steps \(steps)") }
    if let context { own.append("--context \(context)") }
    if let block { own.append("--block \(block)") }
    if width != 64 { own.append("--width \(width)") }
    if layers != 3 { own.append("--layers \(layers)") }
    let command = options.resumeCommand(chapter: 7) + (own.isEmpty ? "" : " -- " + own.joined(separator: " "))
    var training = TextTraining(
      steps: steps ?? (options.quick ? 12 : TextTraining.standardSteps), seed: options.seed)
    training.dimensions = width
    training.layerCount = layers
    training.blockLength = block
    training.checkpoint = writer.folder.appendingPathComponent("training.safetensors")
    training.resume = options.resume
    training.resumeCommand = command
    return training
  }

  private func source() throws -> TextSource {
    if let data = options.data { return try .text(.load(from: data), length: context ?? 32) }
    return text == .words ? try .words(length: context ?? 6) : .brackets(length: context ?? 16)
  }

  private func checkPrompt(_ prompt: String, for source: TextSource) throws {
    _ = try TextModel.tokens(ofPrompt: prompt, characters: source.characters, length: source.length)
    if let block, block != source.length {
      throw LabError("A prompt with gaps needs a network that sees the whole text: leave --block out.")
    }
  }

  /// Eight ways to fill in a prompt, printed.
  private func complete(_ prompt: String, with model: TextModel) throws {
    let tokens = try model.tokens(ofPrompt: prompt)
    var rng = options.random.stream("prompt")
    let given = tokens.map { $0 == model.mask ? nil : $0 }
    for text in try model.infilled(given, count: 8, steps: 2 * model.length, using: &rng) {
      print(model.text(text))
    }
  }
}
