import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon

/// `jobwatch check --online`: goes the daemon's way to the cloud, one step after the other, and says at which it ends.
///
/// Accounts are asked at the same time, but those with the same secret one after the other: five refusals lock a key,
/// and a refused one is tried at one service of one account only.
enum OnlineCheck {
  /// Which services of an account are asked.
  enum Scope {
    /// ECS and DCS, and those with an endpoint in the configuration.
    case usual
    /// Every one with a known endpoint.
    case all
    case named([String])
  }

  /// For all accounts together.
  private static let limit = Duration.seconds(30)

  /// In the order of the configuration, whose files and proxies must be in order.
  /// - Throws: `ProxyProblem` or `CertificateFileError`.
  static func run(
    _ configuration: Configuration, scope: Scope, environment: [String: String]
  ) async throws -> [OnlineReport] {
    let proxies = try ProxyRules(environment: environment)
    var trust: [String: TrustedCertificates] = [:]
    for path in configuration.accounts.compactMap(\.caFile) { trust[path] = try TrustedCertificates(path: path) }
    let end = SystemClock.now().uptime + limit
    let connections = configuration.accounts.map { account in
      HTTPClientTransport(options: .init(trust: account.caFile.flatMap { trust[$0] }, proxies: proxies))
    }
    let checks = zip(configuration.accounts, connections).map { account, connection in
      AccountCheck(
        AccountLogin(account, transport: connection.transport, environment: environment),
        transport: connection.transport, proxies: proxies, environment: environment, end: end)
    }
    let groups = Array(Dictionary(grouping: checks, by: \.loginMethod).values)
    let reports = await groups.concurrently { await report(ofOneSecret: $0, scope) }
    for connection in connections { await connection.shutdown() }
    let byName = Dictionary(uniqueKeysWithValues: reports.joined().map { ($0.account, $0) })
    return configuration.accounts.compactMap { byName[$0.name] }
  }

  private static func report(ofOneSecret checks: [AccountCheck], _ scope: Scope) async -> [OnlineReport] {
    let probed = await checks.concurrently { check in
      var check = check
      await check.probe(scope)
      return check
    }
    var reports: [OnlineReport] = []
    var refusedAt: String?
    for var check in probed {
      if await check.prove(refusedAt: refusedAt) { refusedAt = check.account.name }
      reports.append(OnlineReport(account: check.account.name, findings: check.findings))
    }
    return reports
  }
}

extension Array where Element: Sendable {
  /// What `body` makes of the elements, of all at the same time; in their order.
  func concurrently<Value: Sendable>(_ body: @escaping @Sendable (Element) async -> Value) async -> [Value] {
    await withTaskGroup(of: (Int, Value).self) { group in
      for (index, element) in enumerated() { group.addTask { (index, await body(element)) } }
      let values: [Int: Value] = await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      return indices.compactMap { values[$0] }
    }
  }
}
