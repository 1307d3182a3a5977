import NeuralNetworks
import XCTest

@testable import Tensors

/// A training step asks the system for no buffer that an earlier step has given back.
final class SteadyStateTests: XCTestCase {
  /// The buffers that some `steps` steps in a row get from the system, at the least.
  ///
  /// How many buffers are out at once depends on when the threads take their shares, so a late step may be the first to
  /// need one more. Steps that don't give back what they took would need more each time.
  private func buffersFromSystem(steps: Int = 6, _ step: () -> Void) -> Int {
    var least = Int.max
    for _ in 0..<5 where least > 0 {
      let before = BufferCache.buffersFromSystem
      for _ in 0..<steps { step() }
      least = min(least, BufferCache.buffersFromSystem - before)
    }
    return least
  }

  func testAUNetStep() {
    var rng = RandomStream(seed: 1)
    let model = UNet(using: &rng)
    let optimizer = Adam(learningRate: 1e-3)
    let x = Tensor.normal([8, 1, 28, 28], using: &rng)
    let noise = Tensor.normal([8], using: &rng)
    let count = buffersFromSystem {
      let (_, gradients) = valueAndGrad(model) { square(model(x, noise: noise) - x).mean() }
      optimizer.update(model, gradients: gradients)
    }
    XCTAssertEqual(count, 0)
  }

  func testAGANStep() {
    var rng = RandomStream(seed: 3)
    let generator = MLP(dimensions: [2, 64, 64, 2], activation: .leakyReLU(), using: &rng)
    let critic = MLP(dimensions: [2, 64, 64, 1], activation: .relu, using: &rng)
    let (adamG, adamD) = (Adam(learningRate: 1e-3), Adam(learningRate: 1e-3))
    let (x, z) = (Tensor.normal([100, 2], using: &rng), Tensor.normal([100, 2], using: &rng))
    let count = buffersFromSystem {
      let fake = withoutGrad { generator(z) }
      let d = valueAndGrad(critic) { softplus(-critic(x)).mean() + softplus(critic(fake)).mean() }
      adamD.update(critic, gradients: d.gradients)
      let g = valueAndGrad(generator) { softplus(-critic(generator(z))).mean() }
      adamG.update(generator, gradients: g.gradients)
    }
    XCTAssertEqual(count, 0)
  }

  func testAPenaltyStepWithSecondDerivatives() {
    var rng = RandomStream(seed: 2)
    let critic = MLP(dimensions: [2, 128, 128, 128, 1], using: &rng)
    let optimizer = Adam(learningRate: 1e-3)
    let x = Tensor.normal([256, 2], using: &rng)
    let count = buffersFromSystem {
      let (_, gradients) = valueAndGrad(critic) {
        let leaf = x.tracked()
        let slope = grad(of: critic(leaf).sum(), wrt: [leaf], createGraph: true)[0]
        return square(sqrt(square(slope).sum(axes: [1])) - 1).mean()
      }
      optimizer.update(critic, gradients: gradients)
    }
    XCTAssertEqual(count, 0)
  }

  /// What the other tests count is counted: a new size is asked for.
  func testANewSizeIsCounted() {
    let before = BufferCache.buffersFromSystem
    let odd = Tensor.ones([3_333_333])
    XCTAssertEqual(BufferCache.buffersFromSystem, before + 1)
    XCTAssertEqual(odd.scalarCount, 3_333_333)
  }
}
