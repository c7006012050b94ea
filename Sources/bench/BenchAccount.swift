import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon
import SimulatedCloud

/// The one account of every measurement, on both sides.
enum BenchAccount {
  static let projectID = "0605767b5780d5762fc5c0118072a564"
  static let key = AccessKey(
    access: "BENCHACCESSKEY000001", secret: Secret("bench-secret-key-of-no-account-anywhere"))

  static func account(endpoint: String) -> Account {
    var account = Account(
      name: "prod", region: "eu-de", projectID: projectID, authentication: .akskOTC)
    (account.accessKey, account.secretKey) = (.plain(Secret(key.access)), .plain(key.secret))
    account.endpoints = ["ecs": endpoint]
    account.quota = Quota(calls: 10_000, per: .seconds(1))
    return account
  }

  /// - Parameter limit: calls that it keeps on record.
  static func cloud(limit: Int = 200_000) -> SimulatedCloud {
    var options = SimulatedCloud.Options(
      projectIDs: [projectID], credentials: AcceptedCredentials(accessKeys: [key]))
    options.callLimit = limit
    return SimulatedCloud(options: options, clock: { SystemClock.now().wall })
  }
}
