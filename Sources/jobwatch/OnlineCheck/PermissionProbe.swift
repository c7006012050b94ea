import CloudAPI
import JobWatchCore

/// Asks a service for a job that cannot exist, as the daemon asks for jobs: the answer "no such job" means that
/// everything is in order.
struct PermissionProbe: Sendable {
  /// Of the usual length and letters; the clouds make ids at random.
  static let jobID = String(repeating: "0", count: 32)

  let service: CloudService
  let endpoint: String
  let client: CloudClient

  enum Verdict: Sendable {
    /// Whether the answer proves that the credential is accepted.
    case found(OnlineFinding, proven: Bool)
    /// No other service may be asked with this credential.
    /// - Parameter byClock: only the signature's date is objected to.
    case refused(APIError, byClock: Bool)
  }

  /// - Parameter now: by the cloud's clock.
  func run(_ credential: Credential, projectID: String, at now: Timestamp) async -> Verdict {
    let query = JobQuery(
      service: service, endpoint: endpoint, projectID: projectID, jobID: Self.jobID,
      credential: credential, signingTime: now)
    let answer = await client.ask(query)
    switch answer.observation {
    case .absent, .seen, .unrecognised:
      return .found(finding(.ok, "jobs may be queried"), proven: true)
    case .refused(let error): return .refused(error, byClock: false)
    case .skewed(_, let error): return .refused(error, byClock: true)
    case .forbidden(let error):
      return .found(finding(.failed, error.text, cure: grant), proven: true)
    case .misconfigured(let error):
      return .found(finding(.failed, error.text, cure: correction(error, projectID)), proven: true)
    case .throttled(let throttle):
      return .found(
        finding(
          .warning, "\(throttle.code): reached, but the quota is used up just now",
          cure: "nothing if it passes; else find who uses it up, or set quota for jobwatch's share"),
        proven: false)
    case .busy(let reason) where answer.evidence?.httpStatus == 404:
      return .found(unusable("HTTP 404, \(reason)", answer.evidence), proven: true)
    case .busy(let reason):
      return .found(
        finding(.warning, "reached, but busy: \(reason)", cure: "ask again later"), proven: true)
    case .garbled(let reason), .unreachable(let reason):
      return .found(unusable(reason, answer.evidence), proven: false)
    }
  }

  private func finding(
    _ result: OnlineFinding.Result, _ detail: String, cure: String? = nil
  ) -> OnlineFinding {
    OnlineFinding(service.name, .permission, result, detail, cure: cure)
  }

  /// The name of the right is documented for DCS only.
  private var grant: String {
    service.name == "dcs"
      ? "grant the account's user, or agency, the action dcs:job:get"
      : "grant the account's user, or agency, a policy that lets it query \(service.name) jobs"
  }

  private func correction(_ error: APIError, _ projectID: String) -> String {
    let isAboutProject = ["Common.0018", "Ecs.0023", "DCS.1004"].contains(error.code)
    return isAboutProject
      ? "correct project_id: the credential does not belong to project \(projectID)"
      : "correct region, project_id or endpoints: {\(service.name): …}"
  }

  /// What the cloud says of an unknown job is not documented for every service: an error of its own
  /// is no proxy's page.
  private func unusable(_ reason: String, _ evidence: Evidence?) -> OnlineFinding {
    if let evidence, (400...499).contains(evidence.httpStatus), ErrorBody(evidence.body) != nil {
      return finding(
        .warning, "\(reason) (an answer that jobwatch does not know)",
        cure: "compare it with the service's documentation: jobwatch may not notice deleted records"
      )
    }
    let isServer = evidence.map { $0.httpStatus >= 500 } ?? false
    return finding(
      .failed, reason,
      cure: isServer
        ? "ask again later; if it stays, ask the cloud's support"
        : "see whether the endpoint is the cloud's, and what answers in its place")
  }
}
