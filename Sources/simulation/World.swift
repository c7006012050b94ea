import CloudAPI
import CloudModel
import Foundation
import Glibc
import JobWatchCore
import SimulatedMachine

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
    var directory: String
    var isTraced = false
    var isDiskTraced = false
    var hasLyingDisk = false
    /// The database to begin with, as the text of a dump; nil: none.
    var schema: String?
  }

  static let calmDays = 2.0

  let options: Options
  private(set) var setup: Setup
  let time: VirtualTime
  let network: Network
  let cloud: CloudSide
  let receivers: [Receiver]
  let machine: Machine
  let submitters: Submitters
  private(set) lazy var oracle = Oracle(self)
  private lazy var troubles = Troubles(seed: options.seed, self, kinds: options.kinds, until: calmFrom)
  /// Rotated files of the status log, oldest first; the present one is not among them.
  private(set) var rotated: [String] = []
  private var rotations = 0
  /// What is done after a power cut, before the daemon starts.
  private var atPowerOn: () -> Void = {}
  /// The power goes so long after the next start.
  private var cutAfterStart: Duration?
  /// The routes of each time, as the daemon may know them from then on.
  private(set) var routes: [(from: Duration, routes: [Setup.Route])] = []
  /// Spans in which something else than the daemon kept it from its work.
  private(set) var disturbances: [(what: String, from: Duration, to: Duration)] = []
  private var sizesBeforeCut: [String: Int] = [:]
  /// Jobs of the database that the run began with, and its last event.
  private(set) var inherited: Set<Int64> = []
  private(set) var inheritedLast: Int64 = 0
  private(set) var inheritedConditions: Set<String> = []
  /// The last event of the backup that was put back last.
  private(set) var restoredSeq: Int64?
  private(set) var restores = 0
  private(set) var trace: [String] = []

  init(_ options: Options) throws {
    self.options = options
    let setup = Setup(seed: options.seed, directory: options.directory)
    self.setup = setup
    time = VirtualTime(seed: options.seed)
    network = Network(seed: options.seed, time)
    cloud = CloudSide(seed: options.seed, setup, time)
    receivers = setup.channels.filter(\.isWebhook).map { [time] in Receiver(seed: options.seed, $0, time) }
    try setup.write()
    machine = try Machine(seed: options.seed, setup, time, network, stretch: options.stretch)
    submitters = Submitters(seed: options.seed, setup, time, machine, cloud)
    routes = [(.zero, setup.routes)]
    network.connect(cloud, as: cloud.hosts)
    for receiver in receivers { network.connect(receiver, as: ["\(receiver.channel).hooks.example"]) }
    connect()
  }

  var end: Duration { .seconds(86400 * options.days) }
  var circumstances: Circumstances { Circumstances(world: self) }
  var isQuiet: Bool { troubles.isQuiet }
  var counts: [Troubles.Kind: Int] { troubles.counts }
  func share(of kind: Troubles.Kind) -> Double { troubles.shares[kind] ?? 0 }
  var calmFrom: Duration { end - .seconds(86400 * Self.calmDays) }

  private func connect() {
    machine.tell = tell
    if options.isDiskTraced { machine.faults.tell = tell }
    submitters.tell = tell
    cloud.tell = tell
    for receiver in receivers {
      receiver.generation = { [self] in machine.process.map { _ in machine.boots + machine.reloads } }
    }
    for receiver in receivers { receiver.tell = tell }
    machine.beforePowerCut = { [self] in
      submitters.powerIsCut()
      sizesBeforeCut = submitters.sizes()
    }
    machine.afterPowerCut = { [self] in
      submitters.comparedWithDisk(before: sizesBeforeCut)
      // A rotation is a rename like any other.
      let present = Disk.names(in: setup.disk + "/log")
      rotated.removeAll { path in !present.contains { path.hasSuffix("/" + $0) } }
    }
    machine.onEnd = { [self] end in
      if [.death, .powerCut].contains(end) { for receiver in receivers { receiver.processHasDied() } }
    }
    machine.onPowerOn = { [self] in
      atPowerOn()
      atPowerOn = {}
    }
    machine.onReady = { [self] in
      time.after(.seconds(1)) { self.oracle.look() }
      guard let wait = cutAfterStart else { return }
      cutAfterStart = nil
      time.after(wait) { self.machine.die(powerCut: true, downFor: .seconds(2)) }
    }
    machine.mayFail = { [self] in
      !machine.faults.isCalm || circumstances.wasDisturbed("disk", near: time.now)
        || circumstances.wasDisturbed("configuration", near: time.now)
    }
    cloud.boot = { [self] in machine.boots }
    network.die = { [self] in machine.die(powerCut: false, downFor: .seconds(2)) }
  }

  // MARK: The run

  /// Runs to the end, or to the first violation.
  func run() throws {
    if let schema = options.schema { try inherit(schema) }
    Disk.begin(setup.disk, machine.faults, time)
    machine.faults.isLying = options.hasLyingDisk
    machine.boot()
    submitters.work(perDay: options.jobsPerDay, until: calmFrom)
    troubles.begin()
    every(.hours(2)) { [self] in oracle.look() }
    time.run(until: end, isOver: { !oracle.violations.isEmpty || time.isSpinning }) {
      machine.bury()
      machine.listen()
    }
    if time.isSpinning {
      return oracle.found(Violation("ALIVE", "the daemon works without end, and time stands still"))
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

  private func every(_ interval: Duration, _ action: @escaping () -> Void) {
    time.after(interval) { [self] in
      action()
      every(interval, action)
    }
  }

  func tell(_ line: String) {
    let line = "\(time.truth) \(line)"
    if options.isTraced { print(line) }
    trace.append(line)
    if trace.count > 40_000 { trace.removeFirst(20_000) }
  }

  /// The oracle has looked.
  func seen(_ rows: Rows) {
    guard time.now < calmFrom else { return }
    for job in rows.jobs where ["lost", "unknown"].contains(job.state) && cloud.jobs[job.key.jobID] != nil {
      submitters.submitAgain(job.key)
    }
  }

  // MARK: Troubles

  func setClock(by step: Duration) {
    guard step != .zero else { return }
    tell("the clock is set by \(step.seconds) s")
    time.setClock(by: step)
    disturbed("clock", for: .minutes(2))
  }

  /// The clock is wrong until the machine is booted anew.
  func setClock(by step: Duration, untilBootAfter wait: Duration) {
    setClock(by: step)
    time.after(wait) { [self] in
      atPowerOn = { [self] in setClock(by: .zero - time.error) }
      machine.die(powerCut: true, downFor: .seconds(20))
    }
  }

  func suspend(for duration: Duration) {
    tell("the machine sleeps for \(duration.spoken)")
    time.suspend(for: duration)
    disturbed("suspend", for: duration)
  }

  func cloudIsDisturbed(_ trouble: CloudSide.Trouble, _ hosts: [String], for length: Duration) {
    tell("\(hosts.count > 1 ? "all of the cloud" : hosts[0]): \(trouble) for \(length.spoken)")
    for host in hosts {
      cloud.set(trouble, at: host, for: length)
      disturbed("cloud \(host) \(trouble)", for: length)
    }
  }

  func diskIsDisturbed(for length: Duration) { disturbed("disk", for: length) }

  private func disturbed(_ what: String, for length: Duration) {
    disturbances.append((what, time.now, time.now + length))
  }

  /// As logrotate does without copytruncate.
  func rotateLog() {
    Disk.outside {
      rotations += 1
      let path = "\(setup.statusLog).\(rotations)"
      guard machine.isOn, rename(setup.statusLog, path) == 0 else { return }
      rotated.append(path)
      tell("the status log is rotated")
    }
  }

  /// A stop leaves one file of the database; the next start makes new ones beside it, and soon after the power goes.
  func restartThenOff(after wait: Duration) {
    cutAfterStart = wait
    machine.stop()
  }

  /// Rotates right after a line, and the power goes before much is written back by itself.
  func rotateAtNextLine(thenOffAfter wait: Duration) {
    machine.faults.onNext = (
      .log,
      { [self] in
        time.after(.milliseconds(5)) { self.rotateLog() }
        time.after(wait) { self.machine.die(powerCut: true, downFor: .seconds(2)) }
      }
    )
  }

  /// The power goes in the middle of a line.
  func rotateTornLine(thenOffAfter wait: Duration) {
    machine.die(at: .log, after: 0, torn: true, powerCut: true, downFor: .seconds(2))
    atPowerOn = { [self] in
      rotateLog()
      time.after(wait) { self.machine.die(powerCut: true, downFor: .seconds(2)) }
    }
  }

  func dieSoonAfter(_ target: DiskFaults.Target, in wait: Duration, powerCut: Bool) {
    machine.faults.onNext = (
      target,
      { [self] in
        time.after(wait) { self.machine.die(powerCut: powerCut, downFor: .seconds(2)) }
      }
    )
  }

  static let foreign = "written by somebody else"

  /// Another program takes the status log for its own.
  func writeForeignLine(_ draw: inout Draw) {
    guard machine.isOn else { return }
    let line = Self.foreign + (draw.chance(0.5) ? "\n" : "")
    Disk.outside {
      let descriptor = open(setup.statusLog, O_WRONLY | O_APPEND | O_CLOEXEC)
      guard descriptor >= 0 else { return }
      _ = Array(line.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      fsync(descriptor)
      close(descriptor)
    }
    tell("somebody writes into the status log")
  }

  /// Copies the database now, and puts the copy back later.
  func backUp(for age: Duration) {
    guard machine.process?.readyAt != nil, let rows = oracle.lastRows, let last = rows.events.last?.seq else { return }
    let copy = setup.etc + "/backup.db"
    do {
      try Disk.outside { try Rows.copyDatabase(at: setup.database, to: copy) }
    } catch {
      return tell("no backup is made: \(error)")
    }
    time.after(age) { [self] in
      guard time.now < calmFrom else { return }
      machine.restart { [self] in
        tell("the backup is put back")
        Disk.outside {
          for suffix in ["", "-wal", "-shm"] { unlink(setup.database + suffix) }
          Disk.own { try Data(contentsOf: URL(fileURLWithPath: copy)).write(to: URL(fileURLWithPath: setup.database)) }
          sync()
        }
        restoredSeq = last
        restores += 1
        submitters.backupIsBack()
      }
    }
  }

  func reload(_ draw: inout Draw) {
    if draw.chance(0.2) {
      disturbed("configuration", for: .minutes(1))
      // A configuration that cannot be used is refused, and the old one stays.
      write("accounts: [{name: x, " + draw.digits(4), to: setup.configuration)
      machine.reload()
      time.after(.seconds(20)) { [self] in write(setup.yaml, to: setup.configuration) }
      return
    }
    if draw.chance(0.6) {
      setup.routes = Setup.routes(setup.accounts, setup.channels, &draw)
      routes.append((time.now, setup.routes))
    }
    write(setup.yaml, to: setup.configuration)
    machine.reload()
  }

  /// The password is changed at the cloud, and in its file a while later; tokens are worth nothing from then on.
  func replacePassword(_ draw: inout Draw) {
    guard let account = setup.accounts.first(where: { $0.auth == "password" }), let old = setup.identity.users.first
    else { return }
    let user = PasswordUser(name: old.name, password: Secret("pw-" + draw.digits(24)), domainName: old.domainName)
    setup.identity.users = [user]
    setup.secrets["\(account.name).password"] = user.password.reveal()
    cloud.replace(old, by: user)
    let wait = draw.spread(.seconds(1) ... .minutes(30))
    tell("the password of \(account.name) is changed, and known here in \(wait.spoken)")
    for service in account.services {
      disturbed("cloud \(account.host(of: service.name)) password", for: wait + .minutes(12))
    }
    time.after(wait) { [self] in writeSecret("\(account.name).password") }
  }

  private func writeSecret(_ name: String) { write(setup.secrets[name] ?? "", to: "\(setup.etc)/\(name)") }

  private func write(_ text: String, to path: String) {
    Disk.own { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
  }

  /// Every token that was handed out is worth nothing from now on.
  func revokeTokens() {
    cloud.revokeTokens()
    for account in setup.accounts where account.auth == "password" {
      for service in account.services { disturbed("cloud \(account.host(of: service.name)) tokens", for: .minutes(12)) }
    }
  }

  /// The operator makes a new key and puts it in its file. The old one is worth nothing some time before or after that.
  func replaceKey(_ draw: inout Draw) {
    guard let account = setup.accounts.first(where: { $0.auth.hasPrefix("aksk") }),
      let access = setup.secrets["\(account.name).ak"], let old = setup.keys.first(where: { $0.access == access })
    else { return }
    let new = AccessKey(access: "AK" + draw.digits(18).uppercased(), secret: Secret("sk-" + draw.digits(37)))
    setup.keys.append(new)
    setup.secrets["\(account.name).ak"] = new.access
    setup.secrets["\(account.name).sk"] = new.secret.reveal()
    cloud.accept(new)
    let wait = draw.spread(.seconds(1) ... .minutes(30))
    let isInTime = draw.chance(0.5)
    tell("the key of \(account.name) is replaced, \(wait.spoken) \(isInTime ? "before" : "after") its end")
    time.after(isInTime ? wait : .zero) { [self] in cloud.revoke(old) }
    time.after(isInTime ? .zero : wait) { [self] in
      writeSecret("\(account.name).ak")
      writeSecret("\(account.name).sk")
    }
    // A start in between begins with a key that nobody accepts.
    if !isInTime, draw.chance(0.5) { time.after(wait.scaled(by: 0.5)) { [self] in machine.stop() } }
    for service in isInTime ? [] : account.services {
      disturbed("cloud \(account.host(of: service.name)) key", for: wait + .minutes(12))
    }
  }
}
