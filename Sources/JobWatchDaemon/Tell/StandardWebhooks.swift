import CloudAPI
import Crypto
import Foundation

/// Signs messages as the Standard Webhooks specification 1.0 says: `v1,` and the base64 of
/// HMAC-SHA256(secret, "id.timestamp.body"). With several secrets there are several signatures, separated by a
/// space: the receiver accepts any one, which is how a secret is rotated.
package struct StandardWebhooks: Sendable {
  private let keys: [SymmetricKey]

  /// `whsec_` and base64 is the specification's form; any other text is used as the key's bytes.
  package init(secrets: [Secret]) throws(SecretError) {
    var keys: [SymmetricKey] = []
    for secret in secrets { keys.append(try Self.key(secret.reveal())) }
    self.keys = keys
  }

  private static func key(_ text: String) throws(SecretError) -> SymmetricKey {
    let prefix = "whsec_"
    guard text.hasPrefix(prefix) else { return SymmetricKey(data: Data(text.utf8)) }
    guard let bytes = Data(base64Encoded: String(text.dropFirst(prefix.count))), !bytes.isEmpty
    else {
      throw SecretError(
        message:
          "a webhook secret begins with whsec_ but goes on with something that is not base64: "
          + "copy it again from the receiver")
    }
    return SymmetricKey(data: bytes)
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
