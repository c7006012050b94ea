import CloudAPI
import Foundation
import JobWatchCore
import JobWatchDaemon
import JobWatchSpool
import CloudModel
import SimulatedCloud

/// The simulated world around the daemon.
final class Stage: Sendable {
  /// The directory of this run. It stays, because people try the commands on it.
  let root: String
  private let cloud: SimulatedCloud
  /// The receiver of the people on call; it is down at first.
  private let oncall: WebhookReceiver
  /// Gets every event, for the screen.
  private let screenHook: WebhookReceiver
  private let startedAt: Timestamp

  private static let clock: @Sendable () -> Timestamp = { SystemClock.now().wall }

  /// All is over in half of this; a demo that takes longer has failed.
  private static let patience = Duration.seconds(50)

  init() async throws {
    let temporary = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    root = "\(temporary)/jobwatch-demo-\(getpid())"
    for name in ["state", "spool", "log"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    let key = AccessKey(access: Script.accessKey, secret: Secret(Script.secretKey))
    var options = SimulatedCloud.Options(
      projectIDs: [Script.projectID], credentials: AcceptedCredentials(accessKeys: [key]))
    options.retention[.ecs] = RetentionPolicy(finished: .seconds(14), unpaid: .seconds(16))
    cloud = SimulatedCloud(options: options, clock: Self.clock)
    oncall = WebhookReceiver(secrets: [Script.hookSecret], clock: Self.clock)
    screenHook = WebhookReceiver(secrets: [Script.hookSecret], clock: Self.clock)
    oncall.answer(with: Array(repeating: .status(503), count: 4))
    startedAt = Self.clock()
    let files = [
      "access_key": Script.accessKey, "secret_key": Script.secretKey,
      "hook_secret": Script.hookSecret,
      "jobwatch.yaml": Script.configuration(
        in: root, cloud: try await cloud.start(), oncall: try await oncall.start(),
        screen: try await screenHook.start()),
    ]
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(name)")) }
  }

  func close() async {
    await cloud.stop()
    await oncall.stop()
    await screenHook.stop()
  }

  /// Begins every job, submits it through the spool, and shows what is told. False if not all is told in time.
  func play(_ screen: Screen) async throws -> Bool {
    for part in Script.parts { cloud.submit(part.job) }
    let spool = SpoolWriter(spoolDirectory: root + "/spool")
    for part in Script.parts {
      var submission = SpoolSubmission(word: part.job.jobID, service: part.job.service.name)
      submission.labels = ["name": part.name]
      _ = try spool.write([submission], at: Self.clock())
      screen.submitted(part, at: elapsed)
    }
    return try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        async let calls: Void = self.followOncall(screen)
        try await self.followEvents(screen)
        try await calls
        return true
      }
      group.addTask {
        try await Task.sleep(for: Self.patience)
        return false
      }
      let isComplete = try await group.next() ?? false
      group.cancelAll()
      return isComplete
    }
  }

  private var elapsed: Duration { Self.clock() - startedAt }

  /// Shows each event until every end is known, and an end that was told again before its record's deletion.
  private func followEvents(_ screen: Screen) async throws {
    var open = Dictionary(uniqueKeysWithValues: Script.parts.map { ($0.job.jobID, $0.end) })
    var isExpirySeen = false
    for await delivery in screenHook.log.stream() where delivery.isAccepted {
      let event = try delivery.event()
      screen.event(event, at: elapsed)
      if let jobID = event.data.jobID, open[jobID]?.rawValue == event.type { open[jobID] = nil }
      if event.data.captured == true { isExpirySeen = true }
      if open.isEmpty && isExpirySeen { return }
    }
  }

  /// Shows each attempt to tell the people on call, until they know all that they have to.
  private func followOncall(_ screen: Screen) async throws {
    let awaited = Script.parts.count { [.jobFailed, .jobLost, .jobLapsed].contains($0.end) }
    var told: Set<String> = []
    for await delivery in oncall.log.stream() {
      screen.oncall(try delivery.event(), delivery, at: elapsed)
      if delivery.isAccepted, let id = delivery.id { told.insert(id) }
      if told.count == awaited { return }
    }
  }

  /// The result of the run, counted from the logs of the cloud and the receivers.
  func summary() throws -> [(String, String)] {
    let all = screenHook.deliveries + oncall.deliveries
    let events = try screenHook.deliveries.filter(\.isAccepted).map { try $0.event() }
    let ends = [EventKind.jobSucceeded, .jobFailed, .jobLapsed, .jobLost].map { kind in
      (name: kind.rawValue.dropFirst(4), count: events.count { $0.type == kind.rawValue })
    }
    // From the end that the cloud's record names to the event that tells it.
    let delays = events.compactMap { event -> Duration? in
      let kinds = [EventKind.jobSucceeded, .jobFailed].map(\.rawValue)
      let end = CloudTimeParser.parse(event.data.endTime)?.instant
      return kinds.contains(event.type) ? end.map { event.timestamp - $0 } : nil
    }.sorted()
    let messages = [screenHook, oncall].map { Set($0.deliveries.compactMap(\.id)).count }
    let wrong = all.count { $0.verification != .verified }
    let list = ends.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    return [
      ("jobs", "\(ends.reduce(0) { $0 + $1.count }): \(list)"),
      ("calls to the cloud", "\(cloud.log.total), \(cloud.throttledCalls.count) of them throttled"),
      ("median detection", delays.isEmpty ? "none" : "\(delays[delays.count / 2].spoken) after the end in the record"),
      (
        "webhook deliveries",
        "\(messages[0] + messages[1]) messages in \(all.count) attempts, "
          + "\(all.count { !$0.isAccepted }) of them refused at first, "
          + (wrong == 0 ? "every signature verified" : "\(wrong) signatures WRONG")
      ),
    ]
  }
}
