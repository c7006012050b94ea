import CloudAPI
import JobWatchCore

/// The steps for one account, and what they found so far.
struct AccountVisit: Sendable {
  let account: Account
  let transport: HTTPTransport
  let proxies: ProxyRules
  let environment: [String: String]
  let clock: Clock
  /// Of all steps, as uptime.
  let end: Duration
  let exchangeLimit: Duration
  private(set) var findings: [OnlineFinding] = []
  /// The services that answered, with their clocks' offsets.
  private(set) var reached: [(service: CloudService, endpoint: String, clockOffset: Duration)] = []

  private var timeout: Duration { min(exchangeLimit, end - clock().uptime) }

  // MARK: Without a credential

  mutating func probe(_ scope: OnlineCheck.Scope) async {
    var probes: [(service: CloudService, probe: EndpointProbe)] = []
    for service in services(scope) {
      guard let endpoint = account.endpoint(of: service.name) else {
        findings.append(withoutEndpoint(service, scope))
        continue
      }
      probes.append(
        (
          service,
          EndpointProbe(
            service: service.name, endpoint: endpoint, proxy: proxies.server(for: endpoint),
            transport: transport, clock: clock)
        ))
    }
    let limit = timeout
    let outcomes = await withTaskGroup(of: (Int, EndpointProbe.Outcome).self) { group in
      for (number, probe) in probes.map(\.probe).enumerated() {
        group.addTask { (number, await probe.run(timeout: limit)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for (number, (service, probe)) in probes.enumerated() {
      guard let outcome = outcomes[number] else { continue }
      findings += outcome.findings
      if let offset = outcome.clockOffset { reached.append((service, probe.endpoint, offset)) }
    }
  }

  private func services(_ scope: OnlineCheck.Scope) -> [CloudService] {
    CloudService.all.filter { service in
      switch scope {
      case .usual: ["ecs", "dcs"].contains(service.name) || account.endpoints[service.name] != nil
      case .all: account.endpoint(of: service.name) != nil
      case .named(let names): names.contains(service.name)
      }
    }
  }

  private func withoutEndpoint(
    _ service: CloudService, _ scope: OnlineCheck.Scope
  ) -> OnlineFinding {
    let detail = "no endpoint is known in \(account.region)"
    let cure = "add endpoints: {\(service.name): \"https://…\"} to the account"
    return if case .named = scope {
      OnlineFinding(service.name, .name, .failed, detail, cure: cure)
    } else {
      OnlineFinding(service.name, .name, .skipped, "\(detail): its jobs are refused here")
    }
  }

  // MARK: With it

  /// True when the credential is refused.
  /// - Parameter refusedAt: another account, where the same secret was refused.
  mutating func prove(_ login: @escaping OnlineCheck.Login, refusedAt other: String?) async -> Bool
  {
    if let other {
      add(.skipped, "not tried again: refused at account \(other), and five refusals lock it")
      return false
    }
    guard let first = reached.first else {
      add(.skipped, "not tried: no service can be reached")
      return false
    }
    switch await limited(login, at: clock().wall + first.clockOffset) {
    case .success(let issued): return await askAll(issued)
    case .failure(let failure):
      report(failure)
      if case .refused = failure { return true }
      return false
    }
  }

  private mutating func add(
    _ result: OnlineFinding.Result, _ detail: String, cure: String? = nil
  ) {
    findings.append(OnlineFinding(nil, .credential, result, detail, cure: cure))
  }

  private func limited(
    _ login: @escaping OnlineCheck.Login, at now: Timestamp
  ) async -> Result<IssuedCredential, IssueFailure> {
    let (account, limit) = (account, max(end - clock().uptime, .zero))
    return await withTaskGroup(of: Result<IssuedCredential, IssueFailure>.self) { group in
      group.addTask { await login(account, now) }
      group.addTask {
        try? await Task.sleep(for: limit)  // ends early when it is of no interest any more
        return .failure(.unreachable("no credential within \(limit.spoken)"))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.unreachable("cancelled"))
    }
  }

  private mutating func report(_ failure: IssueFailure) {
    switch failure {
    case .refused(let complaint): add(.failed, complaint.text, cure: cure)
    case .misconfigured(let complaint):
      add(.failed, complaint.text, cure: "correct the account in the configuration")
    case .throttled(let throttle):
      add(.warning, "\(throttle.code): too many log-ins just now", cure: "ask again later")
    case .unreachable(let reason):
      add(.failed, reason, cure: "let this host reach where the credential comes from")
    }
  }

  /// The first service alone, so that a refused credential is not tried at a second.
  private mutating func askAll(_ issued: IssuedCredential) async -> Bool {
    let place = findings.endIndex
    var isProven = false
    for (number, (service, endpoint, offset)) in reached.enumerated() {
      let limit = timeout
      guard limit > .zero else {
        findings.append(
          OnlineFinding(
            service.name, .permission, .failed, "not asked: the time is over",
            cure: "ask again; name single services by --service"))
        continue
      }
      let probe = PermissionProbe(
        service: service, endpoint: endpoint,
        client: CloudClient(transport: transport, timeout: limit))
      switch await probe.run(
        issued, projectID: issued.projectID ?? account.projectID ?? "", at: clock().wall + offset)
      {
      case .found(let finding, let proven):
        findings.append(finding)
        isProven = isProven || proven
      case .refused(let complaint, let byClock):
        findings.insert(
          OnlineFinding(
            nil, .credential, .failed, "\(service.name): \(complaint.text)",
            cure: byClock ? EndpointProbe.clockCure : cure),
          at: place)
        findings += reached[number...].map { rest in
          OnlineFinding(
            rest.service.name, .permission, .skipped,
            "not asked: the credential is refused, and five refusals lock it")
        }
        return true
      }
    }
    let detail = isProven ? "accepted" : "there, but no service could say whether it is accepted"
    findings.insert(
      OnlineFinding(nil, .credential, .ok, "\(account.authentication.rawValue), \(detail)"),
      at: place)
    return false
  }

  /// What to do about a refused credential, by where it comes from.
  private var cure: String {
    let secret = account.replaceable
    if case .credential = secret, environment["CREDENTIALS_DIRECTORY"] == nil {
      return
        "ask with the service's credentials: sudo CREDENTIALS_DIRECTORY=/etc/jobwatch/credentials "
        + "jobwatch check --online"
    }
    if account.authentication == .agency {
      return "attach an agency with the right to query jobs to this server"
    }
    let place = secret.map { "put a valid one into \($0)" } ?? "give the account a valid one"
    return
      "\(place); see also that auth (\(account.authentication.rawValue)) is right for the cloud"
  }
}
