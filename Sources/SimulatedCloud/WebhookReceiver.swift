import Crypto
import Foundation
import JobWatchCore
import Synchronization

/// A webhook's receiver on loopback. It checks signatures, keeps what it got, and answers by a script.
///
/// An answer does not depend on the signature. Any method is taken, because heartbeats are received too.
package final class WebhookReceiver: Sendable {
  /// Every request that arrived, with ways to wait for those to come.
  package let log = CallLog<WebhookDelivery>()
  private let signature: WebhookSignature
  private let script = Mutex((replies: ArraySlice<Reply>(), last: Reply.status(200)))
  private let clock: @Sendable () -> Timestamp
  private let server = LoopbackServer()

  /// Without `secrets` nothing is verified; with several any one may have signed.
  package init(secrets: [String] = [], clock: @escaping @Sendable () -> Timestamp) {
    signature = WebhookSignature(secrets: secrets)
    self.clock = clock
  }

  /// Begins to listen on 127.0.0.1 and returns the base URL; every path is received.
  /// Throws the system's error if the port cannot be had.
  package func start(port: Int = 0) async throws -> String {
    try await server.start(port: port) { [self] request in answer(request) }
  }

  package func stop() async { await server.stop() }

  /// Answers deliveries by `replies` in turn from now on, and then by `last`.
  package func answer(with replies: [Reply], then last: Reply = .status(200)) {
    script.withLock { $0 = (replies[...], last) }
  }

  package var deliveries: [WebhookDelivery] { log.entries }

  private func answer(_ request: ReceivedRequest) -> Reply {
    let now = clock()
    let verification = signature.verification(of: request, at: now)
    return script.withLock { script in
      let reply = script.replies.popFirst() ?? script.last
      log.append(WebhookDelivery(time: now, request: request, verification: verification, status: reply.visibleStatus))
      return reply
    }
  }
}

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

/// Checks the headers of the Standard Webhooks specification: `webhook-id`, `webhook-timestamp` (seconds since 1970)
/// and `webhook-signature`, which holds one or more `v1,BASE64` divided by spaces, each the HMAC-SHA256 of
/// `id.timestamp.body`.
private struct WebhookSignature: Sendable {
  static let tolerance: Duration = .minutes(5)

  private let keys: [SymmetricKey]

  /// Each secret is `whsec_` and base64, or plain text whose bytes are the key.
  init(secrets: [String]) {
    keys = secrets.map { secret in
      let prefix = "whsec_"
      let decoded = secret.hasPrefix(prefix) ? Data(base64Encoded: String(secret.dropFirst(prefix.count))) : nil
      return SymmetricKey(data: decoded ?? Data(secret.utf8))
    }
  }

  func verification(of request: ReceivedRequest, at now: Timestamp) -> WebhookDelivery.Verification {
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
