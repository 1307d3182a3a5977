import NeuralNetworks
import OptimalTransport
import Tensors

/// A row's work, made ready.
struct Work {
  /// What must agree with the others': called once, before anything else.
  let check: (_ steps: Int) -> [String: Tensor]
  /// One iteration: what is timed.
  let step: () -> Void

  /// Work without state, whose results must agree.
  private init(kernel: @escaping () -> [Tensor]) {
    check = { _ in
      Dictionary(uniqueKeysWithValues: kernel().enumerated().map { ("\($0.offset)", $0.element.detached()) })
    }
    step = { _ = kernel() }
  }

  /// A training step, whose first losses must agree.
  private init(training: @escaping () -> [Float]) {
    check = { steps in ["losses": Tensor((0..<steps).flatMap { _ in training() })] }
    step = { _ = training() }
  }

  init(check: @escaping (Int) -> [String: Tensor], step: @escaping () -> Void) {
    self.check = check
    self.step = step
  }

  /// How ours does a row, with nothing but the public interface; nil if it cannot yet.
  static func prepare(_ row: Row, _ t: [String: Tensor]) throws -> Work? {
    switch row.kind {
    case "matmul":
      let (a, b) = (t["a"]!, t["b"]!)
      let (transposeA, transposeB) = (row.sizes["transposeA"] == 1, row.sizes["transposeB"] == 1)
      return Work { [matmul(a, b, transposeA: transposeA, transposeB: transposeB)] }
    case "conv": return convolution(row, t)
    case "pointwise": return pointwise(row, t)
    case "adam": return adam(t)
    case "graph": return graph(row, t)
    case "transport": return transport(row, t)
    case "gan": return try gan(t)
    case "wgan-gp": return try wassersteinCritic(t)
    case "unet": return try digits(t)
    case "sample": return try sampling(t)
    case "transformer": return try languageModel(t)
    case "decode": return try decoding(t)
    case "heap", "spanning-tree", "traversal": return try algorithm(row, t)
    default: return nil
    }
  }

  // MARK: - Kernels

  private static func convolution(_ row: Row, _ t: [String: Tensor]) -> Work {
    let (x, w, g) = (t["x"]!, t["w"]!, t["g"]!)
    let (stride, padding) = (row.sizes["stride"]!, row.sizes["kernel"]! / 2)
    if row.pass == "forward" { return Work { [conv2d(x, w, stride: stride, padding: padding)] } }
    // Recorded once; a sweep back over it is the one gradient and nothing else.
    let leaf = row.pass == "input" ? x.tracked() : w.tracked()
    let y =
      row.pass == "input"
      ? conv2d(leaf, w, stride: stride, padding: padding) : conv2d(x, leaf, stride: stride, padding: padding)
    return Work { grad(of: y, wrt: [leaf], seed: g) }
  }

  private static func pointwise(_ row: Row, _ t: [String: Tensor]) -> Work {
    let (x, g) = (t["x"]!, t["g"]!)
    if let w = t["w"], let b = t["b"] {
      let apply: (Tensor, Tensor, Tensor) -> Tensor
      if row.op == "layerNorm" {
        let layer = LayerNorm(dimensions: w.shape[0])
        apply = { x, w, b in
          layer.weight.value = w
          layer.bias.value = b
          return layer(x)
        }
      } else {
        let groups = row.sizes["groups"]!
        apply = { groupNorm($0, groupCount: groups, weight: $1, bias: $2) }
      }
      if row.pass == "forward" { return Work { [apply(x, w, b)] } }
      return Work {
        let leaves = [x.tracked(), w.tracked(), b.tracked()]
        let y = apply(leaves[0], leaves[1], leaves[2])
        return [y] + grad(of: y, wrt: leaves, seed: g)
      }
    }
    let apply: (Tensor) -> Tensor =
      switch row.op {
      case "exp": { exp($0) }
      case "tanh": { tanh($0) }
      case "silu": { silu($0) }
      case "gelu": { gelu($0) }
      case "softmax": { softmax($0) }
      default: fatalError("Row \(row.name): there is no operation \(row.op ?? "").")
      }
    if row.pass == "forward" { return Work { [apply(x)] } }
    return Work {
      let leaf = x.tracked()
      let y = apply(leaf)
      return [y] + grad(of: y, wrt: [leaf], seed: g)
    }
  }

