import JobWatchCore

/// One request that reached the webhook receiver.
package struct WebhookDelivery: Sendable {
  package enum Verification: Hashable, Sendable {
    case verified
    /// The receiver has no secret.
    case notChecked
    /// Why.
    case rejected(String)
  }

  package var time: Timestamp
  package var request: ReceivedRequest
  package var verification: Verification
  /// What the sender got to see; nil when the connection was reset or the answer withheld.
  package var status: Int?

  /// `webhook-id`, which stays the same when a message is sent again.
  package var id: String? { request.header("webhook-id") }
  package var body: [UInt8] { request.body }
  /// The sender was told 2xx.
  package var isAccepted: Bool { status.map { (200..<300).contains($0) } ?? false }
}
