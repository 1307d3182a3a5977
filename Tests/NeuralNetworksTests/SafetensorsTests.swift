import Foundation
import Tensors
import XCTest

@testable import NeuralNetworks

final class SafetensorsTests: XCTestCase {
  /// A file of this header (as text) and so many bytes of data.
  private func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> Data {
    file(Array(header.utf8), data: data, length: length)
  }

  private func file(_ header: [UInt8], data: Int = 0, length: UInt64? = nil) -> Data {
    var bytes = Data()
    withUnsafeBytes(of: (length ?? UInt64(header.count)).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: header)
    bytes.append(Data(repeating: 0, count: data))
    return bytes
  }

  private func refuses(_ data: Data, _ parts: String..., file: StaticString = #filePath, line: UInt = #line) {
    XCTAssertThrowsError(try Safetensors.decode(data, file: "weights.safetensors"), file: file, line: line) { error in
      let message = "\(error)"
      XCTAssertTrue(error is SafetensorsError, message, file: file, line: line)
      for part in ["weights.safetensors"] + parts {
        XCTAssertTrue(message.contains(part), "\"\(part)\" is not in: \(message)", file: file, line: line)
      }
    }
  }

  func testWellFormedFilesAreRead() throws {
    let (tensors, metadata) = try Safetensors.decode(
      file(
        #"{"__metadata__":{"a":"b\u00e9\ud83d\ude00"}, "x" : {"shape":[2,1],"data_offsets":[0,8],"dtype":"F32"} }   "#,
        data: 8))
    XCTAssertEqual(tensors["x"]?.shape, [2, 1])
    XCTAssertEqual(metadata, ["a": "bé😀"])
    XCTAssertTrue(try Safetensors.decode(file("{}")).tensors.isEmpty)
  }

