import Foundation
import NeuralNetworks
import Tensors
import XCTest

final class TrainingTests: XCTestCase {
  private var folder = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

  /// A U-Net with everything that a checkpoint must keep: moments, average, and random numbers from two streams.
  private func makeRun(
    seed: UInt64 = 7, widths: [Int] = [4, 8], optimizer: any Optimizer = AdamW(), averaged: Bool = true,
    configuration: [String: String] = ["batch": "2"]
  ) -> TrainingRun {
    var rng = RandomStream(seed: seed).stream("init")
    let model = UNet(
      UNetConfiguration(channels: widths, embeddingDimensions: 8, timeFeatureCount: 4, classCount: 2, groupCount: 2),
      using: &rng)
    return TrainingRun(
      model: model, optimizer: optimizer, average: averaged ? ExponentialMovingAverage(of: model) : nil, seed: seed,
      configuration: configuration)
  }

  private func loss(_ run: TrainingRun) -> Tensor {
    guard let model = run.model as? UNet else { fatalError("a U-Net") }
    let x = Tensor.normal([2, 1, 8, 8], using: &run["noise"])
    let labels = (0..<2).map { _ in run["labels"].integer(below: 3) }
    return square(model(x, noise: Tensor.normal([2], using: &run["time"]), labels: labels) - sin(x)).mean()
  }

  private func bits(_ run: TrainingRun) -> [String: [UInt32]] {
    var all = run.model.stateDictionary()
    for (key, tensor) in run.optimizer.state { all["optimizer " + key] = tensor }
    for (key, tensor) in run.average?.stateDictionary() ?? [:] { all["average " + key] = tensor }
    all["losses"] = Tensor(run.losses)
    var noise = run["noise"]
    all["next random numbers"] = Tensor.normal([4], using: &noise)
    return all.mapValues { $0.scalars.map(\.bitPattern) }
  }

  /// Fails with the names of what differs; the numbers would fill pages.
  private func expectSame(
    _ a: [String: [UInt32]], _ b: [String: [UInt32]], _ message: String = "", file: StaticString = #filePath,
    line: UInt = #line
  ) {
    let different = Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
    XCTAssertTrue(different.isEmpty, "\(message) different: \(different)", file: file, line: line)
  }

  private func loop(_ steps: Int, checkpoint: URL? = nil) -> TrainingLoop {
    TrainingLoop(
      steps: steps, schedule: .warmup(steps: 3, then: .cosine(from: 1e-2, to: 0, steps: 12)), clipNorm: 1,
      checkpoint: checkpoint, progress: .silent)
  }

  func testAResumedRunHasTheBitsOfAnUninterruptedOne() throws {
    let whole = makeRun()
    XCTAssertEqual(try loop(12).train(whole, loss: loss), .finished)
    XCTAssertEqual(whole.step, 12)

    let file = folder.appendingPathComponent("run.safetensors")
    let first = makeRun()
    try loop(5, checkpoint: file).train(first, loss: loss)
    let second = makeRun()
    try second.restore(from: file)
    XCTAssertEqual(second.step, 5)
    XCTAssertEqual(second.losses, first.losses)
    try loop(12).train(second, loss: loss)
    expectSame(bits(second), bits(whole))
    XCTAssertNotEqual(bits(whole)["head.weight"], bits(makeRun())["head.weight"], "it did train")
  }

  func testCtrlCSavesAndTheRunGoesOn() throws {
    let whole = makeRun()
    try loop(6).train(whole, loss: loss)
    let file = folder.appendingPathComponent("run.safetensors")
    let run = makeRun()
    let outcome = try loop(6, checkpoint: file).train(run) { run in
      if run.step == 2 { raise(SIGINT) }
      return loss(run)
    }
    XCTAssertEqual(outcome, .interrupted)
    XCTAssertEqual(run.step, 3, "the step that was under way is finished")
    let resumed = makeRun()
    try resumed.restore(from: file)
    XCTAssertEqual(try loop(6).train(resumed, loss: loss), .finished)
    expectSame(bits(resumed), bits(whole))
  }

  func testNaNStopsAtOnceAndKeepsTheLastGoodWeights() throws {
    let file = folder.appendingPathComponent("run.safetensors")
    let run = makeRun()
    var before: [String: [Float]] = [:]
    XCTAssertThrowsError(
      try loop(6, checkpoint: file).train(run) { run in
        if run.step == 3 {
          before = run.model.stateDictionary().mapValues(\.scalars)
          return loss(run) * Float.nan
        }
        return loss(run)
      }
    ) { error in
      let message = "\(error)"
      XCTAssertTrue(message.contains("step 3"), message)
      XCTAssertTrue(message.contains("learning rate"), message)
      XCTAssertTrue(message.contains(file.path), message)
    }
    XCTAssertEqual(run.model.stateDictionary().mapValues(\.scalars), before)
    let saved = makeRun()
    try saved.restore(from: file)
    XCTAssertEqual(saved.step, 3)
    XCTAssertEqual(saved.model.stateDictionary().mapValues(\.scalars), before)
  }

