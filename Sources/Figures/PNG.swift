import CPNG
import Foundation

/// PNG files, read and written whole through libpng.
///
/// Reading takes every kind of PNG (any depth, palette, interlaced, with transparency) to 8 bits a channel. Writing the
/// same image and text with the same libpng and zlib gives the same bytes.
public enum PNG {
  /// A picture and the texts that travel with it.
  public struct Contents: Equatable, Sendable {
    public var image: Image
    /// Keyword to text, from tEXt, zTXt and iTXt chunks. Of two chunks with one keyword the first counts.
    public var text: [String: String]

    public init(image: Image, text: [String: String] = [:]) {
      self.image = image
      self.text = text
    }
  }

  /// What a file may ask of this machine. They are checked before any pixel memory is taken.
  public struct Limits: Sendable {
    public var width: Int
    public var height: Int
    /// Pixels in all.
    public var pixels: Int
    /// Memory that one text or profile chunk may unpack to, in bytes.
    public var chunkBytes: Int
    /// Size of the file, in bytes.
    public var fileBytes: Int

    public init(
      width: Int = 32_768, height: Int = 32_768, pixels: Int = 1 << 27, chunkBytes: Int = 1 << 23,
      fileBytes: Int = 1 << 29
    ) {
      self.width = width
      self.height = height
      self.pixels = pixels
      self.chunkBytes = chunkBytes
      self.fileBytes = fileBytes
    }

    /// 32,768 pixels a side, 134 million in all, 8 MB a chunk, 512 MB a file.
    public static let standard = Limits()
  }

  // MARK: - Reading

  /// Reads a file.
  ///
  /// - Throws: `FileError`: no such file, not a PNG, truncated, corrupt, or beyond `limits`.
  public static func read(_ url: URL, limits: Limits = .standard) throws -> Contents {
    try decode(FileError.readingBytes(of: url, limit: limits.fileBytes), name: url.path, limits: limits)
  }

  /// Reads the file at a path; see ``read(_:limits:)``.
  public static func read(path: String, limits: Limits = .standard) throws -> Contents {
    try read(URL(fileURLWithPath: path), limits: limits)
  }

