import JobWatchCore

/// One call that reached the simulated cloud.
package struct Call: Hashable, Sendable {
  /// On the clock that the cloud was built with, without its skew.
  package var time: Timestamp
  /// Nil for a path that is no job query.
  package var service: SimulatedService?
  /// For a call to what hands out credentials; nil for every other.
  package var identity: IdentityService?
  /// Empty for a path that is no job query.
  package var jobID: String
  /// What the client got to see; nil when the connection was reset or the answer withheld.
  package var status: Int?
  /// The error code in the body.
  package var code: String?
  /// What the client's support would be asked for.
  package var requestID: String

  /// The gateway or the service did not accept the credential (401), or does not allow the call
  /// (403).
  package var isRefused: Bool { status == 401 || status == 403 }

  /// Turned away by a quota, in any of the ways of cloud-api, section 5.
  package var isThrottled: Bool {
    status == 429 || code == "Common.0024" || code == "Common.1503"
      || code?.hasSuffix(".0308") == true
  }
}
