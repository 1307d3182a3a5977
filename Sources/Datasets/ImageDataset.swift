import Figures
import Tensors

/// Pictures of one size, with or without labels, ready to train on.
///
/// The bytes are kept; what a network sees is `byte / 127.5 − 1`, from −1 (byte 0) to 1 (byte 255).
public struct ImageDataset: Sendable {
  /// Where the pictures come from, for titles and messages.
  public let name: String
  public let channels: Int
  public let height: Int
  public let width: Int
  /// `count · channels · height · width` bytes: picture by picture, the planes of a picture one after the other.
  public let bytes: [UInt8]
  /// One for each picture, from 0; empty if nobody labelled them.
  public let labels: [Int]
  /// One more than the largest label; 0 without labels.
  public let classCount: Int

  /// Bytes a picture.
  public var pictureSize: Int { channels * height * width }
  public var count: Int { bytes.count / pictureSize }
  public var isLabelled: Bool { !labels.isEmpty }

  public init(
    name: String, channels: Int, height: Int, width: Int, bytes: [UInt8], labels: [Int] = [], classCount: Int? = nil
  ) {
    let size = channels * height * width
    guard size > 0, bytes.count % size == 0 else {
      fatalError("ImageDataset: \(bytes.count) bytes are not whole pictures of \(channels) × \(height) × \(width)")
    }
    guard labels.isEmpty || labels.count == bytes.count / size else {
      fatalError("ImageDataset: \(labels.count) labels for \(bytes.count / size) pictures")
    }
    guard labels.allSatisfy({ $0 >= 0 }) else { fatalError("ImageDataset: a label is negative") }
    self.name = name
    self.channels = channels
    self.height = height
    self.width = width
    self.bytes = bytes
    self.labels = labels
    self.classCount = max(classCount ?? 0, (labels.max() ?? -1) + 1)
  }

  // MARK: - Pictures as numbers

  /// byte / 127.5 − 1 for each byte.
  private static let scaled: [Float] = (0...255).map { Float(Double($0) / 127.5 - 1) }

  /// The pixels of some pictures, from −1 to 1, in the order asked for.
  public func pixels(_ indices: [Int]) -> [Float] {
    let size = pictureSize
    return [Float](unsafeUninitializedCapacity: indices.count * size) { buffer, initialized in
      bytes.withUnsafeBufferPointer { bytes in
        ImageDataset.scaled.withUnsafeBufferPointer { scaled in
          for (row, index) in indices.enumerated() {
            guard index >= 0, index < count else {
              fatalError("ImageDataset: there is no picture \(index) among \(count)")
            }
            for i in 0..<size { buffer[row * size + i] = scaled[Int(bytes[index * size + i])] }
          }
        }
      }
      initialized = indices.count * size
    }
  }

  /// Some pictures as a tensor [indices.count, channels, height, width], from −1 to 1.
  public func images(_ indices: [Int]) -> Tensor {
    Tensor(pixels(indices), shape: [indices.count, channels, height, width])
  }

  /// All pictures as a tensor [count, channels, height, width], from −1 to 1.
  public var images: Tensor { images(Array(0..<count)) }

  /// One picture as it looks.
  public func picture(_ index: Int) -> Image {
    let size = pictureSize
    let own = Array(bytes[index * size..<(index + 1) * size])
    if channels == 1 { return Image(width: width, height: height, format: .gray, pixels: own) }
    let area = width * height
    var pixels = [UInt8](repeating: 0, count: 3 * area)
    for c in 0..<3 {
      for i in 0..<area { pixels[3 * i + c] = own[min(c, channels - 1) * area + i] }
    }
    return Image(width: width, height: height, format: .rgb, pixels: pixels)
  }

  /// The standard deviation of all pixels about their common mean, on the scale from −1 to 1: EDM's σ_data.
  public var standardDeviation: Double {
    var histogram = [Int](repeating: 0, count: 256)
    for byte in bytes { histogram[Int(byte)] += 1 }
    let n = Double(max(1, bytes.count))
    var (sum, squares) = (0.0, 0.0)
    for (byte, times) in histogram.enumerated() {
      sum += Double(byte) * Double(times)
      squares += Double(byte * byte) * Double(times)
    }
    let mean = sum / n
    return max(0, squares / n - mean * mean).squareRoot() / 127.5
  }

