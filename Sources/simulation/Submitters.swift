import CloudAPI
import Glibc
import JobWatchCore
import JobWatchFiles

/// Those who begin jobs and put their ids into the spool, each in a way of its own.
final class Submitters: @unchecked Sendable {
  /// A file that was put into `incoming/`.
  struct File {
    var name: String
    var jobs: [JobKey]
    var labels: [JobKey: [String: String]]
    var expectations: [JobKey: Duration] = [:]
    /// Entries that must be refused.
    var refused: Int
    /// Of all its content, in bytes.
    var size: Int
    var visibleAt: Duration
    /// It and its name were flushed: a power cut takes it no more.
    var isDurable: Bool
    /// The daemon need not take it in: a power cut took all or part of it, or its account is out of the configuration.
    var isSpoiled = false
    /// It is gone from `incoming/`, and was judged.
    var isSettled = false
  }

  private let time: VirtualTime
  private let machine: Machine
  private let cloud: CloudSide
  private let setup: Setup
  private var draw: Draw
  private(set) var files: [File] = []
  /// By key: the first file that named it, visible to the daemon.
  private(set) var submitted: [JobKey: Duration] = [:]
  /// Those of files that were taken in.
  private(set) var settledLabels: [JobKey: [String: String]] = [:]
  /// By key: how long after its registration a job is expected to end, and since when files that were taken in say so.
  private(set) var expectations: [JobKey: (within: Duration, since: Duration)] = [:]
  /// Ids that no cloud knows.
  private(set) var invented: Set<String> = []
  private var submittedAgain: Set<JobKey> = []
  private var count = 0
  /// An account that the daemon may not know now: nobody submits to it, and what lies in the spool may be refused.
  private var away: String?
  /// By descriptor: the file that a writer is at work on.
  private var writing: [Int32: String] = [:]
  var tell: (String) -> Void = { _ in }

  init(seed: UInt64, _ setup: Setup, _ time: VirtualTime, _ machine: Machine, _ cloud: CloudSide) {
    (self.setup, self.time, self.machine, self.cloud) = (setup, time, machine, cloud)
    draw = Draw(seed: seed, for: "submitters")
  }

  /// Begins jobs at random until `end`.
  func work(perDay rate: Double, until end: Duration) {
    time.after(draw.exponential(.seconds(86400.0 / rate))) { [self] in
      guard time.now < end else { return }
      beginOne()
      work(perDay: rate, until: end)
    }
  }

  private func beginOne() {
    if draw.chance(0.01) {
      let account = draw.pick(setup.accounts)
      let key = JobKey(account: account.name, service: draw.pick(account.services).name, jobID: draw.digits(32))
      invented.insert(key.jobID)
      return submit([key], after: .seconds(1))
    }
    let burst = draw.chance(0.03) ? draw.number(2...25) : 1
    let keys = (0..<burst).map { _ in cloud.begin(&draw).key }
    let wait =
      draw.chance(0.92) ? draw.spread(.milliseconds(100) ... .seconds(8)) : draw.spread(.seconds(10) ... .hours(3))
    submit(keys, after: wait)
    // Scripts that are run again, and people who are not sure.
    if draw.chance(0.15) { submit(keys, after: wait + draw.spread(.seconds(1) ... .hours(12))) }
  }

  func submit(_ keys: [JobKey], after wait: Duration) {
    time.after(wait) { [self] in
      guard machine.isOn, !keys.contains(where: { $0.account == away }) else {
        return submit(keys, after: draw.duration(.seconds(20) ... .minutes(3)))
      }
      write(keys)
    }
  }

