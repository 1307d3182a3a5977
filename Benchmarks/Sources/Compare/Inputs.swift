import NeuralNetworks
import Tensors

extension Row {
  /// The numbers that everybody starts from: weights and data, drawn from a stream of the row's own.
  func inputs() -> [String: Tensor] {
    var rng = RandomStream(seed: 1).stream(kind + (op ?? ""))
    func normal(_ shape: [Int]) -> Tensor { .normal(shape, using: &rng) }
    let s = sizes
    switch kind {
    case "matmul":
      let (m, k, n) = (s["m"]!, s["k"]!, s["n"]!)
      return [
        "a": normal(s["transposeA"] == 1 ? [k, m] : [m, k]), "b": normal(s["transposeB"] == 1 ? [n, k] : [k, n]),
      ]
    case "conv":
      let (n, c, h, k, kernel) = (s["n"]!, s["c"]!, s["h"]!, s["k"]!, s["kernel"]!)
      let out = (h + 2 * (kernel / 2) - kernel) / s["stride"]! + 1
      return ["x": normal([n, c, h, h]), "w": normal([k, c, kernel, kernel]), "g": normal([n, k, out, out])]
    case "pointwise":
      if op == "groupNorm" {
        let shape = [s["n"]!, s["c"]!, s["h"]!, s["h"]!]
        return ["x": normal(shape) + 0.5, "w": normal([shape[1]]), "b": normal([shape[1]]), "g": normal(shape)]
      }
      let shape = [s["rows"]!, s["columns"]!]
      var tensors = ["x": normal(shape), "g": normal(shape)]
      if op == "layerNorm" {
        tensors["w"] = normal([shape[1]])
        tensors["b"] = normal([shape[1]])
      }
      return tensors
    case "adam": return ["p": normal([s["count"]!]), "g": normal([s["count"]!])]
    case "graph": return ["x": normal([1])]
    case "transport":
      let n = s["n"]!
      let (x, y) = (normal([n, 2]), normal([n, 2]) + 1)
      func masses() -> Tensor {
        if op == "uniform" { return .ones([n]) / Float(n) }
        let weights = Tensor.uniform([n], using: &rng) + 0.1
        return weights / weights.sum()
      }
      let cost = square(x.expandedDimensions(axis: 1) - y.expandedDimensions(axis: 0)).sum(axes: [2])
      return ["p": masses(), "q": masses(), "cost": cost / cost.max()]
    case "heap":
      // Whole numbers that a Float holds exactly.
      return ["keys": Tensor((0..<s["n"]!).map { _ in Float(rng.integer(below: 1 << 24)) })]
    case "spanning-tree":
      let (vertices, edges) = (s["vertices"]!, s["edges"]!)
      func ends() -> Tensor { Tensor((0..<edges).map { _ in Float(rng.integer(below: vertices)) }) }
      // No weight 0, which SciPy takes for no edge.
      return ["u": ends(), "v": ends(), "weight": .uniform([edges], low: 1, high: 2, using: &rng)]
    case "traversal": return Self.searchTree(rng.permutation(s["n"]!))
    case "gan":
      var tensors = ["x": normal([256, 2]), "z": normal([256, 2])]
      Self.add(MLP(dimensions: Self.generator, using: &rng), as: "generator.", to: &tensors)
      Self.add(MLP(dimensions: Self.critic, using: &rng), as: "critic.", to: &tensors)
      return tensors
    case "wgan-gp":
      var tensors = ["x": normal([256, 2]), "fake": normal([256, 2]) * 0.5]
      tensors["mix"] = .uniform([256, 1], using: &rng)
      Self.add(MLP(dimensions: Self.critic, using: &rng), as: "critic.", to: &tensors)
      return tensors
    case "unet", "sample":
      var tensors = ["x0": normal([64, 1, 28, 28]) * 0.5, "noise": normal([64, 1, 28, 28])]
      tensors["sigmas"] = exp(normal([64]) * 1.2 - 0.4)
      tensors["labels"] = Tensor((0..<64).map { Float($0 % 11) })
      let model = UNet(Self.digits, using: &rng)
      // What starts at zero would hide whether the work behind it is done right.
      for (_, parameter) in model.parameters() where parameter.value.scalars.allSatisfy({ $0 == 0 }) {
        parameter.value = .normal(parameter.shape, using: &rng) * 0.02
      }
      Self.add(model, as: "model.", to: &tensors)
      return tensors
    case "transformer", "decode":
      func tokens() -> Tensor {
        Tensor((0..<32 * 64).map { _ in Float(rng.integer(below: 64)) }, shape: [32, 64])
      }
      var tensors = ["tokens": tokens(), "targets": tokens()]
      let model = Self.languageModel(using: &rng)
      for (_, parameter) in model.parameters() where parameter.value.scalars.allSatisfy({ $0 == 0 }) {
        parameter.value = .normal(parameter.shape, using: &rng) * 0.02
      }
      Self.add(model, as: "model.", to: &tensors)
      return tensors
    default: fatalError("Row \(name): there are no inputs for the kind \(kind).")
    }
  }

  /// The binary search tree that grows from these keys in turn: links to nodes, −1 where there is none. Node i is the i-th
  /// key, so that parents and children lie far apart in memory, as they do in trees that grew.
  private static func searchTree(_ keys: [Int]) -> [String: Tensor] {
    var (left, right) = ([Int](repeating: -1, count: keys.count), [Int](repeating: -1, count: keys.count))
    for node in keys.indices.dropFirst() {
      var parent = 0
      while true {
        let isLeft = keys[node] < keys[parent]
        let next = isLeft ? left[parent] : right[parent]
        guard next < 0 else {
          parent = next
          continue
        }
        if isLeft { left[parent] = node } else { right[parent] = node }
        break
      }
    }
    return ["left": Tensor(left.map { Float($0) }), "right": Tensor(right.map { Float($0) })]
  }

  static let generator = [2, 128, 128, 128, 2]
  static let critic = [2, 128, 128, 128, 1]
  /// Chapter 5's network for 28 × 28 digits.
  static let digits: UNetConfiguration = {
    var configuration = UNetConfiguration()
    configuration.mapSize = 7
    return configuration
  }()

  static func languageModel(using rng: inout RandomStream) -> Transformer {
    Transformer(
      vocabularySize: 64, contextLength: 64, dimensions: 128, headCount: 4, layerCount: 4, using: &rng)
  }

  private static func add(_ model: Module, as prefix: String, to tensors: inout [String: Tensor]) {
    for (key, tensor) in model.stateDictionary() { tensors[prefix + key] = tensor }
  }
}
