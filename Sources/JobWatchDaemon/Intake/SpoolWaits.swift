import JobWatchCore
import JobWatchSpool

/// The files in `incoming/` that wait for their writers: since when, and who was told. Times are uptimes.
struct SpoolWaits: Sendable {
  typealias Name = SpoolDirectory.Name
  typealias Identity = SpoolDirectory.Identity

  /// What nobody announced, and of which cannot be seen whether somebody writes to it, is whole after this time without
  /// a change, by a clock that nobody sets. Of the time before a start only the file's own date tells.
  static let rest = Duration.seconds(60)
  /// A file that is open for so long is told: its writer may have forgotten it.
  static let patience = Duration.seconds(60)

  private struct Wait: Sendable {
    var name: Name
    var identity: Identity
    var since: Duration
    /// The scan that met it last.
    var scan: Int
    var isTold = false
    /// What is in it is committed.
    var isCommitted = false
  }

  private var open: [Identity.File: Wait] = [:]
  private var unsure: [Identity.File: Wait] = [:]
  /// Were there when the watch began, until the first scan is over.
  private var early: Set<Name>
  private var scan = 0
  private var hasBeenUnsure = false

  /// - Parameter early: names that were there before the directory was watched.
  init(early: [Name]) { self.early = Set(early) }

  /// Once: what there is to say of the next file is the same.
  mutating func isFirstUnsure() -> Bool {
    defer { hasBeenUnsure = true }
    return !hasBeenUnsure
  }

  /// A file that somebody has open for writing; true when it is time to tell, once for each.
  mutating func isToBeTold(_ name: Name, _ identity: Identity, at now: Duration) -> Bool {
    let before = open[identity.file]
    var wait = Wait(
      name: name, identity: identity, since: before?.since ?? now, scan: scan,
      isTold: before?.isTold ?? false)
    defer { open[identity.file] = wait }
    guard !wait.isTold, now - wait.since >= Self.patience else { return false }
    wait.isTold = true
    return true
  }

  /// How long the files that are open have been so when they are told next; nil: there is none.
  func nextTelling() -> Duration? {
    open.values.filter { !$0.isTold }.map { $0.since + Self.patience }.min()
  }

  /// The uptime from which on a file is whole if nothing is written to it until then.
  mutating func restsUntil(_ name: Name, _ identity: Identity, at now: Moment) -> Duration {
    let before = unsure[identity.file]
    let isSame = before?.identity == identity
    let credit = early.contains(name) ? min(identity.age(at: now.wall), Self.rest) : .zero
    let first = now.uptime - credit
    let since = isSame ? before?.since ?? first : first
    unsure[identity.file] = Wait(
      name: name, identity: identity, since: since, scan: scan,
      isCommitted: isSame && before?.isCommitted == true)
    return since + Self.rest
  }

  /// Whether its date says that it has had its rest before the watch began.
  func isOld(_ name: Name, _ identity: Identity, at now: Timestamp) -> Bool {
    early.contains(name) && identity.age(at: now) >= Self.rest
  }

  /// A file whose jobs are committed begins its rest: a writer that cannot be seen may have it open still.
  mutating func rests(_ name: Name, _ identity: Identity, at now: Moment) {
    unsure[identity.file] = Wait(
      name: name, identity: identity, since: now.uptime, scan: scan, isCommitted: true)
  }

  /// Whether the file rests and is what was committed.
  func isCommitted(_ identity: Identity) -> Bool {
    guard let wait = unsure[identity.file] else { return false }
    return wait.isCommitted && wait.identity == identity
  }

  /// Files that have been open for too long, as their submitters called them.
  var overlong: [String] { open.values.filter(\.isTold).map(\.name.description).sorted() }

  /// Forgets what the scan did not meet, or found whole.
  mutating func endScan() {
    early = []
    open = open.filter { $0.value.scan == scan }
    unsure = unsure.filter { $0.value.scan == scan }
    scan += 1
  }
}
