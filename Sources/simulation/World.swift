import Foundation
import Glibc
import JobWatchCore

/// Everything of one run: the machine with the daemon, the clouds, the receivers, those who submit, the troubles, and the
/// oracle that watches all of it from outside.
final class World: @unchecked Sendable {
  struct Options {
    var seed: UInt64
    /// The last two days are without troubles and new jobs, so that everything that can still be told is.
    var days = 3.0
    var jobsPerDay = 100.0
    /// How many times longer idle waits are than in life.
    var stretch = 10
    var kinds = Set(Troubles.Kind.allCases)
    /// How often troubles come; 1 is dozens a day.
    var often = 1.0
    var directory: String
    var isTraced = false
    var isDiskTraced = false
    /// The database to begin with, as the text of a dump; nil: none.
    var schema: String?
  }

  static let calmDays = 2.0

  let options: Options
  let time: VirtualTime
  let network: Network
  let cloud: CloudSide
  let receivers: [Receiver]
  let machine: Machine
  let submitters: Submitters
  let log: LogFolder
  private(set) lazy var administrator = Administrator(firstSetup, self)
  private let firstSetup: Setup
  private(set) lazy var oracle = Oracle(self)
  private(set) lazy var troubles = Troubles(seed: options.seed, self, kinds: options.kinds, until: calmFrom)
  /// How long after the next start the power is cut; nil: not at all.
  private var cutAfterStart: Duration?
  /// When something besides the daemon kept it from its work: "disk", "clock", "suspend", "configuration" or "cloud HOST
  /// TROUBLE", of which callers match the beginning or the end.
  private(set) var disturbances: [(what: String, from: Duration, to: Duration)] = []
  private(set) var clockSteps: [(at: Duration, by: Duration)] = []
  private var sizesBeforeCut: [String: Int] = [:]
  /// Of the database that the run began with: its jobs, its last event, its conditions.
  private(set) var inherited: Set<Int64> = []
  private(set) var inheritedLast: Int64 = 0
  private(set) var inheritedConditions: Set<String> = []
  /// The last event of the backup that was put back last.
  private(set) var restoredSeq: Int64?
  private(set) var restores = 0
  private(set) var restoredAt = Duration.zero
  private(set) var trace: [String] = []

  init(_ options: Options) throws {
    self.options = options
    let setup = Setup(seed: options.seed, directory: options.directory)
    firstSetup = setup
    time = VirtualTime(seed: options.seed)
    network = Network(seed: options.seed, time)
    cloud = CloudSide(seed: options.seed, setup, time)
    receivers = setup.channels.filter(\.isWebhook).map { [time] in Receiver(seed: options.seed, $0, time) }
    try setup.write()
    machine = try Machine(seed: options.seed, setup, time, network, stretch: options.stretch)
    submitters = Submitters(seed: options.seed, setup, time, machine, cloud)
    log = LogFolder(setup, machine, time)
    network.connect(cloud, as: cloud.hosts)
    for receiver in receivers { network.connect(receiver, as: [receiver.host]) }
    connect()
  }

  var setup: Setup { administrator.setup }
  var end: Duration { .seconds(86400 * options.days) }
  var circumstances: Circumstances { Circumstances(world: self) }
  var calmFrom: Duration { end - .seconds(86400 * Self.calmDays) }

  private func connect() {
    machine.tell = tell
    if options.isDiskTraced { machine.faults.tell = tell }
    submitters.tell = tell
    cloud.tell = tell
    cloud.onCall = { [self] key in if time.now < calmFrom { submitters.submitDuringCall(key) } }
    for receiver in receivers {
      receiver.generation = { [self] in machine.process.map { _ in machine.starts + machine.reloads.count } }
      receiver.tell = tell
    }
    machine.beforePowerCut = { [self] in
      submitters.powerIsCut()
      sizesBeforeCut = submitters.sizes(in: setup.incoming, setup.rejected)
    }
    machine.afterPowerCut = { [self] in
      submitters.markSpoiled(before: sizesBeforeCut)
      log.powerWasCut()
    }
    machine.onEnd = { [self] end in
      let couldWrite = !circumstances.wasDisturbed("disk", near: time.now)
      if !couldWrite || [.death, .powerCut].contains(end) {
        for receiver in receivers { receiver.processHasDied(couldWrite) }
      }
    }
    machine.onReady = { [self] in
      time.after(.seconds(1)) { self.oracle.look() }
      guard let wait = cutAfterStart else { return }
      cutAfterStart = nil
      machine.die(after: wait, powerCut: true)
    }
    machine.mayFail = { [self] isStart in
      machine.faults.isFailing || circumstances.wasDisturbed("disk", near: time.now)
        || isStart && circumstances.wasDisturbed("configuration", near: time.now)
    }
    cloud.currentStart = { [self] in machine.starts }
    network.die = { [self] in machine.die(powerCut: false, downFor: .seconds(2)) }
  }

  // MARK: The run