  /// A model of one parameter.
  private final class Single: Module {
    let p: Parameter
    init(_ value: Tensor) {
      p = Parameter(value)
      super.init()
    }
  }

  private static func adam(_ t: [String: Tensor]) -> Work {
    let model = Single(t["p"]!)
    let gradients = Gradients([("p", t["g"]!)])
    let optimizer = Adam(learningRate: 1e-3)
    let step = { optimizer.update(model, gradients: gradients) }
    return Work(
      check: { _ in
        for _ in 0..<3 { step() }
        return ["p": model.p.value]
      }, step: step)
  }

  private static func graph(_ row: Row, _ t: [String: Tensor]) -> Work {
    let (x, nodes) = (t["x"]!, row.sizes["nodes"]!)
    return Work {
      let leaf = x.tracked()
      var y = leaf
      for _ in 0..<nodes { y = y + leaf }
      return [y.detached()] + grad(of: y, wrt: [leaf])
    }
  }

  private static func transport(_ row: Row, _ t: [String: Tensor]) -> Work {
    func doubles(_ name: String) -> [Double] { t[name]!.scalars.map { Double($0) } }
    // Rounded to Float, the masses no longer add up to 1.
    func masses(_ name: String) -> [Double] {
      let masses = doubles(name)
      let sum = masses.reduce(0, +)
      return masses.map { $0 / sum }
    }
    let (p, q, cost) = (masses("p"), masses("q"), doubles("cost"))
    let solve: () -> TransportPlan = {
      do {
        guard row.op == "sinkhorn" else { return try exactTransport(p, q, cost: cost) }
        return try sinkhorn(p, q, cost: cost, epsilon: 0.05, iterations: row.sizes["iterations"]!, tolerance: 0).plan
      } catch { fatalError("Row \(row.name): \(error)") }
    }
    return Work(
      check: { _ in
        let plan = solve()
        return ["cost": Tensor([Float(plan.cost)]), "plan": Tensor(plan.masses, shape: [plan.rows, plan.columns])]
      }, step: { _ = solve() })
  }

  // MARK: - Training steps

  private static func part(_ prefix: String, of t: [String: Tensor]) -> [String: Tensor] {
    var found: [String: Tensor] = [:]
    for (key, tensor) in t where key.hasPrefix(prefix) { found[String(key.dropFirst(prefix.count))] = tensor }
    return found
  }

  private static func perceptron(_ dimensions: [Int], _ prefix: String, _ t: [String: Tensor]) throws -> MLP {
    var rng = RandomStream(seed: 0)
    let model = MLP(dimensions: dimensions, activation: .leakyReLU(slope: 0.2), using: &rng)
    try model.load(part(prefix, of: t))
    return model
  }

  private static func gan(_ t: [String: Tensor]) throws -> Work {
    let (x, z) = (t["x"]!, t["z"]!)
    let generator = try perceptron(Row.generator, "generator.", t)
    let critic = try perceptron(Row.critic, "critic.", t)
    let adamG = Adam(learningRate: 1e-4, betas: (0.5, 0.999))
    let adamD = Adam(learningRate: 1e-4, betas: (0.5, 0.999))
    return Work(training: {
      let fake = withoutGrad { generator(z) }
      let d = valueAndGrad(critic) { softplus(-critic(x)).mean() + softplus(critic(fake)).mean() }
      adamD.update(critic, gradients: d.gradients)
      let g = valueAndGrad(generator) { softplus(-critic(generator(z))).mean() }
      adamG.update(generator, gradients: g.gradients)
      return [d.value.item(), g.value.item()]
    })
  }

