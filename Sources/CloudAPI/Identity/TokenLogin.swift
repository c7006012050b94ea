import Foundation
import JobWatchCore

extension IdentityClient {
  /// Tokens of the clouds reach some 15 kB.
  private static let tokenLimit = SecretSource.sizeLimit

  /// Gets a token from IAM for a user's password: the API reference of IAM, "Obtaining a User Token Through Password
  /// Authentication". The password goes out in the body of this one request and nowhere else.
  /// - Parameter now: needed only where the answer has no `Date`.
  package func token(
    for user: PasswordUser, _ scope: ProjectScope, at now: Timestamp
  ) async -> Result<IssuedCredential, IssueFailure> {
    await result(hiding: user.password.formsInAnswers) { client throws(IssueFailure) in
      let response = try await client.send(try login(user, scope))
      return try client.token(in: response, scope, at: now)
    }
  }

  private func login(_ user: PasswordUser, _ scope: ProjectScope) throws(IssueFailure) -> HTTPRequest {
    let address = try address()
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
      throw .misconfigured(APIError(code: "login", message: "The login cannot be written as JSON."))
    }
    return HTTPRequest(
      method: "POST", url: address.url("/v3/auth/tokens"),
      headers: [("Host", address.host), ("Content-Type", "application/json;charset=utf8")], body: Array(body))
  }

  /// The token is in a header, and the body says `{"token": {"expires_at", "project": {"id"}}}`.
  private func token(
    in response: HTTPResponse, _ scope: ProjectScope, at now: Timestamp
  ) throws(IssueFailure) -> IssuedCredential {
    let isSuccess = (200...299).contains(response.status)
    guard isSuccess, let token = response.headers.first("X-Subject-Token") else {
      throw response.status == 201
        ? unusable("its answer has no X-Subject-Token") : loginFailure(response, scope, at: now)
    }
    guard token.utf8.count <= Self.tokenLimit else {
      throw unusable("its token is larger than \(Self.tokenLimit) bytes")
    }
    let credential = Credential.token(Secret(token))
    guard credential.isSendable else { throw unusable("its token has a character that HTTP cannot send") }
    guard let reply = response.soundObject?.object("token") else {
      let body = response.obstacle ?? "a body that is not as documented"
      throw unusable("its answer has a token, and \(body)")
    }
    return IssuedCredential(
      credential: credential, lifetime: try lifetime(until: reply.text("expires_at"), in: response, at: now),
      projectID: reply.object("project")?.text("id"))
  }

  private func loginFailure(_ response: HTTPResponse, _ scope: ProjectScope, at now: Timestamp) -> IssueFailure {
    let key =
      switch scope {
      case .id: "project_id"
      case .name: "project_name (the region's name for its main project)"
      }
    return failure(response, at: now) { meaning in
      switch meaning {
      case .refused:
        (
          true,
          "Check username, password and domain_name (the account's name): a HUAWEI ID cannot log "
            + "in, only a user that was created in IAM"
        )
      case .forbidden:
        (true, "Let the user in: IAM has to allow it programmatic access and a role in the project")
      default:
        (false, "Check \(key), domain_name, username, and that endpoints: iam is IAM's address")
      }
    }
  }
}

extension Secret {
  /// As an answer that quotes the request may hold it: plain, in JSON with and without escapes for what is not ASCII,
  /// percent-encoded.
  fileprivate var formsInAnswers: [String] {
    // Encoding a text cannot fail; if it did, this would be one form less to look for.
    let json = (try? StoredJSON.text(reveal())) ?? ""
    let quoted = String(json.dropFirst().dropLast())
    let ascii = quoted.utf16.map { unit in
      unit < 0x80 ? String(decoding: [unit], as: UTF16.self) : String(format: "\\u%04x", unit)
    }
    return Array(Set([reveal(), quoted, ascii.joined(), PercentEncoding.encode(reveal())]))
  }
}
