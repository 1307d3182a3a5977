import NeuralNetworks
import Tensors
import XCTest

final class ModuleTests: XCTestCase {
  private final class Parts: Module {
    let weight: Parameter
    let head: Linear?
    let nothing: Linear?
    let blocks: [Module]
    let tied: Parameter
    let name = "not a parameter"

    init(using rng: inout RandomStream) {
      weight = Parameter(.zeros([2]))
      head = Linear(inputDimensions: 2, outputDimensions: 1, using: &rng)
      nothing = nil
      blocks = [
        Linear(inputDimensions: 1, outputDimensions: 1, bias: false, using: &rng),
        Sequential([
          Linear(inputDimensions: 1, outputDimensions: 2, using: &rng), Activation.relu, LayerNorm(dimensions: 2),
        ]),
      ]
      tied = weight
      super.init()
    }
  }

  private func make(seed: UInt64 = 1) -> Parts {
    var rng = RandomStream(seed: seed)
    return Parts(using: &rng)
  }

  func testKeysAreThoseOfPyTorch() throws {
    XCTAssertEqual(
      make().parameters().map(\.key),
      [
        "weight", "head.weight", "head.bias", "blocks.0.weight", "blocks.1.0.weight", "blocks.1.0.bias",
        "blocks.1.2.weight", "blocks.1.2.bias",
      ])
    for name in ["unet", "unet-wide"] {
      let fixture = try Fixture("\(name).safetensors")
      var rng = RandomStream(seed: 1)
      let unet = UNet(try fixture.configuration(), using: &rng)
      XCTAssertEqual(Set(unet.stateDictionary().keys), Set(fixture.part("unet/parameter.").keys))
    }
  }

  func testStrictLoadNamesEveryProblemAndChangesNothing() throws {
    let model = make()
    var numbers = make(seed: 2).stateDictionary()
    numbers["head.weight"] = .zeros([3, 1])
    numbers["blocks.0.weight"] = nil
    numbers["blocks.7.weight"] = .zeros([1])
    let before = model.stateDictionary().mapValues(\.scalars)
    XCTAssertThrowsError(try model.load(numbers, source: "/models/other.safetensors")) { error in
      let message = "\(error)"
      for part in [
        "/models/other.safetensors", "Parts", "head.weight is [1, 2] in the model and [3, 1] in the file",
        "missing: blocks.0.weight", "[1, 1]", "unknown: blocks.7.weight",
      ] { XCTAssertTrue(message.contains(part), "\(part) is not in: \(message)") }
      XCTAssertEqual((error as? ModelLoadingError)?.problems.count, 3)
    }
    XCTAssertEqual(model.stateDictionary().mapValues(\.scalars), before)
    XCTAssertThrowsError(try model.load(numbers, strict: false), "shapes must fit even where keys need not")
    numbers["head.weight"] = nil
    try model.load(numbers, strict: false)
    XCTAssertEqual(model.stateDictionary()["blocks.1.0.weight"]?.scalars, numbers["blocks.1.0.weight"]?.scalars)
    XCTAssertEqual(model.stateDictionary()["head.weight"]?.scalars, before["head.weight"])
  }

  func testLoadedNumbersComeBack() throws {
    let (a, b) = (make(seed: 3), make(seed: 4))
    try b.load(a.stateDictionary())
    XCTAssertEqual(a.stateDictionary().mapValues(\.scalars), b.stateDictionary().mapValues(\.scalars))
  }

  func testPrintShowsTheTree() {
    XCTAssertEqual(
      "\(make())",
      """
      Parts · 14 parameters
        weight [2]
        head: Linear(2 → 1) · 3 parameters
          weight [1, 2]
          bias [1]
        blocks.0: Linear(1 → 1) · 1 parameter
          weight [1, 1]
        blocks.1: Sequential · 8 parameters
          0: Linear(1 → 2) · 4 parameters
            weight [2, 1]
            bias [2]
          1: Activation(relu) · 0 parameters
          2: LayerNorm(2) · 4 parameters
            weight [2]
            bias [2]
        tied [2]
      Total: 14 parameters
      """)
    var rng = RandomStream(seed: 1)
    let model = Sequential([
      SpectralNorm(
        Conv2d(inputChannels: 1, outputChannels: 4, kernelSize: 3, padding: 1, bias: false, using: &rng), using: &rng),
      BatchNorm(dimensions: 4), Activation.leakyReLU(),
      TransformerBlock(dimensions: 8, headCount: 2, dropout: 0.1, using: &rng),
    ])
    XCTAssertEqual(
      "\(model)",
      """
      Sequential · 916 parameters
        0: SpectralNorm<Conv2d>(1 → 4, kernel 3, padding 1) · 36 parameters
          parametrizations.weight.original [4, 1, 3, 3]
          parametrizations.weight.0._u [4], fixed
          parametrizations.weight.0._v [9], fixed
        1: BatchNorm(4) · 8 parameters
          weight [4]
          bias [4]
          running_mean [4], fixed
          running_var [4], fixed
          num_batches_tracked [], fixed
        2: Activation(leakyReLU 0.2) · 0 parameters
        3: TransformerBlock(8, hidden 32) · 872 parameters
          self_attn: MultiHeadAttention(8, 2 heads) · 288 parameters
            in_proj_weight [24, 8]
            in_proj_bias [24]
            out_proj: Linear(8 → 8) · 72 parameters
              weight [8, 8]
              bias [8]
          linear1: Linear(8 → 32) · 288 parameters
            weight [32, 8]
            bias [32]
          linear2: Linear(32 → 8) · 264 parameters
            weight [8, 32]
            bias [8]
          norm1: LayerNorm(8) · 16 parameters
            weight [8]
            bias [8]
          norm2: LayerNorm(8) · 16 parameters
            weight [8]
            bias [8]
          dropout: Dropout(0.1) · 0 parameters
      Total: 916 parameters, and 22 fixed numbers
      """)
  }

