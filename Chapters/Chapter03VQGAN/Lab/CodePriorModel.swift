import Chapter03VQGAN
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Stage two: a transformer that reads a class and then the codes of a map, row by row, and knows what comes next.
final class CodePriorModel {
  let transformer: Transformer
  let codeCount: Int
  let classCount: Int
  /// Codes in a row and in a column of the maps that it was trained on.
  let mapSide: Int

  init(
    codeCount: Int, classCount: Int, mapSide: Int, dimensions: Int = 96, layerCount: Int = 3, dropout: Float = 0.1,
    using rng: inout RandomStream
  ) {
    transformer = Transformer(
      vocabularySize: codeCount + classCount, contextLength: mapSide * mapSide, dimensions: dimensions,
      headCount: dimensions / 24, layerCount: layerCount, dropout: dropout, using: &rng)
    self.codeCount = codeCount
    self.classCount = classCount
    self.mapSide = mapSide
  }

  var length: Int { mapSide * mapSide }

  /// Sequences that the transformer can read: all equally long, none too long, and of words that it knows.
  ///
  /// - Throws: ``LabError`` if an exercise made others.
  func checked(_ sequences: [[Int]], exercise: String) throws -> [[Int]] {
    let words = codeCount + classCount
    let count = sequences.first?.count ?? 0
    guard (1...length).contains(count), sequences.allSatisfy({ $0.count == count }) else {
      throw LabError.wrongAnswer(
        "the prior was given sequences of \(Set(sequences.map(\.count)).sorted()) words; it reads the class and at "
          + "most \(length - 1) codes", exercise: exercise)
    }
    if let wrong = sequences.joined().first(where: { !(0..<words).contains($0) }) {
      throw LabError.wrongAnswer("the prior was given the word \(wrong), but knows \(words)", exercise: exercise)
    }
    return sequences
  }

  /// The negative log-likelihood of maps in nats a code; nothing is recorded or dropped.
  func loss(of maps: [[Int]], labels: [Int]) throws -> Double {
    transformer.isTraining = false
    defer { transformer.isTraining = true }
    return try withoutGrad {
      var total = 0.0
      for start in stride(from: 0, to: maps.count, by: 100) {
        let part = start..<min(start + 100, maps.count)
        let loss = try priorLoss(
          codes: Array(maps[part]), labels: Array(labels[part]), codeCount: codeCount,
          model: { self.transformer(try self.checked($0, exercise: "3.9")) }
        ).checkedLoss(of: "priorLoss", exercise: "3.9")
        total += Double(loss.item()) * Double(part.count)
      }
      return total / Double(maps.count)
    }
  }

  // MARK: - Sampling (exercises 3.10 and 3.11)

  /// One map for each label.
  func samples(
    labels: [Int], settings: SamplingSettings, using rng: inout RandomStream
  ) throws -> [[Int]] {
    var maps: [[Int]] = []
    for start in stride(from: 0, to: labels.count, by: 100) {
      let part = labels[start..<min(start + 100, labels.count)]
      var cache = transformer.makeCache()
      let drawn = try sampleCodes(
        prefixes: part.map { [codeCount + $0] }, length: length, codeCount: codeCount, settings: settings,
        next: { sequences in
          let sequences = try self.checked(sequences, exercise: "3.10")
          try requireCount(sequences[0].count, cache.count + 1, of: "a turn of sampleCodes", exercise: "3.10")
          // The cache remembers all but the last word.
          let last = sequences.map { [$0[$0.count - 1]] }
          return self.transformer(next: last, cache: &cache).reshaped([sequences.count, -1])
        }, using: &rng)
      try requireCount(drawn.count, part.count, of: "sampleCodes", exercise: "3.10")
      maps += try drawn.map {
        try $0.checkedCodes(count: length, below: codeCount, of: "sampleCodes", exercise: "3.10")
      }
    }
    return maps
  }

