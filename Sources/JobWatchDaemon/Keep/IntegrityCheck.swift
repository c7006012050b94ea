import JobWatchCore
import JobWatchStore
import Logging

/// Looks at the whole database when there is reason to: once in each boot of the machine, as the last one may have ended
/// in a power cut, and when SQLite said what a damaged file or disk makes it say.
///
/// Damage that is found ends the daemon: nothing that it could write into a damaged file is worth what it may destroy.
/// Damage that SQLite spoke of and that is not found does not, but is told: it may have been the disk, the memory, or an
/// index that does not agree with its table.
actor IntegrityCheck: Worker {
  nonisolated let name = "integrity check"

  private let store: Store
  private let bootID: String?
  private let alarm: Alarm
  private let log: Logger

  private var isBootSettled: Bool
  private var look: Look?
  private var notBefore = Duration.zero

  /// One look at the file: beside the loop, which must keep turning.
  private struct Look {
    var task: Task<Void, Never>
    var reason: StoreError?
    var beganAt: Duration
    var finding: Result<IntegrityReport, any Error>?
  }

  /// From one look to the next: a disk that keeps failing is not read from end to end all the time.
  private static let pause = Duration.minutes(10)

  init(store: Store, bootID: String?, alarm: Alarm, log: Logger) {
    self.store = store
    self.bootID = bootID
    self.alarm = alarm
    self.log = log
    isBootSettled = bootID == nil
  }

  /// To be told that SQLite spoke of damage, from any thread. What it said is kept by the store, where it outlives this
  /// check: a new configuration comes with a new one.
  nonisolated func note(_ error: StoreError) { alarm.ring() }

  func work(at now: Moment) async throws -> Duration? {
    if let look, let finding = look.finding {
      try await settle(look, finding, at: now)
      self.look = nil
      notBefore = now.uptime + Self.pause
    }
    guard look == nil, await isDue() else { return nil }
    if now.uptime < notBefore { return notBefore }
    begin(at: now)
    return nil
  }

  /// A look is under way, or has ended and is not settled yet.
  var isLooking: Bool { look != nil }

  func finish() async {
    look?.task.cancel()
    await look?.task.value
    store.returnReportedDamage(look?.reason)
  }

  private func isDue() async -> Bool {
    if !isBootSettled {
      // That it cannot be read is itself a reason to look.
      let last = try? await store.read { try $0.lastSound() }
      isBootSettled = last?.bootID == bootID
    }
    return !isBootSettled || store.reportedDamage != nil
  }

  private func begin(at now: Moment) {
    let reason = store.takeReportedDamage()
    let task = Task {
      let finding: Result<IntegrityReport, any Error>
      do {
        finding = .success(try await store.examine())
      } catch {
        finding = .failure(error)
      }
      look?.finding = finding
      alarm.ring()
    }
    look = Look(task: task, reason: reason, beganAt: now.uptime)
  }

  private func settle(_ look: Look, _ finding: Result<IntegrityReport, any Error>, at now: Moment)
    async throws
  {
    switch finding {
    case .success(let soundness):
      if let damage = soundness.damage { throw ConfirmedDamage(store.damaged(damage)) }
      try await store.write { [bootID] in try $0.noteSound(inBoot: bootID, at: now.wall) }
      isBootSettled = true
      report(look, took: now.uptime - look.beganAt)
    case .failure(let error):
      store.returnReportedDamage(look.reason)
      log.warning(
        "the database could not be checked and will be again",
        metadata: ["error": "\(error)", "again_in": "\(Self.pause.spoken)"])
    }
  }

  private func report(_ look: Look, took: Duration) {
    guard let reason = look.reason else {
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

  init(_ error: StoreError) { self.error = error }
}
