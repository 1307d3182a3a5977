import Foundation
import Tensors
import XCTest

/// Every single operation against PyTorch: values, gradients, and the gradients of a penalty on the gradients.
final class PyTorchOperationTests: XCTestCase {
  struct Fixture: Decodable {
    let cases: [Case]
  }

  struct Array: Decodable {
    let shape: [Int]
    /// Doubles: a number below what Float32 can hold is an error to the decoder, and 0 to us.
    let values: [Double]
    var tensor: Tensor { Tensor(values, shape: shape) }
  }

  struct Case: Decodable {
    let name: String
    let op: String
    let arguments: Arguments
    let inputs: [Array]
    let output: Array
    let seed: Array?
    let gradients: [Array]?
    let penalty: Array?
    let penaltyGradients: [Array]?
  }

  struct Arguments: Decodable {
    let axes: [Int]?
    let axis: Int?
    let keepDims: Bool?
    let slope: Float?
    let exponent: Float?
    let low: Float?
    let high: Float?
    let transposeA: Bool?
    let transposeB: Bool?
    let stride: Int?
    let padding: Int?
    let groups: Int?
    let size: Int?
    let factor: Int?
    let groupCount: Int?
    let eps: Float?
    let shape: [Int]?
    let lower: Int?
    let upper: Int?
    let indices: [Int]?
    let mask: Array?
    let length: Int?
    let mode: String?
    let value: Float?
    let widths: [Int]?
    let ranges: [Int]?
    let descending: Bool?
    let k: Int?
    let correction: Int?
    let outputPadding: Int?
    let counts: Bool?
  }

