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
let sizes = [96, 192, 288, 384, 576, 768, 1152, 1536, 2304]

/// Nanoseconds of the fastest of several runs, for 20 ms or once. What is looked for is what the code can do, and
/// whatever else the machine does only ever adds.
func fastest(_ run: () -> Void) -> Double {
  var best = Double.infinity
  let begin = DispatchTime.now().uptimeNanoseconds
  repeat {
    let start = DispatchTime.now().uptimeNanoseconds
    run()
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start))
  } while DispatchTime.now().uptimeNanoseconds - begin < 20_000_000
  return best
}

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

  // Several rounds, so that a disturbance of some milliseconds does not hit all runs of one step; what takes
  // longer than a fifth of a second runs once.
  var times: [String: Double] = [:]
  for round in 0..<6 {
    for (name, product) in steps {
      // The naive loops would take half a minute; beyond this size the second step is what the others are held to.
      if name == steps[0].name, n > 1152 { continue }
      if round > 0, times[name]! > 200_000_000 { continue }
      c.update(repeating: .nan, count: n * n)
      let time = a.withScalars { a in
        b.withScalars { b in fastest { product(n, a.baseAddress!, b.baseAddress!, c) } }
      }
      times[name] = min(times[name] ?? .infinity, time)
      if round > 0 { continue }
      let result = Array(UnsafeBufferPointer(start: c, count: n * n))
      if reference.isEmpty { reference = result }
      check(name, result)
    }
    if round == 0 { check(core, matmul(a, b).scalars) }
    times[core] = min(times[core] ?? .infinity, fastest { _ = matmul(a, b) })
  }
  let flops = 2 * Double(n * n * n)
  for name in steps.map(\.name) + [core] {
    table[name, default: []].append(times[name].map { flops / $0 } ?? .nan)
    cells.append(times[name].map { oneDigit(flops / $0) } ?? "–")
  }
  c.deallocate()
  print("| \(n) | " + cells.joined(separator: " | ") + " |")
  fflush(nil)
}

let peak = ProcessorPeak.measure(threads: 1, milliseconds: 60) / 1e9
let peakOfAll = ProcessorPeak.measure(threads: Threads.available, milliseconds: 60) / 1e9
print("peak: \(oneDigit(peak)) GFLOP/s on one core, \(oneDigit(peakOfAll)) on \(Threads.available)")

var plot = Plot(
  "Matrix product n × n",
  x: Axis("n", scale: .log, ticks: sizes.map { Axis.Tick(Double($0), "\($0)") }),
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
