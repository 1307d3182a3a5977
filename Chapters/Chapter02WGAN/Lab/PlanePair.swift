import Chapter02WGAN
import NeuralNetworks
import Tensors

/// A generator of points of the plane from two numbers of noise, and a critic of such points: perceptrons with three
/// hidden layers and ReLU.
struct PlanePair {
  let generator: MLP
  let critic: MLP
  let wgan: WGAN

  init(generatorWidth: Int = 64, criticWidth: Int = 64, using rng: inout RandomStream) {
    func network(width: Int, output: Int) -> MLP {
      MLP(dimensions: [2, width, width, width, output], activation: .relu, using: &rng)
    }
    let (generator, critic) = (network(width: generatorWidth, output: 2), network(width: criticWidth, output: 1))
    (self.generator, self.critic) = (generator, critic)
    wgan = WGAN(
      generator: generator, generate: { z in generator(z) }, critic: critic,
      criticize: { x in critic(x).squeezed(axis: 1) })
  }
}
