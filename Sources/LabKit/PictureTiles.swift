import Figures
import Tensors

/// The pictures of a batch [N, channels, height, width] with numbers from −1 to 1: gray with one channel, coloured with
/// three.
public func tiles(of pictures: Tensor) -> [Image] {
  guard pictures.ndim == 4, [1, 3].contains(pictures.dim(1)) else {
    fatalError("tiles(of:): a batch of shape \(pictures.shape), where [N, 1 or 3, height, width] is needed")
  }
  let (channels, height, width) = (pictures.dim(1), pictures.dim(2), pictures.dim(3))
  let size = channels * height * width
  return pictures.withScalars { scalars in
    (0..<pictures.dim(0)).map { index in
      let part = Array(scalars[index * size..<(index + 1) * size])
      return channels == 1
        ? Image(gray: part, width: width, height: height) : Image(planarRGB: part, width: width, height: height)
    }
  }
}
