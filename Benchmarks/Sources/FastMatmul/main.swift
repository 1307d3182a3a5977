// The measurements of Guides/FastMatmul.md: every step at several sizes, each result checked against the naive one, a
// table, and the plot.
//
//     swift run -c release --package-path Benchmarks FastMatmul

import Dispatch
import Figures
import Foundation
import ProcessorPeak
import Tensors

typealias Product = (Int, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void

let steps: [(name: String, product: Product)] = [
  ("1 naive", naive), ("2 loop order", loopOrder), ("3 unrolling", unrolled), ("4 registers", registers),
  ("5 packing", packed), ("6 cache blocks", cacheBlocks), ("7 threads", threaded),
]

/// Multiples of the tile's 8 rows and 48 columns: what to do with the rest is told in the guide.
let sizes = [96, 192, 288, 384, 576, 768, 960, 1152]

/// GFLOP/s: the median of several runs, a tenth of a second of them or one.
func speed(_ n: Int, _ run: () -> Void) -> Double {
  let flops = 2 * Double(n * n * n)
  var times: [Double] = []
  let begin = DispatchTime.now().uptimeNanoseconds
  // The first run, which finds cold caches and unmapped pages, counts only if it is the only one.
  var isFirst = true
  while true {
    let start = DispatchTime.now().uptimeNanoseconds
    run()
    let now = DispatchTime.now().uptimeNanoseconds
    if !isFirst || now - begin > 400_000_000 { times.append(Double(now - start)) }
    isFirst = false
    if now - begin > 100_000_000, !times.isEmpty { break }
  }
  return flops / times.sorted()[times.count / 2]
}

func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

func oneDigit(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}

var rng = RandomStream(seed: 1)
var table: [String: [Double]] = [:]
let core = "the core"
print("| n | " + (steps.map(\.name) + [core]).joined(separator: " | ") + " |")
print("|---:" + String(repeating: "|---:", count: steps.count + 1) + "|")
for n in sizes {
  let a = Tensor.normal([n, n], using: &rng)
  let b = Tensor.normal([n, n], using: &rng)
  let c = panels(n * n)
  var reference: [Float] = []
  var cells: [String] = []

  func check(_ name: String, _ result: [Float]) {
    let largest = reference.map(\.magnitude).max()!
    let distance = zip(result, reference).map { ($0 - $1).magnitude }.max()!
    // NaN fails, too.
    guard distance <= 1e-5 * largest else {
      fatalError("\(name) is wrong at n = \(n): off by \(distance), where the numbers reach \(largest).")
    }
  }

  for (name, product) in steps {
    c.update(repeating: .nan, count: n * n)
    let rate = a.withScalars { a in
      b.withScalars { b in speed(n) { product(n, a.baseAddress!, b.baseAddress!, c) } }
    }
    let result = Array(UnsafeBufferPointer(start: c, count: n * n))
    if reference.isEmpty { reference = result }
    check(name, result)
    table[name, default: []].append(rate)
    cells.append(oneDigit(rate))
  }
  check(core, matmul(a, b).scalars)
  let best = speed(n) { _ = matmul(a, b) }
  table[core, default: []].append(best)
  cells.append(oneDigit(best))
  c.deallocate()
  print("| \(n) | " + cells.joined(separator: " | ") + " |")
  fflush(nil)
}

let peak = ProcessorPeak.measure(threads: 1, milliseconds: 60) / 1e9
let peakOfAll = ProcessorPeak.measure(threads: Threads.available, milliseconds: 60) / 1e9
print("peak: \(oneDigit(peak)) GFLOP/s on one core, \(oneDigit(peakOfAll)) on \(Threads.available)")

var plot = Plot(
  "Matrix product n × n",
  x: Axis("n", range: 0...Double(sizes.last! + 48), ticks: sizes.map { Axis.Tick(Double($0), "\($0)") }),
  y: Axis("GFLOP/s", scale: .log))
for name in steps.map(\.name) + [core] {
  plot.line(
    x: sizes.map { Double($0) }, y: table[name]!, label: name, width: name == core ? 2.6 : 1.6,
    dash: name == core ? [6, 3] : [], marker: .disc)
}
plot.horizontalLine(peak, label: "peak of one core")
plot.horizontalLine(peakOfAll, label: "peak of \(Threads.available) cores", dash: [2, 3])
plot.legend = .beside
let guides = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Guides")
let file = guides.appendingPathComponent("FastMatmul.png")
try PNG.write(
  plot.image(width: 760, height: 440), to: file, text: ["Source": "Benchmarks/Sources/FastMatmul"])
print(file.path)
