/// The transpose of ``conv2d(_:_:bias:stride:padding:groups:)`` (PyTorch's `conv_transpose2d`, "deconvolution"): images
/// `[N, I, H, W]`, weight `[I, O / groups, kh, kw]`, bias `[O]`. With stride 2 it doubles an image.
///
/// Every pixel adds a weighted kernel to the result,
///
///     y[n, o, i · stride + u − padding, j · stride + v − padding] += x[n, c, i, j] w[c, o, u, v]
///
/// whose height is (H − 1) · stride − 2 · padding + kh + outputPadding, and likewise its width. A convolution of
/// stride s maps s different heights to one; `outputPadding` < s says which of them is meant.
///
/// - Complexity: O(N · I · O/groups · kh · kw · H · W) multiply-adds.
public func convTranspose2d(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
  groups: Int = 1
) -> Tensor {
  guard x.ndim == 4, weight.ndim == 4, stride > 0, padding >= 0, groups > 0, (0..<stride).contains(outputPadding),
    x.shape[1] == weight.shape[0], x.shape[1] % groups == 0
  else {
    fatalError(
      "convTranspose2d: the input \(x.shape) [N, I, H, W] and the weight \(weight.shape) [I, O / groups, kh, kw] do not "
        + "fit with stride \(stride), padding \(padding), output padding \(outputPadding), groups \(groups).")
  }
  let channels = weight.shape[1] * groups
  let height = (x.shape[2] - 1) * stride - 2 * padding + weight.shape[2] + outputPadding
  let width = (x.shape[3] - 1) * stride - 2 * padding + weight.shape[3] + outputPadding
  guard height > 0, width > 0, bias == nil || bias!.shape == [channels] else {
    fatalError(
      "convTranspose2d: the input \(x.shape), the weight \(weight.shape) and the bias \(bias?.shape ?? []) would give "
        + "images of \(height) × \(width) pixels in \(channels) channels.")
  }
  let shape = ConvolutionShape(
    input: [x.shape[0], channels, height, width], weight: weight.shape, stride: stride, padding: padding,
    groups: groups)
  let y = Convolution.inputGradient(x, weight, shape)
  return bias.map { y + $0.reshaped([channels, 1, 1]) } ?? y
}
