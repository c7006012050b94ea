import JobWatchConfiguration
import JobWatchCore
import JobWatchFiles
import JobWatchSpool
import JobWatchStore
import Logging

/// Takes files from the spool: decode, insert, commit, and only then unlink. A crash anywhere leaves the file to be
/// taken in again, without effect the second time.
///
/// What is read is whole, and what is unlinked is what was read. `WriterSight` shows that nobody has a file open before it
/// is read. Once its jobs are committed it gets a name of the daemon's own, under which nobody else opens it, and a little
/// later, when whoever was just about to open it has it open, it is looked at again. One that is open then or has grown
/// stays, and is read again when it is closed. So a file that several append to loses no line, however their writing
/// falls between these steps. Where writers cannot be seen, a file stays under that name until it has rested after its commit.
actor Intake: Worker {
  nonisolated let name = "intake"
  nonisolated let backlog = SpoolBacklog()

  private let directory: SpoolDirectory
  private let look: SpoolLook
  private let registration: Registration
  private let store: Store
  private let log: Logger
  private let notes: SpoolNotes
  private let intervals: Intervals
  private let signal: SpoolSignal?
  /// Whole, and not looked at since: announced, or read and not committed yet.
  private var announced: SpoolSignal.Arrivals = [:]
  private var waits: SpoolWaits
  private var openFiles = OpenFiles()
  /// The first file of this scan that could not be cleared away.
  private var unsettled: (any Error)?
  /// A file of this scan is not what was read any more.
  private var hasChanged = false
  /// Of the batch that was committed last: not anybody's to open any more, and not cleared away yet.
  private var claimed: [Arrival] = []
  /// Names that this daemon has no right to clear away.
  private var stuck: Set<SpoolDirectory.Name> = []

  /// Files and jobs of one transaction, so that a flood of files holds up no poll for long.
  private static let fileBatch = 256
  private static let jobBatch = 2000
  /// Files, and jobs, of one turn: a second's work, after which the daemon may be stopped.
  private static let turn = (files: 4096, jobs: 20_000)

  /// Whoever found a file by its old name has it open after this time: it is a matter of microseconds.
  private static let grace = Duration.milliseconds(5)

  /// - Parameters:
  ///   - sight: nil: what the file system of the spool allows.
  ///   - random: makes the names unique under which files are taken.
  init(
    configuration: Configuration, store: Store, alarm: Alarm, log: Logger,
    sight: WriterSight? = nil, intervals: Intervals = Intervals(),
    watcher: DirectoryWatcher = InotifyWatch.begin,
    random: @escaping @Sendable () -> UInt32 = { .random(in: 0 ... .max) }
  ) throws {
    directory = SpoolDirectory(path: configuration.spoolDirectory, random: random)
    self.intervals = intervals
    registration = Registration(configuration)
    self.store = store
    self.log = log
    notes = SpoolNotes(directory: directory, log: log)
    try directory.prepare()
    // One that cannot be listed now is listed by the first scan, which tells it.
    waits = SpoolWaits(early: (try? directory.names()) ?? [])
    look = SpoolLook(
      directory: directory, sight: sight ?? WriterSight(of: directory.incoming))
    do {
      signal = try SpoolSignal(directory: directory.incoming, watcher: watcher) { alarm.ring() }
    } catch {
      log.warning(
        "the spool is scanned every second, because it cannot be watched",
        metadata: ["error": "\(error)"])
      signal = nil
    }
  }

  func work(at now: Moment) async throws -> Duration? {
    (unsettled, hasChanged, openFiles) = (nil, false, OpenFiles())
    // What a failed turn left is read again.
    claimed = []
    announced.merge(signal?.arrived() ?? [:]) { $1 }
    let names = try directory.names()
    let present = Set(names)
    announced = announced.filter { present.contains($0.key) }
    var next = now.uptime + (signal == nil ? intervals.unwatchedScan : intervals.scan)
    var batch: [Arrival] = []
    var last: Commit?
    var taken = (files: 0, jobs: 0)
    var isCutShort = false
    for name in names where !stuck.contains(name) {
      if let arrival = arrival(name, at: now, &next) { batch.append(arrival) }
      let jobs = batch.reduce(0) { $0 + $1.file.submissions.count }
      if batch.count >= Self.fileBatch || jobs >= Self.jobBatch {
        last = try await commit(batch, after: last, at: now)
        taken = (taken.files + batch.count, taken.jobs + jobs)
        batch = []
        isCutShort = taken.files >= Self.turn.files || taken.jobs >= Self.turn.jobs
        if isCutShort { break }
      }
    }
    last = try await commit(batch, after: last, at: now)
    try await finish(last, at: now)
    if !claimed.isEmpty {
      try? await Task.sleep(for: Self.grace)
      settle(claimed, at: now)
      claimed = []
    }
    if !isCutShort { waits.endScan() }
    backlog.note(unclosed: waits.overlong)
    if let unsettled { throw unsettled }
    return isCutShort || hasChanged ? now.uptime : min(next, waits.nextTelling() ?? next)
  }

  /// What is to be taken in of one name, if anything.
  private func arrival(
    _ name: SpoolDirectory.Name, at now: Moment, _ next: inout Duration
  ) -> Arrival? {
    let way = announced.removeValue(forKey: name)
    var (hasRested, isOld) = (false, false)
    var content = look.content(
      of: name, isWhole: way != nil || name.isOfWriter, isShared: way == .closed, at: now.wall)
    if case .unsure(let identity, let reason) = content {
      let until = waits.restsUntil(name, identity, at: now)
      if until > now.uptime {
        if waits.isFirstUnsure() { notes.cannotSee(because: reason) }
        next = min(next, until)
        return nil
      }
      hasRested = true
      isOld = waits.isOld(name, identity, at: now.wall)
      content =
        openFiles.hasWriter(identity.file)
        ? .open(name, identity) : look.content(of: name, isWhole: true, at: now.wall)
    }
    switch content {
    case .gone, .unsure: return nil
    case .swapped: next = now.uptime
    case .fresh(let until): next = min(next, now.uptime + (until - now.wall))
    case .open(let name, let identity):
      if waits.isToBeTold(name, identity, at: now.uptime) { notes.isOpen(name, identity) }
    case .bytes(let bytes, let name, let identity):
      announced[name] = .renamed
      let file = registration.rules.file(bytes, of: identity.owner)
      return arrival(name, file, identity, hasRested, isOld)
    case .unacceptable(let reason, let name, let identity):
      return arrival(name, SpoolFile(rejection: reason), identity, hasRested, isOld)
    case .unreadable(let failure):
      announced[name] = way
      unsettled = unsettled ?? failure
    }
    return nil
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
    let task = Task.detached { [store, registration] in
      try await store.write { transaction in
        for arrival in batch { try arrival.commit(to: transaction, registration, at: now.wall) }
      }
    }
    try await finish(last, at: now)
    return Commit(batch: batch, task: task)
  }

  /// Clears away the files of the batch before, and takes these from their submitters.
  private func finish(_ commit: Commit?, at now: Moment) async throws {
    guard let commit else { return }
    try await commit.task.value
    settle(claimed, at: now)
    claimed = []
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

  private func settle(_ arrivals: [Arrival], at now: Moment) {
    for arrival in arrivals {
      do {
        let outcome = try settle(arrival)
        if outcome == .changed { hasChanged = true }
        if outcome == .resting, let identity = arrival.identity {
          waits.rests(arrival.name, identity, at: now)
        }
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
    _ name: SpoolDirectory.Name, _ file: SpoolFile, _ identity: SpoolDirectory.Identity?,
    _ hasRested: Bool, _ isOld: Bool
  ) -> Arrival {
    var arrival = Arrival(name, file, identity, in: directory)
    arrival.isRepeat = identity.map(waits.isCommitted) ?? false
    arrival.hasRested = name.isOfWriter || hasRested && (arrival.isRepeat || isOld)
    return arrival
  }

  private func settle(_ arrival: Arrival) throws -> SpoolDirectory.Settlement {
    if !arrival.isRepeat {
      for note in arrival.file.notes { notes.doubts(note, in: arrival.name) }
    }
    let (identity, hasRested) = (arrival.identity, arrival.hasRested)
    if let identity, arrival.isAccepted {
      return try directory.remove(arrival.name, identity, look.sight, hasRested: hasRested)
    }
    // It is kept, with all that is still written to it.
    let outcome = try directory.reject(
      arrival.name, identity, look.sight, hasRested: true, reason: arrival.reason)
    if outcome == .done {
      log.warning(
        "a spool file is rejected",
        metadata: ["file": "\(arrival.name)", "accepted": "\(arrival.file.submissions.count)"])
    }
    return outcome
  }
}
