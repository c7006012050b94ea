import Foundation
import JobWatchCore

/// Gets temporary keys from the metadata service of the server that this runs on: those of the
/// agency that is attached to the server (cloud-api, section 3e; `MetadataAccessor` of the vendor's
/// SDKs for Java and Python).
///
/// The service may want a session token first (its second version), may not know of any, or take
/// both; so one is asked for each time, and its absence is no error.
package struct InstanceMetadata: Sendable {
  package static let defaultEndpoint = "http://169.254.169.254"

  private static let tokenPath = "/meta-data/latest/api/token"
  private static let keyPath = "/openstack/latest/securitykey"
  /// Answers to asking for a session token that say that there are none.
  private static let withoutTokens: Set<Int> = [404, 405, 503]
  /// Of a session token.
  private static let tokenLimit = 8192
  private static let noAgency = "Please configure Cloud Service Agency first"

  private let endpoint: String
  private let form: Signer.Form
  private let transport: HTTPTransport
  private let timeout: Duration

  /// `form` is how the keys are to sign; `timeout` is for each of the two exchanges.
  package init(
    endpoint: String = InstanceMetadata.defaultEndpoint, form: Signer.Form,
    transport: @escaping HTTPTransport, timeout: Duration = .seconds(3)
  ) {
    self.endpoint = endpoint
    self.form = form
    self.transport = transport
    self.timeout = timeout
  }

  /// `now` is needed only where the answer has no `Date`.
  package func issue(at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    do throws(IssueFailure) {
      guard let address = EndpointAddress(endpoint) else {
        throw .misconfigured(.unusableEndpoint("metadata"))
      }
      let session = try await session(address, at: now)
      let headers = session.map { [("X-Metadata-Token", $0)] } ?? []
      let call = call(hiding: session)
      let response = try await call.send(
        HTTPRequest(url: url(Self.keyPath, address), headers: headers))
      guard response.status == 200 else { throw failure(response, call, at: now) }
      return .success(try credential(in: response, call, at: now))
    } catch {
      return .failure(error)
    }
  }

  /// Nil where the service knows no session tokens.
  private func session(
    _ address: EndpointAddress, at now: Timestamp
  ) async throws(IssueFailure) -> String? {
    let call = call(hiding: nil)
    let response = try await call.send(
      HTTPRequest(
        method: "PUT", url: url(Self.tokenPath, address),
        headers: [("X-Metadata-Token-Ttl-Seconds", "21600")]))
    if Self.withoutTokens.contains(response.status) { return nil }
    guard response.status == 200 else { throw failure(response, call, at: now) }
    let bytes = response.body
    guard !response.truncated, !bytes.isEmpty, bytes.count <= Self.tokenLimit,
      bytes.allSatisfy({ (0x21...0x7e).contains($0) }), bytes.first != UInt8(ascii: "<")
    else {
      let body = response.obstacle ?? "something else than a session token"
      throw call.unusable("it answered with \(body)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func credential(
    in response: HTTPResponse, _ call: IdentityCall, at now: Timestamp
  ) throws(IssueFailure) -> IssuedCredential {
    guard !response.truncated,
      // Nothing in the error is of use: the body is not as documented.
      let reply = try? JSONDecoder().decode(KeyReply.self, from: Data(response.body)).credential
    else {
      let body = response.obstacle ?? "something else than a temporary key"
      throw call.unusable("it answered with \(body)")
    }
    let key = AccessKey(
      access: reply.access, secret: Secret(reply.secret), securityToken: Secret(reply.securitytoken)
    )
    let credential: Credential =
      switch form {
      case .access: .accessKey(key)
      case .credential: .legacyAccessKey(key)
      }
    let isWhole = ![reply.access, reply.secret, reply.securitytoken].contains("")
    guard isWhole, credential.isSendable else {
      throw call.unusable("a part of its temporary key is empty or cannot be sent")
    }
    return IssuedCredential(
      credential: credential,
      lifetime: try call.lifetime(until: reply.expires_at, in: response, at: now))
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
    return call.failure(response, at: now) { meaning, complaint in
      switch meaning {
      case .refused, .forbidden:
        .refused(complaint.mended(by: "Let this server read its metadata"))
      default: .misconfigured(complaint.mended(by: "Check endpoints: metadata"))
      }
    }
  }

  private func call(hiding session: String?) -> IdentityCall {
    IdentityCall(
      peer: "the metadata service at \(endpoint)", transport: transport, timeout: timeout,
      redaction: Redaction(session.map { [$0] } ?? []))
  }

  private func url(_ path: String, _ address: EndpointAddress) -> String {
    "\(address.scheme)://\(address.host)\(path)"
  }
}

/// `{"credential": {…}}`, with the members' names as sent.
private struct KeyReply: Decodable {
  struct Key: Decodable {
    var access: String
    var secret: String
    var securitytoken: String
    var expires_at: String?
  }

  var credential: Key
}
