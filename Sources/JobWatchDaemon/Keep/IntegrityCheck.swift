import JobWatchCore
import JobWatchStore
import Logging

/// Checks the whole database when there is reason to: once in each boot of the machine, because the last one may have
/// ended in a power cut, and when SQLite reports what a damaged file or disk makes it report.
///
/// Confirmed damage ends the daemon, because writing into a damaged file may destroy more. Damage that the check does
/// not find is only logged: it may have been the disk, the memory, or an index that does not agree with its table.
actor IntegrityCheck: Worker {
  nonisolated let name = "integrity check"

  private let store: Store
  private let bootID: String?
  private let alarm: Alarm
  private let log: Logger

  private var isBootSettled: Bool
  private var running: Check?
  private var notBefore = Duration.zero

  /// One check of the file: beside the loop, which must keep turning.
  private struct Check {
    var task: Task<Void, Never>
    /// What SQLite reported; nil: the machine's start is the reason.
    var reason: StoreError?
    var beganAt: Duration
    var result: Result<IntegrityReport, any Error>?
  }

  /// Between two checks, because a disk that keeps failing is not to be read from end to end all the time.
  private static let pause = Duration.minutes(10)

  /// - Parameter bootID: nil: it is not known, and a start is no reason to check.
  init(store: Store, bootID: String?, alarm: Alarm, log: Logger) {
    self.store = store
    self.bootID = bootID
    self.alarm = alarm
    self.log = log
    isBootSettled = bootID == nil
  }

  func work(at now: Moment) async throws -> Duration? {
    if let running, let result = running.result {
      try await settle(running, result, at: now)
      self.running = nil
      notBefore = now.uptime + Self.pause
    }
    guard running == nil, await isDue() else { return nil }
    if now.uptime < notBefore { return notBefore }
    begin(at: now)
    return nil
  }

  /// A check is under way, or has ended and its result is not settled yet.
  var isChecking: Bool { running != nil }

  func finish() async {
    running?.task.cancel()
    await running?.task.value
    // The store keeps it, because a new configuration comes with a new check.
    store.returnReportedDamage(running?.reason)
  }

  private func isDue() async -> Bool {
    if !isBootSettled {
      // A table that cannot be read is itself a reason to check.
      let last = try? await store.read { try $0.lastSound() }
      isBootSettled = last?.bootID == bootID
    }
    return !isBootSettled || store.reportedDamage != nil
  }

  private func begin(at now: Moment) {
    let reason = store.takeReportedDamage()
    let task = Task {
      let result: Result<IntegrityReport, any Error>
      do {
        result = .success(try await store.examine())
      } catch {
        result = .failure(error)
      }
      running?.result = result
      alarm.ring()
    }
    running = Check(task: task, reason: reason, beganAt: now.uptime)
  }

  private func settle(_ check: Check, _ result: Result<IntegrityReport, any Error>, at now: Moment) async throws {
    switch result {
    case .success(let report):
      if let damage = report.damage { throw ConfirmedDamage(error: store.damaged(damage)) }
      try await store.write { [bootID] in try $0.noteSound(inBoot: bootID, at: now.wall) }
      isBootSettled = true
      logSound(check, took: now.uptime - check.beganAt)
    case .failure(let error):
      store.returnReportedDamage(check.reason)
      log.warning(
        "the database could not be checked and will be again",
        metadata: ["error": "\(error)", "again_in": "\(Self.pause.spoken)"])
    }
  }

  private func logSound(_ check: Check, took: Duration) {
    guard let reason = check.reason else {
      return log.info(
        "the database is sound, as a check after the machine's start has found",
        metadata: ["took": "\(took.spoken)"])
    }
    log.error(
      "SQLite spoke of damage that a check of the whole database does not find: look at the disk",
      metadata: ["error": "\(reason)", "took": "\(took.spoken)"])
  }
}

/// The database is damaged, and it is certain.
struct ConfirmedDamage: LastingFault, CustomStringConvertible {
  var error: StoreError
  var description: String { error.description }
}
