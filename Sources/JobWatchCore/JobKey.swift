/// What names one job: the account it is asked with, the service that runs it, and the cloud's id for it.
package struct JobKey: Hashable, Sendable, Codable, CustomStringConvertible {
  package var account: String
  package var service: String
  package var jobID: String

  package init(account: String, service: String, jobID: String) {
    self.account = account
    self.service = service
    self.jobID = jobID
  }

  package var description: String { "\(account)/\(service)/\(jobID)" }

  /// Whether `text` may be a job id: `[A-Za-z0-9][A-Za-z0-9_-]{0,127}`. The clouds use 32 hex digits or
  /// UUIDs; the set is wider than both and safe in a URL path.
  package static func isJobID(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 128, isAlphanumeric(first) else { return false }
    return bytes.allSatisfy {
      isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}

/// One (account, service): what shares a quota, an endpoint and its troubles.
package struct EndpointKey: Hashable, Sendable, CustomStringConvertible {
  package var account: String
  package var service: String

  package init(account: String, service: String) {
    self.account = account
    self.service = service
  }

  package var description: String { "\(account)/\(service)" }
}

extension JobKey {
  /// The same for a job in every process: what moves its polls away from those of other jobs.
  package var jitterSeed: UInt32 {
    var hash = StableHash()
    for part in [account, service, jobID] {
      hash.combine(part.utf8)
      hash.combine(UInt64(part.utf8.count))
    }
    return UInt32(truncatingIfNeeded: hash.value ^ hash.value >> 32)
  }

  package var endpoint: EndpointKey { EndpointKey(account: account, service: service) }
}
