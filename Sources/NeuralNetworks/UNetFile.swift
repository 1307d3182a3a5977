import Foundation
import Tensors

/// A U-Net in one file: the weights as safetensors, the configuration as JSON in the file's metadata, so that nothing else has to be remembered.
extension UNet {
  /// Writes the model; `metadata` goes beside the configuration.
  ///
  /// - Throws: the file system's error.
  public func save(
    to url: URL, metadata: [String: String] = [:], precision: Safetensors.Precision = .single
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var metadata = metadata
    metadata["configuration"] = String(decoding: try encoder.encode(configuration), as: UTF8.self)
    try saveSafetensors(stateDictionary(), to: url, metadata: metadata, precision: precision)
  }

  /// The model in a file that ``save(to:metadata:)`` wrote.
  ///
  /// - Throws: ``SafetensorsError`` if the file is damaged or has no configuration; ``ModelLoadingError`` if its weights do not
  ///   fit its configuration; the file system's error.
  public convenience init(contentsOf url: URL) throws {
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    guard let text = metadata["configuration"] else {
      throw SafetensorsError(
        file: url.path, tensor: nil,
        problem: "its metadata has no configuration. Build the UNet by hand and use load, or save it with UNet.save.")
    }
    let configuration: UNetConfiguration
    do {
      configuration = try JSONDecoder().decode(UNetConfiguration.self, from: Data(text.utf8))
    } catch {
      throw SafetensorsError(file: url.path, tensor: nil, problem: "its configuration cannot be read: \(error)")
    }
    if let problem = configuration.problem {
      throw SafetensorsError(file: url.path, tensor: nil, problem: "its configuration is impossible: \(problem)")
    }
    var rng = RandomStream(seed: 0)
    self.init(configuration, using: &rng)
    try load(tensors, source: url.path)
  }
}
