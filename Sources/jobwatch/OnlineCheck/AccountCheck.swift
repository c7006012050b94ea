import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon

/// The steps of the check for one account, and their findings so far.
struct AccountCheck: Sendable {
  /// Limit of one exchange: longer than the limit of connecting, so that the two are told apart.
  private static let exchangeLimit = Duration.seconds(12)

  let account: Account
  private let login: AccountLogin
  /// As they are read at the beginning.
  private let secrets: Result<AccountSecrets, any Error>
  private let transport: HTTPTransport
  private let proxies: ProxyRules
  private let environment: [String: String]
  private let clock: Clock
  /// Of all steps, as uptime.
  private let end: Duration
  private(set) var findings: [OnlineFinding] = []
  /// The services that answered.
  private var reached: [Reached] = []

  private struct Reached: Sendable {
    var service: CloudService
    var endpoint: String
    /// The cloud's clock less this host's.
    var clockOffset: Duration
  }

  init(
    login: AccountLogin, transport: @escaping HTTPTransport, proxies: ProxyRules,
    environment: [String: String], clock: @escaping Clock, end: Duration
  ) {
    account = login.account
    self.login = login
    secrets = Result { try login.secrets() }
    self.transport = transport
    self.proxies = proxies
    self.environment = environment
    self.clock = clock
    self.end = end
  }

  /// The login method with its secrets; nil when they cannot be read.
  var means: AccountSecrets.LoginMethod? { try? secrets.get().method }

  private var timeout: Duration { min(Self.exchangeLimit, end - clock().uptime) }

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
      if let offset = outcome.clockOffset {
        reached.append(
          Reached(service: service, endpoint: probe.endpoint, clockOffset: offset))
      }
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
  mutating func prove(refusedAt other: String?) async -> Bool {
    if let other {
      add(.skipped, "not tried again: refused at account \(other), and five refusals lock it")
      return false
    }
    let known: AccountSecrets
    switch secrets {
    case .success(let secrets): known = secrets
    case .failure(let error):
      findings.append(cure.unreadable(error))
      return false
    }
    guard let first = reached.first else {
      add(.skipped, "not tried: no service can be reached")
      return false
    }
    switch await obtain(known, at: clock().wall + first.clockOffset) {
    case .success(let issued): return await askAll(issued)
    case .failure(let failure):
      report(failure)
      if case .refused = failure { return true }
      return false
    }
  }

  private var cure: CredentialRemedy { CredentialRemedy(login: login, environment: environment) }

  private mutating func add(
    _ result: OnlineFinding.Result, _ detail: String, cure: String? = nil
  ) {
    findings.append(OnlineFinding(nil, .credential, result, detail, cure: cure))
  }

  private func obtain(
    _ secrets: AccountSecrets, at now: Timestamp
  ) async -> Result<IssuedCredential, IssueFailure> {
    let (login, limit) = (login, max(end - clock().uptime, .zero))
    return await withTaskGroup(of: Result<IssuedCredential, IssueFailure>.self) { group in
      group.addTask { await login.obtain(secrets, at: now) }
      group.addTask {
        try? await Task.sleep(for: limit)  // ends early when it is of no interest any more
        return .failure(.unreachable("no credential was handed out within \(limit.spoken)"))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.unreachable("cancelled"))
    }
  }

  private mutating func report(_ failure: IssueFailure) {
    switch failure {
    case .refused(let complaint): add(.failed, complaint.text, cure: cure.refused)
    case .misconfigured(let complaint):
      add(.failed, complaint.text, cure: "correct the account in the configuration")
    case .throttled(let throttle):
      add(.warning, "\(throttle.code): too many log-ins just now", cure: "ask again later")
    case .unreachable(let reason): add(.failed, reason, cure: cure.unreachable)
    }
  }

  /// One service after the other until one accepts the credential, so that a refused one is not tried at
  /// a second; then the rest together.
  private mutating func askAll(_ issued: IssuedCredential) async -> Bool {
    guard let project = issued.projectID else {
      add(.failed, "it is not known for which project", cure: "add project_id to the account")
      return false
    }
    var (rest, answers, isProven) = (reached[...], [OnlineFinding](), false)
    while !isProven, let next = rest.popFirst() {
      switch await ask(next, issued.credential, project) {
      case .found(let finding, let proven):
        answers.append(finding)
        isProven = proven
      case .refused(let complaint, let byClock):
        add(
          .failed, "\(next.service.name): \(complaint.text)",
          cure: byClock ? EndpointProbe.clockCure : cure.refused)
        findings += answers
        findings += ([next] + rest).map { service in
          OnlineFinding(
            service.service.name, .permission, .skipped,
            "not asked: the credential is refused, and five refusals lock it")
        }
        return true
      }
    }
    add(.ok, words(issued, isProven))
    findings += answers + (await askTogether(Array(rest), issued.credential, project))
    return false
  }

  private func askTogether(
    _ services: [Reached], _ credential: Credential, _ project: String
  ) async -> [OnlineFinding] {
    let answers = await withTaskGroup(of: (Int, OnlineFinding).self) { group in
      for (number, next) in services.enumerated() {
        group.addTask {
          switch await ask(next, credential, project) {
          case .found(let finding, _): (number, finding)
          case .refused(let complaint, _):
            (
              number,
              OnlineFinding(
                next.service.name, .permission, .failed, complaint.text,
                cure: "the credential is accepted elsewhere: see whether this endpoint is right")
            )
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    return services.indices.compactMap { answers[$0] }
  }

  private func ask(
    _ next: Reached, _ credential: Credential, _ project: String
  ) async -> PermissionProbe.Verdict {
    let limit = timeout
    guard limit > .zero else {
      let finding = OnlineFinding(
        next.service.name, .permission, .failed, "not asked: the time is over",
        cure: "ask again; name single services by --service")
      return .found(finding, proven: false)
    }
    let probe = PermissionProbe(
      service: next.service, endpoint: next.endpoint,
      client: CloudClient(transport: transport, timeout: limit))
    return await probe.run(credential, projectID: project, at: clock().wall + next.clockOffset)
  }

  private func words(_ issued: IssuedCredential, _ isProven: Bool) -> String {
    let verdict = isProven ? "accepted" : "there, but no service could say whether it is accepted"
    let lifetime = issued.lifetime.map { ", good for \($0.spoken)" } ?? ""
    let isFound = account.projectID == nil
    let project = isFound ? issued.projectID.map { ", project \($0)" } ?? "" : ""
    return "\(account.authentication.rawValue), \(verdict)\(lifetime)\(project)"
  }
}
