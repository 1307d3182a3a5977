import Chapter03VQGAN
import Figures
import Foundation
import LabKit
import Tensors

/// The figures that need no training: the same for everybody who solved the exercises, whatever the seed.
struct ExactFigures {
  let writer: FigureWriter
  /// Exact figures do not follow --seed: they are compared by pixel.
  let random = RandomStream(seed: 3)

  init(_ writer: FigureWriter) { self.writer = writer }

  /// `rate-distortion` (exercises 3.1, 3.4 and 3.5): quantisers of a normal number, learnt from samples, against the
  /// least error that their entropy allows.
  func rateAndDistortion() throws {
    // The middles of 4,000 equal shares of N(0, 1).
    let count = 4000
    let z = Tensor((0..<count).map { Self.normalQuantile((Double($0) + 0.5) / Double(count)) }, shape: [count, 1])
    var (bits, losses) = ([Double](), [Double]())
    var metrics: [String: Double] = [:]
    let sizes = [1, 2, 3, 4, 6, 8, 12, 16]
    for size in sizes {
      let start = (0..<size).map { Self.normalQuantile((Double($0) + 0.5) / Double(size)) }
      var state = CodebookState(codebook: Tensor(start, shape: [size, 1]))
      for _ in 0..<(writer.isQuick ? 10 : 200) {
        let indices = try nearestCodes(z, codebook: state.codebook)
        state = try movingAverageUpdate(state, z: z, indices: indices, decay: 0, smoothing: 0)
      }
      let indices = try nearestCodes(z, codebook: state.codebook)
      bits.append(log2(try codePerplexity([indices], codeCount: size)))
      losses.append(Double(square(z - state.codebook.take(indices)).mean().item()))
      metrics["J, \(size) codes"] = losses.last
      metrics["bits, \(size) codes"] = bits.last
    }
    var plot = Plot(
      "The error that a bit buys", x: Axis("entropy of the codes in bits", range: 0...4.2),
      y: Axis("mean squared error of a normal number", scale: .log, range: 0.003...1.5))
    plot.line(x: [0, 4.2], y: [1, pow(2, -8.4)], label: "the bound, 1/4 for each bit", color: .softInk, dash: [6, 4])
    plot.line(x: bits, y: losses, label: "K codes, learnt", color: .palette(0), marker: .disc)
    for (i, size) in sizes.enumerated() {
      plot.note("\(size)", x: bits[i], y: losses[i], dx: 7, dy: -7, color: .palette(0))
    }
    plot.legend = .topRight
    try writer.write(plot.image(width: 640, height: 420), as: "rate-distortion", kind: .exact, metrics: metrics)
  }

  /// `commitment` (exercise 3.2): one vector and one code under gradient descent, with β on the commitment and on the
  /// other term.
  func commitment() throws {
    typealias Loss = (_ z: Tensor, _ code: Tensor) throws -> Tensor
    let beta = 0.25
    let steps = 60
    func path(_ loss: Loss) throws -> (z: [Double], code: [Double], loss: [Double]) {
      var (z, code) = (Tensor([1], shape: [1, 1]), Tensor([0], shape: [1, 1]))
      var (zs, codes, losses) = ([Double](), [Double](), [Double]())
      for _ in 0...steps {
        let (movingZ, movingCode) = (z.tracked(), code.tracked())
        let value = try loss(movingZ, movingCode)
        zs.append(Double(z.item()))
        codes.append(Double(code.item()))
        losses.append(Double(value.item()))
        let slopes = grad(of: value, wrt: [movingZ, movingCode])
        z = z - slopes[0] * 0.04
        code = code - slopes[1] * 0.04
      }
      return (zs, codes, losses)
    }
    let right = try path { z, code in try quantizationLoss(z: z, quantized: code, beta: beta) }
    let wrong = try path { z, code in
      let codebookTerm = try codebookLoss(z: z, quantized: code)
      let commitmentTerm = try commitmentLoss(z: z, quantized: code)
      return codebookTerm * Float(beta) + commitmentTerm
    }
    let times = (0...steps).map(Double.init)
    func plot(_ title: String, _ path: (z: [Double], code: [Double], loss: [Double])) -> Plot {
      var plot = Plot(title, x: Axis("step"), y: Axis(range: -0.05...1.05))
      plot.line(x: times, y: path.z, label: "vector", color: .palette(1))
      plot.line(x: times, y: path.code, label: "code", color: .palette(0))
      return plot
    }
    var values = Plot("the loss, in both cases", x: Axis("step"), y: Axis(range: 0...1.3))
    values.line(x: times, y: right.loss, label: "β on the commitment", color: .palette(2), width: 4)
    values.line(x: times, y: wrong.loss, label: "β on the codebook", color: .ink, width: 1.4, dash: [6, 5])
    let plots = [plot("β on the commitment", right), plot("β on the codebook", wrong), values]
    try writer.write(
      FigureGrid([plots.map { $0 as any Drawable }]).image(width: 1200, height: 340), as: "commitment", kind: .exact,
      metrics: ["they meet at": right.code.last ?? 0, "with β on the other term": wrong.code.last ?? 0])
  }

  /// The z with P(N(0, 1) < z) = p, by bisection.
  private static func normalQuantile(_ p: Double) -> Double {
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
