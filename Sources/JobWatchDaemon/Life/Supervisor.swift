import JobWatchConfiguration
import JobWatchCore
import JobWatchStatusLog
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// One generation after the other, as one service. SIGHUP asks for the next.
///
/// All loops are one service because a group of services stops one after the other, each for as long as it takes;
/// loops stop together, so that the slowest one alone decides how long a stop takes.
final class Supervisor: Service {
  private struct State {
    /// The one that runs, or ran last.
    var present: Generation
    /// Runs when the present one has ended.
    var next: Generation?
    var isStopping = false
  }

  private let ground: DaemonContext
  private let reload: @Sendable () throws -> DecodedConfiguration
  private let onReady: @Sendable () -> Void
  private let state: Mutex<State>

  /// - Parameter reload: the configuration as it is now; throws why there is none.
  init(
    first configuration: Configuration, with supplies: Supplies, on ground: DaemonContext,
    statusLog: StatusLog, reload: @escaping @Sendable () throws -> DecodedConfiguration,
    onReady: @escaping @Sendable () -> Void
  ) async throws {
    self.ground = ground
    self.reload = reload
    self.onReady = onReady
    let generation = try await Generation.make(
      configuration, with: supplies, on: ground, statusLog: statusLog
    ) {
      ground.log.notice(
        "jobwatch is running", metadata: .message(.running, Self.summary(configuration)))
      ground.report.isReady()
      onReady()
    }
    state = Mutex(State(present: generation))
  }

  var current: Generation { state.withLock(\.present) }

  func run() async throws {
    // Before anybody is told that jobwatch runs: until then SIGHUP ends the process.
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    let outcome: Result<Void, any Error>
    do {
      try await withGracefulShutdownHandler {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            for await _ in hangups.cancelOnGracefulShutdown() { await self.replace() }
          }
          try await self.runAll()
          group.cancelAll()
        }
      } onGracefulShutdown: {
        self.stop()
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    // One that came too late to have its turn.
    await state.withLock(\.next)?.discard()
    try outcome.get()
  }

  private func runAll() async throws {
    var generation: Generation? = current
    while let present = generation {
      try await present.run()
      generation = advance()
    }
  }

  /// Makes the next generation the present one; nil when there is none.
  private func advance() -> Generation? {
    state.withLock { state in
      guard !state.isStopping, let next = state.next else { return nil }
      state.next = nil
      state.present = next
      return next
    }
  }

  private func stop() {
    ground.report.stops()
    let present = state.withLock { state in
      state.isStopping = true
      return state.present
    }
    present.stop.raise()
  }

  // MARK: Reloading

  /// A configuration that cannot be used is refused whole, and the old one stays.
  private func replace() async {
    ground.report.reloads()
    do {
      let next = try await next()
      ground.report.acceptsReload()
      let (unused, present) = state.withLock { state -> (Generation?, Generation) in
        guard !state.isStopping else { return (next, state.present) }
        defer { state.next = next }
        return (state.next, state.present)
      }
      await unused?.discard()
      present.stop.raise()
    } catch {
      ground.log.error(
        "the new configuration is refused; the old one stays",
        metadata: .message(.reloadRefused, ["error": "\(error)"]))
      ground.report.refusesReload("\(error)")
    }
  }

  private func next() async throws -> Generation {
    let (ground, old) = (ground, current)
    let decoded = try reload()
    let supplies = try StartPlan(decoded, replacing: .init(old.configuration)).supplies
    let configuration = decoded.value
    return try await Generation.make(
      configuration, with: supplies, on: ground, statusLog: old.statusLog
    ) {
      ground.log.notice(
        "the configuration is reloaded", metadata: .message(.reloaded, Self.summary(configuration)))
      ground.report.isReady()
    }
  }

  private static func summary(_ configuration: Configuration) -> Logger.Metadata {
    [
      "accounts": "\(configuration.accounts.map(\.name).joined(separator: ","))",
      "channels": "\(configuration.channels.map(\.name).joined(separator: ","))",
      "database": "\(configuration.databasePath)", "spool": "\(configuration.spoolDirectory)",
    ]
  }
}
