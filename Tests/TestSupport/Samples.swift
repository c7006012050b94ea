import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import Logging

extension Logger {
  package static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Gives each line of `info` and above to `tell`, with its fields behind it.
  package static func telling(_ tell: @escaping @Sendable (String) -> Void) -> Logger {
    Logger(label: "test") { _ in LineLog(tell: tell) }
  }
}

private struct LineLog: LogHandler {
  let tell: @Sendable (String) -> Void
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
    tell("\(event.message)" + fields.joined())
  }
}

extension Account {
  /// `prod`, which logs in by a token.
  package static var sample: Account {
    var account = Account(name: "prod", region: "eu-de", projectID: "p", authentication: .token)
    account.token = .plain(Secret("a-token"))
    return account
  }
}

extension Job {
  /// A job of the account `prod` that was submitted and registered at `time`.
  package static func registered(
    _ id: String, at time: Timestamp, projectID: String = "p", hint: Hint = Hint()
  ) -> Job {
    Job(
      key: JobKey(account: "prod", service: "ecs", jobID: id), projectID: projectID,
      region: "eu-de", hint: hint, submittedAt: time, registeredAt: time)
  }
}

extension PollContext {
  /// Of a job of whose type nothing was learned: it is polled after a tenth of its age, from a second to an hour.
  package init(_ policies: Policies = Policies(), stuckAge: Duration? = nil, completions: Int = 0) {
    self.init(policies, pace: .plan(TenthOfAge()))
    (self.stuckAge, self.completions) = (stuckAge, completions)
  }

  private struct TenthOfAge: GapPlan {
    func gap(after known: Double, jitterSeed: UInt32) -> Duration {
      .milliseconds(Int64(100 * min(max(known, 10), 36_000)))
    }
  }
}

extension DaemonContext {
  /// Without a service manager.
  package init(_ store: Store, _ time: Time = .system, log: Logger = .silent) {
    self.init(store: store, report: ServiceReport(nil, time: time, log: log), log: log)
    self.time = time
  }
}

extension Store {
  /// Jobs that are due when they are submitted.
  package func register(_ jobs: [Job]) async throws {
    try await write { transaction in
      for job in jobs { _ = try transaction.jobs.insert(job, dueAt: job.submittedAt, noticeAt: nil) }
    }
  }
}

/// A poller without the rest of the daemon.
package struct PollerSetup: Sendable {
  package var configuration = Configuration(accounts: [.sample])
  package var clock: Clock = SystemClock.now
  package var alarm = Alarm()
  package var log = Logger.silent
  package var memory = CredentialMemory()

  package init(account: Account = .sample) { configuration.accounts = [account] }

  /// - Parameter transport: the cloud.
  package func poller(_ store: Store, _ transport: @escaping HTTPTransport) throws -> Poller {
    let accounts = configuration.accounts
    return try Poller(
      configuration: configuration, store: store,
      clients: Dictionary(uniqueKeysWithValues: accounts.map { ($0.name, CloudClient(transport: transport)) }),
      logins: accounts.map { AccountLogin($0, transport: transport, environment: [:]) },
      clock: clock, alarm: alarm, log: log, memory: memory)
  }

  /// Runs `body` while the poller works whenever something is due, as the daemon's loop lets it.
  package func run<Value: Sendable>(_ poller: Poller, during body: () async throws -> Value) async throws -> Value {
    let (clock, alarm) = (clock, alarm)
    let turning = Task {
      while !Task.isCancelled {
        let next = try await poller.work(at: clock())
        await alarm.wait(next.map { $0 - clock().uptime } ?? alarm.longestWait)
      }
    }
    return try await ending(body) {
      turning.cancel()
      alarm.ring()
      let turns = await turning.result
      await poller.finish()
      do {
        try turns.get()
      } catch is CancellationError {
        // It was reading the database when it was cancelled.
      }
    }
  }
}
