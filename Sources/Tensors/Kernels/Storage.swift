import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The memory behind one or more tensors: 64-byte aligned Float32, freed to a cache when the last tensor lets go.
///
/// `@unchecked Sendable`: a storage is written only while its tensor is being made, by one kernel whose tasks write
/// disjoint ranges.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    pointer = BufferCache.take(floats: count)
  }

  deinit { BufferCache.give(pointer, floats: count) }
}

/// Free lists of large buffers, by size class.
///
/// `malloc` returns large blocks to the system, which then has to clear every page again at the next use: for a
/// training loop, whose steps all ask for the same sizes, that costs more than the arithmetic. Small blocks go
/// straight to `malloc`, whose own cache is as fast.
enum BufferCache {
  private static let smallest = 16 * 1024
  /// Bytes behind every buffer that may be read: a kernel reads whole vectors where only a part is wanted.
  private static let slack = 64
  private static let mostKept = 1 << 30

  private struct Lists {
    /// The addresses of the kept buffers of every size class.
    var free = [[UInt]](repeating: [], count: 4 * Int.bitWidth)
    var kept = 0
    var out = 0
    var fromSystem = 0
  }

  private static let lists = Mutex(Lists())

  /// Bytes of large buffers that are in use.
  static var bytesOut: Int { lists.withLock { $0.out } }

  /// How many large buffers the system was asked for since the process began. Steps of a training loop after the first
  /// few should not add to it.
  static var buffersFromSystem: Int { lists.withLock { $0.fromSystem } }

  /// The size in bytes that a request is rounded up to: four classes to a power of two, so that at most a quarter is
  /// wasted.
  private static func roundedBytes(_ floats: Int) -> Int {
    let bytes = floats * MemoryLayout<Float>.stride + slack
    guard bytes > smallest else { return (bytes + 63) & ~63 }
    let step = 1 << (bytes.bitWidth - 1 - bytes.leadingZeroBitCount - 2)
    return (bytes + step - 1) & ~(step - 1)
  }

  /// The number of a size class: which quarter of which power of two.
  private static func sizeClass(_ roundedBytes: Int) -> Int {
    let power = roundedBytes.bitWidth - 1 - roundedBytes.leadingZeroBitCount
    return 4 * power + (roundedBytes >> (power - 2)) & 3
  }

  static func take(floats: Int) -> UnsafeMutablePointer<Float> {
    let bytes = roundedBytes(floats)
    if bytes > smallest {
      let kept: UInt? = lists.withLock { lists in
        lists.out += bytes
        guard let address = lists.free[sizeClass(bytes)].popLast() else {
          lists.fromSystem += 1
          return nil
        }
        lists.kept -= bytes
        return address
      }
      if let kept, let raw = UnsafeMutableRawPointer(bitPattern: kept) {
        return raw.assumingMemoryBound(to: Float.self)
      }
    }
    guard let raw = aligned_alloc(64, bytes) else {
      fatalError("Out of memory: a tensor of \(floats) numbers (\(bytes) bytes) could not be allocated.")
    }
    return raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
  }

  static func give(_ pointer: UnsafeMutablePointer<Float>, floats: Int) {
    let bytes = roundedBytes(floats)
    if bytes > smallest {
      let isKept = lists.withLock { lists in
        lists.out -= bytes
        guard lists.kept + bytes <= mostKept else { return false }
        lists.free[sizeClass(bytes)].append(UInt(bitPattern: pointer))
        lists.kept += bytes
        return true
      }
      if isKept { return }
    }
    free(pointer)
  }
}
