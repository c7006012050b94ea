import JobWatchCore

/// The metadata service of the server that this runs on. Its temporary keys are those of the agency that is attached to
/// the server (`MetadataAccessor` of the vendor's SDKs for Java and Python).
extension IdentityClient {
  package static let metadataEndpoint = "http://169.254.169.254"

  private static let keyPath = "/openstack/latest/securitykey"
  /// Bytes of a session token.
  private static let sessionLimit = 8192
  private static let noAgency = "Please configure Cloud Service Agency first"

  /// Gets a temporary key.
  ///
  /// A session token is asked for each time, and its absence is no error: the service's second version wants one, some
  /// do not know of any, and some take both.
  /// - Parameters:
  ///   - form: how the key is to sign.
  ///   - now: needed only where the answer has no `Date`.
  package func temporaryKey(_ form: Signer.Form, at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    await result { client throws(IssueFailure) in
      let session = try await client.session(at: now)
      var client = client
      client.redaction = Redaction(session.map { [$0] } ?? [])
      let response = try await client.send(
        HTTPRequest(url: try address().url(Self.keyPath), headers: session.map { [("X-Metadata-Token", $0)] } ?? []))
      guard response.status == 200 else { throw client.metadataFailure(response, at: now) }
      return try client.key(in: response, form, at: now)
    }
  }

  /// Nil where the service knows no session tokens.
  private func session(at now: Timestamp) async throws(IssueFailure) -> String? {
    let response = try await send(
      HTTPRequest(
        method: "PUT", url: try address().url("/meta-data/latest/api/token"),
        headers: [("X-Metadata-Token-Ttl-Seconds", "21600")]))
    if [404, 405, 503].contains(response.status) { return nil }
    guard response.status == 200 else { throw metadataFailure(response, at: now) }
    let bytes = response.body
    guard !response.truncated, !bytes.isEmpty, bytes.count <= Self.sessionLimit,
      bytes.allSatisfy({ (0x21...0x7e).contains($0) }), bytes.first != "<"
    else { throw unusable(response, insteadOf: "a session token") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `{"credential": {"access", "secret", "securitytoken", "expires_at"}}`
  private func key(
    in response: HTTPResponse, _ form: Signer.Form, at now: Timestamp
  ) throws(IssueFailure) -> IssuedCredential {
    guard let reply = response.soundObject?.object("credential"),
      let access = reply["access"]?.string, let secret = reply["secret"]?.string,
      let token = reply["securitytoken"]?.string
    else { throw unusable(response, insteadOf: "a temporary key") }
    let key = AccessKey(access: access, secret: Secret(secret), securityToken: Secret(token))
    let credential = Credential.accessKey(key, form)
    guard ![access, secret, token].contains(""), credential.isSendable else {
      throw unusable("a part of its temporary key is empty or cannot be sent")
    }
    return IssuedCredential(
      credential: credential, lifetime: try lifetime(until: reply.text("expires_at"), in: response, at: now))
  }

  private func unusable(_ response: HTTPResponse, insteadOf expected: String) -> IssueFailure {
    unusable("it answered with \(response.obstacle ?? "something else than \(expected)")")
  }

  private func metadataFailure(_ response: HTTPResponse, at now: Timestamp) -> IssueFailure {
    let text = String(decoding: response.body, as: UTF8.self)
    if response.status == 401, text.contains(Self.noAgency) {
      return .refused(APIError(code: "HTTP 401", message: "\(Self.noAgency). Attach an agency to this server"))
    }
    if response.status == 404 {
      return .misconfigured(
        APIError(
          code: "HTTP 404", message: "There is no \(Self.keyPath). Use auth: agency on a server of the cloud only"))
    }
    return failure(response, at: now) { meaning in
      switch meaning {
      case .refused, .forbidden: (true, "Let this server read its metadata")
      default: (false, "Check endpoints: metadata")
      }
    }
  }
}