  func testArraysOfArraysAndOptionalsAreWalkedAndNumbersAreNot() {
    final class Nested: Module {
      let table = [Float](repeating: 0, count: 2_000_000)
      let grid: [[Parameter]]
      let some: [Parameter?]
      override init() {
        grid = [[Parameter(.zeros([1]))], [Parameter(.zeros([2])), Parameter(.zeros([3]))]]
        some = [nil, Parameter(.zeros([4]))]
        super.init()
      }
    }
    XCTAssertEqual(Nested().parameters().map(\.key), ["grid.0.0", "grid.1.0", "grid.1.1", "some.1"])
  }

  /// Parts that are `var` may be exchanged; what is remembered of fixed parts below them must not hide that.
  func testExchangedPartsAreFound() {
    final class Headed: Module {
      var head: Module
      init(_ head: Module) {
        self.head = head
        super.init()
      }
    }
    var rng = RandomStream(seed: 1)
    func linear() -> Linear { Linear(inputDimensions: 1, outputDimensions: 1, bias: false, using: &rng) }
    let (first, second) = (linear(), Sequential([linear(), linear()]))
    let model = Headed(first)
    let outer = Headed(model)
    for _ in 0..<2 {
      XCTAssertEqual(outer.parameters().map(\.key), ["head.head.weight"])
      model.head = second
      XCTAssertEqual(outer.parameters().map(\.key), ["head.head.0.weight", "head.head.1.weight"])
      model.head = first
    }
  }

  func testModeReachesEveryPart() {
    let model = make()
    model.isTraining = false
    XCTAssertEqual(model.head?.isTraining, false)
    XCTAssertTrue(model.blocks.allSatisfy { !$0.isTraining })
  }

  func testGradientsOfFrozenAndTiedParameters() throws {
    let model = make()
    let x = Tensor([1, 2] as [Float], shape: [1, 2])
    let head = try XCTUnwrap(model.head)
    head.bias?.isTrainable = false
    let (value, gradients) = valueAndGrad(model) { (head(x) + (model.weight.value * model.tied.value).sum()).sum() }
    XCTAssertFalse(value.isTracked)
    XCTAssertNil(gradients["head.bias"])
    XCTAssertEqual(gradients["head.weight"]?.scalars, [1, 2])
    XCTAssertEqual(gradients["blocks.0.weight"]?.scalars, [0], "not reached: zeros")
    XCTAssertTrue(model.parameters().allSatisfy { !$0.parameter.value.isTracked }, "the leaves are gone afterwards")
    XCTAssertEqual(model.parameterCount, 13)
  }

  func testTwoModelsAtOnce() {
    var rng = RandomStream(seed: 5)
    let (first, second) = (
      Linear(inputDimensions: 2, outputDimensions: 2, bias: false, using: &rng),
      Linear(inputDimensions: 2, outputDimensions: 1, bias: false, using: &rng)
    )
    let x = Tensor([1, -1] as [Float], shape: [1, 2])
    let (_, both) = valueAndGrad([first, second]) { second(first(x)).sum() }
    XCTAssertEqual(both.count, 2)
    XCTAssertEqual(both[1]["weight"]?.scalars, first(x).scalars)
  }

  func testParametersComeBackWhenTheLossThrows() {
    struct Stop: Error {}
    let model = make()
    XCTAssertThrowsError(try valueAndGrad(model) { throw Stop() })
    XCTAssertTrue(model.parameters().allSatisfy { !$0.parameter.value.isTracked })
  }

  func testClippingScalesAllGradientsAlike() {
    let gradients = Gradients([("a", Tensor([3, 0])), ("b", Tensor([4]))])
    XCTAssertEqual(gradients.globalNorm, 5)
    let (clipped, norm) = clipGradNorm(gradients, maxNorm: 1)
    XCTAssertEqual(norm, 5)
    XCTAssertEqual(clipped.globalNorm, 1, accuracy: 1e-6)
    XCTAssertEqual(clipped["a"]!.scalars[0], 0.6, accuracy: 1e-6)
    XCTAssertEqual(clipGradNorm(gradients, maxNorm: 6).gradients["b"]?.scalars, [4], "small enough: untouched")
    XCTAssertEqual(Gradients([("a", Tensor([Float.nan])), ("b", Tensor([1]))]).keysWithoutFiniteNumbers, ["a"])
  }
}