  /// A map of any size by the sliding window.
  func largeMap(
    label: Int, height: Int, width: Int, settings: SamplingSettings, using rng: inout RandomStream
  ) throws -> [[Int]] {
    transformer.isTraining = false
    defer { transformer.isTraining = true }
    let map = try sampleMap(
      height: height, width: width, windowHeight: mapSide, windowWidth: mapSide, prefix: [codeCount + label]
    ) { sequence in
      let sequences = try checked([sequence], exercise: "3.11")
      let scores = withoutGrad { transformer(sequences) }
      let last = scores.reshaped([sequence.count, -1])[sequence.count - 1].scalars.prefix(codeCount).map(Double.init)
      let probabilities = try codeProbabilities(last, settings: settings)
      return try drawIndex(probabilities, using: &rng)
    }
    try requireCount(map.count, height, of: "sampleMap", exercise: "3.11")
    return try map.map { try $0.checkedCodes(count: width, below: codeCount, of: "sampleMap", exercise: "3.11") }
  }

  // MARK: - Files

  func save(to url: URL, notes: [String: String]) throws {
    let own = [
      "codes": "\(codeCount)", "classes": "\(classCount)", "map side": "\(mapSide)",
      "dimensions": "\(transformer.tokens.weight.shape[1])", "layers": "\(transformer.layers.count)",
    ]
    try saveSafetensors(
      transformer.stateDictionary(), to: url, metadata: notes.merging(own) { _, new in new }, precision: .half)
  }

  convenience init(contentsOf url: URL) throws {
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    func number(_ key: String) throws -> Int {
      guard let value = metadata[key].flatMap({ Int($0) }) else {
        throw LabError("\(url.path) holds no prior of this lab: its metadata lack \(key).")
      }
      return value
    }
    var rng = RandomStream(seed: 0)
    try self.init(
      codeCount: number("codes"), classCount: number("classes"), mapSide: number("map side"),
      dimensions: number("dimensions"), layerCount: number("layers"), using: &rng)
    try transformer.load(tensors, source: url.path)
  }

  /// The prior of digits whose weights come with the course.
  static func committed() throws -> CodePriorModel {
    try CodePriorModel(contentsOf: committedWeights("digits-prior"))
  }
}

/// How a prior is trained (exercise 3.9).
struct PriorTraining {
  /// What two cores do in three quarters of a minute.
  static let standardSteps = 600

  var steps: Int
  var batchSize = 32
  var learningRate = 2e-3
  var weightDecay = 0.05
  /// What the codes came from, so that a checkpoint of other codes is refused.
  var stageOne = ""
  var title: String? = "stage two"

  /// A batch of maps with their classes.
  typealias Batch = (maps: [[Int]], labels: [Int])

  /// Trains `prior`, or goes on with the one saved in `checkpoint`.
  ///
  /// - Returns: false if it was interrupted.
  func train(
    _ prior: CodePriorModel, data: String, seed: UInt64, checkpoint: URL? = nil, resume: Bool = false,
    resumeCommand: String? = nil, batch: (TrainingRun) throws -> Batch
  ) throws -> Bool {
    let run = TrainingRun(
      model: prior.transformer,
      optimizer: AdamW(learningRate: learningRate, betas: (0.9, 0.98), weightDecay: weightDecay), seed: seed,
      configuration: ["data": data, "steps": "\(steps)", "batch size": "\(batchSize)", "stage one": stageOne])
    if resume, let checkpoint { try run.restore(from: checkpoint) }
    var loop = TrainingLoop(
      steps: steps, schedule: .warmup(steps: 50, then: .cosine(from: learningRate, to: 0, steps: steps)), clipNorm: 1)
    if let title { loop.title = title } else { loop.progress = .silent }
    loop.checkpoint = checkpoint
    loop.resumeCommand = resumeCommand
    let outcome = try loop.train(run) { run in
      let (maps, labels) = try batch(run)
      return try priorLoss(codes: maps, labels: labels, codeCount: prior.codeCount) { sequences in
        prior.transformer(try prior.checked(sequences, exercise: "3.9"), using: &run["dropout"])
      }.checkedLoss(of: "priorLoss", exercise: "3.9")
    }
    return outcome != .interrupted
  }
}
