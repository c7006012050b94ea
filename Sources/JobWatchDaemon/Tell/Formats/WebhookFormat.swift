import JobWatchCore
import JobWatchStore

/// How a webhook's request tells an event. A new format is one file in this folder, and its row in `all`.
struct WebhookFormat: Sendable {
  /// By name, what makes a format of the signer with the channel's secrets.
  static let all: [String: @Sendable (StandardWebhooks) -> WebhookFormat] = [
    "standard": standardWebhooks
  ]

  /// Of an event at the time of one attempt. The body is the same at every attempt; the headers may depend on the time.
  let message: @Sendable (StoredEvent, Timestamp) -> (body: [UInt8], headers: [(String, String)])

  /// Bytes of a body: receivers commonly accept 20 to 64 kB.
  static let limit = 19_999
}
