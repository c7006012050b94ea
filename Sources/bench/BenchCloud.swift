import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import CloudModel
import SimulatedCloud

/// The one account of every measurement, on both sides.
enum BenchAccount {
  static let projectID = "0605767b5780d5762fc5c0118072a564"
  static let key = AccessKey(access: "BENCHACCESSKEY000001", secret: Secret("bench-secret-key-of-no-account-anywhere"))

  static func account(endpoint: String) -> Account {
    var account = Account(name: "prod", region: "eu-de", projectID: projectID, authentication: .akskOTC)
    (account.accessKey, account.secretKey) = (.plain(Secret(key.access)), .plain(key.secret))
    account.endpoints = ["ecs": endpoint]
    account.quota = Quota(calls: 10_000, per: .seconds(1))
    return account
  }

  /// - Parameter limit: the number of calls that it keeps on record.
  static func cloud(limit: Int = 200_000) -> SimulatedCloud {
    var options = SimulatedCloud.Options(projectIDs: [projectID], credentials: AcceptedCredentials(accessKeys: [key]))
    options.callLimit = limit
    return SimulatedCloud(options: options, clock: { SystemClock.now().wall })
  }
}

/// The jobs of the simulated cloud. Both sides know them by kind and number.
enum BenchJobs: String, Sendable, CaseIterable {
  /// Runs for as long as anybody asks: every answer is the same.
  case quiet
  /// Has another status every second: every answer is news, with a job row, a transition, evidence and an event.
  case lively

  func id(_ number: Int) -> String { "\(rawValue)-00000000-0000-0000-\(100_000 + number)" }

  func script(_ number: Int) -> ScriptedJob {
    let part = ScriptedJob(
      jobID: id(number) + "-1", jobType: "createSingleServer", steps: .running,
      entities: ["server_id": "0b3f2a7c-5e1d-4d7e-9a53-6f1f0c9d\(1000 + number)"])
    return ScriptedJob(
      service: .ecs, jobID: id(number), jobType: "createServer",
      steps: self == .quiet ? .running : Self.changes, subJobs: [part])
  }

  /// Enough for a whole run. Three words take turns, because of two a poll one step late would meet the word that it
  /// knows.
  private static let changes = (0..<900).map { second in
    ScriptedStep(after: .seconds(second), status: ["INIT", "RUNNING", "PENDING_PAYMENT"][second % 3])
  }
}
