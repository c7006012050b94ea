import JobWatchConfiguration
import JobWatchCore
import JobWatchFiles
import JobWatchSpool
import JobWatchStore
import Synchronization

/// Takes in files from the spool: reads each, commits its jobs, and only then unlinks it. A crash anywhere leaves the file
/// to be taken in again, without effect the second time.
///
/// 1. `WriterDetector` finds that nobody has the file open for writing; then it is read.
/// 2. Its jobs are committed.
/// 3. It gets a name of the daemon's own, by which nobody else opens it.
/// 4. After `grace` it is checked again, because a program may have opened it by its old name just before. A file
///    that is open or has grown stays, and is read again when it is closed.
///
/// So a file to which several programs append loses no line. Where writers cannot be detected, a file stays under its
/// new name until it has rested after its commit.
actor Intake: Worker {
  nonisolated let name = "intake"
  private nonisolated let overlong = Mutex<[String]>([])

  private let directory: SpoolDirectory
  private let registration: Registration
  private let context: DaemonContext
  private let announcements = AnnouncedFiles()
  /// Announces for as long as it is held; nil: the spool cannot be watched.
  private let watch: (any Sendable)?
  /// Files that were announced as whole and are not read yet, or are read and not committed yet.
  private var announced: AnnouncedFiles.Names = [:]
  private var waiting: WaitingFiles
  private var openFiles = OpenFiles()
  /// The first failure of this scan; thrown at its end, because it must not keep other files out.
  private var failure: (any Error)?
  /// A file of this scan changed after it was read: the next turn is due at once.
  private var hasChanged = false
  /// The files of the last committed batch: under the daemon's names, and not cleared away yet.
  private var claimed: [Arrival] = []
  /// Names that this daemon has no right to clear away, as the log says. It goes on trying, because rights may change.
  private var stuck: Set<SpoolDirectory.Name> = []
  /// The log says that writers cannot be detected.
  private var isWarned = false

  /// Limits of one transaction, because a poll waits for it.
  private static let batch = (files: 256, jobs: 2000)
  /// Limits of one turn, about a second's work, because the daemon cannot be stopped within a turn.
  private static let turn = (files: 4096, jobs: 20_000)
  /// A program that found a file by its old name has opened it within microseconds.
  private static let grace = Duration.milliseconds(5)

  /// - Parameter detector: nil: what the file system of the spool allows.
  init(_ configuration: Configuration, _ context: DaemonContext, alarm: Alarm, detector: WriterDetector? = nil) throws {
    // First, because the file system of a directory that is not there yet tells nothing.
    try SpoolDirectory(path: configuration.spoolDirectory).prepare()
    directory = SpoolDirectory(path: configuration.spoolDirectory, detector: detector) { [random = context.random] in
      UInt32(truncatingIfNeeded: random())
    }
    registration = Registration(configuration)
    self.context = context
    // A directory that cannot be listed now fails in the first scan.
    waiting = WaitingFiles(early: (try? directory.names()) ?? [])
    do {
      watch = try context.watchDirectory(directory.incoming, .wholeFiles) { [announcements] changes in
        if announcements.note(changes) { alarm.ring() }
      }
    } catch {
      context.log.warning(
        "the spool is scanned every second, because it cannot be watched", metadata: ["error": "\(error)"])
      watch = nil
    }
  }

  /// Files that have been open for writing for too long, as their submitters called them: for the status line.
  nonisolated var unclosed: [String] { overlong.withLock(\.self) }

  func work(at now: Moment) async throws -> Duration? {
    // `claimed` is what a failed turn left; it is read again.
    (failure, hasChanged, openFiles, claimed) = (nil, false, OpenFiles(), [])
    announced.merge(announcements.take()) { $1 }
    let names = try directory.names()
    let present = Set(names)
    announced = announced.filter { present.contains($0.key) }
    stuck.formIntersection(present)
    var next = now.uptime + (watch == nil ? context.intervals.unwatchedScan : context.intervals.scan)
    var batch: [Arrival] = []
    var last: Commit?
    var taken = (files: 0, jobs: 0)
    var isCutShort = false
    for name in names {
      if let arrival = arrival(name, at: now, &next) { batch.append(arrival) }
      let jobs = batch.reduce(0) { $0 + ($1.isRepeat ? 0 : $1.file.submissions.count) }
      guard batch.count >= Self.batch.files || jobs >= Self.batch.jobs else { continue }
      last = try await commit(batch, after: last, at: now)
      taken = (taken.files + batch.count, taken.jobs + jobs)
      batch = []
      isCutShort = taken.files >= Self.turn.files || taken.jobs >= Self.turn.jobs
      if isCutShort { break }
    }
    last = try await commit(batch, after: last, at: now)
    try await claim(last, at: now)
    if !claimed.isEmpty {
      await context.time.pause(Self.grace)
      clearClaimed(at: now)
    }
    if !isCutShort { waiting.endScan() }
    overlong.withLock { $0 = waiting.overlong }
    if let failure { throw failure }
    return isCutShort || hasChanged ? now.uptime : min(next, waiting.nextWarning() ?? next)
  }

  // MARK: Reading

  /// The file of one name, if it can be taken now. Lowers `next` to the uptime at which it may be.
  private func arrival(_ name: SpoolDirectory.Name, at now: Moment, _ next: inout Duration) -> Arrival? {
    let way = announced.removeValue(forKey: name)
    var (hasRested, isOld) = (false, false)
    var content = directory.content(
      of: name, isWhole: way != nil || name.isOfWriter, isShared: way == .closed, at: now.wall)
    if case .unsure(let identity, let reason) = content {
      let until = waiting.restsUntil(name, identity, at: now)
      guard until <= now.uptime else {
        warnUndetected(because: reason)
        next = min(next, until)
        return nil
      }
      (hasRested, isOld) = (true, waiting.isOld(name, identity, at: now.wall))
      content =
        openFiles.hasWriter(identity.file)
        ? .open(name, identity) : directory.content(of: name, isWhole: true, at: now.wall)
    }
    switch content {
    case .gone, .unsure: return nil
    case .swapped: next = now.uptime
    case .fresh(let until): next = min(next, now.uptime + (until - now.wall))
    case .open(let name, let identity):
      if waiting.isOverlong(name, identity, at: now.uptime) { warnOpen(name, identity) }
    case .bytes(let bytes, let name, let identity):
      announced[name] = .renamed
      let file = registration.rules.file(bytes, of: identity.owner)
      return Arrival(name, file, identity, directory, waiting, hasRested: hasRested, isOld: isOld)
    case .unacceptable(let reason, let name, let identity):
      let file = SpoolFile(rejection: reason)
      return Arrival(name, file, identity, directory, waiting, hasRested: hasRested, isOld: isOld)
    case .unreadable(let error):
      announced[name] = way
      failure = failure ?? error
    }
    return nil
  }

  // MARK: Committing

  private struct Commit {
    var batch: [Arrival]
    var task: Task<Void, any Error>
  }

  /// Begins to store a batch once the one before is stored. Meanwhile the files of that one are cleared away and the next
  /// batch is read.
  private func commit(_ batch: [Arrival], after last: Commit?, at now: Moment) async throws -> Commit? {
    guard !batch.isEmpty else { return last }
    try await last?.task.value
    let task = Task.detached { [context, registration] in
      try await context.store.write { transaction in
        for arrival in batch { try arrival.commit(to: transaction, registration, at: now.wall) }
      }
    }
    try await claim(last, at: now)
    return Commit(batch: batch, task: task)
  }

  // MARK: Clearing away

  /// Clears away the files of the batch before, and renames those of this one once it is stored.
  private func claim(_ commit: Commit?, at now: Moment) async throws {
    guard let commit else { return }
    try await commit.task.value
    clearClaimed(at: now)
    for var arrival in commit.batch {
      announced[arrival.name] = nil
      if let identity = arrival.identity {
        switch directory.claim(arrival.name, identity) {
        case .taken(let own): arrival.name = own
        case .gone: continue
        case .swapped:
          hasChanged = true
          continue
        case .refused: break
        }
      }
      claimed.append(arrival)
    }
  }

  private func clearClaimed(at now: Moment) {
    for arrival in claimed {
      do {
        switch try clear(arrival) {
        case .changed: hasChanged = true
        case .resting:
          if let identity = arrival.identity { waiting.rests(arrival.name, identity, at: now) }
        case .done: if let identity = arrival.identity { waiting.wasCleared(identity, true) }
        case .open: break
        }
      } catch {
        if let identity = arrival.identity { waiting.wasCleared(identity, false) }
        guard let denied = error as? FileFailure, denied.isDenied else {
          failure = failure ?? error
          continue
        }
        // A directory of another user, for instance. Jobs of it are stored.
        guard stuck.insert(arrival.name).inserted else { continue }
        context.log.error("something in the spool cannot be cleared away: remove it", metadata: ["error": "\(error)"])
      }
    }
    claimed = []
  }

  private func clear(_ arrival: Arrival) throws -> SpoolDirectory.Outcome {
    for note in arrival.isRepeat ? [] : arrival.file.notes {
      context.log.warning(
        "a spool file is taken in, though something in it looks wrong",
        metadata: ["file": "\(arrival.name)", "note": "\(note)"])
    }
    if let identity = arrival.identity, arrival.isAccepted {
      return try directory.remove(arrival.name, identity, hasRested: arrival.hasRested)
    }
    let outcome = try directory.reject(arrival.name, arrival.identity, reason: arrival.reason)
    if outcome == .done {
      context.log.warning(
        "a spool file is rejected",
        metadata: ["file": "\(arrival.name)", "accepted": "\(arrival.file.submissions.count)"])
    }
    return outcome
  }

  // MARK: Warnings

  private func warnOpen(_ name: SpoolDirectory.Name, _ identity: SpoolDirectory.Identity) {
    let path = "\(directory.incoming)/\(name.text)"
    context.log.warning(
      "a spool file is still open for writing, and is taken in once its writer closes it",
      metadata: [
        "file": "\(name)", "path": "\(path)", "size": "\(identity.size)",
        "cure": "let its writer close it, or end it: sudo fuser -v \(path) shows who it is",
      ])
  }

  /// Once, because it is the same for every file.
  private func warnUndetected(because reason: String) {
    guard !isWarned else { return }
    isWarned = true
    context.log.warning(
      "whether a spool file is still being written cannot be seen: it rests before it is taken in",
      metadata: [
        "reason": "\(reason)", "rest": "\(WaitingFiles.rest.spoken)",
        "cure":
          "rename files into incoming/, or give the service CAP_LEASE (jobwatch-lease.conf) and a local spool",
      ])
  }
}