  /// Runs to the end, or to the first violation.
  func run() throws {
    if let schema = options.schema { try inherit(schema) }
    Disk.begin(setup.disk, machine.faults, time)
    machine.start()
    submitters.work(perDay: options.jobsPerDay * setup.traffic, until: calmFrom)
    troubles.begin()
    lookEveryTwoHours()
    time.run(until: end, isOver: { !oracle.violations.isEmpty || time.isSpinning }) {
      machine.bury()
      machine.listen()
    }
    if time.isSpinning {
      return oracle.found(Violation("ALIVE", "the daemon works without end: more than 300,000 steps in an hour"))
    }
    if oracle.violations.isEmpty { oracle.look(isEnd: true) }
  }

  /// Begins with the database of an earlier version.
  private func inherit(_ schema: String) throws {
    try Rows.makeDatabase(at: setup.database, from: String(contentsOfFile: schema, encoding: .utf8))
    let rows = try Rows(path: setup.database, in: setup.directory, isWhole: false, isOld: true)
    inherited = Set(rows.jobs.map(\.id))
    inheritedLast = rows.events.last?.seq ?? 0
    inheritedConditions = Set(rows.conditions.map(\.name))
  }

  private func lookEveryTwoHours() {
    time.after(.hours(2)) { [self] in
      oracle.look()
      lookEveryTwoHours()
    }
  }

  func tell(_ line: String) {
    let line = "\(time.truth) \(line)"
    if options.isTraced { print(line) }
    trace.append(line)
    if trace.count > 40_000 { trace.removeFirst(20_000) }
  }

  /// Submits half of the jobs that are said to be lost or unknown again.
  func resubmitLost(in rows: Rows) {
    guard time.now < calmFrom else { return }
    for job in rows.jobs where ["lost", "unknown"].contains(job.state) && cloud.jobs[job.key.jobID] != nil {
      submitters.submitAgain(job.key)
    }
  }

  // MARK: Troubles

  func setClock(by step: Duration) {
    guard step != .zero else { return }
    clockSteps.append((time.now, step))
    tell("the clock is set by \(step.seconds) s")
    oracle.look()
    time.setClock(by: step)
    time.after(.minutes(1)) { self.oracle.look() }
    disturbed("clock", for: .minutes(2))
  }

  /// The clock is wrong until the machine is booted anew.
  func setClock(by step: Duration, untilBootAfter wait: Duration) {
    setClock(by: step)
    time.after(wait) { [self] in
      guard time.now < calmFrom else { return }
      machine.atPowerOn.append { [self] in setClock(by: .zero - time.clockError) }
      machine.die(powerCut: true, downFor: .seconds(20))
    }
  }

  func suspend(for duration: Duration) {
    if time.isAsleep { return }
    tell("the machine sleeps for \(duration.spoken)")
    time.suspend(for: duration)
    disturbed("suspend", for: duration)
  }

  func disturbCloud(_ trouble: CloudSide.Trouble, _ hosts: [String], for length: Duration) {
    tell("\(hosts.count > 1 ? "all of the cloud" : hosts[0]): \(trouble) for \(length.spoken)")
    for host in hosts {
      cloud.set(trouble, at: host, for: length)
      disturbed("cloud \(host) \(trouble)", for: length)
    }
  }

  /// Ends all troubles, also those that were to last longer.
  func calm() {
    tell("the troubles are over")
    (network.killChance, cutAfterStart) = (0, nil)
    cloud.calm()
    machine.faults.calm()
    for receiver in receivers { receiver.calm() }
    setClock(by: .zero - time.clockError)
    let endings = CloudSide.Trouble.allCases.map { " \($0)" } + ["disk"]
    for index in disturbances.indices where endings.contains(where: disturbances[index].what.hasSuffix) {
      disturbances[index].to = min(disturbances[index].to, time.now)
    }
  }

  func disturbed(_ what: String, for length: Duration) {
    disturbances.append((what, time.now, time.now + length))
  }

  /// A stop leaves one file of the database; the next start makes new ones beside it, and soon after the power goes.
  func stopThenCutPower(after wait: Duration) {
    cutAfterStart = wait
    machine.stop()
  }

  func dieSoonAfter(_ target: DiskFaults.Target, in wait: Duration, powerCut: Bool) {
    machine.faults.onNext = (target, { self.machine.die(after: wait, powerCut: powerCut) })
  }

  /// Copies the database now, and puts the copy back later.
  func backUp(for age: Duration) {
    guard machine.process?.readyAt != nil else { return }
    let copy = setup.etc + "/backup.db"
    let rows = require {
      try Disk.exempt { try Rows.copyDatabase(at: setup.database, to: copy) }
      return try Rows(path: copy, in: setup.directory, isWhole: false)
    }
    time.after(age) { [self] in
      guard time.now < calmFrom else { return }
      machine.restart { [self] in
        tell("the backup is put back")
        Disk.exempt {
          for suffix in ["", "-wal", "-shm"] { unlink(setup.database + suffix) }
          require { try Data(contentsOf: URL(fileURLWithPath: copy)).write(to: URL(fileURLWithPath: setup.database)) }
          sync()
        }
        restoredSeq = rows.events.last?.seq ?? 0
        (restores, restoredAt) = (restores + 1, time.now)
        submitters.backupIsBack()
      }
    }
  }
}
