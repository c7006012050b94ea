import Foundation
import JobWatchCore
import JobWatchDaemon

/// What a daemon in a process of its own is told beside its place: one argument, which both processes know.
struct DaemonSettings: Sendable, Codable {
  /// Base URL of the simulated cloud.
  var endpoint: String
  /// Calls in `quotaSeconds`; nil: no quota is named.
  var quotaCalls: Int?
  var quotaSeconds = 10.0
  /// Between two polls of a job; nil: as learned.
  var fixedSeconds: Double?
  /// The mean latency of detection that is wanted; nil: the price holds.
  var targetSeconds: Double?
  /// Nil: the default.
  var priceSeconds: Double?

  var quota: Quota? { quotaCalls.map { Quota(calls: $0, per: .seconds(quotaSeconds)) } }

  init(endpoint: String) { self.endpoint = endpoint }

  init(argument: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(argument.utf8))
  }

  var argument: String {
    get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
  }

  func apply(to configuration: inout Configuration) {
    configuration.accounts = [BenchAccount.account(endpoint: endpoint, quota: quota)]
    configuration.polling.fixed = fixedSeconds.map { .seconds($0) }
    configuration.polling.target = targetSeconds.map { .seconds($0) }
    if let priceSeconds { configuration.polling.price = .seconds(priceSeconds) }
  }
}
