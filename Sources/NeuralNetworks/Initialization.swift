import Tensors

/// How weights start. Every function draws from the stream it is given, so that the same seed makes the same model.
public enum Initialization {
  /// PyTorch's default for linear layers and convolutions, weight and bias alike: uniform in ±1/√fanIn.
  ///
  /// For the weight it is Kaiming's uniform rule with a = √5: ±√(6 / ((1 + 5) fanIn)) = ±1/√fanIn.
  public static func uniform(_ shape: [Int], fanIn: Int, using rng: inout RandomStream) -> Tensor {
    let bound = 1 / Float(max(fanIn, 1)).squareRoot()
    return Tensor.uniform(shape, low: -bound, high: bound, using: &rng)
  }

  /// Normal numbers of this standard deviation: embeddings (PyTorch's default is 1), GAN weights (0.02).
  public static func normal(_ shape: [Int], standardDeviation: Float = 1, using rng: inout RandomStream) -> Tensor {
    let draws = Tensor.normal(shape, using: &rng)
    return standardDeviation == 1 ? draws : draws * standardDeviation
  }
}
