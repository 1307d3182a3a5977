/// The sizes of a two-dimensional convolution.
struct ConvolutionShape {
  let batch: Int
  let inputChannels: Int
  let height: Int
  let width: Int
  let outputChannels: Int
  let kernelHeight: Int
  let kernelWidth: Int
  let stride: Int
  let padding: Int
  let groups: Int

  var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
  var input: [Int] { [batch, inputChannels, height, width] }
  var weight: [Int] { [outputChannels, inputChannels / groups, kernelHeight, kernelWidth] }
  var output: [Int] { [batch, outputChannels, outputHeight, outputWidth] }

  init(input: [Int], weight: [Int], stride: Int, padding: Int, groups: Int) {
    guard input.count == 4, weight.count == 4, stride > 0, padding >= 0, groups > 0,
      input[1] == weight[1] * groups, weight[0] % groups == 0,
      input[2] + 2 * padding >= weight[2], input[3] + 2 * padding >= weight[3]
    else {
      fatalError(
        "conv2d: the input \(input) [N, C, H, W] and the weight \(weight) [O, C / groups, kh, kw] do not fit "
          + "with stride \(stride), padding \(padding), groups \(groups).")
    }
    batch = input[0]
    inputChannels = input[1]
    height = input[2]
    width = input[3]
    outputChannels = weight[0]
    kernelHeight = weight[2]
    kernelWidth = weight[3]
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  /// The convolution that turns an output gradient into the input gradient: kernel turned by 180°, channels exchanged,
  /// padding complemented. There is one if the stride is 1 and the padding smaller than a square kernel.
  var mirrored: ConvolutionShape? {
    guard stride == 1, kernelHeight == kernelWidth, padding < kernelHeight else { return nil }
    return ConvolutionShape(
      input: output, weight: [inputChannels, outputChannels, kernelHeight, kernelWidth], stride: 1,
      padding: kernelHeight - 1 - padding, groups: 1)
  }

  /// The same convolution of another number of images.
  func with(batch: Int) -> ConvolutionShape {
    ConvolutionShape(
      input: [batch] + input.dropFirst(), weight: weight, stride: stride, padding: padding, groups: groups)
  }
}

/// A two-dimensional convolution (cross-correlation, as in every framework): images `[N, C, H, W]`, weight `[O, C /
/// groups, kh, kw]`, bias `[O]`.
///
/// y[n, o, i, j] = b[o] + Σ x[n, c, i·stride + u − padding, j·stride + v − padding] w[o, c, u, v]; the result is
/// ⌊(H + 2·padding − kh)/stride⌋ + 1 high, and likewise wide.
///
/// - Complexity: O(N · O · C/groups · kh · kw · H' · W') multiply-adds.
public func conv2d(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
) -> Tensor {
  let shape = ConvolutionShape(input: x.shape, weight: weight.shape, stride: stride, padding: padding, groups: groups)
  if let bias, bias.shape != [weight.shape[0]] {
    fatalError(
      "conv2d: the bias \(bias.shape) must have one number for each of the \(weight.shape[0]) output channels.")
  }
  return Convolution.forward(x, weight, bias: bias, shape)
}

/// Convolution, and its two transposes. Each is linear in both operands, and the derivative of each is given by the
/// other two, so derivatives of every order are there:
///
///     forward(x, w) → y        ∂x: inputGradient(y, w)    ∂w: weightGradient(x, y)
///     inputGradient(y, w) → x  ∂y: forward(x, w)          ∂w: weightGradient(x, y)
///     weightGradient(x, y) → w ∂x: inputGradient(y, w)    ∂y: forward(x, w)
enum Convolution {
  static func forward(_ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, _ s: ConvolutionShape) -> Tensor {
    let value = Tensor(shape: s.output) { y in
      if WinogradConvolution.isSuited(s) {
        WinogradConvolution.forward(x.pointer, weight.pointer, bias: bias?.pointer, to: y, s)
      } else if s.groups == 1 {
        DirectConvolution.forward(x.pointer, weight.pointer, bias: bias?.pointer, to: y, s)
      } else {
        ColumnConvolution.forward(x.pointer, weight.pointer, bias: bias?.pointer, to: y, s)
      }
    }
    return value.recorded(from: [x, weight] + (bias.map { [$0] } ?? [])) { g, _, index in
      switch index {
      case 0: inputGradient(g, weight, s)
      case 1: weightGradient(x, g, s)
      default: g.sum(axes: [0, 2, 3])
      }
    }
  }

  /// Adds a number to every pixel of each channel.
  static func add(_ bias: UnsafePointer<Float>?, to y: UnsafeMutablePointer<Float>, channels: Int, pixels: Int) {
    guard let bias else { return }
    for channel in 0..<channels {
      let row = y + channel * pixels
      let number = bias[channel]
      for pixel in 0..<pixels { row[pixel] += number }
    }
  }

  static func inputGradient(_ y: Tensor, _ weight: Tensor, _ s: ConvolutionShape) -> Tensor {
    let value = Tensor(shape: s.input) { x in
      if WinogradConvolution.isSuited(s) {
        WinogradConvolution.inputGradient(y.pointer, weight.pointer, to: x, s)
      } else if s.groups == 1 {
        DirectConvolution.inputGradient(y.pointer, weight.pointer, to: x, s)
      } else {
        ColumnConvolution.inputGradient(y.pointer, weight.pointer, to: x, s)
      }
    }
    return value.recorded(from: [y, weight]) { g, _, index in
      index == 0 ? forward(g, weight, s) : weightGradient(g, y, s)
    }
  }

  static func weightGradient(_ x: Tensor, _ y: Tensor, _ s: ConvolutionShape) -> Tensor {
    let value = Tensor(shape: s.weight) { w in
      if WinogradConvolution.isSuitedForWeights(s) {
        WinogradConvolution.weightGradient(x.pointer, y.pointer, to: w, s)
      } else if s.groups == 1 && s.inputChannels >= 8 {
        DirectConvolution.weightGradient(x.pointer, y.pointer, to: w, s)
      } else {
        ColumnConvolution.weightGradient(x.pointer, y.pointer, to: w, s)
      }
    }
    return value.recorded(from: [x, y]) { g, _, index in
      index == 0 ? inputGradient(y, g, s) : forward(x, g, s)
    }
  }
}
