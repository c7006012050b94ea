import CloudAPI
import Foundation
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon

/// `jobwatch check --online`: goes the daemon's way to the cloud, one step after the other, and says at
/// which it ends.
///
/// Accounts are asked at the same time, but those with the same secret one after the other: five
/// refusals lock a key, and a refused one is tried at one service of one account only.
package struct OnlineCheck: Sendable {
  /// Which services of an account are asked.
  package enum Scope: Sendable, Hashable {
    /// ECS and DCS, and those with an endpoint in the configuration.
    case usual
    /// Every one with a known endpoint.
    case all
    case named([String])
  }

  /// For all accounts together.
  private static let limit = Duration.seconds(30)

  private let visits: [AccountCheck]
  private let scope: Scope

  /// In the order of the configuration, whose files and proxies must be in order.
  /// - Throws: `ProxyProblem` or `CertificateFileError`.
  package static func run(
    _ configuration: Configuration, scope: Scope,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    clock: @escaping Clock = Time.system.now
  ) async throws -> [OnlineReport] {
    let proxies = try ProxyRules(environment: environment)
    var trust: [String: TrustedCertificates] = [:]
    for path in configuration.accounts.compactMap(\.caFile) {
      trust[path] = try TrustedCertificates(path: path)
    }
    let end = clock().uptime + limit
    var connections: [HTTPClientTransport] = []
    let visits = configuration.accounts.map { account in
      let connection = HTTPClientTransport(
        options: .init(trust: account.caFile.flatMap { trust[$0] }, proxies: proxies))
      connections.append(connection)
      return AccountCheck(
        login: AccountLogin(
          account, transport: connection.transport, environment: environment),
        transport: connection.transport, proxies: proxies, environment: environment, clock: clock,
        end: end)
    }
    let reports = await OnlineCheck(visits: visits, scope: scope).reports()
    for connection in connections { await connection.shutdown() }
    return reports
  }

  private func reports() async -> [OnlineReport] {
    let reports = await withTaskGroup(of: [OnlineReport].self) { group in
      for visits in Dictionary(grouping: visits, by: \.means).values {
        group.addTask { await report(ofOneSecret: visits) }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    let byName = Dictionary(uniqueKeysWithValues: reports.map { ($0.account, $0) })
    return visits.compactMap { byName[$0.account.name] }
  }

  private func report(ofOneSecret visits: [AccountCheck]) async -> [OnlineReport] {
    let probed = await withTaskGroup(of: (Int, AccountCheck).self) { group in
      for (number, visit) in visits.enumerated() {
        group.addTask {
          var visit = visit
          await visit.probe(scope)
          return (number, visit)
        }
      }
      return await group.reduce(into: visits) { $0[$1.0] = $1.1 }
    }
    var reports: [OnlineReport] = []
    var refusedAt: String?
    for var visit in probed {
      if await visit.prove(refusedAt: refusedAt) { refusedAt = visit.account.name }
      reports.append(OnlineReport(account: visit.account.name, findings: visit.findings))
    }
    return reports
  }
}
