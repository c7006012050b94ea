import JobWatchCore

extension IdentityClient {
  /// Asks IAM for the id of a project by its name: `GET /v3/projects?name=NAME`. The vendor's SDK does the same if no
  /// project is configured.
  /// - Parameter signingTime: now by the cloud's clock, as far as it is known. If it is too far off, the query is sent
  ///   once more by the clock of the refusal.
  package func id(
    ofProjectNamed name: String, credential: Credential, at signingTime: Timestamp
  ) async -> Result<String, IssueFailure> {
    await result(hiding: credential.confidential) { client throws(IssueFailure) in
      let address = try address()
      func ask(at time: Timestamp) async throws(IssueFailure) -> HTTPResponse {
        let query = PercentEncoding.query([("name", name)])
        let request = credential.request(address, "/v3/projects?\(query)", at: time)
        return try await client.send(request, with: credential)
      }
      var response = try await ask(at: signingTime)
      if response.status == 401, ErrorBody(response.body)?.saysSignatureExpired == true,
        let serverTime = response.date(near: signingTime)
      {
        response = try await ask(at: serverTime)
      }
      return try client.project(name, in: response, at: signingTime)
    }
  }

  /// `{"projects": [{"id", "name", …}]}`
  private func project(_ name: String, in response: HTTPResponse, at now: Timestamp) throws(IssueFailure) -> String {
    guard response.status == 200, let list = response.soundObject?["projects"]?.list else {
      throw failure(response, at: now) { meaning in
        switch meaning {
        case .refused: (true, "Check the account's credential")
        case .forbidden: (false, "Give project_id, or let the user list the projects of IAM")
        default: (false, "Give project_id, or check that endpoints: iam is IAM's address")
        }
      }
    }
    // A member that is a guess is left out, so what is missing says nothing.
    if JSONObject(response.body)?.isGuessed == true { throw unusable("its list of projects is no sound JSON") }
    let named = list.compactMap(\.object).filter { $0["name"]?.string == name }
    let ids = Set(named.map { $0["id"]?.string ?? "" })
    guard let id = ids.first, ids.count == 1 else {
      let problem =
        ids.isEmpty
        ? "no project named \(name). Correct project_name, or give project_id"
        : "\(ids.count) projects named \(name). Give project_id"
      throw .misconfigured(APIError(code: "project_name", message: "IAM shows this user \(problem)"))
    }
    guard JobKey.isJobID(id) else { throw unusable("its answer has a project without an id") }
    return id
  }
}