  func testLyingHeaders() {
    func entry(_ dtype: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
      #"{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
    }
    let good = #"{"x":\#(entry("F32", "[2]", 0, 8))}"#
    refuses(Data([1, 2, 3]), "only 3 bytes")
    refuses(Data(), "only 0 bytes")
    refuses(file(good, data: 8, length: 5000), "5000 bytes long", "truncated")
    refuses(file(good, data: 8, length: .max), "100 MB")
    refuses(file(good, data: 8, length: 100_000_001), "100 MB")
    refuses(file(good, data: 7), "tensor \"x\"", "reaches to byte 8", "7 bytes of data")
    refuses(file(good, data: 9), "1 bytes at the end")
    refuses(file(#"{"x":\#(entry("F32", "[3]", 0, 8))}"#, data: 8), "tensor \"x\"", "takes 12 bytes", "gives it 8")
    refuses(file(#"{"x":\#(entry("F32", "[2]", 8, 0))}"#, data: 8), "before it begins")
    refuses(
      file(#"{"x":\#(entry("F32", "[2]", 0, 8)),"y":\#(entry("F32", "[2]", 4, 12))}"#, data: 12), "tensor \"y\"",
      "inside that of another")
    refuses(
      file(#"{"x":\#(entry("F32", "[2]", 0, 8)),"y":\#(entry("F32", "[1]", 12, 16))}"#, data: 16), "tensor \"y\"",
      "4 bytes before its data")
    refuses(file(#"{"x":\#(entry("F32", "[2]", 4, 12))}"#, data: 12), "belong to no tensor")
    refuses(
      file(#"{"x":\#(entry("F32", "[4294967296,4294967296,4294967296]", 0, 8))}"#, data: 8), "tensor \"x\"",
      "more elements")
    refuses(file(#"{"x":\#(entry("F32", "[4611686018427387904]", 0, 8))}"#, data: 8), "more bytes")
    refuses(file(#"{"x":\#(entry("F32", "[99999999999999999999]", 0, 8))}"#, data: 8), "larger than any file")
    refuses(file(#"{"x":\#(entry("F32", "[-2]", 0, 8))}"#, data: 8), "tensor \"x\"", "not negative")
    refuses(file(#"{"x":\#(entry("F32", "[2.0]", 0, 8))}"#, data: 8), "not valid JSON")
    refuses(file(#"{"x":\#(entry("F8_E4M3", "[8]", 0, 8))}"#, data: 8), "tensor \"x\"", "F8_E4M3", "not supported")
    refuses(
      file(#"{"x":\#(entry("F32", "[2]", 0, 8)),"x":\#(entry("F32", "[2]", 8, 16))}"#, data: 16), "tensor \"x\"",
      "twice")
    refuses(file(#"{"__metadata__":{"a":"1","a":"2"}}"#), "twice")
    refuses(file(#"{"__metadata__":{"a":1}}"#), "a string expected")
    refuses(file(#"{"x":{"dtype":"F32","shape":[2]}}"#, data: 8), "tensor \"x\"", "data_offsets")
    refuses(file(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#, data: 8), "two data_offsets")
    refuses(file(#"{"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, data: 8), "twice")
    refuses(file(#"{"x":{"kind":"F32"}}"#), "unknown key \"kind\"")
    refuses(file(Array(good.utf8).dropLast() + [0xFF, 0x7D], data: 8), "not UTF-8")
    refuses(file("[1]"), "does not begin with")
    refuses(file(""), "does not begin with")
    refuses(file(good + "{}", data: 8), "nothing more expected")
    refuses(file(String(good.dropLast()), data: 8), "not valid JSON")
    refuses(file(#"{"x"#), "end of a string")
    refuses(file(#"{"\ud83d":{}}"#), "surrogate")
    refuses(file(String(repeating: "{\"a\":", count: 10_000)), "weights")
  }

  /// Every file with one byte changed or cut off is either refused or read; nothing crashes.
  func testNoDamageCrashes() throws {
    let whole = try Safetensors.encode(["a": Tensor([1, 2, 3]), "b": .ones([2, 2])], metadata: ["k": "v"])
    for length in 0..<whole.count { XCTAssertThrowsError(try Safetensors.decode(whole.prefix(length))) }
    var rng = RandomStream(seed: 1)
    for _ in 0..<2000 {
      var damaged = whole
      damaged[rng.integer(below: whole.count)] = UInt8(rng.integer(below: 256))
      _ = try? Safetensors.decode(damaged)
    }
  }

  func testTensorsComeBackWithTheSameBits() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("weights.safetensors")
    let numbers: [Float] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, .nan]
    try saveSafetensors(
      ["x": Tensor(numbers, shape: [2, 3]), "": Tensor(Float(1))], to: url, metadata: ["a\"\n\u{1}": "ü"])
    try saveSafetensors(
      ["x": Tensor(numbers, shape: [2, 3]), "": Tensor(Float(2))], to: url, metadata: ["a\"\n\u{1}": "ü"])
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    XCTAssertEqual(tensors["x"]?.shape, [2, 3])
    XCTAssertEqual(tensors["x"]?.scalars.map(\.bitPattern), numbers.map(\.bitPattern))
    XCTAssertEqual(tensors[""]?.item(), 2)
    XCTAssertEqual(metadata, ["a\"\n\u{1}": "ü"])
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: folder.path), ["weights.safetensors"],
      "nothing is left behind")
    XCTAssertThrowsError(try saveSafetensors([:], to: folder.appendingPathComponent("no/such/folder.safetensors")))
    XCTAssertThrowsError(try Safetensors.encode(["__metadata__": .zeros([1])]))
    XCTAssertThrowsError(try loadSafetensors(from: folder.appendingPathComponent("absent.safetensors")))
  }

  /// The official writer's file, read and written again, is the same file: so the official reader reads ours.
  func testFilesOfThePythonPackage() throws {
    let url = try Fixture.url("written-by-python.safetensors")
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    XCTAssertEqual(Set(tensors.keys), ["a.bias", "b.weight", "empty", "größe \"q\"", "scalar"])
    XCTAssertEqual(tensors["b.weight"]?.scalars, [0, -1.5, 2, 65504, 1e-7, -0.25])
    XCTAssertEqual(tensors["empty"]?.shape, [0, 4])
    XCTAssertEqual(tensors["scalar"]?.shape, [])
    XCTAssertEqual(try Safetensors.encode(tensors, metadata: metadata), try Data(contentsOf: url))
  }

  /// Every half is what it was after a round trip; a number between two goes to the nearer one, halfway to the even one.
  func testHalvesAreTheNearest() throws {
    for bits in UInt16.min...UInt16.max {
      let value = Safetensors.float(halfBits: bits)
      if value.isNaN {
        XCTAssertTrue(Safetensors.float(halfBits: Safetensors.halfBits(value)).isNaN)
      } else {
        XCTAssertEqual(Safetensors.halfBits(value), bits)
      }
    }
    for bits in stride(from: UInt16(0), to: 0x7BFF, by: 7) {
      let (low, high) = (Safetensors.float(halfBits: bits), Safetensors.float(halfBits: bits + 1))
      let middle = (low + high) / 2
      XCTAssertEqual(Safetensors.halfBits(middle), bits % 2 == 0 ? bits : bits + 1)
      XCTAssertEqual(Safetensors.halfBits(-middle.nextUp), (bits + 1) | 0x8000)
      XCTAssertEqual(Safetensors.halfBits(middle.nextDown), bits)
    }
    XCTAssertEqual(Safetensors.halfBits(65519), 0x7BFF)
    XCTAssertEqual(Safetensors.halfBits(65520), 0x7C00)
    let data = try Safetensors.encode(["w": Tensor([0.1, -2, 3e-6])], precision: .half)
    let again = try XCTUnwrap(Safetensors.decode(data).tensors["w"]?.scalars)
    XCTAssertEqual(again, [0x1.998p-4, -2, 0x1.9p-19])
  }

  func testEveryTypeIsRead() throws {
    let tensors = try Fixture("every-type.safetensors").tensors
    let numbers: [Float] = [0, -1.5, 2, 65504, 1e-7, -0.25]
    XCTAssertEqual(tensors["F64"]?.scalars, numbers)
    XCTAssertEqual(tensors["F32"]?.scalars, numbers)
    XCTAssertEqual(
      tensors["F16"]?.scalars, [0, -1.5, 2, 65504, 0x1p-23, -0.25],
      "1e-7 becomes the nearest subnormal half")
    XCTAssertEqual(tensors["BF16"]?.scalars, [0, -1.5, 2, 65536, Float(bitPattern: 0x33D7_0000), -0.25])
    let whole: [Float] = [0, 1, 2, 100, 3, 7]
    for name in ["I64", "I32", "I16", "I8"] { XCTAssertEqual(tensors[name]?.scalars, whole.map { $0 - 50 }, name) }
    XCTAssertEqual(tensors["U8"]?.scalars, whole)
    XCTAssertEqual(tensors["BOOL"]?.scalars, [0, 0, 0, 1, 1, 1])
    let special = try XCTUnwrap(tensors["half.special"]?.scalars)
    XCTAssertEqual(special[0], 0x1p-24)
    XCTAssertEqual(special[1], 6.1e-05, accuracy: 1e-7)
    XCTAssertEqual(special[2].bitPattern, Float(-0.0).bitPattern)
    XCTAssertEqual([special[3], special[4]], [.infinity, -.infinity])
  }

  func testAUNetComesBackFromItsFile() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("unet.safetensors")
    var rng = RandomStream(seed: 1)
    let unet = UNet(UNetConfiguration(channels: [4, 8], classCount: 3, groupCount: 2), using: &rng)
    try unet.save(to: url, metadata: ["seed": "1"])
    let again = try UNet(contentsOf: url)
    XCTAssertEqual(again.configuration, unet.configuration)
    XCTAssertEqual(again.stateDictionary().mapValues(\.scalars), unet.stateDictionary().mapValues(\.scalars))
    XCTAssertEqual(try loadSafetensorsAndMetadata(from: url).metadata["seed"], "1")

    func refused(_ metadata: [String: String], _ part: String, line: UInt = #line) throws {
      try saveSafetensors(unet.stateDictionary(), to: url, metadata: metadata)
      XCTAssertThrowsError(try UNet(contentsOf: url), line: line) { error in
        XCTAssertTrue("\(error)".contains(part) && "\(error)".contains(url.path), "\(error)", line: line)
      }
    }
    try refused([:], "no configuration")
    try refused(["configuration": "{"], "cannot be read")
    let text = try XCTUnwrap(Safetensors.decode(unetData(unet, url)).metadata["configuration"])
    try refused(["configuration": text.replacingOccurrences(of: "[4,8]", with: "[4,7]")], "do not divide")
    try refused(["configuration": text.replacingOccurrences(of: "[4,8]", with: "[4,-8]")], "at least 1")
    try refused(["configuration": text.replacingOccurrences(of: "[4,8]", with: "[4,10]")], "middle1.conv1.weight")
  }

  private func unetData(_ unet: UNet, _ url: URL) throws -> Data {
    try unet.save(to: url)
    return try Data(contentsOf: url)
  }
}
