import ArgumentParser
import Datasets
import Exercises
import Tensors

/// The options that every lab has.
///
/// ```swift
/// @main struct Lab: ParsableCommand {
///   @OptionGroup var options: LabOptions
///   func run() throws { try options.run { … } }
/// }
/// ```
public struct LabOptions: ParsableArguments {
  @Flag(name: .long, help: "A run of seconds, to see that everything works; its pictures are rough.")
  public var quick = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Your own data instead of the course's: MNIST IDX, CIFAR-10 binary, a folder of PNGs, or a text, as the lab asks.",
      valueName: "path"))
  public var data: String?

  @Option(name: .long, help: ArgumentHelp("Where all randomness of the run starts.", valueName: "number"))
  public var seed: UInt64 = 1

  @Option(
    name: .long,
    help: ArgumentHelp("Where to write (default: Output/<chapter> in the course's folder).", valueName: "folder"))
  public var output: String?

  @Flag(name: .long, help: "Go on with the run that was stopped, from what it saved in the output folder.")
  public var resume = false

  @Option(
    name: .long, help: ArgumentHelp("Processor cores to use (default: all); results do not change.", valueName: "count")
  )
  public var threads: Int?

  public init() {}

  public func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
    if let data, data.isEmpty { throw ValidationError("--data needs a path") }
    if let output, output.isEmpty { throw ValidationError("--output needs a folder") }
  }

  /// The run's stream of random numbers; take named streams from it (`random.stream("data")`).
  public var random: RandomStream { RandomStream(seed: seed) }

  /// The pictures at `--data`, or nil without it. Squares of 28 or 32 pixels (MNIST's and CIFAR-10's sizes, which suit the
  /// labs' networks) stay as they are; others are brought to 28 × 28.
  ///
  /// - Throws: what `ImageDataset.load(from:)` says is wrong with the file.
  public func pictures() throws -> ImageDataset? {
    guard let data else { return nil }
    let own = try ImageDataset.load(from: data)
    let side = own.height == own.width && [28, 32].contains(own.height) ? own.height : 28
    return own.fitted(height: side, width: side, channels: own.channels)
  }

  /// The command that goes on with this run of a chapter's lab after Ctrl-C, with its options.
  public func resumeCommand(chapter: Int) -> String {
    var words = ["swift run course run \(chapter) --resume"]
    if quick { words.append("--quick") }
    if let data { words.append("--data \(data)") }
    if seed != 1 { words.append("--seed \(seed)") }
    if let output { words.append("--output \(output)") }
    return words.joined(separator: " ")
  }

  /// Runs the lab on the number of cores asked for.
  ///
  /// - Throws: ``LabError`` where `body` meets an exercise that is still to do; whatever else `body` throws.
  public func run<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      guard let threads else { return try body() }
      return try withThreads(threads, body)
    } catch let error as Unsolved {
      throw LabError("The lab needs your answer. \(error)")
    }
  }
}