  private static func wassersteinCritic(_ t: [String: Tensor]) throws -> Work {
    let (x, fake, mix) = (t["x"]!, t["fake"]!, t["mix"]!)
    let critic = try perceptron(Row.critic, "critic.", t)
    let adam = Adam(learningRate: 1e-4, betas: (0.5, 0.9))
    return Work(training: {
      let step = valueAndGrad(critic) {
        let between = (mix * x + (1 - mix) * fake).tracked()
        let slope = grad(of: critic(between).sum(), wrt: [between], createGraph: true)[0]
        let penalty = square(sqrt(square(slope).sum(axis: 1) + 1e-12) - 1).mean() * 10
        return critic(fake).mean() - critic(x).mean() + penalty
      }
      adam.update(critic, gradients: step.gradients)
      return [step.value.item()]
    })
  }

  private static func network(_ t: [String: Tensor]) throws -> UNet {
    var rng = RandomStream(seed: 0)
    let model = UNet(Row.digits, using: &rng)
    try model.load(part("model.", of: t))
    return model
  }

  /// EDM's denoiser with σ_d = ½ (Karras et al. 2022, eq. 7), a noise level for each image.
  private static func denoise(_ model: UNet, _ x: Tensor, _ sigmas: Tensor, _ labels: [Int]) -> Tensor {
    let s = sigmas.reshaped([-1, 1, 1, 1])
    let variance = square(s) + 0.25
    let output = model(x / sqrt(variance), noise: log(sigmas) / 4, labels: labels)
    return x * (0.25 / variance) + output * (0.5 * s / sqrt(variance))
  }

  private static func digits(_ t: [String: Tensor]) throws -> Work {
    let model = try network(t)
    let (x0, noise, sigmas) = (t["x0"]!, t["noise"]!, t["sigmas"]!)
    let labels = t["labels"]!.scalars.map { Int($0) }
    let weights = ((square(sigmas) + 0.25) / square(sigmas * 0.5)).reshaped([-1, 1, 1, 1])
    let adam = Adam(learningRate: 1e-3, betas: (0.9, 0.99))
    return Work(training: {
      let step = valueAndGrad(model) {
        let noisy = x0 + noise * sigmas.reshaped([-1, 1, 1, 1])
        return (square(denoise(model, noisy, sigmas, labels) - x0) * weights).mean()
      }
      adam.update(model, gradients: step.gradients)
      return [step.value.item()]
    })
  }

  /// Euler's step of the probability flow from σ = 10 to 7.
  private static func sampling(_ t: [String: Tensor]) throws -> Work {
    let model = try network(t)
    let x = t["x0"]!
    let labels = t["labels"]!.scalars.map { Int($0) }
    let (high, low): (Float, Float) = (10, 7)
    let sigmas = Tensor.full(high, [x.dim(0)])
    return Work {
      withoutGrad { [x + (x - denoise(model, x, sigmas, labels)) * ((low - high) / high)] }
    }
  }

  private static func transformer(_ t: [String: Tensor]) throws -> Transformer {
    var rng = RandomStream(seed: 0)
    let model = Row.languageModel(using: &rng)
    try model.load(part("model.", of: t))
    return model
  }

  private static func languageModel(_ t: [String: Tensor]) throws -> Work {
    let model = try transformer(t)
    let tokens = t["tokens"]!.scalars.map { Int($0) }
    let sequences = (0..<32).map { Array(tokens[$0 * 64..<($0 + 1) * 64]) }
    let targets = t["targets"]!.scalars.map { Int($0) }
    let optimizer = AdamW(learningRate: 3e-4)
    return Work(training: {
      let step = valueAndGrad(model) { crossEntropy(model(sequences), targets: targets) }
      optimizer.update(model, gradients: step.gradients)
      return [step.value.item()]
    })
  }

  /// One token after the other from position 32; at the end of the context back to a copy of the first 32.
  private static func decoding(_ t: [String: Tensor]) throws -> Work {
    let model = try transformer(t)
    let tokens = t["tokens"]!.scalars.prefix(64).map { Int($0) }
    var beginning = model.makeCache()
    _ = model(next: [Array(tokens[..<32])], cache: &beginning)
    var cache = beginning
    func step() -> Tensor {
      if cache.count == 64 { cache = beginning }
      return model(next: [[tokens[cache.count]]], cache: &cache)
    }
    return Work(
      check: { steps in ["logits": concatenated((0..<steps).map { _ in step().reshaped([1, 64]) }, axis: 0)] },
      step: { _ = step() })
  }
}
