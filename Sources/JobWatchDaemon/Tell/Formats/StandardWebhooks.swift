import CloudAPI
import Crypto
import Foundation
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

/// Signs messages as the Standard Webhooks specification 1.0 says: `v1,` and the base64 of
/// HMAC-SHA256(secret, "id.timestamp.body"). With several secrets there are several signatures, separated by a
/// space: the receiver accepts any one, which is how a secret is rotated.
package struct StandardWebhooks: Sendable {
  private let keys: [SymmetricKey]

  /// Each of `signers` signs, in their order.
  init(joining signers: [StandardWebhooks]) { keys = signers.flatMap(\.keys) }

  /// The specification's form is `whsec_` and base64, with or without padding; the bytes of any other text are the key.
  /// The URL-safe alphabet is refused, because the specification's libraries do not agree on it: Go's refuses it, and
  /// those of Python, Ruby and PHP skip `-` and `_` and verify with another key.
  ///
  /// - Throws: an error that continues a sentence, which begins with the name of the secret's place.
  package init(secret: Secret) throws(SecretError) {
    let (text, prefix) = (secret.reveal(), "whsec_")
    guard text.hasPrefix(prefix) else {
      keys = [SymmetricKey(data: Data(text.utf8))]
      return
    }
    let code = text.dropFirst(prefix.count)
    guard let bytes = Self.bytes(code), !bytes.isEmpty else { throw SecretError(message: Self.problem(code)) }
    keys = [SymmetricKey(data: bytes)]
  }

  private static func bytes(_ code: Substring) -> Data? {
    let letters = code.prefix { $0 != "=" }
    let padding = String(repeating: "=", count: (4 - letters.utf8.count % 4) % 4)
    guard code == letters || code == letters + padding else { return nil }
    return Data(base64Encoded: letters + padding)
  }

  private static func problem(_ code: Substring) -> String {
    let isURLSafe = code.contains { "-_".contains($0) }
    let letters = code.utf8.filter { $0 != UInt8(ascii: "=") }
    if isURLSafe, letters.allSatisfy({ isLetter($0) }) {
      let cut = letters.count % 4 == 1 ? ", and is cut short or has a character too many" : ""
      return "begins with whsec_ but goes on with base64 in the URL-safe alphabet\(cut): write + for - "
        + "and / for _ here and at the receiver: many libraries cannot read the URL-safe form"
    }
    return "begins with whsec_ but goes on with something that is not base64: copy it again from the "
      + "receiver, alone and in one line"
  }

  /// A letter of the URL-safe alphabet (RFC 4648, base64url).
  private static func isLetter(_ byte: UInt8) -> Bool {
    byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  /// The three headers of one attempt. `timestamp` is in whole seconds since 1970.
  package func headers(id: String, timestamp: Int64, body: [UInt8]) -> [(String, String)] {
    var headers = [("webhook-id", id), ("webhook-timestamp", String(timestamp))]
    guard !keys.isEmpty else { return headers }
    let signed = Array("\(id).\(timestamp).".utf8) + body
    let signatures = keys.map { key in
      "v1," + Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
    }
    headers.append(("webhook-signature", signatures.joined(separator: " ")))
    return headers
  }
}

extension WebhookFormat {
  /// `{"type":"job.failed","timestamp":"2026-11-21T21:38:21.123Z","data":{…}}`, with the headers of Standard Webhooks.
  static func standardWebhooks(_ signer: StandardWebhooks) -> WebhookFormat {
    WebhookFormat { event, now in
      let head = #"{"type":"\#(event.kind)","timestamp":"\#(event.at)","data":"#
      let data = EventData.text(event.data, within: limit - head.utf8.count - 1)
      let body = Array((head + data + "}").utf8)
      let headers = signer.headers(id: event.id, timestamp: now.milliseconds / 1000, body: body)
      return (body, headers + [("Content-Type", "application/json")])
    }
  }
}