  func testANaNGradientBehindAFiniteLossIsNoticed() throws {
    var rng = RandomStream(seed: 1)
    let model = Linear(inputDimensions: 1, outputDimensions: 1, bias: false, using: &rng)
    model.weight.value = .zeros([1, 1])
    let run = TrainingRun(model: model, optimizer: Adam(), seed: 1)
    XCTAssertThrowsError(
      try TrainingLoop(steps: 3, progress: .silent).train(run) { _ in sqrt(square(model(.ones([1, 1])))).sum() }
    ) { error in
      XCTAssertTrue("\(error)".contains("a gradient is not finite"), "\(error)")
      XCTAssertEqual((error as? TrainingError)?.keys, ["weight"])
    }
    XCTAssertEqual(model.weight.value.item(), 0)
  }

  func testTimeBudgetEndsTheLoop() throws {
    let run = makeRun()
    var loop = loop(1000)
    loop.timeBudget = 0
    XCTAssertEqual(try loop.train(run, loss: loss), .outOfTime)
    XCTAssertEqual(run.step, 1)
  }

  func testCheckpointsOfAnotherRunAreRefused() throws {
    let file = folder.appendingPathComponent("run.safetensors")
    try loop(2, checkpoint: file).train(makeRun(), loss: loss)
    func refused(_ run: TrainingRun, _ parts: String..., line: UInt = #line) {
      let before = bits(run)
      XCTAssertThrowsError(try run.restore(from: file), line: line) { error in
        for part in [file.path] + parts {
          XCTAssertTrue(
            "\(error)".contains(part),
            "\(part) is not in: \(error)", line: line)
        }
      }
      expectSame(bits(run), before, "nothing was taken over;", line: line)
    }
    refused(makeRun(widths: [4, 4]), "another model", "middle1.conv1.weight", "[4, 4, 3, 3]", "[8, 8, 3, 3]")
    refused(makeRun(optimizer: SGD(learningRate: 1)), "optimizer is AdamW", "SGD")
    refused(makeRun(seed: 8), "seed is 7", "8")
    refused(makeRun(averaged: false), "moving average")
    refused(makeRun(configuration: ["batch": "4"]), "batch is 2", "4")
    refused(makeRun(configuration: ["batch": "2", "data": "digits"]), "data is not set")

    let weights = folder.appendingPathComponent("weights.safetensors")
    try saveSafetensors(makeRun().model.stateDictionary(), to: weights)
    XCTAssertThrowsError(try makeRun().restore(from: weights)) {
      XCTAssertTrue(
        "\($0)".contains(
          "not a checkpoint"), "\($0)")
    }
    let whole = try Data(contentsOf: file)
    try whole.prefix(whole.count / 2).write(to: file)
    refused(makeRun(), "truncated")
  }

  func testASavedRunTakesTheOldOnesPlaceOnlyWhenComplete() throws {
    let file = folder.appendingPathComponent("run.safetensors")
    var loop = loop(4, checkpoint: file)
    loop.checkpointInterval = 1
    try loop.train(makeRun(), loss: loss)
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), ["run.safetensors"])
    let nowhere = folder.appendingPathComponent("absent/run.safetensors")
    XCTAssertThrowsError(try self.loop(1, checkpoint: nowhere).train(makeRun(), loss: loss))
  }

  /// Large enough that the kernels do divide their work.
  func testTheNumberOfThreadsDoesNotChangeTheBits() throws {
    func trained() throws -> [String: [UInt32]] {
      var rng = RandomStream(seed: 3)
      let model = UNet(using: &rng)
      let run = TrainingRun(model: model, optimizer: AdamW(), average: ExponentialMovingAverage(of: model), seed: 3)
      try TrainingLoop(steps: 2, clipNorm: 1, progress: .silent).train(run) { run in
        let x = Tensor.normal([8, 1, 28, 28], using: &run["noise"])
        return square(model(x, noise: Tensor.normal([8], using: &run["time"]), labels: [0, 1, 2, 3, 4, 5, 6, 10]) - x)
          .mean()
      }
      return bits(run)
    }
    expectSame(try withThreads(1, trained), try withThreads(2, trained))
  }

  func testStreamsDependOnTheirNamesAlone() {
    let (a, b) = (makeRun(), makeRun())
    _ = b["other"].next()
    XCTAssertEqual(a["noise"].next(), b["noise"].next())
    XCTAssertNotEqual(a["noise"].next(), a["time"].next())
  }
}
