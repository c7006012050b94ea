import Crypto
import Foundation
import JobWatchCore

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

  package init(time: Timestamp, request: ReceivedRequest, verification: Verification, status: Int?) {
    (self.time, self.request, self.verification, self.status) = (time, request, verification, status)
  }

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

/// Checks the headers of the Standard Webhooks specification: `webhook-id`, `webhook-timestamp` (seconds since 1970)
/// and `webhook-signature`, which holds one or more `v1,BASE64` divided by spaces, each the HMAC-SHA256 of
/// `id.timestamp.body`.
package struct WebhookSignature: Sendable {
  static let tolerance: Duration = .minutes(5)

  private let keys: [SymmetricKey]

  /// Each secret is `whsec_` and base64, or plain text whose bytes are the key.
  package init(secrets: [String]) {
    keys = secrets.map { secret in
      let prefix = "whsec_"
      let decoded = secret.hasPrefix(prefix) ? Data(base64Encoded: String(secret.dropFirst(prefix.count))) : nil
      return SymmetricKey(data: decoded ?? Data(secret.utf8))
    }
  }

  package func verification(of request: ReceivedRequest, at now: Timestamp) -> WebhookDelivery.Verification {
    if keys.isEmpty { return .notChecked }
    guard let id = request.header("webhook-id"), !id.isEmpty else { return .rejected("webhook-id is missing") }
    guard let sent = request.header("webhook-timestamp"), let seconds = Int64(sent) else {
      return .rejected("webhook-timestamp is missing or no number of seconds")
    }
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let limit = Self.tolerance.milliseconds
    if overflow || !(now.milliseconds - limit...now.milliseconds + limit).contains(milliseconds) {
      return .rejected("webhook-timestamp \(sent) is more than 5 minutes from \(now)")
    }
    guard let signatures = request.header("webhook-signature") else { return .rejected("webhook-signature is missing") }
    let content = Array("\(id).\(sent).".utf8) + request.body
    let matches = signatures.split(separator: " ").contains { signature in
      guard signature.hasPrefix("v1,"),
        let code = Data(base64Encoded: String(signature.dropFirst("v1,".count)))
      else { return false }
      return keys.contains {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: content, using: $0)
      }
    }
    return matches ? .verified : .rejected("no signature matches a secret")
  }
}
