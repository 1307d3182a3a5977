import NeuralNetworks
import Tensors

/// f(x) = w·x + b as a critic: [B, d] → [B].
final class LinearCritic: Module {
  let weight: Parameter
  let bias: Parameter

  init(_ weight: [Double], bias: Double = 0) {
    self.weight = Parameter(Tensor(weight, shape: [1, weight.count]))
    self.bias = Parameter(Tensor([bias], shape: [1]))
    super.init()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    linear(x, weight: weight.value, bias: bias.value).squeezed(axis: 1)
  }
}

/// g(z) = z + shift.
final class ShiftingGenerator: Module {
  let shift: Parameter

  init(_ shift: [Double]) {
    self.shift = Parameter(Tensor(shift, shape: [shift.count]))
    super.init()
  }

  func callAsFunction(_ z: Tensor) -> Tensor { z + shift.value }
}

/// A convolution with stride 2, tanh, and a linear layer: [B, 2, 6, 6] → [B].
final class ImageCritic: Module {
  let convolution: Conv2d
  let linear: Linear

  init(using rng: inout RandomStream) {
    convolution = Conv2d(inputChannels: 2, outputChannels: 3, kernelSize: 3, stride: 2, padding: 1, using: &rng)
    linear = Linear(inputDimensions: 27, outputDimensions: 1, using: &rng)
    super.init()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    linear(tanh(convolution(x)).reshaped([x.dim(0), 27])).squeezed(axis: 1)
  }
}
