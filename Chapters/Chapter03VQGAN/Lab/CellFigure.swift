import Chapter03VQGAN
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// Codes in the plane, the cells that belong to them, and the vectors that chose them.
struct CellPanel: Drawable {
  var title: String
  /// The vectors, two numbers each.
  var vectors: [Point]
  /// Which code each vector chose.
  var indices: [Int]
  var codes: [Point]
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let frame = rectangle.inset(left: 4, top: 30, right: 4, bottom: 4)
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 20), isBold: true, horizontal: .center)
    func place(_ p: Point) -> Point {
      Point(
        frame.x + frame.width * (p.x - x.lowerBound) / (x.upperBound - x.lowerBound),
        frame.maxY - frame.height * (p.y - y.lowerBound) / (y.upperBound - y.lowerBound))
    }
    var counts = [Int](repeating: 0, count: codes.count)
    for index in indices { counts[index] += 1 }
    canvas.clipped(to: frame) { canvas in
      for code in codes.indices {
        let cell = cell(of: code).map(place)
        if counts[code] > 0 { canvas.fill(cell, color: .palette(code).opacity(0.16)) }
        canvas.stroke(cell, color: .frame, width: 1, isClosed: true)
      }
      for (vector, index) in zip(vectors, indices) {
        canvas.disc(at: place(vector), radius: 1.5, color: .palette(index).opacity(0.75))
      }
      for (code, count) in zip(codes, counts) {
        if count > 0 {
          canvas.disc(at: place(code), radius: 6, color: .white)
          canvas.disc(at: place(code), radius: 4.5, color: .ink)
        } else {
          canvas.disc(at: place(code), radius: 4.5, color: .white)
          canvas.circle(at: place(code), radius: 4.5, color: .ink, width: 1.6)
        }
      }
    }
    canvas.stroke(frame, color: .frame)
  }

  /// What is nearer to a code than to any other, within the panel: the rectangle, cut by one half-plane a rival.
  private func cell(of code: Int) -> [Point] {
    let own = codes[code]
    var polygon = [
      Point(x.lowerBound, y.lowerBound), Point(x.upperBound, y.lowerBound), Point(x.upperBound, y.upperBound),
      Point(x.lowerBound, y.upperBound),
    ]
    for (other, rival) in codes.enumerated() where other != code {
      // ‖p − own‖² − ‖p − rival‖², which is linear in p.
      func excess(_ p: Point) -> Double {
        2 * (p.x * (rival.x - own.x) + p.y * (rival.y - own.y))
          - (rival.x * rival.x + rival.y * rival.y - own.x * own.x - own.y * own.y)
      }
      var kept: [Point] = []
      for (i, p) in polygon.enumerated() {
        let q = polygon[(i + 1) % polygon.count]
        let (atP, atQ) = (excess(p), excess(q))
        if atP <= 0 { kept.append(p) }
        if (atP < 0 && atQ > 0) || (atP > 0 && atQ < 0) {
          let share = atP / (atP - atQ)
          kept.append(Point(p.x + share * (q.x - p.x), p.y + share * (q.y - p.y)))
        }
      }
      polygon = kept
      if polygon.isEmpty { break }
    }
    return polygon
  }
}

extension ExactFigures {
  /// `cells` (exercises 3.1, 3.4 and 3.5): a codebook of the two moons at the start, when Lloyd's algorithm has come to a
  /// rest, and once more after its dead codes were revived.
  func cells() throws {
    var rng = random.stream("cells")
    let z = NoisyCurve.twoMoons(standardDeviation: 0.08).samples(1200, using: &rng)
    // All codes in a small cloud in a corner, as where an untrained encoder may never look.
    let start = Tensor([1.9, 1.1], shape: [1, 2]) + Tensor.normal([16, 2], using: &rng) * 0.13
    var state = CodebookState(codebook: start)
    var panels: [CellPanel] = []
    var metrics: [String: Double] = [:]

    func points(_ x: Tensor) -> [Point] {
      stride(from: 0, to: x.scalarCount, by: 2).map { Point(Double(x.scalars[$0]), Double(x.scalars[$0 + 1])) }
    }
    func panel(_ name: String) throws {
      let indices = try nearestCodes(z, codebook: state.codebook)
      let loss = Double(square(z - state.codebook.take(indices)).sum(axis: 1).mean().item())
      let perplexity = try codePerplexity([indices], codeCount: 16)
      metrics["J, " + name] = loss
      metrics["perplexity, " + name] = perplexity
      panels.append(
        CellPanel(
          title: "\(name): J = \(NumberText.fixed(loss, digits: 3)), "
            + "perplexity \(NumberText.fixed(perplexity, digits: 1))",
          vectors: points(z), indices: indices, codes: points(state.codebook), x: -1.3...2.3, y: -0.9...1.4))
    }
    func lloyd(rounds: Int) throws {
      for _ in 0..<rounds {
        let indices = try nearestCodes(z, codebook: state.codebook)
        state = try movingAverageUpdate(state, z: z, indices: indices, decay: 0, smoothing: 0)
      }
    }
    try panel("start")
    try lloyd(rounds: 60)
    try panel("Lloyd")
    for _ in 0..<3 {
      let dead = try deadCodes(state.counts, threshold: 0.5)
      state = try revive(dead, in: state, with: z, using: &rng)
      try lloyd(rounds: 60)
    }
    try panel("revived, Lloyd")
    try writer.write(
      FigureGrid([panels.map { $0 as any Drawable }]).image(width: 1260, height: 300), as: "cells", kind: .exact,
      metrics: metrics)
  }
}
