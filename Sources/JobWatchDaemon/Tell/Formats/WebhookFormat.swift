import JobWatchCore
import JobWatchStore

/// How a webhook's request tells an event. A new format is one file in this folder, with a value of this type.
struct WebhookFormat: Sendable {
  struct Message: Sendable {
    /// The same at every attempt.
    var body: [UInt8]
    /// Names and values; they may depend on the time of the attempt.
    var headers: [(String, String)]
  }

  /// The message of an event at the time of one attempt.
  let message: @Sendable (StoredEvent, Timestamp) -> Message

  /// Bytes of a body: receivers commonly accept 20 to 64 kB.
  static let limit = 19_999
}
