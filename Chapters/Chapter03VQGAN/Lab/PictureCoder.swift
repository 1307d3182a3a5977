import Chapter03VQGAN
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Where the weights of this name lie that come with the course.
func committedWeights(_ name: String) throws -> URL {
  try PackageRoot.find().appendingPathComponent("Chapters/Chapter03VQGAN/Weights/\(name).safetensors")
}

/// An encoder, a codebook and a decoder: pictures to maps of whole numbers, and back.
final class PictureCoder: Module {
  let plan: CompressionPlan
  let encoder: PictureEncoder
  let decoder: PictureDecoder
  private let codebook: Parameter
  private let counts: Parameter
  private let sums: Parameter

  init(_ plan: CompressionPlan, using rng: inout RandomStream) {
    self.plan = plan
    encoder = PictureEncoder(plan, using: &rng)
    decoder = PictureDecoder(plan, using: &rng)
    // A codebook that a moving average keeps is no affair of the optimizer's.
    let shape = [plan.codeCount, plan.codeDimensions]
    codebook = Parameter(.normal(shape, using: &rng), isTrainable: false)
    counts = Parameter(.zeros([plan.codeCount]), isTrainable: false)
    sums = Parameter(.zeros(shape), isTrainable: false)
    super.init()
  }

  /// The codebook and its averages.
  var codes: CodebookState {
    get {
      var state = CodebookState(codebook: codebook.value)
      state.counts = counts.value.scalars.map(Double.init)
      state.sums = sums.value
      return state
    }
    set {
      codebook.value = newValue.codebook
      counts.value = Tensor(newValue.counts, shape: [plan.codeCount])
      sums.value = newValue.sums
    }
  }

  override class var hasFixedParts: Bool { true }

  // MARK: - Pictures and code maps (exercise 3.1)

  /// The code maps of pictures, each read row by row. Nothing is recorded.
  func maps(of pictures: Tensor) throws -> [[Int]] {
    try withoutGrad {
      var maps: [[Int]] = []
      for start in stride(from: 0, to: pictures.dim(0), by: 200) {
        let part = pictures.sliced(axis: 0, start..<min(start + 200, pictures.dim(0)))
        let z = encoder(part)
        let length = z.dim(2) * z.dim(3)
        let count = part.dim(0) * length
        let vectors = try codeVectors(of: z)
          .checked([count, plan.codeDimensions], of: "codeVectors", exercise: "3.1")
        let indices = try nearestCodes(vectors, codebook: codebook.value)
          .checkedCodes(count: count, below: plan.codeCount, of: "nearestCodes", exercise: "3.1")
        maps += (0..<part.dim(0)).map { Array(indices[$0 * length..<($0 + 1) * length]) }
      }
      return maps
    }
  }

  /// The pictures of code maps of `height` rows, by default as high as those of the training. Nothing is recorded.
  func pictures(of maps: [[Int]], height: Int? = nil) throws -> Tensor {
    let height = height ?? plan.mapSide
    return try withoutGrad {
      var parts: [Tensor] = []
      for start in stride(from: 0, to: maps.count, by: 200) {
        let part = Array(maps[start..<min(start + 200, maps.count)])
        let vectors = codebook.value.take(part.flatMap { $0 }, axis: 0)
        let width = part[0].count / height
        let map = try featureMap(of: vectors, batch: part.count, height: height, width: width)
          .checked([part.count, plan.codeDimensions, height, width], of: "featureMap", exercise: "3.1")
        parts.append(decoder(map))
      }
      return parts.count == 1 ? parts[0] : concatenated(parts, axis: 0)
    }
  }

  /// What is left of pictures after both ways.
  func reconstructions(of pictures: Tensor) throws -> Tensor { try self.pictures(of: maps(of: pictures)) }

  // MARK: - Files

  /// Writes the weights, with all that is needed to use them.
  func save(to url: URL, notes: [String: String]) throws {
    let own = [
      "image channels": "\(plan.imageChannels)", "side": "\(plan.side)", "patch size": "\(plan.patchSize)",
      "halved": "\(plan.isHalved)", "local": "\(plan.isLocal)", "codes": "\(plan.codeCount)",
      "code dimensions": "\(plan.codeDimensions)",
      "width": "\(plan.width)",
    ]
    try saveSafetensors(
      stateDictionary(), to: url, metadata: notes.merging(own) { _, new in new }, precision: .half)
  }

  /// The coder in a file that ``save(to:notes:)`` wrote.
  convenience init(contentsOf url: URL) throws {
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    func number(_ key: String) throws -> Int {
      guard let value = metadata[key].flatMap({ Int($0) }) else {
        throw LabError("\(url.path) holds no coder of this lab: its metadata lack \(key).")
      }
      return value
    }
    let plan = try CompressionPlan(
      imageChannels: number("image channels"), side: number("side"), patchSize: number("patch size"),
      isHalved: metadata["halved"] == "true", isLocal: metadata["local"] == "true", codeCount: number("codes"),
      codeDimensions: number("code dimensions"), width: number("width"))
    var rng = RandomStream(seed: 0)
    self.init(plan, using: &rng)
    try load(tensors, source: url.path)
  }

  /// The coder of digits whose weights come with the course.
  static func committed() throws -> PictureCoder {
    try PictureCoder(contentsOf: committedWeights("digits-coder"))
  }
}
