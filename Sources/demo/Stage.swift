import CloudAPI
import JobWatchCore
import JobWatchDaemon
import JobWatchSpool
import SimulatedCloud

/// The simulated world around the daemon.
final class Stage: Sendable {
  let files: DemoFiles
  let cloud: SimulatedCloud
  /// The receiver of the people on call; it is down at first.
  let oncall: WebhookReceiver
  /// Gets every event, for the screen.
  let screenHook: WebhookReceiver
  let startedAt: Timestamp

  private static let clock: @Sendable () -> Timestamp = { Time.system.now().wall }

  /// All is over in half of this; a demo that takes longer has failed.
  private static let patience = Duration.seconds(50)

  init(_ files: DemoFiles) async throws {
    self.files = files
    let key = AccessKey(access: Script.accessKey, secret: Secret(Script.secretKey))
    var options = SimulatedCloud.Options(
      projectIDs: [Script.projectID], credentials: AcceptedCredentials(accessKeys: [key]))
    options.retention[.ecs] = RetentionPolicy(finished: .seconds(14), unpaid: .seconds(16))
    cloud = SimulatedCloud(options: options, clock: Self.clock)
    oncall = WebhookReceiver(secrets: [Script.hookSecret], clock: Self.clock)
    screenHook = WebhookReceiver(secrets: [Script.hookSecret], clock: Self.clock)
    oncall.answer(with: Array(repeating: .status(503), count: 4))
    startedAt = Self.clock()
    try files.writeConfiguration(
      cloud: try await cloud.start(), oncall: try await oncall.start(),
      screen: try await screenHook.start())
  }

  func close() async {
    await cloud.stop()
    await oncall.stop()
    await screenHook.stop()
  }

  /// Begins every job, submits it through the spool, and shows what is told. False if not all is told in time.
  func play(_ screen: Screen) async throws -> Bool {
    for part in Script.parts { cloud.submit(part.job) }
    try submit(screen)
    return try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask { try await self.follow(screen) }
      group.addTask {
        try await Task.sleep(for: Self.patience)
        return false
      }
      let isComplete = try await group.next() ?? false
      group.cancelAll()
      return isComplete
    }
  }

  private func submit(_ screen: Screen) throws {
    for part in Script.parts {
      let submission = SpoolSubmission(
        jobID: part.job.jobID, service: part.job.service.rawValue, labels: ["name": part.name])
      _ = try SpoolWriter(spoolDirectory: files.root + "/spool").write(
        [submission], at: Self.clock())
      screen.submitted(part, at: elapsed)
    }
  }

  private var elapsed: Duration { Self.clock() - startedAt }

  /// Shows each event and each attempt to tell the people on call, until every end is known and told.
  private func follow(_ screen: Screen) async throws -> Bool {
    async let events: Void = followEvents(screen)
    async let calls: Void = followOncall(screen)
    try await events
    try await calls
    return true
  }

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

  private func followOncall(_ screen: Screen) async throws {
    let awaited = Script.parts.count { [.jobFailed, .jobLost, .jobLapsed].contains($0.end) }
    var told: Set<String> = []
    for await delivery in oncall.log.stream() {
      screen.oncall(try delivery.event(), delivery, at: elapsed)
      if delivery.isAccepted, let id = delivery.id { told.insert(id) }
      if told.count == awaited { return }
    }
  }
}
