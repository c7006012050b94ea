import CloudAPI
import JobWatchCore

struct ServiceCheck: Sendable {
  let service: CloudService
  let endpoint: String
  let proxy: ProxyServer?
  let transport: HTTPTransport
  /// The cloud's clock less this host's; nil until the endpoint has answered.
  private(set) var clockOffset: Duration?

  /// By the cloud's clock.
  var now: Timestamp { SystemClock.now().wall + (clockOffset ?? .zero) }

  private func finding(
    _ step: OnlineFinding.Step, _ result: OnlineFinding.Result, _ detail: String, cure: String? = nil
  ) -> OnlineFinding {
    OnlineFinding(service.name, step, result, detail, cure: cure)
  }

  // MARK: Without a credential

  /// Checks name, connection and clock before anything secret is sent. Any answer will do, whatever its status: most
  /// gateways have nothing at `/`.
  mutating func probe(timeout: Duration) async -> [OnlineFinding] {
    let request = HTTPRequest(url: endpoint + "/", headers: [("User-Agent", CloudClient.defaultUserAgent)])
    let start = SystemClock.now().uptime
    do {
      let answer = try await transport(request, timeout, 0)
      let now = SystemClock.now()
      let offset = answer.date(near: now.wall).map { $0 - now.wall }
      clockOffset = offset ?? .zero
      return named(.ok) + [connected(in: now.uptime - start), clockFinding(offset)]
    } catch {
      return failed(error, after: SystemClock.now().uptime - start)
    }
  }

  static let clockCure = "keep this host's clock by NTP: timedatectl set-ntp true (jobwatch allows for small gaps)"

  /// As in the URL, with the port.
  private var host: String { String(endpoint.drop { $0 != "/" }.drop { $0 == "/" }) }

  /// Nothing where there is no name for this host to resolve.
  private func named(_ result: OnlineFinding.Result, cure: String? = nil) -> [OnlineFinding] {
    let name = host.split(separator: ":").first.map(String.init) ?? host
    if proxy != nil || host.hasPrefix("[") || IPAddress(name) != nil { return [] }
    let detail = result == .ok ? name : "\(name) cannot be resolved"
    return [finding(.name, result, detail, cure: cure)]
  }

  private func connected(in time: Duration) -> OnlineFinding {
    let way = proxy.map { " through the proxy \($0)" } ?? ""
    let kind = endpoint.hasPrefix("https://") ? "TLS" : "plain http"
    return finding(.connection, .ok, "\(host) answers\(way), \(kind), \(time.spoken)")
  }

  private func failed(_ failure: HTTPFailure, after time: Duration) -> [OnlineFinding] {
    let place = "correct region or endpoints: {\(service.name): …}"
    var (detail, isNamed) = ("\(host): \(failure.reason)", true)
    let cure: String
    switch failure.kind {
    case .name:
      return named(.failed, cure: "\(place), or mend this host's name resolution (DNS)")
    case .timeout:
      (detail, isNamed) = ("\(detail) (\(time.spoken))", false)
      cure = "let this host reach it (firewall, route), or set HTTPS_PROXY for the service"
    case .refused: cure = "nothing listens there: \(place)"
    case .tls: cure = place
    case .proxy:
      (detail, isNamed) = (failure.reason, false)
      cure = "correct the proxy in the environment"
    case .reset, .other: cure = "\(place), or see what is between here and there"
    }
    return (isNamed ? named(.ok) : []) + [finding(.connection, .failed, detail, cure: failure.remedy ?? cure)]
  }

  /// `Date` has whole seconds, and answers take time: a second or two is nothing.
  private func clockFinding(_ offset: Duration?) -> OnlineFinding {
    guard let offset else { return finding(.clock, .ok, "the answer does not say the time") }
    let size = max(offset, .zero - offset)
    if size <= .seconds(2) { return finding(.clock, .ok, "as the cloud's") }
    let way = offset > .zero ? "behind" : "ahead of"
    let isGrave = size > .minutes(1)
    return finding(
      .clock, isGrave ? .warning : .ok, "this host is \(size.spoken) \(way) the cloud",
      cure: isGrave ? Self.clockCure : nil)
  }

  // MARK: With it

  enum Verdict: Sendable {
    /// Whether the answer proves that the credential is accepted.
    case found(OnlineFinding, proven: Bool)
    /// No other service may be asked with this credential.
    /// - Parameter byClock: only the signature's date is objected to.
    case refused(APIError, byClock: Bool)
  }

  /// Asks for a job that cannot exist, as the daemon asks for jobs: the answer "no such job" means that everything is in
  /// order.
  func ask(_ credential: Credential, projectID: String, timeout: Duration) async -> Verdict {
    let query = JobQuery(
      service: service, endpoint: endpoint, projectID: projectID,
      // Of the usual length and letters; the clouds make ids at random.
      jobID: String(repeating: "0", count: 32), credential: credential, signingTime: now)
    let answer = await CloudClient(transport: transport, timeout: timeout).ask(query)
    switch answer.observation {
    case .absent, .seen, .unrecognised: return found(.ok, "jobs may be queried")
    case .refused(let error): return .refused(error, byClock: false)
    case .skewed(_, let error): return .refused(error, byClock: true)
    case .forbidden(let error): return found(.failed, error.text, cure: grant)
    case .misconfigured(let error):
      return found(.failed, error.text, cure: correction(error, projectID))
    case .throttled(let throttle):
      return found(
        .warning, "\(throttle.code): reached, but the quota is used up just now",
        cure: "nothing if it passes; else find who uses it up, or set quota for jobwatch's share", isProven: false)
    case .busy(let reason) where answer.evidence?.httpStatus == 404:
      return unusable("HTTP 404, \(reason)", answer.evidence, isProven: true)
    case .busy(let reason):
      return found(.warning, "reached, but busy: \(reason)", cure: "ask again later")
    case .garbled(let reason), .unreachable(let reason):
      return unusable(reason, answer.evidence, isProven: false)
    }
  }

  private func found(
    _ result: OnlineFinding.Result, _ detail: String, cure: String? = nil, isProven: Bool = true
  ) -> Verdict {
    .found(finding(.permission, result, detail, cure: cure), proven: isProven)
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

  /// What the cloud says of an unknown job is not documented for every service: an error of its own is no proxy's page.
  private func unusable(_ reason: String, _ evidence: Evidence?, isProven: Bool) -> Verdict {
    if let evidence, (400...499).contains(evidence.httpStatus), ErrorBody(evidence.body) != nil {
      return found(
        .warning, "\(reason) (an answer that jobwatch does not know)",
        cure:
          "compare it with the service's documentation: jobwatch may not notice deleted records",
        isProven: isProven)
    }
    let isServer = evidence.map { $0.httpStatus >= 500 } ?? false
    return found(
      .failed, reason,
      cure: isServer
        ? "ask again later; if it stays, ask the cloud's support"
        : "see whether the endpoint is the cloud's, and what answers in its place", isProven: isProven)
  }
}
