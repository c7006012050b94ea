import CloudAPI
import JobWatchCore

package struct Call: Hashable, Sendable {
  /// On the clock that the cloud was built with, without its skew.
  package var time: Timestamp
  /// Nil for a path that is no job query.
  package var service: CloudService?
  /// For a call to IAM or the metadata service; nil for every other.
  package var identity: IdentityClient.Service?
  /// Empty for a path that is no job query.
  package var jobID: String
  /// The status that reached the client; nil when the connection was reset or the answer withheld.
  package var status: Int?
  /// The error code in the body.
  package var code: String?
  /// Sent as `X-Request-Id`, for a question to the cloud's support.
  package var requestID: String

  /// The gateway or the service did not accept the credential (401), or does not allow the call (403).
  package var isRefused: Bool { status == 401 || status == 403 }

  /// Turned away by a quota, by the gateway or by the service.
  package var isThrottled: Bool { status == 429 || ["Common.0024", "Common.1503", "APIGW.0308"].contains(code) }
}
