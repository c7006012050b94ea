import Crypto
import JobWatchCore

/// What a request proves its right with.
package enum Credential: Sendable, Hashable {
  /// The gateway's `SDK-HMAC-SHA256 Access=` signature.
  case accessKey(AccessKey)
  /// The older `SDK-HMAC-SHA256 Credential=` signature that tools for Open Telekom Cloud use.
  case legacyAccessKey(AccessKey)
  /// A ready token, sent as `X-Auth-Token`.
  case token(Secret)

  /// SHA-256 of the contents in hexadecimal: equal for equal contents only. It tells whether a
  /// secret was changed and identifies it in memory; it is not meant for a log.
  package var fingerprint: String {
    var hash = SHA256()
    for part in parts {
      // The length keeps ("ab", "c") and ("a", "bc") apart.
      hash.update(data: Array("\(part.utf8.count):".utf8))
      hash.update(data: Array(part.utf8))
    }
    return Hexadecimal.text(hash.finalize())
  }

  /// Every text in it that must not be echoed, the public half of a key included.
  var confidential: [String] {
    switch self {
    case .accessKey(let key), .legacyAccessKey(let key):
      [key.access, key.secret.reveal()] + (key.securityToken.map { [$0.reveal()] } ?? [])
    case .token(let token): [token.reveal()]
    }
  }

  /// Whether each text in it can stand in an HTTP header: visible ASCII only.
  var isSendable: Bool {
    confidential.allSatisfy { $0.utf8.allSatisfy { (0x21...0x7e).contains($0) } }
  }

  /// What is wrong where `isSendable` is false.
  static let unsendable = APIError(
    code: "credential",
    message: "a secret holds a line break, a blank or a character that HTTP cannot send: "
      + "its source must hold the secret alone")

  private var parts: [String] {
    let kind =
      switch self {
      case .accessKey: "access"
      case .legacyAccessKey: "legacy"
      case .token: "token"
      }
    return [kind] + confidential
  }
}
