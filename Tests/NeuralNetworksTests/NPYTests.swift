import Foundation
import NeuralNetworks
import Tensors
import XCTest

final class NPYTests: XCTestCase {
  private func url(_ name: String) throws -> URL { try Fixture.url("npy").appendingPathComponent("\(name).npy") }

  /// NumPy's own files of every type, version and order.
  func testFilesByNumPy() throws {
    let numbers: [Float] = [0, 1, 2, 3, 4, 5]
    for name in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "version2", "version3"] {
      let tensor = try loadNPY(from: url(name))
      XCTAssertEqual(tensor.shape, [2, 3], name)
      XCTAssertEqual(tensor.scalars, numbers.map { $0 - 2 }, name)
    }
    for name in ["u1", "u2", "u4", "u8"] { XCTAssertEqual(try loadNPY(from: url(name)).scalars, numbers, name) }
    XCTAssertEqual(try loadNPY(from: url("b1")).scalars, [0, 0, 0, 1, 1, 1])
    let scalar = try loadNPY(from: url("scalar"))
    XCTAssertEqual(scalar.shape, [])
    XCTAssertEqual(scalar.item(), 2.5)
    XCTAssertEqual(
      try loadNPY(from: url("vector")).scalars.map(\.bitPattern), [1.5, -0.0, Float.infinity].map(\.bitPattern))
    XCTAssertEqual(try loadNPY(from: url("empty")).shape, [0, 4])
    let fortran = try loadNPY(from: url("fortran"))
    XCTAssertEqual(fortran.shape, [2, 3, 4])
    XCTAssertEqual(
      fortran.scalars, (0..<24).map { Float($0) }, "axes in the other order in the file, not in the tensor")
  }

  func testWrittenBytesAreNumPys() throws {
    for name in ["f4", "scalar", "vector", "empty"] {
      let bytes = try Data(contentsOf: url(name))
      XCTAssertEqual(NPY.encode(try NPY.decode(bytes)), bytes, name)
    }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).npy")
    defer { try? FileManager.default.removeItem(at: file) }
    var rng = RandomStream(seed: 1)
    let tensor = Tensor.normal([3, 5, 7], using: &rng)
    try saveNPY(tensor, to: file)
    let back = try loadNPY(from: file)
    XCTAssertEqual(back.shape, tensor.shape)
    XCTAssertEqual(back.scalars, tensor.scalars)
  }

  func testWhatCannotBeHeldIsRefused() throws {
    for (name, parts) in [
      "too-long": ["element 1", "16777217"], "too-large": ["element 1", "1e+39"], "big-endian": [">f4", "astype"],
      "complex": ["<c16"], "records": ["records"], "text": ["<U2"],
    ] {
      XCTAssertThrowsError(try loadNPY(from: url(name)), name) { error in
        for part in parts + ["\(name).npy"] { XCTAssertTrue("\(error)".contains(part), "\(part) is not in: \(error)") }
      }
    }
  }

  /// A damaged file is an error with a reason, whatever was damaged, and never a crash.
  func testDamagedFiles() throws {
    let good = try Data(contentsOf: url("f4"))
    for length in 0..<good.count { XCTAssertThrowsError(try NPY.decode(good.prefix(length)), "\(length) bytes") }
    XCTAssertThrowsError(try NPY.decode(good + [0]))
    func refused(_ header: String, _ part: String, line: UInt = #line) {
      var data = good.prefix(8)
      withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
      data.append(contentsOf: header.utf8)
      XCTAssertThrowsError(try NPY.decode(data), line: line) {
        XCTAssertTrue("\($0)".contains(part), "\(part) is not in: \($0)", line: line)
      }
    }
    refused("{'descr': '<f4', 'fortran_order': False}", "shape")
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': True}", "more")
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}", "twice")
    refused("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "a string")
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "a length")
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000, 4000000000)}", "memory")
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "a length")
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "8 bytes")
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,", "the end")
    refused("descr", "{")
    var rng = RandomStream(seed: 2)
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<3 { bytes[rng.integer(below: good.count)] = UInt8(rng.integer(below: 256)) }
      _ = try? NPY.decode(bytes)
    }
  }
}
