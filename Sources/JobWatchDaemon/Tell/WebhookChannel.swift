import CloudAPI
import JobWatchCore
import JobWatchStore

/// POSTs an event to one URL, in the format of the channel.
struct WebhookChannel: Sendable {
  let url: Secret
  let format: WebhookFormat
  let timeout: Duration
  let transport: HTTPTransport

  func deliver(_ message: OutgoingMessage, at now: Moment) async -> DeliveryOutcome {
    let content = format.message(message.event, now.wall)
    let headers = content.headers + [("User-Agent", "jobwatch/\(ProgramVersion.text)")]
    let request = HTTPRequest(method: "POST", url: url.reveal(), headers: headers, body: content.body)
    do {
      // Without the body: a receiver that never ends its answer has taken the message all the same.
      return Self.outcome(try await transport(request, timeout, 0), at: now.wall)
    } catch {
      return .retry(status: nil, reason: error.message, retryAfter: nil)
    }
  }

  static func outcome(_ response: HTTPResponse, at now: Timestamp) -> DeliveryOutcome {
    let status = response.status
    switch status {
    case 200..<300: return .delivered(status: status)
    case 410: return .gone(status: status)
    case 400, 413, 422:
      return .rejected(status: status, reason: "the receiver answered \(status): it refuses the message")
    default:
      return .retry(status: status, reason: "the receiver answered \(status)", retryAfter: response.retryAfter(at: now))
    }
  }
}
