import JobWatchCore
import JobWatchStore
import Logging

/// Takes files from the spool: decode, insert, commit, and only then unlink. A crash anywhere leaves the file to be
/// taken in again, without effect the second time.
actor Intake: Worker {
  nonisolated let name = "intake"

  private let directory: SpoolDirectory
  private let registration: Registration
  private let store: Store
  private let log: Logger
  private let signal: SpoolSignal?

  /// Files and jobs of one transaction, so that a flood of files holds up no poll for long.
  private static let fileBatch = 256
  private static let jobBatch = 2000

  /// Between two scans when nothing was announced.
  private static let scanEvery = Duration.seconds(10)
  /// The same, where inotify is not to be had.
  private static let scanEveryUnannounced = Duration.seconds(1)

  init(configuration: Configuration, store: Store, alarm: Alarm, log: Logger) throws {
    directory = SpoolDirectory(path: configuration.spoolDirectory)
    registration = Registration(configuration)
    self.store = store
    self.log = log
    try directory.prepare()
    do {
      signal = try SpoolSignal(directory: directory.incoming) { alarm.ring() }
    } catch {
      log.warning(
        "the spool is scanned every second, because it cannot be watched",
        metadata: ["error": "\(error)"])
      signal = nil
    }
  }

  /// A file on its way in.
  private struct Arrival: Sendable {
    var name: SpoolDirectory.Name
    /// Of what was read; nil for what could not be.
    var identity: SpoolDirectory.Identity?
    var fingerprint: String
    var file: SpoolFile
  }

  func work(at now: Moment) async throws -> Duration? {
    var whole = signal?.arrived() ?? []
    var next = now.uptime + (signal == nil ? Self.scanEveryUnannounced : Self.scanEvery)
    var batch: [Arrival] = []
    var committing: Task<Void, any Error>?
    for name in try directory.names() {
      switch directory.content(of: name, isWhole: whole.remove(name) != nil, at: now.wall) {
      case .gone: continue
      case .fresh(let until): next = min(next, now.uptime + (until - now.wall))
      case .bytes(let bytes, let identity):
        let file = SpoolFile(decoding: bytes, rules: registration.rules)
        batch.append(arrival(name, file, identity))
      case .unacceptable(let reason):
        batch.append(arrival(name, SpoolFile(rejection: reason), nil))
      }
      if batch.count >= Self.fileBatch
        || batch.reduce(0, { $0 + $1.file.submissions.count }) >= Self.jobBatch
      {
        try await committing?.value
        committing = commit(batch, at: now)
        batch = []
      }
    }
    try await committing?.value
    try await take(batch, at: now)
    return next
  }

  /// Beside this actor, which reads the next batch meanwhile.
  private func commit(_ batch: [Arrival], at now: Moment) -> Task<Void, any Error> {
    Task.detached { try await self.take(batch, at: now) }
  }

  private func arrival(
    _ name: SpoolDirectory.Name, _ file: SpoolFile, _ identity: SpoolDirectory.Identity?
  ) -> Arrival {
    Arrival(
      name: name, identity: identity,
      fingerprint: file.rejections.isEmpty ? "" : directory.fingerprint(of: name),
      file: file)
  }

  private nonisolated func take(_ batch: [Arrival], at now: Moment) async throws {
    guard !batch.isEmpty else { return }
    let registration = registration
    try await store.write { ledger in
      for arrival in batch {
        for submission in arrival.file.submissions {
          try registration.register(submission, at: now.wall, ledger)
        }
        if !arrival.file.rejections.isEmpty,
          try ledger.noteRejection(arrival.fingerprint, at: now.wall)
        {
          let event = Self.rejected(arrival, at: now.wall)
          try ledger.append(event, of: nil, to: registration.routes.channels(for: event))
        }
      }
    }
    for arrival in batch { try settle(arrival) }
  }

  private nonisolated func settle(_ arrival: Arrival) throws {
    if arrival.file.rejections.isEmpty, let identity = arrival.identity {
      return try directory.remove(arrival.name, identity)
    }
    try directory.reject(arrival.name, reason: Self.reason(arrival))
    log.warning(
      "a spool file is rejected",
      metadata: ["file": "\(arrival.name)", "accepted": "\(arrival.file.submissions.count)"])
  }

  private static func rejected(_ arrival: Arrival, at now: Timestamp) -> EventDraft {
    let file = arrival.file
    let first = file.rejections.first.map(String.init(describing:)) ?? ""
    let more = file.rejections.count > 1 ? " (and \(file.rejections.count - 1) more)" : ""
    let share =
      file.submissions.isEmpty ? "" : "; \(file.submissions.count) other jobs of it are watched"
    var data = EventData(summary: "spool file \(arrival.name) is rejected: \(first)\(more)\(share)")
    data.file = arrival.name.description
    data.cause = first
    data.cure = "see the .reason file beside it in rejected/, correct it and submit it again"
    return EventDraft(.spoolRejected, at: now, data)
  }

  /// For the person who looks into `rejected/`.
  private static func reason(_ arrival: Arrival) -> String {
    let taken = arrival.file.submissions.count
    let head =
      taken == 0
      ? "Nothing of this file was taken."
      : "\(taken) jobs of this file were taken and are watched; the following were not."
    return ([head] + arrival.file.rejections.map(\.description)).joined(separator: "\n")
  }
}
