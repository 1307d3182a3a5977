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
  /// Groups of every normalization; must divide every width.
  public var groupCount: Int
  /// Whether the way up sees the way down beside its own features (concatenated, dearer) or added to them.
  public var concatenatesSkips: Bool

  /// A configuration; the defaults are the course's network for 28 × 28 digits.
  public init(
    imageChannels: Int = 1, patchSize: Int = 2, channels: [Int] = [32, 64], blocksPerLevel: Int = 1,
    attentionHeads: Int = 2, embeddingDimensions: Int = 96, timeFeatureCount: Int = 32,
    timeFeatures: TimeFeatures = .fourier, frequencyScale: Float = 1, classCount: Int = 10, groupCount: Int = 8,
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
    self.groupCount = groupCount
    self.concatenatesSkips = concatenatesSkips
  }
}
