import JobWatchCore

/// Gets temporary keys from the metadata service of the server that this runs on. They are those of the agency that is
/// attached to the server (`MetadataAccessor` of the vendor's SDKs for Java and Python).
///
/// A session token is asked for each time, and its absence is no error: the service's second version wants one, some do
/// not know of any, and some take both.
package struct InstanceMetadata: Sendable {
  package static let defaultEndpoint = "http://169.254.169.254"

  private static let tokenPath = "/meta-data/latest/api/token"
  private static let keyPath = "/openstack/latest/securitykey"
  /// The statuses that say that there are no session tokens.
  private static let withoutTokens: Set<Int> = [404, 405, 503]
  /// Bytes of a session token.
  private static let tokenLimit = 8192
  private static let noAgency = "Please configure Cloud Service Agency first"

  private let form: Signer.Form
  private let call: IdentityCall

  /// - Parameters:
  ///   - form: how the keys are to sign.
  ///   - timeout: for each of the two exchanges.
  package init(
    endpoint: String = InstanceMetadata.defaultEndpoint, form: Signer.Form,
    transport: @escaping HTTPTransport, timeout: Duration = .seconds(3)
  ) {
    self.form = form
    call = IdentityCall(
      name: "the metadata service", key: "metadata", endpoint: endpoint, transport: transport,
      timeout: timeout)
  }

  /// - Parameter now: needed only where the answer has no `Date`.
  package func issue(at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    do throws(IssueFailure) {
      let session = try await session(at: now)
      var call = call
      call.redaction = Redaction(session.map { [$0] } ?? [])
      let response = try await call.send(
        HTTPRequest(
          url: try call.address().url(Self.keyPath),
          headers: session.map { [("X-Metadata-Token", $0)] } ?? []))
      guard response.status == 200 else { throw failure(response, call, at: now) }
      return .success(try credential(in: response, call, at: now))
    } catch {
      return .failure(error)
    }
  }

  /// Nil where the service knows no session tokens.
  private func session(at now: Timestamp) async throws(IssueFailure) -> String? {
    let response = try await call.send(
      HTTPRequest(
        method: "PUT", url: try call.address().url(Self.tokenPath),
        headers: [("X-Metadata-Token-Ttl-Seconds", "21600")]))
    if Self.withoutTokens.contains(response.status) { return nil }
    guard response.status == 200 else { throw failure(response, call, at: now) }
    let bytes = response.body
    guard !response.truncated, !bytes.isEmpty, bytes.count <= Self.tokenLimit,
      bytes.allSatisfy({ (0x21...0x7e).contains($0) }), bytes.first != UInt8(ascii: "<")
    else { throw call.unusable(response, insteadOf: "a session token") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `{"credential": {"access", "secret", "securitytoken", "expires_at"}}`
  private func credential(
    in response: HTTPResponse, _ call: IdentityCall, at now: Timestamp
  ) throws(IssueFailure) -> IssuedCredential {
    guard let reply = response.soundObject?.object("credential"),
      let access = reply["access"]?.string, let secret = reply["secret"]?.string,
      let token = reply["securitytoken"]?.string
    else { throw call.unusable(response, insteadOf: "a temporary key") }
    let key = AccessKey(access: access, secret: Secret(secret), securityToken: Secret(token))
    let credential = Credential.signing(key, form)
    guard ![access, secret, token].contains(""), credential.isSendable else {
      throw call.unusable("a part of its temporary key is empty or cannot be sent")
    }
    return IssuedCredential(
      credential: credential,
      lifetime: try call.lifetime(until: reply.text("expires_at"), in: response, at: now))
  }

  private func failure(
    _ response: HTTPResponse, _ call: IdentityCall, at now: Timestamp
  ) -> IssueFailure {
    let text = String(decoding: response.body, as: UTF8.self)
    if response.status == 401, text.contains(Self.noAgency) {
      return .refused(
        APIError(code: "HTTP 401", message: "\(Self.noAgency). Attach an agency to this server"))
    }
    if response.status == 404 {
      return .misconfigured(
        APIError(
          code: "HTTP 404",
          message: "There is no \(Self.keyPath). Use auth: agency on a server of the cloud only"))
    }
    return call.failure(response, at: now) { meaning, error in
      switch meaning {
      case .refused, .forbidden: .refused(error.with(remedy: "Let this server read its metadata"))
      default: .misconfigured(error.with(remedy: "Check endpoints: metadata"))
      }
    }
  }
}
