/// The outcome of one attempt to deliver a message to a channel.
package enum DeliveryOutcome: Hashable, Sendable {
  case delivered(status: Int?)
  /// Worth another attempt; `retryAfter` is the wait that the receiver asks for, at least.
  case retry(status: Int?, reason: String, retryAfter: Duration?)
  /// 400, 413, 422: the receiver will never take this message, or takes none for now (`RefusalStreak`).
  case rejected(status: Int, reason: String)
  /// 410: the receiver wants nothing more; the channel pauses.
  case gone(status: Int)

  package var status: Int? {
    switch self {
    case .delivered(let status), .retry(let status, _, _): status
    case .rejected(let status, _), .gone(let status): status
    }
  }

  /// For people; nil after success.
  package var reason: String? {
    switch self {
    case .delivered: nil
    case .retry(_, let reason, _), .rejected(_, let reason): reason
    case .gone: "the receiver answered 410 Gone"
    }
  }
}
