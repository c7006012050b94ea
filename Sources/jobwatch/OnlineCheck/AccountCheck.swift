import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon

/// The steps of the check for one account, and their findings so far.
struct AccountCheck: Sendable {
  /// The limit of one exchange: longer than the limit of connecting, because the two are different faults.
  private static let exchangeLimit = Duration.seconds(12)

  private let login: AccountLogin
  /// As they are read at the beginning.
  private let secrets: Result<AccountSecrets, any Error>
  private let transport: HTTPTransport
  private let proxies: ProxyRules
  private let remedy: CredentialRemedy
  /// Of all steps, as uptime.
  private let end: Duration
  private(set) var findings: [OnlineFinding] = []
  private var reached: [ServiceCheck] = []

  init(
    _ login: AccountLogin, transport: @escaping HTTPTransport, proxies: ProxyRules,
    environment: [String: String], end: Duration
  ) {
    self.login = login
    secrets = Result { try login.secrets() }
    self.transport = transport
    self.proxies = proxies
    remedy = CredentialRemedy(login: login, environment: environment)
    self.end = end
  }

  var account: Account { login.account }

  /// The login method with its secrets; nil when they cannot be read.
  var loginMethod: AccountSecrets.LoginMethod? { try? secrets.get().method }

  private var timeLeft: Duration { end - SystemClock.now().uptime }

  // MARK: Without a credential

  mutating func probe(_ scope: OnlineCheck.Scope) async {
    var checks: [ServiceCheck] = []
    for service in services(scope) {
      if let endpoint = account.endpoint(of: service.name) {
        checks.append(
          ServiceCheck(
            service: service, endpoint: endpoint, proxy: proxies.server(for: endpoint),
            transport: transport))
      } else {
        findings.append(withoutEndpoint(service, scope))
      }
    }
    let limit = min(Self.exchangeLimit, timeLeft)
    let probed = await checks.concurrently { check in
      var check = check
      return (findings: await check.probe(timeout: limit), check: check)
    }
    findings += probed.flatMap(\.findings)
    reached = probed.map(\.check).filter { $0.clockOffset != nil }
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

  private func withoutEndpoint(_ service: CloudService, _ scope: OnlineCheck.Scope) -> OnlineFinding {
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
      findings.append(remedy.unreadable(error))
      return false
    }
    guard let first = reached.first else {
      add(.skipped, "not tried: no service can be reached")
      return false
    }
    switch await obtain(known, at: first.now) {
    case .success(let issued): return await askAll(issued)
    case .failure(let failure): return report(failure)
    }
  }

  private mutating func add(_ result: OnlineFinding.Result, _ detail: String, cure: String? = nil) {
    findings.append(OnlineFinding(nil, .credential, result, detail, cure: cure))
  }

  private func obtain(_ secrets: AccountSecrets, at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    let (login, limit) = (login, max(timeLeft, .zero))
    return await withTaskGroup(of: Result<IssuedCredential, IssueFailure>.self) { group in
      group.addTask { await login.obtain(secrets, at: now) }
      group.addTask {
        try? await Task.sleep(for: limit)  // ends early once the other task has ended
        return .failure(.unreachable("no credential was handed out within \(limit.spoken)"))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.unreachable("cancelled"))
    }
  }

  /// True when the credential is refused.
  private mutating func report(_ failure: IssueFailure) -> Bool {
    switch failure {
    case .refused(let error):
      add(.failed, error.text, cure: remedy.refused)
      return true
    case .misconfigured(let error):
      add(.failed, error.text, cure: "correct the account in the configuration")
    case .throttled(let throttle):
      add(.warning, "\(throttle.code): too many log-ins just now", cure: "ask again later")
    case .unreachable(let reason): add(.failed, reason, cure: remedy.unreachable)
    }
    return false
  }

  /// Asks one service after the other until one accepts the credential, because a refused one is not tried at a second;
  /// then the rest together. True when the credential is refused.
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
      case .refused(let error, let byClock):
        add(.failed, "\(next.service.name): \(error.text)", cure: byClock ? ServiceCheck.clockCure : remedy.refused)
        findings += answers
        findings += ([next] + rest).map {
          OnlineFinding(
            $0.service.name, .permission, .skipped, "not asked: the credential is refused, and five refusals lock it")
        }
        return true
      }
    }
    add(.ok, words(issued, isProven))
    let check = self
    findings += answers
    findings += await Array(rest).concurrently { next in
      switch await check.ask(next, issued.credential, project) {
      case .found(let finding, _): finding
      case .refused(let error, _):
        OnlineFinding(
          next.service.name, .permission, .failed, error.text,
          cure: "the credential is accepted elsewhere: see whether this endpoint is right")
      }
    }
    return false
  }

  private func ask(_ next: ServiceCheck, _ credential: Credential, _ project: String) async -> ServiceCheck.Verdict {
    let limit = min(Self.exchangeLimit, timeLeft)
    guard limit > .zero else {
      let finding = OnlineFinding(
        next.service.name, .permission, .failed, "not asked: the time is over",
        cure: "ask again; name single services by --service")
      return .found(finding, proven: false)
    }
    return await next.ask(credential, projectID: project, timeout: limit)
  }

  private func words(_ issued: IssuedCredential, _ isProven: Bool) -> String {
    let verdict = isProven ? "accepted" : "there, but no service could say whether it is accepted"
    let lifetime = issued.lifetime.map { ", good for \($0.spoken)" } ?? ""
    let project = account.projectID == nil ? issued.projectID.map { ", project \($0)" } : nil
    return "\(account.authentication.rawValue), \(verdict)\(lifetime)\(project ?? "")"
  }
}