  private func write(_ keys: [JobKey]) {
    count += 1
    let name = "\(1000 + count)-\(draw.digits(6)).json"
    var labels: [JobKey: [String: String]] = [:]
    var expectations: [JobKey: Duration] = [:]
    var lines = keys.map { line($0, &labels, &expectations) }
    var refused = 0
    if draw.chance(machine.faults.isFailing ? 0.7 : 0.06) {
      lines.insert(#"{"job_id": "not an id", "service": "ecs"}"#, at: draw.number(0...lines.count))
      refused = 1
    }
    let text = lines.joined(separator: "\n") + "\n"
    let file = File(
      name: name, jobs: keys, labels: labels, expectations: expectations, refused: refused, size: text.utf8.count,
      visibleAt: time.now, isDurable: false)
    if draw.chance(0.12) { return writeInPlace(text, file) }
    put(text, file, isCareful: draw.chance(0.6))
  }

  private func put(_ text: String, _ file: File, isCareful: Bool) {
    Disk.exempt {
      let (temporary, path) = ("\(setup.incoming)/.\(file.name).tmp", "\(setup.incoming)/\(file.name)")
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
      require { try succeeded(descriptor >= 0) }
      put(text, descriptor)
      if isCareful { fsync(descriptor) }
      close(descriptor)
      let renamed = rename(temporary, path)
      require { try succeeded(renamed == 0) }
      if isCareful { require { try Directory.syncParent(path) } }
      appeared(file, isDurable: isCareful)
    }
    machine.announce(.came(Array(file.name.utf8)))
  }

  /// As a shell does that redirects a slow program into the spool.
  private func writeInPlace(_ text: String, _ file: File) {
    let path = "\(setup.incoming)/\(file.name)"
    let descriptor = Disk.exempt { open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644) }
    require { try succeeded(descriptor >= 0) }
    writing[descriptor] = file.name
    let cut = text.index(text.startIndex, offsetBy: draw.number(0...text.count))
    Disk.exempt { put(String(text[..<cut]), descriptor) }
    time.after(draw.spread(.milliseconds(1) ... .seconds(20))) { [self] in
      time.whenAwake { [self] in
        // A power cut ends the writer as well; another may have its descriptor by now.
        guard writing[descriptor] == file.name else { return }
        writing[descriptor] = nil
        Disk.exempt {
          put(String(text[cut...]), descriptor)
          close(descriptor)
        }
        appeared(file, isDurable: false)
        machine.announce(.written(Array(file.name.utf8)))
      }
    }
  }