  /// Decodes the bytes of a PNG; `name` is what an error calls them.
  public static func decode(_ bytes: [UInt8], name: String = "PNG data", limits: Limits = .standard) throws -> Contents
  {
    var result = cpng_image()
    var message = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))
    let cLimits = cpng_limits(
      max_width: UInt32(clamping: limits.width), max_height: UInt32(clamping: limits.height),
      max_pixels: UInt64(clamping: limits.pixels), max_chunk_bytes: max(1, limits.chunkBytes))
    let status = bytes.withUnsafeBufferPointer { cpng_decode($0.baseAddress, $0.count, cLimits, &result, &message) }
    guard status == CPNG_OK else {
      throw decodingError(status, name: name, message: string(message), byteCount: bytes.count)
    }
    defer { cpng_free_image(&result) }
    let (width, height) = (Int(result.width), Int(result.height))
    guard let format = Image.Format(rawValue: Int(result.channels)) else {
      throw FileError(path: name, problem: "the PNG has \(result.channels) channels", advice: "convert it to RGB")
    }
    let pixels = [UInt8](UnsafeBufferPointer(start: result.pixels, count: width * height * format.rawValue))
    var text: [String: String] = [:]
    for chunk in UnsafeBufferPointer(start: result.texts, count: result.text_count) {
      let keyword = latin1(UnsafeRawBufferPointer(start: chunk.keyword, count: strlen(chunk.keyword)))
      let value = UnsafeRawBufferPointer(start: chunk.text, count: chunk.length)
      if text[keyword] == nil {
        text[keyword] = chunk.is_utf8 != 0 ? String(decoding: value, as: UTF8.self) : latin1(value)
      }
    }
    return Contents(image: Image(width: width, height: height, format: format, pixels: pixels), text: text)
  }

  private static func decodingError(_ status: Int32, name: String, message: String, byteCount: Int) -> FileError {
    switch Int(status) {
    case Int(CPNG_NOT_PNG):
      FileError(
        path: name, problem: "this is not a PNG: \(message)",
        advice: "give a PNG, or convert the picture to PNG first (other formats are not read)")
    case Int(CPNG_TRUNCATED):
      FileError(
        path: name, problem: "the PNG is cut off after \(byteCount) bytes: \(message)",
        advice: "copy or download the file again")
    case Int(CPNG_TOO_LARGE):
      FileError(
        path: name, problem: "the PNG is too large: \(message)",
        advice: "make the picture smaller, or raise PNG.Limits if you trust the file")
    case Int(CPNG_NO_MEMORY):
      FileError(path: name, problem: "the PNG cannot be read: \(message)", advice: "close other programs, or shrink it")
    default:
      FileError(
        path: name, problem: "the PNG is damaged: \(message)",
        advice: "copy or download the file again, or save it anew from the program that made it")
    }
  }

  // MARK: - Writing

  /// Writes an image to a file, atomically; folders above it are made.
  ///
  /// - Parameters:
  ///   - text: keyword (1 to 79 Latin-1 characters) to text: written as tEXt where it is ASCII, as iTXt where not.
  ///   - compressionLevel: 0 (none) to 9 (smallest).
  /// - Throws: `FileError`; an older file of that name then stays as it was.
  public static func write(_ image: Image, to url: URL, text: [String: String] = [:], compressionLevel: Int = 6) throws
  {
    try AtomicFile.write(encode(image, text: text, compressionLevel: compressionLevel), to: url)
  }

  /// Writes an image to the file at a path; see ``write(_:to:text:compressionLevel:)``.
  public static func write(_ image: Image, path: String, text: [String: String] = [:], compressionLevel: Int = 6) throws
  {
    try write(image, to: URL(fileURLWithPath: path), text: text, compressionLevel: compressionLevel)
  }

  /// The bytes of a PNG; texts are written in the order of their keywords, so that the bytes do not depend on chance.
  public static func encode(_ image: Image, text: [String: String] = [:], compressionLevel: Int = 6) throws -> [UInt8] {
    var chunks: [cpng_text] = []
    defer {
      for chunk in chunks {
        free(chunk.keyword)
        free(chunk.text)
      }
    }
    for (keyword, value) in text.sorted(by: { $0.key < $1.key }) {
      guard let keywordBytes = keywordBytes(keyword) else {
        throw FileError(
          path: "PNG text chunk “\(keyword)”",
          problem: "a keyword has 1 to 79 Latin-1 characters and no spaces at its ends",
          advice: "choose a shorter, plainer keyword")
      }
      if value.utf8.contains(0) {
        throw FileError(
          path: "PNG text chunk “\(keyword)”", problem: "the text holds a zero byte", advice: "leave it out of the text"
        )
      }
      let isASCII = value.utf8.allSatisfy { $0 < 128 }
      chunks.append(
        cpng_text(
          keyword: copied(keywordBytes), text: copied(Array(value.utf8)), length: value.utf8.count,
          is_utf8: isASCII ? 0 : 1))
    }
    var encoded: UnsafeMutablePointer<UInt8>?
    var size = 0
    var message = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))
    let status = cpng_encode(
      image.pixels, UInt32(image.width), UInt32(image.height), Int32(image.channels),
      Int32(min(9, max(0, compressionLevel))), chunks, chunks.count, &encoded, &size, &message)
    guard status == CPNG_OK, let encoded else {
      throw FileError(
        path: "PNG of \(image.width) × \(image.height)", problem: "it cannot be encoded: \(string(message))",
        advice: "check the size of the picture")
    }
    defer { cpng_free_bytes(encoded) }
    return [UInt8](UnsafeBufferPointer(start: encoded, count: size))
  }

  private static func keywordBytes(_ keyword: String) -> [UInt8]? {
    let scalars = Array(keyword.unicodeScalars)
    guard (1...79).contains(scalars.count), scalars.first != " ", scalars.last != " ", !keyword.contains("  "),
      scalars.allSatisfy({ (32...126).contains($0.value) || (161...255).contains($0.value) })
    else { return nil }
    return scalars.map { UInt8($0.value) }
  }

  private static func copied(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
    let memory = malloc(bytes.count + 1)!.assumingMemoryBound(to: CChar.self)
    for (i, byte) in bytes.enumerated() { memory[i] = CChar(bitPattern: byte) }
    memory[bytes.count] = 0
    return memory
  }

  private static func latin1(_ bytes: UnsafeRawBufferPointer) -> String {
    var result = String.UnicodeScalarView()
    for byte in bytes { result.append(Unicode.Scalar(byte)) }
    return String(result)
  }

  private static func string(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
