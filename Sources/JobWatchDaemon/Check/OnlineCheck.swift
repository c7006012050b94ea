import CloudAPI
import Foundation
import JobWatchCore

/// `jobwatch check --online`: goes the daemon's way to the cloud, one step after the other, and says at
/// which it ends.
///
/// Accounts are asked at the same time, but those with the same secret one after the other: five
/// refusals lock a key, and a refused one is tried at one service of one account only.
package struct OnlineCheck: Sendable {
  /// One way to a credential for every kind of account, its project included.
  typealias Login =
    @Sendable (Account, _ now: Timestamp) async -> Result<
      IssuedCredential, IssueFailure
    >

  /// Which services of an account are asked.
  package enum Scope: Sendable, Hashable {
    /// ECS and DCS where an endpoint is known, and those with an endpoint in the configuration.
    case usual
    /// Every one with a known endpoint.
    case all
    case named([String])
  }

  /// For all accounts together.
  private static let limit = Duration.seconds(30)
  /// For one exchange; the rest is for those after it.
  private static let exchangeLimit = Duration.seconds(10)

  let transports: Transports
  let scope: Scope
  let environment: [String: String]
  let clock: Clock
  let login: Login

  /// In the order of the configuration. The files and proxies it names must be in order.
  /// - Throws: as `Transports` does.
  package static func run(
    _ configuration: Configuration, scope: Scope,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    clock: @escaping Clock = SystemClock.now
  ) async throws -> [OnlineReport] {
    let transports = try Transports(configuration, environment: environment)
    let check = OnlineCheck(
      transports: transports, scope: scope, environment: environment, clock: clock
    ) { account, now in
      guard let login = transports.logins.first(where: { $0.account.name == account.name }) else {
        return .failure(.unreachable("the account is not configured"))
      }
      return await login.obtain(at: now)
    }
    let reports = await check.reports(configuration.accounts)
    await transports.shutdown()
    return reports
  }

  private func reports(_ accounts: [Account]) async -> [OnlineReport] {
    let end = clock().uptime + Self.limit
    let groups = Dictionary(grouping: accounts, by: \.secretsAlone).values
    let reports = await withTaskGroup(of: [OnlineReport].self) { group in
      for accounts in groups {
        group.addTask { await self.reports(ofOneSecret: accounts, until: end) }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    let places = Dictionary(
      uniqueKeysWithValues: accounts.map(\.name).enumerated().map { ($1, $0) })
    return reports.sorted { places[$0.account, default: 0] < places[$1.account, default: 0] }
  }

  private func reports(
    ofOneSecret accounts: [Account], until end: Duration
  ) async -> [OnlineReport] {
    let visits = await withTaskGroup(of: AccountVisit.self) { group in
      for account in accounts {
        guard let transport = transports.transport(of: account.name) else { continue }
        var visit = AccountVisit(
          account: account, transport: transport, proxies: transports.proxies,
          environment: environment, clock: clock, end: end, exchangeLimit: Self.exchangeLimit)
        group.addTask {
          await visit.probe(scope)
          return visit
        }
      }
      return await group.reduce(into: [:]) { $0[$1.account.name] = $1 }
    }
    var reports: [OnlineReport] = []
    var refusedAt: String?
    for var visit in accounts.compactMap({ visits[$0.name] }) {
      if await visit.prove(login, refusedAt: refusedAt) { refusedAt = visit.account.name }
      reports.append(OnlineReport(account: visit.account.name, findings: visit.findings))
    }
    return reports
  }
}

extension Account {
  /// The same for accounts that get in with the same secrets, wherever they get in.
  fileprivate var secretsAlone: Account {
    var account = self
    (account.name, account.region, account.projectID, account.projectName) = ("", "", nil, nil)
    (account.endpoints, account.caFile) = ([:], nil)
    (account.quota, account.serviceQuotas) = (nil, [:])
    return account
  }
}
