import Datasets
import Figures
import LabKit
import NeuralNetworks
import Tensors
import XCTest

final class PictureModelTests: XCTestCase {
  /// Eight small pictures of two classes.
  private func data() -> ImageDataset {
    var rng = RandomStream(seed: 3)
    let bytes = (0..<8 * 64).map { _ in UInt8(rng.nextUniform() * 200) }
    return ImageDataset(
      name: "noise", channels: 1, height: 8, width: 8, bytes: bytes, labels: [0, 1, 0, 1, 0, 1, 0, 1], classCount: 2)
  }

  private func model(deviation: Double = 0.5) -> PictureModel {
    var rng = RandomStream(seed: 4)
    return PictureModel(for: data(), deviation: deviation, using: &rng) { shape in
      shape.channels = [8, 8]
      shape.embeddingDimensions = 16
    }
  }

  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("picture-model-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
    return folder
  }

  func testPicturesAreCentredAndScaledAndComeBack() {
    for deviation in [0.5, 1] {
      let model = model(deviation: deviation)
      let x = model.normalized(data().images)
      XCTAssertEqual(x.mean().item(), 0, accuracy: 1e-5)
      XCTAssertEqual(Double(square(x).mean().item()).squareRoot(), deviation, accuracy: 1e-4)
      let back = model.pictures(x)
      XCTAssertEqual(abs(back - data().images).max().item(), 0, accuracy: 1e-5)
    }
    XCTAssertEqual(model().pictures(Tensor([1e9, -1e9])).scalars, [1, -1], "cut to what a picture can hold")
  }

  func testASheetHasOneClassARow() {
    XCTAssertEqual(model().sheetLabels(perClass: 2), [0, 0, 1, 1])
    var rng = RandomStream(seed: 1)
    XCTAssertEqual(model().noise(3, using: &rng).shape, [3, 1, 8, 8])
  }

  func testGuidanceMovesOn() {
    let moved = guided(aimed: Tensor([1, 2]), unaimed: Tensor([0, 4]), by: 2)
    XCTAssertEqual(moved.scalars, [3, -2])
    XCTAssertEqual(guided(aimed: Tensor([1]), unaimed: Tensor([7]), by: 0).scalars, [1])
  }

  func testAFileHoldsAllThatIsNeeded() throws {
    let url = try folder().appendingPathComponent("model.safetensors")
    let model = model()
    try model.save(to: url, notes: ["why": "a test"])
    let read = try PictureModel(contentsOf: url)
    let copy = try PictureModel(copying: model)
    let x = model.normalized(data().images)
    let time = Tensor.full(0.3, [8])
    let want = model.raw(labels: data().labels)(x, time)
    for other in [read, copy] {
      XCTAssertEqual(other.raw(labels: data().labels)(x, time).scalars, want.scalars)
      XCTAssertEqual([other.mean, other.scale], [model.mean, model.scale])
      XCTAssertEqual(other.imageShape, [1, 8, 8])
    }
    try saveSafetensors(model.network.stateDictionary(), to: url)
    XCTAssertThrowsError(try PictureModel(contentsOf: url)) { error in
      XCTAssertTrue("\(error)".contains("holds no picture model"), "\(error)")
    }
  }

  func testATrainingStopsWithNothingToResumeAndElseLearns() throws {
    let checkpoint = try folder().appendingPathComponent("training.safetensors")
    var seen: [[Int]?] = []
    func train(_ model: PictureModel, resume: Bool) throws -> [Float] {
      var plan = PictureTraining(steps: 3)
      plan.batchSize = 4
      plan.labelDropout = 1
      return try plan.train(
        model, on: data(), seed: 5, checkpoint: checkpoint, resume: resume, resumeCommand: "again"
      ) { batch, run in
        seen.append(batch.labels)
        let noise = Tensor.normal(batch.pictures.shape, using: &run["noise"])
        return square(model.raw(labels: batch.labels)(batch.pictures + noise, Tensor.zeros([4])) - noise).mean()
      }.losses
    }
    XCTAssertThrowsError(try train(model(), resume: true)) { error in
      XCTAssertTrue("\(error)".contains("nothing to resume"), "\(error)")
    }
    let model = model()
    let before = model.network.stateDictionary()
    XCTAssertEqual(try train(model, resume: false).count, 3)
    XCTAssertEqual(seen, Array(repeating: [2, 2, 2, 2], count: 3), "every label is hidden: class 2 is no class")
    let after = model.network.stateDictionary()
    XCTAssertTrue(before.contains { key, tensor in after[key]?.scalars != tensor.scalars }, "the weights have moved")
  }
}
