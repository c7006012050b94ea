import JobWatchCore
import JobWatchStore

/// How a webhook's request tells an event. A new format is one file in this folder, with a value of this type.
struct WebhookFormat: Sendable {
  /// Of an event at the time of one attempt. The body is the same at every attempt; the headers may depend on the time.
  let message: @Sendable (StoredEvent, Timestamp) -> (body: [UInt8], headers: [(String, String)])

  /// Bytes of a body: receivers commonly accept 20 to 64 kB.
  static let limit = 19_999
}
