import CloudAPI
import JobWatchCore
import JobWatchDaemon

/// The one account of every measurement: what the cloud accepts and the daemon sends.
enum BenchAccount {
  static let projectID = "0605767b5780d5762fc5c0118072a564"
  static let region = "eu-de"
  static let key = AccessKey(
    access: "BENCHACCESSKEY000001", secret: Secret("bench-secret-key-of-no-account-anywhere"))

  static func account(endpoint: String, quota: Quota?) -> Account {
    Account(
      name: "bench", region: region, projectID: projectID, authentication: .akskOTC,
      accessKey: .plain(Secret(key.access)), secretKey: .plain(key.secret),
      endpoints: ["ecs": endpoint, "dcs": endpoint], quota: quota)
  }
}
