import Foundation
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
  /// The status that reached the sender; nil when the connection was reset or the answer withheld.
  package var status: Int?

  /// `webhook-id`, which stays the same when a message is sent again.
  package var id: String? { request.header("webhook-id") }
  package var body: [UInt8] { request.body }
  /// The sender was told 2xx.
  package var isAccepted: Bool { status.map { (200..<300).contains($0) } ?? false }

  /// Its body, and its id.
  package func event() throws -> WebhookEvent {
    var event = try JSONDecoder().decode(WebhookEvent.self, from: Data(body))
    event.id = id ?? ""
    return event
  }
}

/// A delivery as its receiver reads it.
package struct WebhookEvent: Decodable, Sendable {
  /// `webhook-id`
  package var id = ""
  package var type: String
  package var timestamp: Timestamp
  package var data: EventData

  private enum CodingKeys: String, CodingKey { case type, timestamp, data }
}
