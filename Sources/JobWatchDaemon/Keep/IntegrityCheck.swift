import JobWatchCore
import JobWatchStore

/// Checks the whole database when there is reason to: once in each boot of the machine, because the last one may have
/// ended in a power cut, and when SQLite reports what a damaged file or disk makes it report.
///
/// Confirmed damage ends the daemon, because writing into a damaged file may destroy more. Damage that the check does
/// not find is only logged: it may have been the disk, the memory, or an index that does not agree with its table.
actor IntegrityCheck: Worker {
  nonisolated let name = "integrity check"

  private let context: DaemonContext
  private let bootID: String?
  private let alarm: Alarm

  private var isBootChecked: Bool
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
  init(_ context: DaemonContext, bootID: String?, alarm: Alarm) {
    self.context = context
    self.bootID = bootID
    self.alarm = alarm
    isBootChecked = bootID == nil
  }

  func work(at now: Moment) async throws -> Duration? {
    if let running, let result = running.result {
      try await conclude(running, result, at: now)
      self.running = nil
      notBefore = now.uptime + Self.pause
    }
    guard running == nil, await isDue() else { return nil }
    if now.uptime < notBefore { return notBefore }
    begin(at: now)
    return nil
  }

  /// A check is under way, or has ended and its result is not looked at yet.
  var isChecking: Bool { running != nil }

  func finish() async {
    running?.task.cancel()
    await running?.task.value
    // The store keeps it, because a new configuration comes with a new check.
    context.store.returnReportedDamage(running?.reason)
  }

  private func isDue() async -> Bool {
    if !isBootChecked {
      // A table that cannot be read is itself a reason to check.
      let last = try? await context.store.read { try $0.lastSound() }
      isBootChecked = last?.bootID == bootID
    }
    return !isBootChecked || context.store.reportedDamage != nil
  }

  private func begin(at now: Moment) {
    let reason = context.store.takeReportedDamage()
    let task = Task {
      let result: Result<IntegrityReport, any Error>
      do {
        result = .success(try await context.store.examine())
      } catch {
        result = .failure(error)
      }
      running?.result = result
      alarm.ring()
    }
    running = Check(task: task, reason: reason, beganAt: now.uptime)
  }

  private func conclude(_ check: Check, _ result: Result<IntegrityReport, any Error>, at now: Moment) async throws {
    switch result {
    case .success(let report):
      if let damage = report.damage { throw ConfirmedDamage(error: context.store.damaged(damage)) }
      try await context.store.write { [bootID] in try $0.noteSound(inBoot: bootID, at: now.wall) }
      isBootChecked = true
      logSound(check, took: now.uptime - check.beganAt)
    case .failure(let error):
      context.store.returnReportedDamage(check.reason)
      context.log.warning(
        "the database could not be checked and will be again",
        metadata: ["error": "\(error)", "again_in": "\(Self.pause.spoken)"])
    }
  }

  private func logSound(_ check: Check, took: Duration) {
    guard let reason = check.reason else {
      return context.log.info(
        "the database is sound, as a check after the machine's start has found",
        metadata: ["took": "\(took.spoken)"])
    }
    context.log.error(
      "SQLite spoke of damage that a check of the whole database does not find: look at the disk",
      metadata: ["error": "\(reason)", "took": "\(took.spoken)"])
  }
}

/// The database is damaged, and it is certain.
struct ConfirmedDamage: LastingFault, CustomStringConvertible {
  var error: StoreError
  var description: String { error.description }
}
