import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import Synchronization
import TestSupport

/// The world of one test: a cloud, a webhook receiver, and the built daemon in its own directory.
final class Testbed: Sendable {
  let cloud: SimulatedCloud
  let receiver: WebhookReceiver
  let place: Workplace
  private let processes = Mutex<[ChildProcess]>([])

  static let clock: @Sendable () -> Timestamp = { Timestamp(Date()) }

  /// What differs between tests; `account` and `keys` go into the configuration.
  struct Settings: Sendable {
    var account: [String: String] = [:]
    var keys: [String: String] = [:]
    /// How the account logs in, instead of with a key of its own.
    var login: [String: String]?
    var identity = SimulatedIdentity()
    var cloudQuota: Quota?
    /// Receivers beside the first, by address.
    var moreHooks: [String] = []
  }

  private init(_ settings: Settings) throws {
    let key = AccessKey(access: Workplace.accessKey, secret: Secret(Workplace.secretKey), securityToken: nil)
    let quotas = settings.cloudQuota.map { [CloudService.ecs: $0, .dcs: $0] }
    var options = SimulatedCloud.Options(
      projectIDs: [Workplace.projectID], credentials: AcceptedCredentials(accessKeys: [key]))
    (options.identity, options.quotas) = (settings.identity, quotas ?? [:])
    cloud = SimulatedCloud(options: options, clock: Self.clock)
    receiver = WebhookReceiver(secrets: [Workplace.hookSecret], clock: Self.clock)
    place = try Workplace()
  }

  /// Builds it up, runs `body`, and takes it down; no process outlives it.
  /// - Parameter isIdle: it waits for most of its time, beside the others.
  static func run(
    _ settings: Settings = Settings(), isIdle: Bool = false, _ body: (Testbed) async throws -> Void
  ) async throws {
    if !isIdle { await Seats.shared.take() }
    defer { if !isIdle { Seats.shared.give() } }
    let bed = try Testbed(settings)
    do {
      try bed.place.configure(
        cloud: try await bed.cloud.start(),
        hooks: [try await bed.receiver.start()] + settings.moreHooks, login: settings.login,
        account: settings.account, keys: settings.keys)
      try await body(bed)
    } catch {
      await bed.close()
      throw Failure(cause: "\(error)", daemon: bed.lastWords)
    }
    await bed.close()
  }

  /// An error with what the daemon had to say.
  struct Failure: Error, CustomStringConvertible {
    var cause: String
    var daemon: String
    var description: String { "\(cause)\nThe daemon's last words:\n\(daemon)" }
  }

  private func close() async {
    for process in processes.withLock({ $0 }) { await process.kill() }
    await cloud.stop()
    await receiver.stop()
  }

  private var lastWords: String {
    let text = (try? place.text(of: place.standardError)) ?? "(none)"
    return text.split(separator: "\n").suffix(20).joined(separator: "\n")
  }

  var log: StatusLogLines { StatusLogLines(path: place.statusLog) }

  /// Starts the daemon without waiting for it.
  /// - Parameter preparation: what a shell does first, in its stead.
  func spawnDaemon(after preparation: String? = nil) throws -> ChildProcess {
    var command = ["run", "--config", place.configuration, "--log-level", "info"]
    if let preparation { command = ["-c", preparation + "; exec \"$0\" \"$@\"", try ChildProcess.binary()] + command }
    let daemon = try ChildProcess(
      command, program: preparation == nil ? nil : "/bin/sh", output: place.root + "/stdout",
      error: place.standardError)
    processes.withLock { $0.append(daemon) }
    return daemon
  }

  /// Starts the daemon and returns once it says that it runs.
  func startDaemon(after preparation: String? = nil) async throws -> ChildProcess {
    try await waiting(for: "jobwatch is running") { try spawnDaemon(after: preparation) }
  }

  /// Does `deed` and returns once the daemon has said `words` on its console, once more than before.
  func waiting<Value>(for words: String, _ deed: () async throws -> Value) async throws -> Value {
    let before = try count(of: words)
    let changes = try FileEvents(of: place.root)
    let value = try await deed()
    try await within(.seconds(20), "the daemon says \"\(words)\"") { [self] in
      for await change in changes.stream where change.name == "stderr" {
        if try count(of: words) > before { return }
      }
      throw CancellationError()
    }
    return value
  }

  private func count(of words: String) throws -> Int {
    guard FileManager.default.fileExists(atPath: place.standardError) else { return 0 }
    return try place.text(of: place.standardError).ranges(of: words).count
  }

  /// Begins the jobs on the cloud.
  func begin(_ jobs: [PlannedJob]) {
    for job in jobs { cloud.submit(job.script) }
  }

  /// Ends running jobs on the cloud, as they are to end, now.
  func end(_ jobs: [PlannedJob]) {
    for var job in jobs {
      let status = job.end == .jobFailed ? "FAIL" : "SUCCESS"
      job.script.steps = [ScriptedStep(after: .zero, status: status)]
      cloud.submit(job.script)
    }
  }

  /// Begins the jobs on the cloud and drops one file that names them.
  func submit(_ jobs: [PlannedJob], file: String = UUID().uuidString) throws {
    begin(jobs)
    try place.drop(jobs.map(\.plainLine).joined(separator: "\n") + "\n", as: file)
  }

  func submit(_ job: PlannedJob, to account: String) throws {
    begin([job])
    try place.drop(
      #"{"job_id": "\#(job.id)", "service": "\#(job.script.service.name)", "account": "\#(account)"}"#, as: job.id)
  }

  /// What the receiver took, in order of arrival.
  func events() throws -> [WebhookEvent] {
    try receiver.deliveries.filter(\.isAccepted).map { try $0.event() }
  }

  /// Returns once the receiver took `kind` of every one of `jobs`.
  func told(_ jobs: [PlannedJob]) async throws {
    var open = Set(jobs.map { "\($0.id) \($0.end.rawValue)" })
    let coming = receiver.log.stream()
    for event in try events() { open.remove("\(event.data.jobID ?? "") \(event.type)") }
    if open.isEmpty { return }
    for await delivery in coming where delivery.isAccepted {
      let event = try delivery.event()
      open.remove("\(event.data.jobID ?? "") \(event.type)")
      if open.isEmpty { return }
    }
    throw TooLate(description: "never told: \(open.sorted().joined(separator: ", "))")
  }
}
