import CloudAPI
import Foundation
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon
import JobWatchFiles
import JobWatchLogging
import JobWatchStore
import Logging
import SimulatedMachine

/// The machine on which the daemon runs, and what its service manager does: one process at a time, begun again when it
/// ends.
final class Machine: @unchecked Sendable {
  /// One run of the daemon.
  final class Process: @unchecked Sendable {
    let number: Int
    let begunAt: Duration
    let orders: AsyncStream<Daemon.Order>.Continuation
    let stream: AsyncStream<Daemon.Order>
    var store: Store?
    var readyAt: Duration?
    var isStopping = false
    var isRunning: Bool { readyAt != nil && !isStopping }

    init(_ number: Int, at now: Duration) {
      (self.number, begunAt) = (number, now)
      (stream, orders) = AsyncStream.makeStream(of: Daemon.Order.self)
    }
  }

  /// What the machine was doing over time.
  struct Span {
    enum Kind { case down, starting, up }
    var kind: Kind
    var from: Duration
  }

  enum End: Equatable { case death, powerCut, stopped, failed(String) }

  let setup: Setup
  let time: VirtualTime
  let faults: DiskFaults
  private let network: Network
  private let output: LogOutput
  private let intervals: Intervals
  private(set) var process: Process?
  /// Processes that ended. They are kept, because a killed process runs no clean-up.
  private var dead: [Process] = []
  private(set) var starts = 0
  private(set) var reloads: [Duration] = []
  /// When the daemon said that the clock was set.
  private(set) var clockNotices: [Duration] = []
  private(set) var ends: [String: Int] = [:]
  private(set) var spans = [Span(kind: .down, from: .zero)]
  private var doom: (isPowerCut: Bool, downtime: Duration)?
  private var hasPower = true
  /// The operator keeps it from starting.
  private var isHeld = false
  private var draw: Draw
  /// Those that the daemon still holds.
  private var watches: [() -> Watch?] = []
  /// When the watchdog was last fed.
  private var fedAt = Duration.zero
  /// Whether the disk, or for a start the configuration, may keep the daemon from what it is to do.
  var mayFail: (_ isStart: Bool) -> Bool = { _ in false }
  private var lines: [String] = []
  /// What the daemon did that nothing explains.
  private(set) var unexplained: [String] = []
  private let manager: SimulatedManager?
  /// The daemon's own log: how often each message came.
  private(set) var messages: [String: Int] = [:]
  /// The chance, 0 to 1, that inotify loses a change in the spool, or reports an overflow in its place.
  var announcementLoss = 0.0
  var tell: (String) -> Void = { _ in }
  /// Called when a process has ended, before the next one begins.
  var onEnd: (End) -> Void = { _ in }
  var beforePowerCut: () -> Void = {}
  var afterPowerCut: () -> Void = {}
  /// Called once, when the machine runs again and the daemon does not yet.
  var atPowerOn: [() -> Void] = []
  var onReady: () -> Void = {}

