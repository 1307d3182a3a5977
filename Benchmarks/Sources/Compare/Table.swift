extension Row {
  /// Every row, in the table's order.
  static let all: [Row] =
    matrixProducts + convolutions + pointwise + networks + graph + transport + algorithms + processes

  // MARK: - Kernels

  private static let matrixProducts: [Row] = {
    var rows: [Row] = []
    for threads in [1, 2] {
      func add(_ m: Int, _ k: Int, _ n: Int, transposeA: Bool = false, transposeB: Bool = false) {
        let isSquare = m == k && k == n && !transposeA && !transposeB
        let name = isSquare ? "\(n)" : "\(m)x\(k)x\(n)" + (transposeA ? "-tn" : transposeB ? "-nt" : "")
        let left = transposeA ? "(\(k)×\(m))ᵀ" : "\(m)×\(k)"
        let right = transposeB ? "(\(n)×\(k))ᵀ" : "\(k)×\(n)"
        rows.append(
          Row(
            name: "matmul-\(name)-t\(threads)", title: isSquare ? "\(n)³" : "\(left) · \(right)",
            group: "Matrix product, \(threads == 1 ? "1 thread" : "2 threads")", kind: "matmul",
            sizes: ["m": m, "k": k, "n": n, "transposeA": transposeA ? 1 : 0, "transposeB": transposeB ? 1 : 0],
            threads: threads, flops: 2 * Double(m) * Double(k) * Double(n),
            mark: Mark(against: .openBLAS, factor: 0.9, peakShare: isSquare && n >= 256 ? 0.85 : nil)))
      }
      for n in [64, 128, 256, 512, 1024] { add(n, n, n) }
      add(256, 128, 128)
      add(2048, 128, 512)
      add(256, 128, 128, transposeB: true)
      add(2048, 128, 512, transposeB: true)
      add(128, 2048, 512, transposeA: true)
    }
    return rows
  }()

  private static let convolutions: [Row] = {
    var rows: [Row] = []
    func add(_ n: Int, _ c: Int, _ h: Int, _ k: Int, kernel: Int = 3, stride: Int = 1) {
      let out = (h + 2 * (kernel / 2) - kernel) / stride + 1
      for (pass, title) in [("forward", "forward"), ("input", "input gradient"), ("weight", "weight gradient")] {
        let extra = kernel == 1 ? "-1x1" : stride == 2 ? "-stride2" : ""
        let note = kernel == 1 ? ", 1×1" : stride == 2 ? ", stride 2" : ""
        rows.append(
          Row(
            name: "conv-\(n)x\(c)x\(h)x\(k)\(extra)-\(pass)", title: "(\(n), \(c), \(h), \(k))\(note), \(title)",
            group: "Convolution 3×3 (N, C, H, K), 2 threads", kind: "conv", pass: pass,
            sizes: ["n": n, "c": c, "h": h, "k": k, "kernel": kernel, "stride": stride],
            flops: 2 * Double(n * k * out * out) * Double(c * kernel * kernel),
            mark: Mark(against: .pyTorch, factor: 1), tolerance: 1e-4))
      }
    }
    add(32, 32, 28, 32)
    add(32, 64, 14, 64)
    add(64, 64, 7, 64)
    add(32, 64, 14, 64, stride: 2)
    add(32, 64, 14, 64, kernel: 1)
    return rows
  }()

  private static let pointwise: [Row] = {
    var rows: [Row] = []
    func add(_ name: String, _ title: String, op: String, sizes: [String: Int]) {
      for pass in ["forward", "backward"] {
        rows.append(
          Row(
            name: "\(name)-\(pass)", title: title + (pass == "forward" ? ", forward" : ", forward + backward"),
            group: "Element by element and row by row, 2 threads", kind: "pointwise", op: op, pass: pass, sizes: sizes,
            mark: Mark(against: .pyTorch, factor: 1), tolerance: op == "layerNorm" || op == "groupNorm" ? 1e-4 : 1e-5))
      }
    }
    // A million numbers do not fit in a core's own caches; 65,536 do.
    for (suffix, title, rows) in [("1M", "1 M", 1024), ("64K", "64 K", 64)] {
      for op in ["exp", "tanh", "silu", "gelu"] {
        add("\(op)-\(suffix)", "\(op) \(title)", op: op, sizes: ["rows": rows, "columns": 1024])
      }
      add(
        "softmax64-\(suffix)", "softmax \(title), rows of 64", op: "softmax", sizes: ["rows": rows * 16, "columns": 64])
      add(
        "softmax1000-\(suffix)", "softmax \(title), rows of 1,000", op: "softmax",
        sizes: ["rows": rows, "columns": 1000])
      add(
        "layernorm-\(suffix)", "layer norm \(title), rows of 128", op: "layerNorm",
        sizes: ["rows": rows * 8, "columns": 128])
      add(
        "groupnorm-\(suffix)", "group norm \(title), 8 groups of (\(rows / 16), 64, 16, 16)", op: "groupNorm",
        sizes: ["n": rows / 16, "c": 64, "h": 16, "groups": 8])
    }
    for (suffix, title, count) in [("1M", "1 M", 1 << 20), ("64K", "64 K", 1 << 16)] {
      rows.append(
        Row(
          name: "adam-\(suffix)", title: "Adam step, \(title)", group: "Element by element and row by row, 2 threads",
          kind: "adam", sizes: ["count": count], mark: Mark(against: .pyTorch, factor: 1)))
    }
    return rows
  }()

  // MARK: - Training

  private static let networks: [Row] = [
    Row(
      name: "gan", title: "GAN step: MLP 2→128→128→128→(2, 1), batch 256", group: "Steps, 2 threads", kind: "gan",
      mark: Mark(against: .best, factor: 1.5), tolerance: 1e-4),
    Row(
      name: "wgan-gp", title: "WGAN-GP critic step, the same critic", group: "Steps, 2 threads", kind: "wgan-gp",
      mark: Mark(against: .best, factor: 1.5), tolerance: 1e-3),
    Row(
      name: "unet", title: "U-Net step: chapter 5's digits, batch 64", group: "Steps, 2 threads", kind: "unet",
      mark: Mark(against: .best, factor: 1.2), tolerance: 1e-3),
    Row(
      name: "sample", title: "the same U-Net's sampling step", group: "Steps, 2 threads", kind: "sample",
      mark: Mark(against: .best, factor: 1.2), tolerance: 1e-4),
    Row(
      name: "transformer", title: "transformer step: vocabulary 64, length 64, width 128, 4 heads, 4 layers, batch 32",
      group: "Steps, 2 threads", kind: "transformer", mark: Mark(against: .best, factor: 1.2), tolerance: 1e-4),
    Row(
      name: "decode", title: "the same transformer's cached decoding step, batch 1, positions 32 to 63",
      group: "Steps, 2 threads", kind: "decode", mark: Mark(against: .best, factor: 1.2), tolerance: 1e-4),
  ]

  /// What a node of the graph costs: the arithmetic is next to nothing.
  private static let graph = [
    Row(
      name: "graph-1000", title: "1,000 sums of one number, recorded and differentiated: a node's cost in thousands",
      group: "Steps, 2 threads", kind: "graph", sizes: ["nodes": 1000], mark: Mark(against: .pyTorch, factor: 1))
  ]

  // MARK: - Optimal transport

  private static let transport: [Row] = [
    Row(
      name: "transport-exact", title: "exact, 1,000 × 1,000 points of the plane, squared distances",
      group: transportGroup, kind: "transport", op: "exact", sizes: ["n": 1000], mark: Mark(against: .best, factor: 1)),
    Row(
      name: "transport-uniform", title: "the same with uniform masses", group: transportGroup, kind: "transport",
      op: "uniform", sizes: ["n": 1000], mark: Mark(against: .best, factor: 1)),
    Row(
      name: "transport-sinkhorn", title: "Sinkhorn, 100 iterations, ε = 0.05 of the largest cost",
      group: transportGroup, kind: "transport", op: "sinkhorn", sizes: ["n": 1000, "iterations": 100],
      mark: Mark(against: .best, factor: 1), tolerance: 1e-4),
  ]

  private static let transportGroup = "Optimal transport, 2 threads"

  // MARK: - Chapters 8 to 10: the reference solutions

  private static let algorithms: [Row] = {
    let group = "Algorithms of chapters 8 to 10, 1 thread"
    func row(_ name: String, _ title: String, kind: String, op: String, _ sizes: [String: Int]) -> Row {
      Row(
        name: name, title: title, group: group, kind: kind, op: op, sizes: sizes, threads: 1,
        mark: Mark(against: .best, factor: 1), tolerance: 1e-6)
    }
    let graph = ["vertices": 200_000, "edges": 1_000_000]
    return [
      row("heap", "1,000,000 numbers pushed and popped", kind: "heap", op: "sort", ["n": 1_000_000]),
      row("median", "the median after each of 1,000,000 numbers", kind: "heap", op: "median", ["n": 1_000_000]),
      row("kruskal", "Kruskal, 200,000 vertices, 1,000,000 edges", kind: "spanning-tree", op: "kruskal", graph),
      row("prim", "Prim, the same graph", kind: "spanning-tree", op: "prim", graph),
      row("tree-pre", "pre-order of 1,000,000 nodes, one stack", kind: "traversal", op: "pre", ["n": 1_000_000]),
      row("tree-in", "in-order, one stack", kind: "traversal", op: "in", ["n": 1_000_000]),
      row("tree-post", "post-order, one stack", kind: "traversal", op: "post", ["n": 1_000_000]),
      row("tree-level", "level order, a queue", kind: "traversal", op: "level", ["n": 1_000_000]),
    ]
  }()

  private static let processes: [Row] = [
    Row(
      name: "first-step", title: "process start to the first GAN step done", group: Row.processGroup, kind: "gan",
      mark: Mark(against: .pyTorch, factor: 10), tolerance: 1e-4),
    Row(
      name: "peak-memory", title: "peak memory of the U-Net step", group: Row.processGroup, kind: "unet",
      mark: Mark(against: .pyTorch, factor: 2), tolerance: 1e-3),
  ]
}
