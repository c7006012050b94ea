import Foundation
import Glibc
import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon
@testable import JobWatchFiles
@testable import JobWatchSpool

/// A spool with its intake, which turns when it is told to.
final class SpoolBench: Sendable {
  private let scratch: TemporaryDirectory
  var root: String { scratch.path }
  let store: Store
  let alarm: Alarm
  let told = Told()
  let intake: Intake
  /// Wall clock: long after whatever the test wrote, so that nothing waits for having been written just now.
  let wall = Timestamp(Date()) + .hours(1)

  /// - Parameters:
  ///   - detector: nil: that of the daemon.
  ///   - prepare: gets the path of `incoming/` before the intake watches it.
  init(
    _ store: Store, detector: WriterDetector? = nil, watcher: @escaping DirectoryWatcher = InotifyWatch.begin,
    random: (@Sendable () -> UInt64)? = nil, time: Time = .system, prepare: (String) throws -> Void = { _ in }
  ) throws {
    self.store = store
    alarm = Alarm(time)
    scratch = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: scratch.path + "/incoming", withIntermediateDirectories: true)
    try prepare(scratch.path + "/incoming")
    var configuration = Configuration(accounts: [.sample])
    configuration.spoolDirectory = scratch.path
    let told = told
    var context = DaemonContext(store, time, log: .telling { told($0) })
    context.watchDirectory = watcher
    if let random { context.random = random }
    intake = try Intake(configuration, context, alarm: alarm, detector: detector)
  }

  var incoming: String { root + "/incoming" }

  /// - Parameter uptime: in seconds. The wall clock goes with it.
  @discardableResult
  func turn(at uptime: Int = 0) async throws -> Duration? { try await intake.work(at: moment(uptime)) }

  func moment(_ uptime: Int) -> Moment { Moment(wall: wall + .seconds(uptime), uptime: .seconds(uptime)) }

  /// A turn once something was announced.
  func announcedTurn(at uptime: Int = 0) async throws {
    await alarm.wait(.seconds(30))
    try await turn(at: uptime)
  }

  /// Turns at one moment, as often as something is announced, until `isDone`: what the intake renames itself is announced,
  /// too.
  func announcedTurns(at uptime: Int, until isDone: (SpoolBench) async throws -> Bool) async throws {
    for _ in 0..<20 {
      try await announcedTurn(at: uptime)
      if try await isDone(self) { return }
    }
  }

  func jobs() async throws -> Set<String> {
    let jobs = try await store.read { try $0.jobs.all(matching: .all, limit: 100_000) }
    return Set(jobs.map(\.key.jobID))
  }

  func left() throws -> [String] { try names(in: incoming) }

  func rejected() throws -> [String] { try names(in: root + "/rejected") }

  private func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }
}

/// Runs `body` with a spool on a new database.
func withSpool(
  detector: WriterDetector? = nil, watcher: @escaping DirectoryWatcher = InotifyWatch.begin,
  random: (@Sendable () -> UInt64)? = nil, time: Time = .system,
  prepare: (String) throws -> Void = { _ in }, _ body: (SpoolBench) async throws -> Void
) async throws {
  try await withStore { store in
    try await body(
      SpoolBench(store, detector: detector, watcher: watcher, random: random, time: time, prepare: prepare))
  }
}

/// A program that has a file open for writing. What it writes is there at once.
final class OpenWriter {
  private var file: Int32

  init(_ path: String, _ flags: Int32 = O_CREAT | O_APPEND) throws {
    file = open(path, O_WRONLY | O_CLOEXEC | flags, 0o644)
    guard file >= 0 else { throw FileFailure("cannot be opened", path, errno) }
  }

  deinit { finish() }

  func write(_ text: String) {
    _ = Array(text.utf8).withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
  }

  /// As `touch -d` and `cp -p` do it.
  func setModified(secondsFromNow seconds: Int) {
    var times = [timespec(), timespec()]
    for index in times.indices { times[index].tv_sec = time(nil) + seconds }
    futimens(file, times)
  }

  func finish() {
    guard file >= 0 else { return }
    close(file)
    file = -1
  }
}
