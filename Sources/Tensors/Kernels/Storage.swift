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

/// Free lists of buffers, by size class.
///
/// `malloc` returns large blocks to the system, which then has to clear every page again at the next use, and for
/// aligned small ones it searches: for a training loop, whose steps all ask for the same sizes, both cost more than the
/// arithmetic. A list here is a chain through the free buffers themselves, each holding the address of the next.
enum BufferCache {
  /// Bytes behind every buffer that may be read: a kernel reads whole vectors where only a part is wanted.
  private static let slack = 64
  private static let mostKept = 1 << 30

  private struct Lists {
    /// The first free buffer of every class.
    var free = [UnsafeMutableRawPointer?](repeating: nil, count: 4 * Int.bitWidth)
    var kept = 0
    var out = 0
    var fromSystem = 0
  }

  private static let lists = Mutex(Lists())

  /// Bytes of buffers that are in use.
  static var bytesOut: Int { lists.withLock { $0.out } }

  /// How many buffers the system was asked for since the process began. Steps of a training loop after the first few
  /// should not add to it.
  static var buffersFromSystem: Int { lists.withLock { $0.fromSystem } }

  /// A size in bytes that a request is rounded up to: whole cache lines, and four classes to a power of two, so that at
  /// most a quarter is wasted.
  private static func sizeClass(floats: Int) -> (bytes: Int, index: Int) {
    let wanted = floats * MemoryLayout<Float>.stride + slack
    let step = max(64, quarter(wanted))
    let bytes = (wanted + step - 1) & ~(step - 1)
    return (bytes, 4 * (bytes.bitWidth - bytes.leadingZeroBitCount - 1) + bytes / quarter(bytes) - 4)
  }

  /// A quarter of the power of two at or below `bytes`.
  private static func quarter(_ bytes: Int) -> Int { 1 << (bytes.bitWidth - 1 - bytes.leadingZeroBitCount - 2) }

  static func take(floats: Int) -> UnsafeMutablePointer<Float> {
    let (bytes, index) = sizeClass(floats: floats)
    // An address, as a pointer is not Sendable.
    let kept = lists.withLock { lists -> UInt in
      lists.out += bytes
      guard let first = lists.free[index] else {
        lists.fromSystem += 1
        return 0
      }
      lists.free[index] = first.load(as: UnsafeMutableRawPointer?.self)
      lists.kept -= bytes
      return UInt(bitPattern: first)
    }
    guard let raw = UnsafeMutableRawPointer(bitPattern: kept) ?? aligned_alloc(64, bytes) else {
      fatalError("Out of memory: a tensor of \(floats) numbers (\(bytes) bytes) could not be allocated.")
    }
    return raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
  }

  static func give(_ pointer: UnsafeMutablePointer<Float>, floats: Int) {
    let (bytes, index) = sizeClass(floats: floats)
    let address = UInt(bitPattern: pointer)
    let isKept = lists.withLock { lists in
      lists.out -= bytes
      guard lists.kept + bytes <= mostKept, let raw = UnsafeMutableRawPointer(bitPattern: address) else { return false }
      raw.storeBytes(of: lists.free[index], as: UnsafeMutableRawPointer?.self)
      lists.free[index] = raw
      lists.kept += bytes
      return true
    }
    if !isKept { free(pointer) }
  }
}
