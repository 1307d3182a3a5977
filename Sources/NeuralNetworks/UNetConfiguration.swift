/// The shape of a ``UNet``. Kept beside the weights (as JSON), it is all that is needed to build the model again.
public struct UNetConfiguration: Codable, Equatable, Sendable {
  /// How the time (or noise level) is turned into features.
  public enum TimeFeatures: String, Codable, Sendable {
    /// ``FourierEmbedding``: random frequencies of standard deviation `frequencyScale`.
    case fourier
    /// ``SinusoidalEmbedding`` of `frequencyScale` · t.
    case sinusoidal
  }

  /// Channels of the image, in and out.
  public var imageChannels: Int
  /// The image is cut into patches of this side, whose pixels become channels: 2 means that the first level works at half the resolution.
  public var patchSize: Int
  /// The width of each level; every further level works at half the resolution of the one before.
  public var channels: [Int]
  /// Residual blocks a level, on the way down and again on the way up. The last level has two and attention between them, whatever this says.
  public var blocksPerLevel: Int
  /// Heads of the attention at the last level; 0 for none.
  public var attentionHeads: Int
  /// The length of the condition vector that all blocks see.
  public var embeddingDimensions: Int
  /// The number of time features.
  public var timeFeatureCount: Int
  /// Their kind.
  public var timeFeatures: TimeFeatures
  /// Their scale.
  public var frequencyScale: Float
  /// The number of classes; 0 for an unconditional model. The table has one more row, for "no class".
  public var classCount: Int
  /// The side of the deepest level's images, for a learnt map of that size a class, which is added there; 0 for none.
  ///
  /// With maps the network knows where it is and what it draws even when the input is all noise, which a short training
  /// hardly learns otherwise; but it takes images of that one size only. For an image of side H: H / (patchSize · 2^(levels − 1)).
  public var mapSize: Int
  /// Groups of every normalization; must divide every width.
  public var groupCount: Int
  /// Whether the way up sees the way down beside its own features (concatenated, dearer) or added to them.
  public var concatenatesSkips: Bool

  /// A configuration; the defaults are the course's network for 28 × 28 digits.
  public init(
    imageChannels: Int = 1, patchSize: Int = 2, channels: [Int] = [32, 64], blocksPerLevel: Int = 1,
    attentionHeads: Int = 2, embeddingDimensions: Int = 96, timeFeatureCount: Int = 32,
    timeFeatures: TimeFeatures = .fourier, frequencyScale: Float = 1, classCount: Int = 10, mapSize: Int = 0,
    groupCount: Int = 8,
    concatenatesSkips: Bool = false
  ) {
    self.imageChannels = imageChannels
    self.patchSize = patchSize
    self.channels = channels
    self.blocksPerLevel = blocksPerLevel
    self.attentionHeads = attentionHeads
    self.embeddingDimensions = embeddingDimensions
    self.timeFeatureCount = timeFeatureCount
    self.timeFeatures = timeFeatures
    self.frequencyScale = frequencyScale
    self.classCount = classCount
    self.mapSize = mapSize
    self.groupCount = groupCount
    self.concatenatesSkips = concatenatesSkips
  }

  /// A configuration from its JSON, in which a key that is left out has its default value.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let d = UNetConfiguration()
    func value<T: Decodable>(_ key: CodingKeys, _ standard: T) throws -> T {
      try values.decodeIfPresent(T.self, forKey: key) ?? standard
    }
    self.init(
      imageChannels: try value(.imageChannels, d.imageChannels), patchSize: try value(.patchSize, d.patchSize),
      channels: try value(.channels, d.channels), blocksPerLevel: try value(.blocksPerLevel, d.blocksPerLevel),
      attentionHeads: try value(.attentionHeads, d.attentionHeads),
      embeddingDimensions: try value(.embeddingDimensions, d.embeddingDimensions),
      timeFeatureCount: try value(.timeFeatureCount, d.timeFeatureCount),
      timeFeatures: try value(.timeFeatures, d.timeFeatures),
      frequencyScale: try value(.frequencyScale, d.frequencyScale),
      classCount: try value(.classCount, d.classCount), mapSize: try value(.mapSize, d.mapSize),
      groupCount: try value(.groupCount, d.groupCount),
      concatenatesSkips: try value(.concatenatesSkips, d.concatenatesSkips))
  }

  /// Why no model can have this shape; nil if one can.
  var problem: String? {
    let positive = [imageChannels, patchSize, blocksPerLevel, embeddingDimensions, timeFeatureCount, groupCount]
    if channels.isEmpty || (positive + channels).contains(where: { $0 < 1 }) {
      return "it needs at least one level, and every width and count must be at least 1"
    }
    if (positive + channels + [attentionHeads, classCount, mapSize]).contains(where: { $0 > 1 << 16 }) {
      return "a width or count is beyond 65,536"
    }
    if attentionHeads < 0 || classCount < 0 || mapSize < 0 { return "a count is negative" }
    if timeFeatureCount % 2 != 0 { return "timeFeatureCount \(timeFeatureCount) is odd" }
    if let width = channels.first(where: { $0 % groupCount != 0 }) {
      return "\(groupCount) groups do not divide the width \(width)"
    }
    if attentionHeads > 0 && channels[channels.count - 1] % attentionHeads != 0 {
      return "\(attentionHeads) heads do not divide the width \(channels[channels.count - 1])"
    }
    return nil
  }
}
