import Chapter03VQGAN
import ExerciseTesting
import Tensors

final class Exercise3_1_NearestCode: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let z = Tensor.normal([2, 3, 4, 5], using: &rng)
    let vectors = try codeVectors(of: z)
    expectShape(vectors, [40, 3], "one row for each place of each picture: [B·H·W, C]")
    let map = try featureMap(of: vectors, batch: 2, height: 4, width: 5)
    expectShape(map, z.shape, "rows become a map [B, C, H, W] again")
    let indices = try nearestCodes(Tensor.normal([7, 3], using: &rng), codebook: .normal([4, 3], using: &rng))
    expectEqual(indices.count, 7, "one index a vector, not one a code")
    expect(indices.allSatisfy { (0..<4).contains($0) }, "indices name codes, 0 to K − 1; got \(indices)")
    try expectRefusal("a map without a batch") { _ = try codeVectors(of: .ones([3, 4, 5])) }
    try expectRefusal("39 rows for 2 × 4 × 5 places") {
      _ = try featureMap(of: .ones([39, 3]), batch: 2, height: 4, width: 5)
    }
    try expectRefusal("vectors of another length than the codes") {
      _ = try nearestCodes(.ones([7, 3]), codebook: .ones([4, 2]))
    }
    try expectRefusal("an empty codebook") { _ = try nearestCodes(.ones([7, 3]), codebook: .zeros([0, 3])) }
  }

  func test2_ByHand() throws {
    let codebook = Tensor(rows: [[0, 0], [3, 0], [0, 4]])
    let plain = try nearestCodes(Tensor(rows: [[1, 1], [2, 0.5], [0.5, 3], [-9, -9]]), codebook: codebook)
    expectEqual(plain, [0, 1, 2, 0], "the *nearest* code: the smallest squared distance, not the largest")
    let long = try nearestCodes(Tensor(rows: [[1, 0.9]]), codebook: Tensor(rows: [[1, 1], [10, 10]]))
    expectEqual(long, [0], "a long code is not a near one: ‖e‖² belongs to the distance; −2·z·e alone is not enough")
    let between = try nearestCodes(Tensor(rows: [[1.5, 0], [1.5, 7]]), codebook: codebook)
    expectEqual(between, [0, 2], "halfway between codes 0 and 1: of equally near codes the one with the lowest index")
    let twins = try nearestCodes(
      Tensor(rows: [[5, 5], [1, 1]]), codebook: Tensor(rows: [[9, 9], [5, 5], [1, 1], [5, 5], [1, 1]]))
    expectEqual(twins, [1, 2], "of equal codes the one with the lowest index")
    let line = try nearestCodes(Tensor(column: [-2, 0.4, 0.6]), codebook: Tensor(column: [0, 1]))
    expectEqual(line, [0, 0, 1], "codes of one number")
  }

  func test3_ChannelsAreTheVector() throws {
    // z[b, c, h, w] = bchw, read as a decimal number.
    let (batch, channels, height, width) = (2, 3, 2, 4)
    var scalars: [Float] = []
    var rows: [[Double]] = []
    for b in 0..<batch {
      for c in 0..<channels {
        for h in 0..<height {
          for w in 0..<width { scalars.append(Float(1000 * b + 100 * c + 10 * h + w)) }
        }
      }
    }
    for b in 0..<batch {
      for h in 0..<height {
        for w in 0..<width { rows.append((0..<channels).map { Double(1000 * b + 100 * $0 + 10 * h + w) }) }
      }
    }
    let z = Tensor(scalars, shape: [batch, channels, height, width])
    let vectors = try codeVectors(of: z)
    expectClose(
      vectors, Tensor(rows: rows),
      "row (b·H + h)·W + w must hold all channels of one place: move the channels to the end before reshaping")
    let map = try featureMap(of: Tensor(rows: rows), batch: batch, height: height, width: width)
    expectClose(map, z, "the way back must undo it: the channels go from the end to the second place")

    var rng = stream("weights")
    let weights = Tensor.normal([batch * height * width, channels], using: &rng)
    let leaf = z.tracked()
    let there = try codeVectors(of: leaf)
    let back = try featureMap(of: there, batch: batch, height: height, width: width)
    expectClose(
      grad(of: (back * back).sum(), wrt: [leaf])[0], z * 2,
      "gradients must flow through both: nothing is to be detached")
    expect(there.isTracked, "the encoder learns through these vectors: they must stay part of the graph")
    expectShape(grad(of: (there * weights).sum(), wrt: [leaf])[0], z.shape, "a gradient of the shape of z")
  }

  func test4_FarFromTheOrigin() throws {
    var rng = stream("far")
    for centre in [Float(1e4), -3e4] {
      // Multiples of 1/64, which Float32 holds exactly even there: only the distances can go wrong.
      func points(_ count: Int) -> Tensor {
        let fine = Tensor.normal([count, 4], using: &rng).scalars.map { ($0 * 64).rounded() / 64 + centre }
        return Tensor(fine, shape: [count, 4])
      }
      let codebook = points(12)
      let z = points(60)
      let indices = try nearestCodes(z, codebook: codebook)
      guard indices.count == 60 else { return expectEqual(indices.count, 60, "one index a vector") }
      let codes = CodeList(codebook)
      for (row, vector) in CodeList(z).codes.enumerated() {
        let want = codes.nearest(to: vector)
        guard want.gap > 1e-3 else { continue }
        expectEqual(
          indices[row], want.index,
          "near (\(centre), …) vector \(row) gets another code than its nearest. ‖z‖² + ‖e‖² − 2·z·e has lost the "
            + "digits that matter: form z − e first, then square")
      }
    }
  }

  func test5_AgainstSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let name: String
        let z, codebook: [[Double]]
        let indices: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("nearest-code", from: .module)
    for known in content.cases {
      let indices = try nearestCodes(Tensor(rows: known.z), codebook: Tensor(rows: known.codebook))
      expectEqual(indices, known.indices, "SciPy's cdist finds other codes nearest (\(known.name))")
    }

    // As large as a training step: every vector lies beside the code whose number it was made from.
    var rng = stream("large")
    let (count, codeCount) = (5000, 300)
    let codebook = Tensor((0..<codeCount).flatMap { [Float($0), Float($0 % 7)] }, shape: [codeCount, 2])
    let chosen = (0..<count).map { _ in rng.integer(below: codeCount) }
    let noise = Tensor.uniform([count, 2], low: -0.4, high: 0.4, using: &rng)
    let indices = try nearestCodes(codebook.take(chosen) + noise, codebook: codebook)
    expectEqual(indices.count, count, "one index for each of \(count) vectors: is the last block of rows missing?")
    let wrong = zip(indices, chosen).filter { $0 != $1 }.count
    expectEqual(wrong, 0, "each of \(count) vectors lies within 0.6 of its code, and all other codes are farther")
  }

  func test6_WholePictures() throws {
    struct Content: Decodable {
      struct Image: Decodable {
        let z: [[[[Double]]]]
        let codebook: [[Double]]
        let indices: [[[Int]]]
        let quantized: [[[[Double]]]]
      }
      let image: Image
    }
    let known = try (Fixture.load("nearest-code", from: .module) as Content).image
    let z = Tensor(maps: known.z)
    let codebook = Tensor(rows: known.codebook)
    let vectors = try codeVectors(of: z)
    guard vectors.ndim == 2, vectors.dim(1) == codebook.dim(1) else {
      return expectShape(vectors, [16, 3], "vectors are the channels")
    }
    let indices = try nearestCodes(vectors, codebook: codebook)
    expectEqual(
      indices, known.indices.flatMap { $0.flatMap { $0 } },
      "vector-quantize-pytorch gets other codes for a batch of maps: in what order are the places?")
    guard indices.count == vectors.dim(0) else { return }
    let map = try featureMap(of: codebook.take(indices), batch: 2, height: z.dim(2), width: z.dim(3))
    expectClose(map, Tensor(maps: known.quantized), "the map of codes, back in the layout [B, C, H, W]")
  }
}