  init(seed: UInt64, _ setup: Setup, _ time: VirtualTime, _ network: Network, stretch: Int) throws {
    (self.setup, self.time, self.network) = (setup, time, network)
    faults = DiskFaults(seed: seed)
    draw = Draw(seed: seed, for: "machine")
    intervals = Intervals(stretchedBy: stretch)
    let journal = Glibc.open(setup.directory + "/journal", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    output = LogOutput(.json, environment: [:], descriptor: journal)
    // It costs a timer every five seconds, so that not every run has one.
    manager = seed % 2 == 0 ? try SimulatedManager(for: setup.directory) : nil
    network.isDead = { [faults] in faults.isDead }
  }

  // MARK: Life

  var isOn: Bool { hasPower && !time.isAsleep }

  func start() {
    if time.isAsleep { return time.whenAwake(start) }
    guard process == nil, isOn, !isHeld else { return }
    starts += 1
    let process = Process(starts, at: time.now)
    self.process = process
    enter(.starting)
    tell("the daemon starts (\(starts))")
    Task { await self.run(process) }
  }

  private func run(_ process: Process) async {
    var end = End.stopped
    do {
      let decoded = try ConfigurationFile.read(path: setup.configuration)
      let references = try ResolvedReferences.forStart(of: decoded)
      _ = try DaemonFiles(decoded).prepare()
      let time = Time(now: { self.time.moment }, wake: { self.time.wake(after: $0, $1) })
      let log = Logger(label: "jobwatch") { _ in MachineLog(machine: self) }
      let store = try Store(path: setup.database, on: StoreQueue(runBlocking), random: { self.draw.next() })
      process.store = store
      var context = DaemonContext(
        store: store, report: ServiceReport(try manager?.address, time: time, log: log), log: log, output: output)
      context.time = time
      context.intervals = intervals
      context.random = { self.draw.next() }
      context.watchDirectory = watch
      context.openTransport = { _ in self.network.open() }
      let daemon = Daemon(
        decoded, reload: { try ConfigurationFile.read(path: self.setup.configuration) }, log: log, output: output)
      try await daemon.live(with: references, on: context, onReady: { self.noteReady(process) }) { process.stream }
      try store.close()
    } catch {
      end = .failed("\(error)")
      try? process.store?.close()  // the first error is the one that counts
    }
    if process === self.process, !faults.isDead { ended(end) }
  }

  private func noteReady(_ process: Process) {
    guard process === self.process, process.readyAt == nil, !faults.isDead else { return }
    process.readyAt = time.now
    fedAt = time.awake
    if time.now - process.begunAt > .minutes(1), !mayFail(true) {
      unexplained.append("a start took \((time.now - process.begunAt).spoken)")
    }
    enter(.up)
    tell("the daemon is ready")
    onReady()
  }

  /// The disk's and the processor's time for one piece of the store's work.
  private func runBlocking(_ work: @escaping @Sendable () -> Void) {
    time.after(.microseconds(200) + draw.exponential(.milliseconds(4)), .process) { work() }
  }

  func enter(_ kind: Span.Kind) { spans.append(Span(kind: kind, from: time.now)) }

  /// What the service manager hears; called after each step.
  func listen() {
    guard let manager else { return }
    if manager.takeFeeds() { fedAt = time.awake }
    guard process?.isRunning == true, time.awake - fedAt > SimulatedManager.patience else { return }
    unexplained.append("a loop was stalled: the watchdog was not fed since \(fedAt.spoken)")
    fedAt = time.awake
  }

  private func ended(_ end: End) {
    tell("the daemon has ended: \(end)")
    // One that is ready goes on whatever the disk does.
    if case .failed(let reason) = end, process?.isRunning == true || !mayFail(process?.readyAt == nil) {
      unexplained.append("the daemon ended by itself: \(reason)")
    }
    removeProcess()
    if case .failed = end { ends["failed", default: 0] += 1 } else { ends["\(end)", default: 0] += 1 }
    onEnd(end)
    // After a stop somebody starts the daemon again. A failed start is repeated after 20 s rather than RestartSec=5s,
    // because a start takes as long to simulate as hours of running.
    time.after(.seconds(end == .stopped ? 5 : 20)) { self.start() }
  }

  /// Nothing of the process happens any more.
  private func removeProcess() {
    time.forgetProcess()
    network.processHasEnded()
    if let process { dead.append(process) }
    (process, watches) = (nil, [])
    enter(.down)
  }

  // MARK: Orders

  func reload() {
    if time.isAsleep { return time.whenAwake(reload) }
    guard let process, !process.isStopping else { return }
    tell("SIGHUP")
    reloads.append(time.now)
    process.orders.yield(.reload)
  }

  func stop() {
    guard isOn, let process, process.isRunning else { return }
    tell("SIGTERM")
    process.isStopping = true
    process.orders.yield(.stop)
    time.after(.seconds(15), .process) { [self] in
      guard self.process === process, !mayFail(false) else { return }
      unexplained.append("a stop takes longer than TimeoutStopSec=15s of jobwatch.service")
    }
  }

  /// Ends the daemon, does `work` while it is down, and begins it again.
  func restart(with work: @escaping () -> Void) {
    guard isOn, process?.isRunning == true else { return }
    isHeld = true
    stop()
    time.after(.minutes(1)) { [self] in
      time.whenAwake { [self] in
        isHeld = false
        guard self.process == nil, isOn else { return }
        work()
        start()
      }
    }
  }

  // MARK: Death

  /// The process ends here and now, without another effect.
  func die(powerCut: Bool, downFor downtime: Duration) {
    if time.isAsleep { return time.whenAwake { self.die(powerCut: powerCut, downFor: downtime) } }
    guard process != nil, doom == nil else { return }
    faults.isDead = true
    doom = (powerCut, downtime)
  }

  /// - Parameter wait: before the death, from which it starts again after 2 s.
  func die(after wait: Duration, powerCut: Bool) {
    time.after(wait) { self.die(powerCut: powerCut, downFor: .seconds(2)) }
  }

  /// Dies at the next effect of a kind, or after a while if none comes.
  func die(at target: DiskFaults.Target, after count: Int, torn: Bool, powerCut: Bool, downFor downtime: Duration) {
    guard process != nil, faults.aim == nil else { return }
    faults.aim = (
      target, count, torn,
      { [self] in
        tell("dies at \(target) effect")
        doom = (powerCut, downtime)
      }
    )
    let number = process?.number
    time.after(.minutes(20)) { [self] in
      guard faults.aim != nil, process?.number == number else { return }
      faults.aim = nil
      die(powerCut: powerCut, downFor: downtime)
    }
  }

  /// Clears away a process that has died; called when none of its code runs.
  func bury() {
    guard let doom else { return }
    self.doom = nil
    tell(doom.isPowerCut ? "power cut" : "kill -9")
    let store = process?.store
    removeProcess()
    // The connections let go of their locks, which the kernel does for a real process; they have no other effect.
    require { try store?.close() }
    ends[doom.isPowerCut ? "powerCut" : "death", default: 0] += 1
    // Closing wrote into the shared memory, which no fault stops: its index tells of a checkpoint without effect.
    Disk.exempt { _ = unlink(setup.database + "-shm") }
    if doom.isPowerCut {
      beforePowerCut()
      disk_cut_power()
      // The cut may have undone the removal.
      Disk.exempt { _ = unlink(setup.database + "-shm") }
      time.reboot()
      afterPowerCut()
    }
    faults.isDead = false
    onEnd(doom.isPowerCut ? .powerCut : .death)
    if doom.isPowerCut {
      hasPower = false
      time.after(doom.downtime) { [self] in
        hasPower = true
        for action in atPowerOn { action() }
        atPowerOn = []
        start()
      }
    } else {
      time.after(doom.downtime) { self.start() }
    }
  }

  // MARK: inotify

  private final class Watch: Sendable {
    let directory: String
    let changed: @Sendable ([InotifyWatch.Change]) -> Void

    init(_ directory: String, _ changed: @escaping @Sendable ([InotifyWatch.Change]) -> Void) {
      (self.directory, self.changed) = (directory, changed)
    }
  }

  private var watch: DirectoryWatcher {
    { directory, _, changed in
      let watch = Watch(directory, changed)
      self.watches.append { [weak watch] in watch }
      return watch
    }
  }

  /// Something happened to a name in `incoming/`.
  func announce(_ change: InotifyWatch.Change) {
    if draw.chance(announcementLoss) { return }
    let change = draw.chance(announcementLoss) ? .overflow : change
    time.after(draw.spread(.microseconds(50) ... .milliseconds(2)), .process) { [self] in
      for watch in watches.compactMap({ $0() }) where watch.directory == setup.incoming { watch.changed([change]) }
    }
  }

  // MARK: The daemon's own log

  fileprivate func logged(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
    guard !faults.isDead else { return }
    messages["\(level): \(message)", default: 0] += 1
    let fields = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let line = "\(level) \(message) \(fields.joined(separator: " "))"
    if Self.tornLineWarnings.contains(where: message.hasPrefix), !mayFail(false) { unexplained.append(line) }
    if message == "the system's clock was set" { clockNotices.append(time.now) }
    lines.append(line)
    tell("  log: \(line)")
  }

  /// The lines since the last call.
  func takeLines() -> [String] {
    defer { lines = [] }
    return lines
  }

  /// How the daemon's warnings of torn lines in the status log begin, which only a disk that fails explains.
  static let tornLineWarnings = ["a torn line stays", "the rotated status log cannot be read"]

  /// What the journal got, which no power cut takes back.
  var journal: [UInt8] {
    Disk.exempt { FileManager.default.contents(atPath: setup.directory + "/journal").map(Array.init) } ?? []
  }
}

/// Hands the daemon's lines to the machine.
private struct MachineLog: LogHandler {
  let machine: Machine
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    machine.logged(event.level, "\(event.message)", metadata.merging(event.metadata ?? [:]) { $1 })
  }
}

extension Intervals {
  /// Idle waits grow, so that an idle day costs less; what something waits for stays as it is.
  fileprivate init(stretchedBy factor: Int) {
    self.init()
    longestWait *= factor
    status *= factor
    writerProbe *= factor
    scan *= factor
  }
}
