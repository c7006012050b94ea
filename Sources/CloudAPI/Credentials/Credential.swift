import Crypto
import JobWatchCore

/// A text that must never be shown: it prints as `(secret)` however it is printed, dumped or reflected.
package struct Secret: Sendable, Hashable {
  private let text: String

  package init(_ text: String) { self.text = text }

  /// The text itself, for the one place that sends or hashes it.
  package func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(secret)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

package struct PasswordUser: Sendable, Hashable {
  package var name: String
  package var password: Secret
  /// The IAM domain of the user; the console calls it account.
  package var domainName: String

  package init(name: String, password: Secret, domainName: String) {
    self.name = name
    self.password = password
    self.domainName = domainName
  }
}

/// The project that a token is to be good for.
package enum ProjectScope: Sendable, Hashable {
  case id(String)
  /// As the console shows it: the region's name for the region's main project.
  case name(String)
}

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
  /// A signature by the key. Tools for Open Telekom Cloud use the older form.
  case accessKey(AccessKey, Signer.Form = .access)
  /// A ready token, sent as `X-Auth-Token`.
  case token(Secret)

  /// A query that is signed, or carries its token.
  /// - Parameters:
  ///   - target: path and query, percent-encoded.
  ///   - projectID: nil for a query that is about no project.
  ///   - signingTime: the signature's date, by the cloud's clock as far as it is known.
  func request(
    _ address: EndpointAddress, _ target: String, projectID: String? = nil, at signingTime: Timestamp
  ) -> HTTPRequest {
    var request = HTTPRequest(url: address.url(target), headers: [("Host", address.host)])
    var own = projectID.map { [("X-Project-Id", $0)] } ?? []
    switch self {
    case .accessKey(let key, let form):
      if let token = key.securityToken { own.append(("X-Security-Token", token.reveal())) }
      if form == .access { request.headers += own }
      Signer(key: key, form: form).sign(&request, at: signingTime)
      // After signing, as the tools that use the older form do.
      if form != .access { request.headers += own }
    case .token(let token): request.headers += own + [("X-Auth-Token", token.reveal())]
    }
    return request
  }

  /// SHA-256 of the contents in hexadecimal, which tells whether a secret was changed. It is not meant for a log.
  package var fingerprint: String {
    let kind =
      switch self {
      case .accessKey(_, let form): form == .access ? "access" : "legacy"
      case .token: "token"
      }
    var hash = SHA256()
    for part in [kind] + confidential {
      // The length keeps ("ab", "c") and ("a", "bc") apart.
      hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
    }
    return hash.finalize().hexadecimal
  }

  /// Every text in it that must not be echoed, the public half of a key included.
  var confidential: [String] {
    switch self {
    case .accessKey(let key, _):
      [key.access, key.secret.reveal()] + (key.securityToken.map { [$0.reveal()] } ?? [])
    case .token(let token): [token.reveal()]
    }
  }

  /// Whether each text in it can stand in an HTTP header: visible ASCII only.
  var isSendable: Bool {
    confidential.allSatisfy { $0.utf8.allSatisfy { (0x21...0x7e).contains($0) } }
  }

  static let unsendable = APIError(
    code: "credential",
    message: "a secret holds a line break, a blank or a character that HTTP cannot send: "
      + "its source must hold the secret alone")
}
