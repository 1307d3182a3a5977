/// One line of the table: a piece of work that ours and every peer do on the same numbers.
struct Row: Codable {
  /// What `--only` matches: `matmul-256-t2`.
  var name: String
  /// What the table says.
  var title: String
  /// The heading it stands under.
  var group: String
  /// Which function prepares it, here and in every peer.
  var kind: String
  /// Which of a family: `exp`, `gelu`.
  var op: String?
  /// `forward`, `backward`, `input`, `weight`.
  var pass: String?
  var sizes: [String: Int] = [:]
  var threads = 2
  /// Floating-point operations, where their number says something.
  var flops: Double?
  var mark: Mark
  /// How far two results may be apart: |a − b| ≤ tolerance · max |b|.
  var tolerance = 1e-5

  /// What a row must reach.
  struct Mark: Codable {
    enum Opponent: String, Codable { case openBLAS, pyTorch, best }
    /// Whose time counts.
    var against: Opponent
    /// Ours must be this many times as fast.
    var factor: Double
    /// And run at this share of the processor's peak.
    var peakShare: Double?

    var text: String {
      let name = [.openBLAS: "OpenBLAS", .pyTorch: "PyTorch", .best: "the best"][against]!
      return "≥ \(number(factor, digits: 2)) × \(name)" + (peakShare.map { ", ≥ \(number($0 * 100)) % of peak" } ?? "")
    }
  }
}

/// Who takes part.
enum Contestant: String, Codable, CaseIterable {
  case ours, torch, compiled, jax, openBLAS, pot, cpp, boost, collections, scipy
  /// The processor itself: no rival, but the measure of all.
  case peak

  var title: String {
    switch self {
    case .ours: "ours"
    case .torch: "PyTorch"
    case .compiled: "torch.compile"
    case .jax: "JAX jit"
    case .openBLAS: "OpenBLAS"
    case .pot: "POT"
    case .cpp: "C++"
    case .boost: "Boost"
    case .collections: "swift-collections"
    case .scipy: "SciPy"
    case .peak: "the processor's peak"
    }
  }
}

extension Row {
  /// Who does this row.
  var contestants: [Contestant] {
    switch kind {
    case "matmul": [.ours, .torch, .jax, .openBLAS]
    case "transport": [.ours, .pot]
    case "heap": [.ours, .cpp, .collections]
    case "traversal": [.ours, .cpp]
    case "spanning-tree": [.ours, .scipy, .boost]
    default: group == Row.processGroup ? [.ours, .torch, .jax] : [.ours, .torch, .compiled, .jax]
    }
  }

  static let processGroup = "The process"
}

/// A number with so many digits after the point, the same in every locale.
func number(_ value: Double, digits: Int = 0) -> String {
  guard value.isFinite else { return "–" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int((value.magnitude * scale).rounded())
  let whole = "\(value < 0 ? "-" : "")\(scaled / Int(scale))"
  guard digits > 0 else { return whole }
  let rest = String(scaled % Int(scale))
  return whole + "." + String(repeating: "0", count: digits - rest.count) + rest
}

/// Three digits of a number.
func threeDigits(_ value: Double) -> String {
  number(value, digits: value >= 100 ? 0 : value >= 10 ? 1 : 2)
}
