import CloudAPI
import JobWatchCore
import JobWatchStore

/// POSTs an event to one URL.
struct WebhookChannel: Sendable {
  let url: Secret
  let signer: StandardWebhooks
  let timeout: Duration
  let transport: HTTPTransport

  /// Bytes of a body: receivers commonly accept 20 to 64 kB.
  static let limit = 19_999

  func deliver(_ message: OutgoingMessage, at now: Moment) async -> DeliveryOutcome {
    let event = message.event
    let body = Self.body(event)
    var headers = signer.headers(
      id: event.id, timestamp: now.wall.milliseconds / 1000, body: body)
    headers.append(("Content-Type", "application/json"))
    headers.append(("User-Agent", "jobwatch/\(ProgramVersion.text)"))
    // The status line decides: a receiver that never ends its answer has taken the message all the same.
    let request = HTTPRequest(
      method: "POST", url: url.reveal(), headers: headers, body: body, wanted: .head)
    do {
      return Self.outcome(try await transport(request, timeout, 0), at: now.wall)
    } catch {
      return .retry(status: nil, reason: error.message, retryAfter: nil)
    }
  }

  /// The same at every attempt.
  static func body(_ event: StoredEvent) -> [UInt8] {
    let head = #"{"type":"\#(event.kind)","timestamp":"\#(event.at)","data":"#
    let data = EventData.text(event.data, within: limit - head.utf8.count - 1)
    return Array((head + data + "}").utf8)
  }

  static func outcome(_ response: HTTPResponse, at now: Timestamp) -> DeliveryOutcome {
    let status = response.status
    switch status {
    case 200..<300: return .delivered(status: status)
    case 410: return .gone(status: status)
    case 400, 413, 422:
      return .rejected(
        status: status, reason: "the receiver answered \(status): it refuses the message")
    default:
      return .retry(
        status: status, reason: "the receiver answered \(status)",
        retryAfter: response.retryAfter(at: now))
    }
  }
}
