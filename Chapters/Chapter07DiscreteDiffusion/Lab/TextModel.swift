import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// A network with its characters: token i is `characters[i]`, and the token after the last one is the mask.
final class TextModel {
  let network: TokenNetwork
  let characters: [Character]
  /// L′, the length of the blocks that the network was trained for; the whole length for plain masked diffusion.
  let blockLength: Int

  var length: Int { network.shape.length }
  var mask: Int { characters.count }

  /// How a mask is written.
  static let maskCharacter: Character = "_"

  init(
    characters: [Character], length: Int, blockLength: Int? = nil, dimensions: Int = 64, layerCount: Int = 2,
    using rng: inout RandomStream
  ) {
    self.characters = characters
    self.blockLength = blockLength ?? length
    network = TokenNetwork(
      TokenNetwork.Shape(
        states: characters.count + 1, length: length, dimensions: dimensions, headCount: 4, layerCount: layerCount),
      using: &rng)
  }

  // MARK: - Texts and tokens

  /// The text of some tokens, `_` for a mask, without blanks at its end.
  func text(_ tokens: [Int]) -> String {
    let all = tokens.map { characters.indices.contains($0) ? characters[$0] : Self.maskCharacter }
    return String(all[..<(all.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0)])
  }

  /// The tokens of a prompt in which `_` stands for what the network is to fill in; the rest of the context is open, or blank
  /// if the prompt ends with a blank.
  ///
  /// - Throws: ``LabError`` for a prompt that is empty, too long, or has characters that the network has never seen.
  func tokens(ofPrompt prompt: String) throws -> [Int] {
    try Self.tokens(ofPrompt: prompt, characters: characters, length: length)
  }

  /// The same for a network that is still to be trained.
  static func tokens(ofPrompt prompt: String, characters: [Character], length: Int) throws -> [Int] {
    let mask = characters.count
    guard !prompt.isEmpty else {
      throw LabError("The prompt is empty: give some characters, and _ for each open place.")
    }
    guard prompt.count <= length else {
      throw LabError(
        "The prompt has \(prompt.count) characters, and the network's context is \(length): shorten the prompt by "
          + "\(prompt.count - length).")
    }
    let known = prompt.map { character -> Int? in
      character == maskCharacter ? mask : characters.firstIndex(of: character)
    }
    let unknown = zip(prompt, known).filter { $0.1 == nil }.map(\.0)
    guard unknown.isEmpty else {
      let list = Set(unknown).sorted().map { character in
        let code = character.unicodeScalars.map { "U+" + String($0.value, radix: 16, uppercase: true) }.joined(
          separator: " ")
        return "“\(character)” (\(code))"
      }
      throw LabError(
        "The network has never seen \(list.joined(separator: ", ")). It knows: "
          + "\(characters.map { $0 == "\n" ? "\\n" : String($0) }.joined()) and _ for an open place. Change the prompt, or "
          + "train on a text with these characters: --data FILE.")
    }
    let rest = prompt.last == " " ? characters.firstIndex(of: " ") ?? mask : mask
    return known.map { $0! } + Array(repeating: rest, count: length - prompt.count)
  }

  // MARK: - Files

  /// Writes the weights in half precision, with all that is needed to use them.
  func save(to url: URL, notes: [String: String]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let own = [
      "shape": String(decoding: try encoder.encode(network.shape), as: UTF8.self), "characters": String(characters),
      "block length": "\(blockLength)",
    ]
    try saveSafetensors(
      network.stateDictionary(), to: url, metadata: notes.merging(own) { _, new in new }, precision: .half)
  }

  /// The model in a file that ``save(to:notes:)`` wrote.
  init(contentsOf url: URL) throws {
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    guard let text = metadata["shape"],
      let shape = try? JSONDecoder().decode(TokenNetwork.Shape.self, from: Data(text.utf8)),
      let characters = metadata["characters"].map(Array.init), characters.count + 1 == shape.states,
      let blockLength = metadata["block length"].flatMap({ Int($0) }), blockLength > 0, shape.length % blockLength == 0
    else { throw LabError("\(url.path) holds no text model: its metadata lack shape, characters or block length.") }
    var rng = RandomStream(seed: 0)
    network = TokenNetwork(shape, using: &rng)
    self.characters = characters
    self.blockLength = blockLength
    try network.load(tensors, source: url.path)
  }

  /// The model whose weights come with the course.
  convenience init(committed name: String) throws {
    let path = "Chapters/Chapter07DiscreteDiffusion/Weights/\(name).safetensors"
    let url = try PackageRoot.find().appendingPathComponent(path)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw LabError("The weights \(url.path) are missing. Bring them back: git checkout -- \(path)")
    }
    try self.init(contentsOf: url)
  }
}
