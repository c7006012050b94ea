import JobWatchConfiguration
import JobWatchCore
import JobWatchStatusLog
import JobWatchStore

/// One configuration at work: every worker with its loop.
///
/// The rows are the state, so that a reload is a restart without the process: the next generation takes up what
/// this one leaves, as after a crash, but that what is under way ends first, and that what is known of the credentials
/// is handed over beside the rows (`CredentialMemory`). A design in which each worker is given the new configuration
/// was rejected: it would be a second way to begin, beside the one that must work anyway.
struct Generation: Sendable {
  let configuration: Configuration
  let statusLog: StatusLog
  /// Ends it.
  let stop: StopSignal
  private let ground: DaemonContext
  private let vitals: HealthRegistry
  private let transports: Transports
  private let loops: [WorkerLoop]
  private let hints: Crew.Hints

  /// Opens nothing that another generation holds, so that one that cannot work is found out before the last one ends.
  ///
  /// - Parameter onSettled: called when every loop has done for the first time what was due.
  /// - Throws: `FileFailure` or `SecretError`, for what has changed since `supplies` were read.
  static func make(
    _ configuration: Configuration, with supplies: Supplies, on ground: DaemonContext,
    statusLog: StatusLog, onSettled: @escaping @Sendable () -> Void
  ) async throws -> Generation {
    let transports = Transports(
      configuration, proxies: supplies.proxies, trust: supplies.trust)
    let stop = StopSignal()
    // Loops also settle while they end: that says nothing of their configuration.
    let vitals = HealthRegistry { if !stop.isRaised { onSettled() } }
    do {
      return try Generation(
        configuration, supplies, on: ground, statusLog, transports, vitals, stop)
    } catch {
      await transports.shutdown()
      throw error
    }
  }

  private init(
    _ configuration: Configuration, _ supplies: Supplies, on ground: DaemonContext,
    _ statusLog: StatusLog, _ transports: Transports, _ vitals: HealthRegistry, _ stop: StopSignal
  ) throws {
    self.stop = stop
    self.configuration = configuration
    self.statusLog = statusLog
    self.ground = ground
    self.vitals = vitals
    self.transports = transports
    let crew = Crew(
      configuration: configuration, supplies: supplies, ground: ground, transports: transports,
      vitals: vitals)
    (loops, hints) = try crew.loops(statusLog)
  }

  /// Runs until `stop` is raised and what was under way has ended.
  ///
  /// Throws what a worker says that only a person can put right; the others have ended then, too.
  func run() async throws {
    ground.store.onNews(hints.onNews)
    ground.store.onReportedDamage(hints.onDoubt)
    ground.report.watches(vitals)
    let fault = await withTaskGroup(of: (any Error)?.self) { group in
      for loop in loops {
        group.addTask {
          do {
            try await loop.run(until: stop)
            return nil
          } catch {
            stop.raise()
            return error
          }
        }
      }
      return await group.reduce(nil) { $0 ?? $1 }
    }
    await letGo()
    if let fault { throw fault }
  }

  /// Connections that do not let go are found out as a loop that does not come back is.
  private func letGo() async {
    let pulse = LoopHealth("connections")
    vitals.watch(pulse)
    let call = pulse.callBegan(limit: .seconds(30), at: ground.clock().awake)
    await transports.shutdown()
    pulse.callEnded(call)
  }

  /// Instead of `run`.
  func discard() async { await transports.shutdown() }
}