  // MARK: - Parts

  /// The pictures with these indices, in this order.
  public func subset(_ indices: [Int], name: String? = nil) -> ImageDataset {
    let size = pictureSize
    var part: [UInt8] = []
    part.reserveCapacity(indices.count * size)
    for index in indices { part.append(contentsOf: bytes[index * size..<(index + 1) * size]) }
    return ImageDataset(
      name: name ?? self.name, channels: channels, height: height, width: width, bytes: part,
      labels: isLabelled ? indices.map { labels[$0] } : [], classCount: classCount)
  }

  /// Where the pictures of a class are.
  public func indices(ofClass label: Int) -> [Int] { labels.indices.filter { labels[$0] == label } }

  /// The pictures of a class.
  public func ofClass(_ label: Int) -> ImageDataset { subset(indices(ofClass: label)) }

  /// Divides the pictures: in each class (or in all, without labels) the last `share` is held out.
  public func split(heldOutShare share: Double) -> (train: ImageDataset, heldOut: ImageDataset) {
    let groups = isLabelled ? (0..<classCount).map { indices(ofClass: $0) } : [Array(0..<count)]
    var (train, heldOut): ([Int], [Int]) = ([], [])
    for group in groups {
      let kept = group.count - Int((Double(group.count) * share).rounded())
      train += group[..<kept]
      heldOut += group[kept...]
    }
    return (subset(train.sorted()), subset(heldOut.sorted()))
  }

  /// Every `factor × factor` block of pixels replaced by its mean, rounded to a byte: 28 × 28 becomes 14 × 14.
  public func pooled(by factor: Int) -> ImageDataset {
    guard factor > 1 else { return self }
    guard height % factor == 0, width % factor == 0 else {
      fatalError("ImageDataset: pictures of \(height) × \(width) cannot be pooled by \(factor)")
    }
    let (h, w) = (height / factor, width / factor)
    let area = factor * factor
    var result = [UInt8](repeating: 0, count: count * channels * h * w)
    for plane in 0..<count * channels {
      for y in 0..<h {
        for x in 0..<w {
          var sum = 0
          for dy in 0..<factor {
            for dx in 0..<factor { sum += Int(bytes[(plane * height + y * factor + dy) * width + x * factor + dx]) }
          }
          result[(plane * h + y) * w + x] = UInt8((sum + area / 2) / area)
        }
      }
    }
    return ImageDataset(
      name: name, channels: channels, height: h, width: w, bytes: result, labels: labels, classCount: classCount)
  }

  // MARK: - Mini-batches

  /// Some pictures and their labels.
  public struct Batch {
    /// [B, channels, height, width], from −1 to 1.
    public let images: Tensor
    /// B labels; empty if the pictures have none.
    public let labels: [Int]
  }

  /// The pictures with these indices as a mini-batch.
  public func batch(_ indices: [Int]) -> Batch {
    Batch(images: images(indices), labels: isLabelled ? indices.map { labels[$0] } : [])
  }

  /// `size` pictures drawn at random, each from all of them (with replacement). The stream is all the state there is, so
  /// a run that keeps its stream resumes with the same batches.
  public func batch(size: Int, using rng: inout RandomStream) -> Batch {
    batch((0..<size).map { _ in rng.integer(below: count) })
  }

  /// `size` pictures of one class drawn at random, with replacement.
  public func batch(size: Int, ofClass label: Int, using rng: inout RandomStream) -> Batch {
    let own = indices(ofClass: label)
    guard !own.isEmpty else { fatalError("ImageDataset: \(name) has no picture of class \(label)") }
    return batch((0..<size).map { _ in own[rng.integer(below: own.count)] })
  }

  /// One pass through all pictures in random order: the indices of each mini-batch. The last one may be smaller, unless
  /// `dropsLast` leaves it out.
  public func shuffledBatches(size: Int, dropsLast: Bool = false, using rng: inout RandomStream) -> [[Int]] {
    let order = rng.permutation(count)
    let batches = stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
    return dropsLast ? batches.filter { $0.count == size } : batches
  }
}
