import Figures

extension ImageDataset {
  /// The same pictures in another size and number of channels, so that somebody's own data suit a lab's network.
  ///
  /// A picture of another shape is first cut to the new shape about its middle. Then it is resampled by a triangle as wide
  /// as one new pixel, or as one old pixel where it is enlarged (bilinear interpolation, without aliasing). Colour becomes
  /// gray by Rec. 601 luma; gray becomes colour by repetition.
  ///
  /// - Parameter channels: 1 or 3.
  /// - Returns: itself where nothing needs to change.
  public func fitted(height newHeight: Int, width newWidth: Int, channels newChannels: Int) -> ImageDataset {
    guard newHeight > 0, newWidth > 0, newChannels == 1 || newChannels == 3 else {
      fatalError("ImageDataset: cannot fit pictures to \(newChannels) × \(newHeight) × \(newWidth)")
    }
    if (height, width, channels) == (newHeight, newWidth, newChannels) { return self }
    // The largest part of the new shape, about the middle.
    let unit = min(Double(height) / Double(newHeight), Double(width) / Double(newWidth))
    let rows = ImageDataset.weights(from: height, to: newHeight, unit: unit)
    let columns = ImageDataset.weights(from: width, to: newWidth, unit: unit)
    var result: [UInt8] = []
    result.reserveCapacity(count * newChannels * newHeight * newWidth)
    for index in 0..<count {
      let planes = self.planes(index, newChannels)
      for plane in planes {
        var halfway = [Double](repeating: 0, count: height * newWidth)
        for y in 0..<height {
          for x in 0..<newWidth {
            var sum = 0.0
            for (source, weight) in columns[x] { sum += weight * plane[y * width + source] }
            halfway[y * newWidth + x] = sum
          }
        }
        for y in 0..<newHeight {
          for x in 0..<newWidth {
            var sum = 0.0
            for (source, weight) in rows[y] { sum += weight * halfway[source * newWidth + x] }
            result.append(UInt8(min(255, max(0, sum)) + 0.5))
          }
        }
      }
    }
    return ImageDataset(
      name: name, channels: newChannels, height: newHeight, width: newWidth, bytes: result, labels: labels,
      classCount: classCount)
  }

  /// One picture as one plane of luma, or as three of colour.
  private func planes(_ index: Int, _ newChannels: Int) -> [[Double]] {
    let area = height * width
    let own = (0..<channels).map { c in
      bytes[index * pictureSize + c * area..<index * pictureSize + (c + 1) * area].map { Double($0) }
    }
    if channels == newChannels { return own }
    if newChannels == 3 { return [own[0], own[0], own[0]] }
    return [
      (0..<area).map { 0.299 * own[0][$0] + 0.587 * own[min(1, channels - 1)][$0] + 0.114 * own[channels - 1][$0] }
    ]
  }

  /// For each new pixel along one side, which old pixels it takes and how much of each.
  ///
  /// - Parameter unit: old pixels per new one.
  private static func weights(from old: Int, to new: Int, unit: Double) -> [[(source: Int, weight: Double)]] {
    let start = (Double(old) - unit * Double(new)) / 2
    let reach = max(1, unit)
    return (0..<new).map { i in
      let center = start + (Double(i) + 0.5) * unit
      let (first, last) = (Int((center - reach).rounded(.down)), Int((center + reach).rounded(.up)))
      var taken = (max(0, first)...min(old - 1, last)).map { source in
        (source: source, weight: max(0, 1 - abs(Double(source) + 0.5 - center) / reach))
      }
      let total = taken.reduce(0) { $0 + $1.weight }
      for k in taken.indices { taken[k].weight /= total }
      return taken.filter { $0.weight > 0 }
    }
  }
}
