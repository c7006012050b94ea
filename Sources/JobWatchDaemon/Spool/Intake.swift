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
  /// The first file of this scan that could not be cleared away.
  private var unsettled: (any Error)?
  /// Names that this daemon has no right to clear away.
  private var stuck: Set<SpoolDirectory.Name> = []

  /// Files and jobs of one transaction, so that a flood of files holds up no poll for long.
  private static let fileBatch = 256
  private static let jobBatch = 2000
  /// Files, and jobs, of one turn: a second's work, after which the daemon may be stopped.
  private static let turn = (files: 4096, jobs: 20_000)

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
    var hold: AccountHold?
  }

  func work(at now: Moment) async throws -> Duration? {
    unsettled = nil
    var whole = signal?.arrived() ?? []
    var next = now.uptime + (signal == nil ? Self.scanEveryUnannounced : Self.scanEvery)
    var batch: [Arrival] = []
    var last: Commit?
    var taken = (files: 0, jobs: 0)
    for name in try directory.names() where !stuck.contains(name) {
      switch directory.content(of: name, isWhole: whole.remove(name) != nil, at: now.wall) {
      case .gone: continue
      case .fresh(let until): next = min(next, now.uptime + (until - now.wall))
      case .bytes(let bytes, let identity):
        batch.append(arrival(name, file(bytes, of: identity.owner), identity))
      case .unreadable(let failure): unsettled = unsettled ?? failure
      case .unacceptable(let reason):
        batch.append(arrival(name, SpoolFile(rejection: reason), nil))
      }
      let jobs = batch.reduce(0) { $0 + $1.file.submissions.count }
      if batch.count >= Self.fileBatch || jobs >= Self.jobBatch {
        last = try await commit(batch, after: last, at: now)
        taken = (taken.files + batch.count, taken.jobs + jobs)
        batch = []
        if taken.files >= Self.turn.files || taken.jobs >= Self.turn.jobs {
          next = now.uptime
          break
        }
      }
    }
    last = try await commit(batch, after: last, at: now)
    try await finish(last)
    if let unsettled { throw unsettled }
    return next
  }

  /// A batch on its way into the database.
  private struct Commit {
    var batch: [Arrival]
    var task: Task<Void, any Error>
  }

  /// Begins a batch once the one before is stored. While it is written, beside this actor, the files of the one
  /// before are cleared away and the next batch is read.
  private func commit(_ batch: [Arrival], after last: Commit?, at now: Moment) async throws
    -> Commit?
  {
    guard !batch.isEmpty else { return last }
    try await last?.task.value
    let commit = Commit(
      batch: batch, task: Task.detached { try await self.store(batch, at: now) })
    try await finish(last)
    return commit
  }

  private func finish(_ commit: Commit?) async throws {
    guard let commit else { return }
    try await commit.task.value
    for arrival in commit.batch {
      do {
        try settle(arrival)
      } catch let error as FileFailure where error.isDenied {
        // Another user's directory, say. Its jobs, if any, are stored; it is left alone.
        stuck.insert(arrival.name)
        log.error(
          "something in the spool cannot be cleared away: remove it",
          metadata: ["error": "\(error)"])
      } catch {
        // A file that cannot be cleared away just now must not keep others out.
        unsettled = unsettled ?? error
      }
    }
  }

  private func arrival(
    _ name: SpoolDirectory.Name, _ file: SpoolFile, _ identity: SpoolDirectory.Identity?
  ) -> Arrival {
    Arrival(
      name: name, identity: identity,
      fingerprint: identity?.fingerprint ?? directory.fingerprint(of: name), file: file,
      hold: file.command.flatMap { command in
        identity.map { AccountHold(command: command, user: $0.owner.name) }
      })
  }

  private func file(_ bytes: [UInt8], of owner: SpoolOwner) -> SpoolFile {
    let file = SpoolFile(decoding: bytes, rules: registration.rules)
    guard let command = file.command, !owner.mayCommand else { return file }
    return SpoolFile(
      rejection:
        "it is a command, and belongs to \(owner.name): only root and the service's own user "
        + "may command, so use sudo jobwatch \(command.verb.rawValue) \(command.account)")
  }

  private nonisolated func store(_ batch: [Arrival], at now: Moment) async throws {
    let registration = registration
    try await store.write { ledger in
      for arrival in batch {
        for submission in arrival.file.submissions {
          try registration.register(submission, at: now.wall, ledger)
        }
        if let hold = arrival.hold, try ledger.noteFile(arrival.fingerprint, at: now.wall) {
          try hold.apply(at: now.wall, ledger, registration.routes)
        }
        if !arrival.file.rejections.isEmpty,
          try ledger.noteFile(arrival.fingerprint, at: now.wall)
        {
          let event = Self.rejected(arrival, at: now.wall)
          try ledger.append(event, of: nil, to: registration.routes.channels(for: event))
        }
      }
    }
  }

  private func settle(_ arrival: Arrival) throws {
    if arrival.file.rejections.isEmpty, let identity = arrival.identity {
      return try directory.remove(arrival.name, identity)
    }
    try directory.reject(arrival.name, arrival.identity, reason: Self.reason(arrival))
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