  private static let cases = Result {
    let url = try XCTUnwrap(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appendingPathComponent(
      "ops.json")
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases
  }

  func testTheFixtureIsWhole() throws { XCTAssertGreaterThanOrEqual(try Self.cases.get().count, 277) }

  func testValuesAndGradientsAgree() throws {
    for fixture in try Self.cases.get() {
      let inputs = fixture.inputs.map { $0.tensor.tracked() }
      let output = try apply(fixture, to: inputs)
      assertClose(output, fixture.output.tensor, "\(fixture.name): value")
      // Some operations take a shorter way when nothing is recorded.
      let unrecorded = try withoutGrad { try apply(fixture, to: inputs) }
      XCTAssertEqual(unrecorded.scalars, output.scalars, "\(fixture.name): value without recording")
      guard let seed = fixture.seed?.tensor, let wanted = fixture.gradients else { continue }
      let gradients = grad(of: output, wrt: inputs, seed: seed)
      for (index, pair) in zip(gradients, wanted).enumerated() {
        assertClose(pair.0, pair.1.tensor, "\(fixture.name): gradient of input \(index)")
      }
      // Recorded sweeps take the composed forms of fused kernels; they must agree too.
      for (index, pair) in zip(grad(of: output, wrt: inputs, seed: seed, createGraph: true), wanted).enumerated() {
        assertClose(pair.0, pair.1.tensor, "\(fixture.name): recorded gradient of input \(index)")
      }
    }
  }

  func testGradientsOfAGradientPenaltyAgree() throws {
    var count = 0
    for fixture in try Self.cases.get() {
      guard let seed = fixture.seed?.tensor, let penalty = fixture.penalty, let wanted = fixture.penaltyGradients else {
        continue
      }
      count += 1
      let inputs = fixture.inputs.map { $0.tensor.tracked() }
      let output = try apply(fixture, to: inputs)
      let gradients = grad(of: output, wrt: inputs, seed: seed, createGraph: true)
      let value = gradients.map { square($0).sum() }.reduce(Tensor(0), +)
      assertClose(value, penalty.tensor.reshaped([]), "\(fixture.name): penalty")
      for (index, pair) in zip(grad(of: value, wrt: inputs), wanted).enumerated() {
        assertClose(pair.0, pair.1.tensor, "\(fixture.name): penalty's gradient of input \(index)", tolerance: 1e-4)
      }
    }
    XCTAssertGreaterThanOrEqual(count, 38)
  }

  private func assertClose(_ got: Tensor, _ want: Tensor, _ what: String, tolerance: Float = 5e-5) {
    guard got.shape == want.shape else { return XCTFail("\(what): shape \(got.shape), PyTorch has \(want.shape)") }
    guard want.scalarCount > 0 else { return }
    let scale = max(abs(want).max().item(), 1e-3)
    let error = abs(got - want).max().item()
    XCTAssertLessThanOrEqual(error, tolerance * scale, "\(what): off by \(error) where the largest is \(scale)")
  }

  /// Numbers two by two: the fixture's flat list of widths or ranges.
  private func pairs(_ numbers: [Int]) -> [(before: Int, after: Int)] {
    stride(from: 0, to: numbers.count, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
  }

  struct UnknownOperation: Error { let name: String }

  private func apply(_ fixture: Case, to x: [Tensor]) throws -> Tensor {
    let a = fixture.arguments
    let axes = a.axes.map { $0.isEmpty ? Swift.Array(x[0].shape.indices) : $0 } ?? []
    let keep = a.keepDims ?? false
    switch fixture.op {
    case "negate": return -x[0]
    case "exp": return exp(x[0])
    case "square": return square(x[0])
    case "sin": return sin(x[0])
    case "cos": return cos(x[0])
    case "tanh": return tanh(x[0])
    case "sigmoid": return sigmoid(x[0])
    case "relu": return relu(x[0])
    case "silu": return silu(x[0])
    case "gelu": return gelu(x[0])
    case "softplus": return softplus(x[0])
    case "erf": return erf(x[0])
    case "abs": return abs(x[0])
    case "log": return log(x[0])
    case "sqrt": return sqrt(x[0])
    case "rsqrt": return rsqrt(x[0])
    case "leakyReLU": return leakyReLU(x[0], slope: a.slope!)
    case "pow": return pow(x[0], a.exponent!)
    case "clamp": return clamp(x[0], a.low!, a.high!)
    case "add": return x[0] + x[1]
    case "subtract": return x[0] - x[1]
    case "multiply": return x[0] * x[1]
    case "divide": return x[0] / x[1]
    case "maximum": return maximum(x[0], x[1])
    case "minimum": return minimum(x[0], x[1])
    case "where": return `where`(a.mask!.tensor, x[0], x[1])
    case "less": return x[0] .< x[1]
    case "lessOrEqual": return x[0] .<= x[1]
    case "greater": return x[0] .> x[1]
    case "greaterOrEqual": return x[0] .>= x[1]
    case "sum": return x[0].sum(axes: axes, keepDims: keep)
    case "mean": return x[0].mean(axes: axes, keepDims: keep)
    case "max": return x[0].max(axes: axes, keepDims: keep)
    case "min": return x[0].min(axes: axes, keepDims: keep)
    case "variance": return x[0].variance(axes: axes, keepDims: keep, correction: a.correction ?? 0)
    case "logSumExp": return logSumExp(x[0], axes: axes, keepDims: keep)
    case "softmax": return softmax(x[0], axis: a.axis!)
    case "logSoftmax": return logSoftmax(x[0], axis: a.axis!)
    case "matmul": return matmul(x[0], x[1], transposeA: a.transposeA!, transposeB: a.transposeB!)
    case "linear": return linear(x[0], weight: x[1], bias: x.count > 2 ? x[2] : nil)
    case "conv2d":
      return conv2d(
        x[0], x[1], bias: x.count > 2 ? x[2] : nil, stride: a.stride!, padding: a.padding!, groups: a.groups!)
    case "averagePool2d": return averagePool2d(x[0], size: a.size!)
    case "upsampleNearest2d": return upsampleNearest2d(x[0], factor: a.factor!)
    case "groupNorm":
      return groupNorm(
        x[0], groupCount: a.groupCount!, weight: x.count > 1 ? x[1] : nil, bias: x.count > 2 ? x[2] : nil, eps: a.eps!)
    case "reshaped": return x[0].reshaped(a.shape!)
    case "transposed": return x[0].transposed(axes: a.axes!)
    case "broadcast": return x[0].broadcast(to: a.shape!)
    case "sliced": return x[0].sliced(axis: a.axis!, a.lower!..<a.upper!)
    case "take": return x[0].take(a.indices!, axis: a.axis!)
    case "concatenated": return concatenated(x, axis: a.axis!)
    case "stacked": return stacked(x, axis: a.axis!)
    case "gathered": return x[0].gathered(a.indices!, shape: a.shape!, axis: a.axis!)
    case "scatterAddedAt": return x[0].scatterAdded(x[1], at: a.indices!, axis: a.axis!)
    case "scatterAdded": return x[0].scatterAdded(a.indices!, axis: a.axis!, length: a.length!)
    case "paddedMode":
      let modes = ["constant": PaddingMode.constant(a.value!), "reflect": .reflect, "replicate": .replicate]
      return x[0].padded(pairs(a.widths!), mode: modes[a.mode!]!)
    case "slicedRanges": return x[0].sliced(pairs(a.ranges!).map { $0.before..<$0.after })
    case "sorted":
      let (values, indices) = x[0].sorted(axis: a.axis!, descending: a.descending!)
      XCTAssertEqual(indices, a.indices!, fixture.name)
      return values
    case "topK": return x[0].topK(a.k!, axis: a.axis!, largest: a.descending!).values
    case "cumulativeSum": return x[0].cumulativeSum(axis: a.axis!)
    case "flipped": return x[0].flipped(axis: a.axis!)
    case "logSigmoid": return logSigmoid(x[0])
    case "clampLow": return clamp(x[0], atLeast: a.low!)
    case "clampHigh": return clamp(x[0], atMost: a.high!)
    case "softmaxAxes": return softmax(x[0], axes: axes)
    case "logSoftmaxAxes": return logSoftmax(x[0], axes: axes)
    case "convTranspose2d":
      return convTranspose2d(
        x[0], x[1], bias: x.count > 2 ? x[2] : nil, stride: a.stride!, padding: a.padding!,
        outputPadding: a.outputPadding!, groups: a.groups!)
    case "maxPool2d": return maxPool2d(x[0], size: a.size!, stride: a.stride!, padding: a.padding!)
    case "averagePool2dWindows":
      return averagePool2d(x[0], size: a.size!, stride: a.stride!, padding: a.padding!, countsPadding: a.counts!)
    default: throw UnknownOperation(name: fixture.op)
    }
  }
}
