/// FNV-1a, 64 bits: the same value in every process and version, unlike `Hasher`. Not for secrets.
package struct StableHash: Sendable {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package mutating func combine(_ bytes: some Sequence<UInt8>) {
    // The loop over a buffer is several times as fast as the one over a sequence of unknown type.
    if bytes.withContiguousStorageIfAvailable({ mix($0) }) == nil {
      for byte in bytes { mix(byte) }
    }
  }

  private mutating func mix(_ buffer: UnsafeBufferPointer<UInt8>) {
    for byte in buffer { mix(byte) }
  }

  private mutating func mix(_ byte: UInt8) {
    state ^= UInt64(byte)
    state = state &* 0x0000_0100_0000_01b3
  }

  package mutating func combine(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      combine(CollectionOfOne(UInt8(truncatingIfNeeded: value >> shift)))
    }
  }

  package var value: UInt64 { state }

  /// In [0, 1). The high bits of FNV vary little for short inputs, hence one more mixing step.
  package var unit: Double {
    var mixed = state
    mixed ^= mixed >> 33
    mixed = mixed &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    return Double(mixed >> 11) / Double(1 << 53)
  }
}
