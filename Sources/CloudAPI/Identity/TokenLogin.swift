import Foundation
import JobWatchCore

/// Gets a token from IAM for a user's password: the API reference of IAM, "Obtaining a User Token Through Password
/// Authentication". The password goes out in the body of this one request and nowhere else.
package struct TokenLogin: Sendable {
  /// Tokens of the clouds reach some 15 kB.
  private static let tokenLimit = SecretSource.sizeLimit

  private let user: PasswordUser
  private let scope: ProjectScope
  private let call: IdentityCall

  /// - Parameters:
  ///   - endpoint: IAM's, `https://host[:port]`.
  ///   - timeout: for one whole exchange.
  package init(
    endpoint: String, user: PasswordUser, scope: ProjectScope,
    transport: @escaping HTTPTransport, timeout: Duration = .seconds(30)
  ) {
    self.user = user
    self.scope = scope
    call = IdentityCall(
      name: "IAM", key: "iam", endpoint: endpoint, transport: transport, timeout: timeout,
      redaction: Redaction(Self.forms(of: user.password)))
  }

  /// - Parameter now: needed only where the answer has no `Date`.
  package func issue(at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    do throws(IssueFailure) {
      let response = try await call.send(try request())
      return .success(try credential(in: response, at: now))
    } catch {
      return .failure(error)
    }
  }

  private func request() throws(IssueFailure) -> HTTPRequest {
    let address = try call.address()
    let project =
      switch scope {
      case .id(let id): ["id": id]
      case .name(let name): ["name": name]
      }
    let person: [String: Any] = [
      "name": user.name, "password": user.password.reveal(), "domain": ["name": user.domainName],
    ]
    let identity: [String: Any] = ["methods": ["password"], "password": ["user": person]]
    let login: [String: Any] = ["auth": ["identity": identity, "scope": ["project": project]]]
    // The words of the error could quote the password.
    guard let body = try? JSONSerialization.data(withJSONObject: login) else {
      throw .misconfigured(
        APIError(code: "login", message: "The login cannot be written as JSON."))
    }
    return HTTPRequest(
      method: "POST", url: address.url("/v3/auth/tokens"),
      headers: [("Host", address.host), ("Content-Type", "application/json;charset=utf8")],
      body: Array(body))
  }

  /// The token is in a header, and the body says `{"token": {"expires_at", "project": {"id"}}}`.
  private func credential(
    in response: HTTPResponse, at now: Timestamp
  ) throws(IssueFailure) -> IssuedCredential {
    let isSuccess = (200...299).contains(response.status)
    guard isSuccess, let token = response.headers.first("X-Subject-Token") else {
      throw failure(response, at: now)
    }
    guard token.utf8.count <= Self.tokenLimit else {
      throw call.unusable("its token is larger than \(Self.tokenLimit) bytes")
    }
    let credential = Credential.token(Secret(token))
    guard credential.isSendable else {
      throw call.unusable("its token has a character that HTTP cannot send")
    }
    guard let reply = response.soundObject?.object("token") else {
      let body = response.obstacle ?? "a body that is not as documented"
      throw call.unusable("its answer has a token, and \(body)")
    }
    return IssuedCredential(
      credential: credential,
      lifetime: try call.lifetime(until: reply.text("expires_at"), in: response, at: now),
      projectID: reply.object("project")?.text("id"))
  }

  private func failure(_ response: HTTPResponse, at now: Timestamp) -> IssueFailure {
    if response.status == 201 { return call.unusable("its answer has no X-Subject-Token") }
    return call.failure(response, at: now) { meaning, error in
      switch meaning {
      case .refused: .refused(error.with(remedy: Self.passwordRemedy))
      case .forbidden: .refused(error.with(remedy: Self.permissionRemedy))
      default: .misconfigured(error.with(remedy: configurationRemedy))
      }
    }
  }

  private static let passwordRemedy =
    "Check username, password and domain_name (the account's name): a HUAWEI ID cannot log in, "
    + "only a user that was created in IAM"
  private static let permissionRemedy =
    "Let the user in: IAM has to allow it programmatic access and a role in the project"

  private var configurationRemedy: String {
    let key =
      switch scope {
      case .id: "project_id"
      case .name: "project_name (the region's name for its main project)"
      }
    return "Check \(key), domain_name, username, and that endpoints: iam is IAM's address"
  }

  /// The password as an answer that quotes the request may hold it: plain, in JSON with and without escapes for what is
  /// not ASCII, percent-encoded.
  private static func forms(of password: Secret) -> [String] {
    let text = password.reveal()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // Encoding a text cannot fail; if it did, this would be one form less to look for.
    let json = (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let quoted = String(json.dropFirst().dropLast())
    let ascii = quoted.utf16.map { unit in
      unit < 0x80 ? String(decoding: [unit], as: UTF16.self) : String(format: "\\u%04x", unit)
    }
    return Array(Set([text, quoted, ascii.joined(), PercentEncoding.encode(text)]))
  }
}
