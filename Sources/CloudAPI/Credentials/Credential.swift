import Crypto
import JobWatchCore

/// A key pair of the cloud. `securityToken` belongs to temporary pairs only and is sent as `X-Security-Token`.
package struct AccessKey: Sendable, Hashable {
  /// The public half, which names the key in `Authorization`.
  package var access: String
  package var secret: Secret
  package var securityToken: Secret?

  package init(access: String, secret: Secret, securityToken: Secret? = nil) {
    self.access = access
    self.secret = secret
    self.securityToken = securityToken
  }
}

/// The proof that a request carries.
package enum Credential: Sendable, Hashable {
  /// The gateway's `SDK-HMAC-SHA256 Access=` signature.
  case accessKey(AccessKey)
  /// The older `SDK-HMAC-SHA256 Credential=` signature that tools for Open Telekom Cloud use.
  case legacyAccessKey(AccessKey)
  /// A ready token, sent as `X-Auth-Token`.
  case token(Secret)

  static func signing(_ key: AccessKey, _ form: Signer.Form) -> Credential {
    form == .access ? .accessKey(key) : .legacyAccessKey(key)
  }

  /// A query that is signed, or has its token: the one place where that is done.
  /// - Parameters:
  ///   - path: percent-encoded.
  ///   - query: not encoded.
  ///   - projectID: nil for a query that is about no project.
  ///   - signingTime: the signature's date, by the cloud's clock as far as it is known.
  func request(
    _ address: EndpointAddress, _ path: String, query: [(name: String, value: String)],
    projectID: String? = nil, at signingTime: Timestamp
  ) -> HTTPRequest {
    var request = SignableRequest(
      scheme: address.scheme, host: address.host, path: path, query: query,
      headers: [("Host", address.host)])
    let project = projectID.map { [("X-Project-Id", $0)] } ?? []
    switch self {
    case .accessKey(let key):
      request.headers += project + Self.securityToken(key)
      Signer(key: key, form: .access).sign(&request, at: signingTime)
    case .legacyAccessKey(let key):
      Signer(key: key, form: .credential()).sign(&request, at: signingTime)
      // After signing, as the tools that use this form do.
      request.headers += project + Self.securityToken(key)
    case .token(let token):
      request.headers += project + [("X-Auth-Token", token.reveal())]
    }
    return HTTPRequest(url: request.url, headers: request.headers)
  }

  private static func securityToken(_ key: AccessKey) -> [(String, String)] {
    key.securityToken.map { [("X-Security-Token", $0.reveal())] } ?? []
  }

  /// SHA-256 of the contents in hexadecimal: equal for equal contents only. It tells whether a
  /// secret was changed and identifies it in memory; it is not meant for a log.
  package var fingerprint: String {
    let kind =
      switch self {
      case .accessKey: "access"
      case .legacyAccessKey: "legacy"
      case .token: "token"
      }
    var hash = SHA256()
    for part in [kind] + confidential {
      // The length keeps ("ab", "c") and ("a", "bc") apart.
      hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
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

  /// The error where `isSendable` is false.
  static let unsendable = APIError(
    code: "credential",
    message: "a secret holds a line break, a blank or a character that HTTP cannot send: "
      + "its source must hold the secret alone")
}
