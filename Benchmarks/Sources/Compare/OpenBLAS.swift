import Foundation
import Tensors

/// OpenBLAS called as C calls it, without Python between: the hardest peer for small matrices.
///
/// The library is the one that NumPy's wheels bring along; its names carry NumPy's prefix.
struct OpenBLAS {
  private typealias Multiply =
    @convention(c) (
      Int32, Int32, Int32, Int, Int, Int, Float, UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, Float,
      UnsafeMutablePointer<Float>, Int
    ) -> Void
  private typealias Configuration = @convention(c) () -> UnsafePointer<CChar>

  private let multiply: Multiply
  /// The library's version and the kernels that it chose.
  let version: String

  init(library path: String) throws {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw BenchmarkError("OpenBLAS cannot be loaded: \(String(cString: dlerror()))")
    }
    guard let sgemm = dlsym(handle, "scipy_cblas_sgemm64_"), let name = dlsym(handle, "scipy_openblas_get_config64_")
    else { throw BenchmarkError("\(path) lacks scipy_cblas_sgemm64_: is it NumPy's OpenBLAS?") }
    multiply = unsafeBitCast(sgemm, to: Multiply.self)
    version = String(cString: unsafeBitCast(name, to: Configuration.self)())
  }

  /// A row's product, into memory that is there already.
  func prepare(_ row: Row, _ t: [String: Tensor]) -> (check: () -> [String: Tensor], step: () -> Void) {
    let s = row.sizes
    let (m, k, n) = (s["m"]!, s["k"]!, s["n"]!)
    let (transposeA, transposeB) = (s["transposeA"] == 1, s["transposeB"] == 1)
    func copy(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
      let raw = UnsafeMutableRawPointer.allocate(byteCount: tensor.scalarCount * 4, alignment: 64)
      let pointer = raw.bindMemory(to: Float.self, capacity: tensor.scalarCount)
      tensor.withScalars { pointer.initialize(from: $0.baseAddress!, count: $0.count) }
      return pointer
    }
    // Kept for as long as the process lives.
    let (a, b, c) = (copy(t["a"]!), copy(t["b"]!), copy(.zeros([m, n])))
    let (rowMajor, plain, transposed): (Int32, Int32, Int32) = (101, 111, 112)
    let step = {
      multiply(
        rowMajor, transposeA ? transposed : plain, transposeB ? transposed : plain, m, n, k, 1, a, transposeA ? m : k,
        b, transposeB ? k : n, 0, c, n)
    }
    let check = {
      step()
      return ["0": Tensor(Array(UnsafeBufferPointer(start: c, count: m * n)), shape: [m, n])]
    }
    return (check, step)
  }
}
