import Crypto
import Foundation
import JobWatchCore

/// Checks the headers of the Standard Webhooks specification: `webhook-id`, `webhook-timestamp`
/// (seconds since 1970) and `webhook-signature`, which holds one or more `v1,BASE64` divided by
/// spaces, each the HMAC-SHA256 of `id.timestamp.body`.
struct WebhookSignature: Sendable {
  static let tolerance: Duration = .minutes(5)

  private let keys: [SymmetricKey]

  /// Each secret is `whsec_` and base64, or plain text whose bytes are the key.
  init(secrets: [String]) {
    keys = secrets.map { secret in
      let prefix = "whsec_"
      let decoded =
        secret.hasPrefix(prefix) ? Data(base64Encoded: String(secret.dropFirst(prefix.count))) : nil
      return SymmetricKey(data: decoded ?? Data(secret.utf8))
    }
  }

  func verification(of request: ReceivedRequest, at now: Timestamp) -> WebhookDelivery.Verification
  {
    if keys.isEmpty { return .notChecked }
    guard let id = request.header("webhook-id"), !id.isEmpty else {
      return .rejected("webhook-id is missing")
    }
    guard let sent = request.header("webhook-timestamp"), let seconds = Int64(sent) else {
      return .rejected("webhook-timestamp is missing or no number of seconds")
    }
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let limit = Self.tolerance.milliseconds
    if overflow || !(now.milliseconds - limit...now.milliseconds + limit).contains(milliseconds) {
      return .rejected("webhook-timestamp \(sent) is more than 5 minutes from \(now)")
    }
    guard let signatures = request.header("webhook-signature") else {
      return .rejected("webhook-signature is missing")
    }
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
