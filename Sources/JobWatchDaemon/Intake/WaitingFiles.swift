import JobWatchCore
import JobWatchSpool

/// The files in `incoming/` that wait for their writers, and since when. Times are uptimes.
struct WaitingFiles: Sendable {
  typealias Name = SpoolDirectory.Name
  typealias Identity = SpoolDirectory.Identity

  /// A file whose writers cannot be detected counts as whole after this time without a change. It is measured as uptime,
  /// because anybody may set the wall clock; for the time before the daemon started only the file's date can tell.
  static let rest = Duration.seconds(60)
  /// A file that is open for this long is logged, because its writer may have forgotten it.
  static let patience = Duration.seconds(60)

  private struct Wait: Sendable {
    var name: Name
    var identity: Identity
    var since: Duration
    /// The scan that met it last.
    var scan: Int
    var isLogged = false
    var isCommitted = false
  }

  private var open: [Identity.File: Wait] = [:]
  private var unsure: [Identity.File: Wait] = [:]
  /// What is committed and could not be cleared away.
  private var uncleared: Set<Identity> = []
  /// Names that were there before the watch began; empty after the first scan.
  private var early: Set<Name>
  private var scan = 0

  /// - Parameter early: names that were there before the directory was watched.
  init(early: [Name]) { self.early = Set(early) }

  /// Notes a file that somebody has open for writing. True once for each, when it has been open for `patience`.
  mutating func isOverlong(_ name: Name, _ identity: Identity, at now: Duration) -> Bool {
    let before = open[identity.file]
    var wait = Wait(
      name: name, identity: identity, since: before?.since ?? now, scan: scan, isLogged: before?.isLogged ?? false)
    defer { open[identity.file] = wait }
    guard !wait.isLogged, now - wait.since >= Self.patience else { return false }
    wait.isLogged = true
    return true
  }

  /// When the next open file is to be logged; nil: there is none.
  func nextWarning() -> Duration? {
    open.values.filter { !$0.isLogged }.map { $0.since + Self.patience }.min()
  }

  /// When a file counts as whole if nothing is written to it until then.
  mutating func restsUntil(_ name: Name, _ identity: Identity, at now: Moment) -> Duration {
    let before = unsure[identity.file]
    let isSame = before?.identity == identity
    let credit = early.contains(name) ? min(identity.age(at: now.wall), Self.rest) : .zero
    let first = now.uptime - credit
    let since = isSame ? before?.since ?? first : first
    unsure[identity.file] = Wait(
      name: name, identity: identity, since: since, scan: scan, isCommitted: isSame && before?.isCommitted == true)
    return since + Self.rest
  }

  /// Whether it had its rest before the watch began, by its date.
  func isOld(_ name: Name, _ identity: Identity, at now: Timestamp) -> Bool {
    early.contains(name) && identity.age(at: now) >= Self.rest
  }

  /// Begins the rest of a file whose jobs are committed, because a writer that cannot be detected may have it open.
  mutating func rests(_ name: Name, _ identity: Identity, at now: Moment) {
    unsure[identity.file] = Wait(name: name, identity: identity, since: now.uptime, scan: scan, isCommitted: true)
  }

  mutating func wasCleared(_ identity: Identity, _ isGone: Bool) {
    if isGone { uncleared.remove(identity) } else { uncleared.insert(identity) }
  }

  func isCommitted(_ identity: Identity) -> Bool {
    if uncleared.contains(identity) { return true }
    guard let wait = unsure[identity.file] else { return false }
    return wait.isCommitted && wait.identity == identity
  }

  /// The submitters' names of files that have been open for too long.
  var overlong: [String] { open.values.filter(\.isLogged).map(\.name.description).sorted() }

  /// Forgets the files that the scan did not meet, or found whole.
  mutating func endScan() {
    early = []
    open = open.filter { $0.value.scan == scan }
    unsure = unsure.filter { $0.value.scan == scan }
    scan += 1
  }
}