  private func put(_ text: String, _ descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      require { try succeeded(count > 0) }
      bytes = bytes.dropFirst(count)
    }
  }

  private func appeared(_ file: File, isDurable: Bool) {
    var file = file
    (file.visibleAt, file.isDurable) = (time.now, isDurable)
    spoil(&file)
    files.append(file)
    for key in file.jobs where submitted[key] == nil { submitted[key] = time.now }
    tell("\(file.name) is in the spool: \(file.jobs.map(\.description).joined(separator: " "))")
  }

  /// The same in each of its submissions that have it; nil for most jobs. Many come without it for the first time, and
  /// again with it shortly before it is due.
  private func expectation(of key: JobKey) -> Duration? {
    let number = key.jobID.utf8.reduce(0) { ($0 * 31 + Int($1)) % 1009 }
    guard number % 5 == 0 else { return nil }
    let expectation = Duration.minutes(number / 5 + 1)
    guard submitted[key] == nil, draw.chance(0.3) else { return expectation }
    submit([key], after: max(expectation - draw.spread(.seconds(1) ... .minutes(4)), .seconds(1)))
    return nil
  }

  private func line(
    _ key: JobKey, _ labels: inout [JobKey: [String: String]], _ expectations: inout [JobKey: Duration]
  ) -> String {
    // A URL has account and service in it.
    if draw.chance(0.1), let account = setup.accounts.first(where: { $0.name == key.account }),
      let service = CloudService.named(key.service)
    {
      labels[key] = [:]
      let target = service.target(projectID: account.projectID, jobID: key.jobID)
      return #"{"job_id": "https://\#(account.host(of: key.service))\#(target)"}"#
    }
    // The team stays, because routes go by it; each submission adds a label of its own.
    let run = "run\(draw.number(0...999_999))"
    labels[key] = ["team": key.jobID.utf8.first.map { $0 % 2 == 0 } ?? true ? "web" : "db", run: "x"]
    let text = (labels[key] ?? [:]).sorted { $0.key < $1.key }.map { "\"\($0.key)\": \"\($0.value)\"" }
    expectations[key] = expectation(of: key)
    let expectation = expectations[key].map { #", "expect_within": "\#($0.text)""# } ?? ""
    return #"{"job_id": "\#(key.jobID)", "service": "\#(key.service)", "account": "\#(key.account)""#
      + expectation + ", \"labels\": {\(text.joined(separator: ", "))}}"
  }

  /// People submit a job again that was lost.
  func submitAgain(_ key: JobKey) {
    if submittedAgain.insert(key).inserted, draw.chance(0.5) {
      submit([key], after: draw.spread(.minutes(1) ... .hours(2)))
    }
  }

  /// Somebody submits a job again in the moment in which its answer is under way.
  func submitDuringCall(_ key: JobKey) {
    if draw.chance(0.005) { submit([key], after: .zero) }
  }

  func leaveOut(_ name: String?) {
    away = name
    for index in files.indices where !files[index].isSettled { spoil(&files[index]) }
  }

  private func spoil(_ file: inout File) {
    if file.jobs.contains(where: { $0.account == away }) { file.isSpoiled = true }
  }

  /// Puts a command into the spool, as soon as the machine is on.
  func command(_ verb: String, _ account: String, then next: @escaping () -> Void) {
    guard machine.isOn else { return time.after(.minutes(1)) { self.command(verb, account, then: next) } }
    count += 1
    let text = #"{"command": "\#(verb)", "account": "\#(account)"}"# + "\n"
    let file = File(
      name: "\(1000 + count)-\(verb).json", jobs: [], labels: [:], refused: 0, size: text.utf8.count,
      visibleAt: time.now, isDurable: false)
    put(text, file, isCareful: true)
    next()
  }

  // MARK: What became of the files

  /// A power cut ends all writers; what they wrote is worth nothing.
  func powerIsCut() {
    for descriptor in writing.keys { Disk.exempt { _ = close(descriptor) } }
    writing = [:]
  }

  /// Marks the files that the power cut took or changed.
  func markSpoiled(before: [String: Int]) {
    let after = sizes(in: setup.incoming, setup.rejected)
    for index in files.indices where !files[index].isSettled && !files[index].isDurable {
      let name = files[index].name
      let (old, new) = (before.first { $0.key.hasSuffix(name) }, after.first { $0.key.hasSuffix(name) })
      // A cut may also bring back a file that was taken in, without its content.
      if new.map({ $0.value != files[index].size }) ?? (old != nil) { files[index].isSpoiled = true }
    }
  }

  /// The files in directories of the spool, with their sizes.
  func sizes(in directories: String...) -> [String: Int] {
    Disk.exempt {
      let sizes = directories.flatMap { directory in
        Disk.names(in: directory).map { name in
          var status = stat()
          return (name, stat("\(directory)/\(name)", &status) == 0 ? Int(status.st_size) : -1)
        }
      }
      return Dictionary(sizes) { first, _ in first }
    }
  }

  /// What was taken in since the backup is forgotten, as `daemon.restored` says.
  func backupIsBack() {
    settle { _ in }
    settledLabels = [:]
  }

  /// Calls `judge` for each file that is gone from `incoming/`, once.
  func settle(_ judge: (File) -> Void) {
    let present = sizes(in: setup.incoming).keys
    for index in files.indices where !files[index].isSettled {
      if present.contains(where: { $0.hasSuffix(files[index].name) }) { continue }
      files[index].isSettled = true
      if !files[index].isSpoiled {
        settledLabels.merge(files[index].labels) { $0.merging($1) { $1 } }
        for (key, within) in files[index].expectations where expectations[key] == nil {
          expectations[key] = (within, time.now)
        }
      }
      judge(files[index])
    }
  }
}
