/// What names one job: the account it is asked with, the service that runs it, and the cloud's id for it.
package struct JobKey: Hashable, Sendable, Codable, CustomStringConvertible {
  package var account: String
  package var service: String
  package var jobID: String

  package init(account: String, service: String, jobID: String) {
    (self.account, self.service, self.jobID) = (account, service, jobID)
  }

  package var description: String { "\(account)/\(service)/\(jobID)" }

  package var endpoint: EndpointKey { EndpointKey(account: account, service: service) }

  /// The same for a job in every process: what moves its polls away from those of other jobs.
  package var jitterSeed: UInt32 {
    var hash = StableHash()
    for part in [account, service, jobID] {
      hash.combine(part.utf8)
      hash.combine(UInt64(part.utf8.count))
    }
    return UInt32(truncatingIfNeeded: hash.value ^ hash.value >> 32)
  }

  /// Whether `text` may be a job id: `[A-Za-z0-9][A-Za-z0-9_-]{0,127}`. The clouds use 32 hex digits or UUIDs; the set
  /// is wider than both and safe in a URL path.
  package static func isJobID(_ text: String) -> Bool {
    text.utf8.count <= 128 && text.utf8.first?.isAlphanumeric == true
      && text.utf8.allSatisfy {
        $0.isAlphanumeric || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      }
  }
}

/// One service of one account: what shares a quota, an address and its troubles.
package struct EndpointKey: Hashable, Sendable, CustomStringConvertible {
  package var account: String
  package var service: String

  package init(account: String, service: String) {
    (self.account, self.service) = (account, service)
  }

  package var description: String { "\(account)/\(service)" }
}

extension UInt8 {
  /// `[A-Za-z0-9]`, in ASCII.
  package var isAlphanumeric: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}

/// FNV-1a, 64 bits: the same value in every process and version, unlike `Hasher`. Not for secrets.
package struct StableHash: Sendable {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package mutating func combine(_ bytes: some Sequence<UInt8>) {
    // The loop over a buffer is several times as fast as the one over a sequence of unknown type.
    let mixed: Void? = bytes.withContiguousStorageIfAvailable { for byte in $0 { mix(byte) } }
    if mixed == nil { for byte in bytes { mix(byte) } }
  }

  package mutating func combine(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  private mutating func mix(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

  /// In [0, 1). The high bits of FNV vary little for short inputs, hence one more mixing step.
  package var unit: Double {
    var mixed = (value ^ value >> 33) &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    return Double(mixed >> 11) / Double(1 << 53)
  }
}
