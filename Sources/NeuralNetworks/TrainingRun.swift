import Foundation
import Tensors

/// Everything that the future of a training depends on: the model, the optimizer's memory, the moving average, the random streams, the step.
///
/// It is saved to one file and read back to the same bits, so that a run that was interrupted ends with exactly the weights of one that was not.
/// For that, all randomness of the training must come from the run's own streams: `run["data"]`, `run["noise"]`.
///
/// ```swift
/// let run = TrainingRun(model: model, optimizer: AdamW(), average: ExponentialMovingAverage(of: model), seed: 7)
/// try TrainingLoop(steps: 2000).train(run) { run in
///   let noise = Tensor.normal([32, 2], using: &run["noise"])
///   return square(model(noise) - noise).mean()
/// }
/// ```
public final class TrainingRun {
  /// What is trained.
  public let model: Module
  /// What moves it.
  public let optimizer: any Optimizer
  /// Its moving average, if one is wanted.
  public let average: ExponentialMovingAverage?
  /// What else the result depends on (batch size, data set, …), as text. A checkpoint with other values is refused.
  public let configuration: [String: String]
  /// The number of steps taken.
  public internal(set) var step = 0
  /// The loss of every step.
  public internal(set) var losses: [Float] = []
  private let seed: UInt64
  private var streams: [String: RandomStream] = [:]

  /// A run at its beginning.
  public init(
    model: Module, optimizer: any Optimizer, average: ExponentialMovingAverage? = nil, seed: UInt64,
    configuration: [String: String] = [:]
  ) {
    self.model = model
    self.optimizer = optimizer
    self.average = average
    self.seed = seed
    self.configuration = configuration
  }

  /// The run's random stream of this name, made from the run's seed at its first use; `&run["noise"]` draws from it.
  public subscript(name: String) -> RandomStream {
    get { streams[name] ?? RandomStream(seed: seed).stream(name) }
    set { streams[name] = newValue }
  }

  // MARK: - Checkpoints

  private static let format = "training run, version 1"

  /// Writes the whole run to one safetensors file, which takes the place of an earlier one only when it is complete.
  public func save(to url: URL) throws {
    var tensors: [String: Tensor] = ["losses": Tensor(losses, shape: [losses.count])]
    for (key, tensor) in model.stateDictionary() { tensors["model." + key] = tensor }
    for (key, tensor) in optimizer.state { tensors["optimizer." + key] = tensor }
    var metadata = [
      "format": Self.format, "step": "\(step)", "seed": "\(seed)", "model": Self.name(of: model),
      "optimizer": Self.name(of: optimizer),
    ]
    if let average {
      for (key, tensor) in average.stateDictionary() { tensors["average." + key] = tensor }
      metadata["average.updateCount"] = "\(average.updateCount)"
    }
    for (name, stream) in streams {
      metadata["stream." + name] = stream.state.map(String.init).joined(separator: " ")
    }
    for (key, value) in configuration { metadata["configuration." + key] = value }
    try saveSafetensors(tensors, to: url, metadata: metadata)
  }

  /// Takes over a saved run, all or nothing. The next step will give the same bits as if the run had never stopped.
  ///
  /// - Throws: ``CheckpointError`` if the file is no checkpoint or one of another model, optimizer, seed or configuration;
  ///   ``SafetensorsError`` if it is damaged.
  public func restore(from url: URL) throws {
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    func refused(_ reason: String) -> CheckpointError { CheckpointError(file: url.path, reason: reason) }
    guard metadata["format"] == Self.format else {
      throw refused("it is a safetensors file, but not a checkpoint of a training run (or one of another version).")
    }
    var wanted = ["model": Self.name(of: model), "optimizer": Self.name(of: optimizer), "seed": "\(seed)"]
    for (key, value) in configuration { wanted["configuration." + key] = value }
    for (key, value) in wanted.sorted(by: { $0.key < $1.key }) where metadata[key] != value {
      let name = key.hasPrefix("configuration.") ? String(key.dropFirst("configuration.".count)) : key
      throw refused("its \(name) is \(metadata[key] ?? "not set"), this run's is \(value).")
    }
    guard let savedStep = metadata["step"].flatMap({ Int($0) }), savedStep >= 0, let history = tensors["losses"],
      history.shape == [savedStep]
    else { throw refused("its step and its list of losses do not agree.") }
    if (metadata["average.updateCount"] != nil) != (average != nil) {
      throw refused(
        average == nil ? "it has a moving average, this run has none." : "it has no moving average, this run has one.")
    }
    var streams: [String: RandomStream] = [:]
    for (key, value) in metadata where key.hasPrefix("stream.") {
      let words = value.split(separator: " ").compactMap { UInt64($0) }
      guard let stream = RandomStream(state: words) else { throw refused("its random stream \(key) is damaged.") }
      streams[String(key.dropFirst("stream.".count))] = stream
    }
    func part(_ prefix: String) -> [String: Tensor] {
      var part: [String: Tensor] = [:]
      for (key, tensor) in tensors where key.hasPrefix(prefix) { part[String(key.dropFirst(prefix.count))] = tensor }
      return part
    }
    let problems = model.problems(loading: part("model."), strict: true)
    if !problems.isEmpty {
      throw refused(
        "it is of another model.\n\(ModelLoadingError(model: Self.name(of: model), source: url.path, problems: problems))"
      )
    }
    let moments = optimizer.state
    do {
      try optimizer.load(state: part("optimizer."))
      if let average {
        guard let count = metadata["average.updateCount"].flatMap({ Int($0) }), count >= 0 else {
          throw refused("the count of its moving average is damaged.")
        }
        try average.load(part("average."), updateCount: count)
      }
    } catch {
      try optimizer.load(state: moments)
      if error is CheckpointError { throw error }
      throw refused("\(error)")
    }
    try model.load(part("model."), source: url.path)
    self.streams = streams
    step = savedStep
    losses = history.scalars
  }

  private static func name(of object: Any) -> String { String(describing: type(of: object)) }
}

/// A file that is not a checkpoint of this run.
public struct CheckpointError: LocalizedError, CustomStringConvertible {
  /// The file.
  public let file: String
  /// Why it is refused.
  public let reason: String

  /// File, reason and what to do.
  public var description: String {
    "\(file) cannot be resumed: \(reason)\nResume with the settings it was saved with, or move the file "
      + "away to start anew."
  }

  /// The same text, for callers that print `localizedDescription`.
  public var errorDescription: String? { description }
}
