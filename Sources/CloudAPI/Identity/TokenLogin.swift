import Foundation
import JobWatchCore

/// Gets a token from IAM for a user's password (cloud-api, section 3d; the vendor's API reference of
/// IAM, "Obtaining a User Token Through Password Authentication").
///
/// The password goes out in the body of this one request and nowhere else.
package struct TokenLogin: Sendable {
  /// Tokens of the clouds reach some 15 kB.
  private static let tokenLimit = SecretSource.sizeLimit

  private let endpoint: String
  private let user: PasswordUser
  private let scope: ProjectScope
  private let call: IdentityCall

  /// `endpoint` is IAM's, `https://host[:port]`; `timeout` is for one whole exchange.
  package init(
    endpoint: String, user: PasswordUser, scope: ProjectScope,
    transport: @escaping HTTPTransport, timeout: Duration = .seconds(30)
  ) {
    self.endpoint = endpoint
    self.user = user
    self.scope = scope
    call = IdentityCall(
      peer: "IAM at \(endpoint)", transport: transport, timeout: timeout,
      redaction: Redaction(Self.forms(of: user.password)))
  }

  /// `now` is needed only where the answer has no `Date`.
  package func issue(at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    do throws(IssueFailure) {
      let response = try await call.send(try request())
      return .success(try credential(in: response, at: now))
    } catch {
      return .failure(error)
    }
  }

  private func request() throws(IssueFailure) -> HTTPRequest {
    guard let address = EndpointAddress(endpoint) else {
      throw .misconfigured(.unusableEndpoint("iam"))
    }
    do {
      return HTTPRequest(
        method: "POST", url: "\(address.scheme)://\(address.host)/v3/auth/tokens",
        headers: [("Host", address.host), ("Content-Type", "application/json;charset=utf8")],
        body: Array(try JSONEncoder().encode(LoginRequest(user, scope))))
    } catch {
      // Its words could quote what they are about.
      throw .misconfigured(
        APIError(code: "login", message: "The login cannot be written as JSON."))
    }
  }

  private func credential(
    in response: HTTPResponse, at now: Timestamp
  ) throws(IssueFailure) -> IssuedCredential {
    let isSuccess = (200...299).contains(response.status)
    guard isSuccess, let token = response.headers.first("X-Subject-Token"), !token.isEmpty else {
      throw failure(response, at: now)
    }
    guard token.utf8.count <= Self.tokenLimit else {
      throw call.unusable("its token is larger than \(Self.tokenLimit) bytes")
    }
    let credential = Credential.token(Secret(token))
    guard credential.isSendable else {
      throw call.unusable("its token has a character that HTTP cannot send")
    }
    guard !response.truncated,
      // Nothing in the error is of use: the body is not as documented.
      let reply = try? JSONDecoder().decode(TokenReply.self, from: Data(response.body))
    else {
      let body = response.obstacle ?? "a body that is not as documented"
      throw call.unusable("its answer has a token, and \(body)")
    }
    return IssuedCredential(
      credential: credential,
      lifetime: try call.lifetime(until: reply.token.expiresAt, in: response, at: now),
      projectID: reply.token.project?.id)
  }

  private func failure(_ response: HTTPResponse, at now: Timestamp) -> IssueFailure {
    if response.status == 201 { return call.unusable("its answer has no X-Subject-Token") }
    return call.failure(response, at: now) { meaning, complaint in
      switch meaning {
      case .refused: .refused(complaint.mended(by: Self.passwordCure))
      case .forbidden: .refused(complaint.mended(by: Self.permissionCure))
      default: .misconfigured(complaint.mended(by: configurationCure))
      }
    }
  }

  /// That a HUAWEI ID cannot log in here, and that a user must exist for it: the API reference.
  private static let passwordCure =
    "Check username, password and domain_name (the account's name): a HUAWEI ID cannot log in, "
    + "only a user that was created in IAM"
  private static let permissionCure =
    "Let the user in: IAM has to allow it programmatic access and a role in the project"

  private var configurationCure: String {
    let key =
      switch scope {
      case .id: "project_id"
      case .name: "project_name (the region's name for its main project)"
      }
    return "Check \(key), domain_name, username, and that endpoints: iam is IAM's address"
  }

  /// The password as an answer that quotes the request may hold it: plain, in JSON with and without
  /// escapes for what is not ASCII, percent-encoded.
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
