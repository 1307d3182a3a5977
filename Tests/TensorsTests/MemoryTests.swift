import Foundation
import XCTest

@testable import Tensors

/// What must not pile up.
final class MemoryTests: XCTestCase {
  /// A thousand steps of a sampler, of which each builds on the one before, with weights that are tracked.
  func testAThousandSamplerStepsKeepNothing() {
    var rng = RandomStream(seed: 1)
    let weight = (Tensor.normal([8, 8, 3, 3], using: &rng) * 0.05).tracked()
    let noise = Tensor.normal([4, 8, 16, 16], using: &rng)
    weak var early: Storage?
    var used: [Int] = []
    let x = withoutGrad { () -> Tensor in
      var x = noise
      for step in 0..<1000 {
        x = x * 0.9 + silu(groupNorm(conv2d(x, weight, padding: 1), groupCount: 2)) * 0.1
        if step == 3 { early = x.storage }
        if step == 100 || step == 999 { used.append(BufferCache.bytesOut) }
      }
      return x
    }
    XCTAssertFalse(x.isTracked)
    XCTAssertNil(early, "the tensor of step 3 is still held")
    XCTAssertEqual(used[0], used[1], "large buffers in use after 100 and after 1,000 steps")
  }

  /// The same loop outside of `withoutGrad` records every step: the test above would notice.
  func testRecordingKeepsEveryStep() {
    let weight = Tensor(0.5).tracked()
    weak var early: Storage?
    var x = Tensor.ones([100])
    for step in 0..<50 {
      x = x * weight
      if step == 3 { early = x.storage }
    }
    XCTAssertNotNil(early)
    XCTAssertTrue(x.isTracked)
    x = Tensor(0)
    XCTAssertNil(early, "the graph outlives its last tensor")
  }

  func testATrainingLoopKeepsNothing() {
    var rng = RandomStream(seed: 2)
    var weight = Tensor.normal([64, 64], using: &rng)
    let x = Tensor.normal([256, 64], using: &rng)
    var used: [Int] = []
    for step in 0..<200 {
      let leaf = weight.tracked()
      let loss = square(tanh(matmul(x, leaf)) - x).mean()
      weight = weight - grad(of: loss, wrt: [leaf])[0] * 0.1
      if step == 20 || step == 199 { used.append(BufferCache.bytesOut) }
    }
    XCTAssertEqual(used[0], used[1])
  }

  func testABufferIsUsedAgain() {
    let before = BufferCache.bytesOut
    let address = { () -> UInt in UInt(bitPattern: Tensor.ones([1_000_003]).pointer) }()
    XCTAssertEqual(BufferCache.bytesOut, before)
    XCTAssertEqual(UInt(bitPattern: Tensor.ones([1_000_003]).pointer), address)
  }
}
