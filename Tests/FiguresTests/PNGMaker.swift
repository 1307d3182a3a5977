/// Builds PNG files by hand, right ones and wrong ones, independently of libpng.
struct PNGMaker {
  var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// A whole file: header, extra chunks, pixels as stored deflate blocks, end.
  ///
  /// - Parameter rows: each row's packed bytes, without the filter byte.
  static func file(
    width: Int, height: Int, depth: UInt8, colorType: UInt8, interlaced: Bool = false, extra: [(String, [UInt8])] = [],
    rows: [[UInt8]]
  ) -> [UInt8] {
    var maker = PNGMaker()
    maker.header(width: width, height: height, depth: depth, colorType: colorType, interlaced: interlaced)
    for (type, data) in extra { maker.chunk(type, data) }
    maker.chunk("IDAT", zlibStored(rows.flatMap { [0] + $0 }))
    maker.chunk("IEND", [])
    return maker.bytes
  }

  mutating func header(width: Int, height: Int, depth: UInt8 = 8, colorType: UInt8 = 0, interlaced: Bool = false) {
    chunk("IHDR", PNGMaker.word(width) + PNGMaker.word(height) + [depth, colorType, 0, 0, interlaced ? 1 : 0])
  }

  mutating func chunk(_ type: String, _ data: [UInt8]) {
    let body = Array(type.utf8) + data
    bytes += PNGMaker.word(data.count) + body + PNGMaker.word(Int(PNGMaker.crc32(body)))
  }

  static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xedb8_8320 : crc >> 1 }
    }
    return crc ^ 0xffff_ffff
  }

  static func adler32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }

  /// zlib data that are not compressed.
  static func zlibStored(_ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count < 65536)
    let count = UInt16(bytes.count)
    return [0x78, 0x01, 1, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)] + bytes
      + word(Int(adler32(bytes)))
  }

  /// zlib data that unpack to `258 · runs + 1` zeros: one literal, then a back reference of the greatest length for each
  /// 258, in 13 bits.
  static func zlibBomb(runs: Int) -> [UInt8] {
    var result: [UInt8] = [0x78, 0xda]
    var (bits, count): (UInt32, UInt32) = (0, 0)
    func push(_ value: UInt32, _ width: UInt32) {
      bits |= value << count
      count += width
      while count >= 8 {
        result.append(UInt8(bits & 255))
        bits >>= 8
        count -= 8
      }
    }
    push(0b011, 3)  // last block, fixed codes
    push(0b0000_1100, 8)  // literal 0: 00110000, first bit first
    for _ in 0..<runs {
      push(0b1010_0011, 8)  // length 258, code 285: 11000101
      push(0, 5)  // distance 1
    }
    push(0, 7)  // end of block
    if count > 0 { push(0, 8 - count) }
    // Adler-32 of zeros alone: a stays 1, b counts them.
    let b = UInt32((258 * runs + 1) % 65521)
    return result + word(Int(b << 16 | 1))
  }
}
