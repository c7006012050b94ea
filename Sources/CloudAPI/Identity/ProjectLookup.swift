import Foundation
import JobWatchCore

/// Asks IAM for the id of a project by its name (cloud-api, section 3f, "Project id"; the vendor's
/// SDK does the same where no project is configured).
package struct ProjectLookup: Sendable {
  private let endpoint: String
  private let transport: HTTPTransport
  private let timeout: Duration

  /// `endpoint` is IAM's, `https://host[:port]`; `timeout` is for one whole exchange.
  package init(
    endpoint: String, transport: @escaping HTTPTransport, timeout: Duration = .seconds(30)
  ) {
    self.endpoint = endpoint
    self.transport = transport
    self.timeout = timeout
  }

  /// `signingTime` is now by the cloud's clock, as far as it is known. Where it is too far off the
  /// question is asked once more by the clock that the refusal tells.
  package func id(
    ofProjectNamed name: String, credential: Credential, at signingTime: Timestamp
  ) async -> Result<String, IssueFailure> {
    let call = IdentityCall(
      peer: "IAM at \(endpoint)", transport: transport, timeout: timeout,
      redaction: Redaction(credential.confidential))
    do throws(IssueFailure) {
      var response = try await call.send(
        try request(name, RequestAuthorization(credential, at: signingTime)), with: credential)
      if let serverTime = Self.serverTime(in: response, near: signingTime) {
        response = try await call.send(
          try request(name, RequestAuthorization(credential, at: serverTime)), with: credential)
      }
      return .success(try project(name, in: response, call, at: signingTime))
    } catch {
      return .failure(error)
    }
  }

  private func request(
    _ name: String, _ authorization: RequestAuthorization
  ) throws(IssueFailure) -> HTTPRequest {
    guard let address = EndpointAddress(endpoint) else {
      throw .misconfigured(.unusableEndpoint("iam"))
    }
    var request = SignableRequest(
      scheme: address.scheme, host: address.host, path: "/v3/projects", query: [("name", name)],
      headers: [("Host", address.host)])
    authorization.authorize(&request)
    return HTTPRequest(url: request.url, headers: request.headers)
  }

  private func project(
    _ name: String, in response: HTTPResponse, _ call: IdentityCall, at now: Timestamp
  ) throws(IssueFailure) -> String {
    guard response.status == 200, !response.truncated,
      // Nothing in the error is of use: the body is not as documented.
      let reply = try? JSONDecoder().decode(ProjectsReply.self, from: Data(response.body))
    else { throw failure(response, call, at: now) }
    let ids = Set(reply.projects.filter { $0.name == name }.map(\.id))
    guard let id = ids.first else {
      throw .misconfigured(
        APIError(
          code: "project_name",
          message: "IAM shows this user no project named \(name). "
            + "Correct project_name, or give project_id"))
    }
    guard ids.count == 1 else {
      throw .misconfigured(
        APIError(
          code: "project_name",
          message: "IAM shows this user \(ids.count) projects named \(name). Give project_id"))
    }
    guard JobKey.isJobID(id) else { throw call.unusable("its answer has a project without an id") }
    return id
  }

  private func failure(
    _ response: HTTPResponse, _ call: IdentityCall, at now: Timestamp
  ) -> IssueFailure {
    call.failure(response, at: now) { meaning, complaint in
      switch meaning {
      case .refused: .refused(complaint.mended(by: "Check the account's credential"))
      case .forbidden:
        .misconfigured(
          complaint.mended(by: "Give project_id, or let the user list the projects of IAM"))
      default:
        .misconfigured(
          complaint.mended(by: "Give project_id, or check that endpoints: iam is IAM's address"))
      }
    }
  }

  /// The cloud's clock, if the signature's date was too far from it.
  private static func serverTime(
    in response: HTTPResponse, near now: Timestamp
  ) -> Timestamp? {
    guard response.status == 401, let message = ErrorBody(response.body)?.message,
      TextScanner(behind: "signature expired", in: message) != nil
    else { return nil }
    return response.date(near: now)
  }
}

/// `{"projects": [{"id", "name", …}]}`
private struct ProjectsReply: Decodable {
  struct Project: Decodable {
    var id: String
    var name: String
  }

  var projects: [Project]
}
