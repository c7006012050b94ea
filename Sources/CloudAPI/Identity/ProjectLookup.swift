import JobWatchCore

/// Asks IAM for the id of a project by its name: `GET /v3/projects?name=NAME`. The vendor's SDK does the same if no
/// project is configured.
package struct ProjectLookup: Sendable {
  private let endpoint: String
  private let transport: HTTPTransport
  private let timeout: Duration

  /// - Parameters:
  ///   - endpoint: IAM's, `https://host[:port]`.
  ///   - timeout: for one whole exchange.
  package init(
    endpoint: String, transport: @escaping HTTPTransport, timeout: Duration = .seconds(30)
  ) {
    self.endpoint = endpoint
    self.transport = transport
    self.timeout = timeout
  }

  /// - Parameter signingTime: now by the cloud's clock, as far as it is known. If it is too far off, the query is sent
  ///   once more by the clock of the refusal.
  package func id(
    ofProjectNamed name: String, credential: Credential, at signingTime: Timestamp
  ) async -> Result<String, IssueFailure> {
    let call = IdentityCall(
      name: "IAM", key: "iam", endpoint: endpoint, transport: transport, timeout: timeout,
      redaction: Redaction(credential.confidential))
    do throws(IssueFailure) {
      let address = try call.address()
      func ask(at time: Timestamp) async throws(IssueFailure) -> HTTPResponse {
        let request = credential.request(
          address, "/v3/projects", query: [("name", name)], at: time)
        return try await call.send(request, with: credential)
      }
      var response = try await ask(at: signingTime)
      if response.status == 401, ErrorBody(response.body)?.saysSignatureExpired == true,
        let serverTime = response.date(near: signingTime)
      {
        response = try await ask(at: serverTime)
      }
      return .success(try project(name, in: response, call, at: signingTime))
    } catch {
      return .failure(error)
    }
  }

  /// `{"projects": [{"id", "name", …}]}`
  private func project(
    _ name: String, in response: HTTPResponse, _ call: IdentityCall, at now: Timestamp
  ) throws(IssueFailure) -> String {
    guard response.status == 200, let list = response.soundObject?["projects"]?.list else {
      throw failure(response, call, at: now)
    }
    let named = list.compactMap(\.object).filter { $0["name"]?.string == name }
    let ids = Set(named.map { $0["id"]?.string ?? "" })
    guard let id = ids.first, ids.count == 1 else {
      let problem =
        ids.isEmpty
        ? "no project named \(name). Correct project_name, or give project_id"
        : "\(ids.count) projects named \(name). Give project_id"
      throw .misconfigured(
        APIError(code: "project_name", message: "IAM shows this user \(problem)"))
    }
    guard JobKey.isJobID(id) else { throw call.unusable("its answer has a project without an id") }
    return id
  }

  private func failure(
    _ response: HTTPResponse, _ call: IdentityCall, at now: Timestamp
  ) -> IssueFailure {
    call.failure(response, at: now) { meaning, error in
      switch meaning {
      case .refused: .refused(error.with(remedy: "Check the account's credential"))
      case .forbidden:
        .misconfigured(
          error.with(remedy: "Give project_id, or let the user list the projects of IAM"))
      default:
        .misconfigured(
          error.with(remedy: "Give project_id, or check that endpoints: iam is IAM's address"))
      }
    }
  }
}
