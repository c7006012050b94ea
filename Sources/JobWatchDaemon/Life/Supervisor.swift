import JobWatchConfiguration
import JobWatchStatusLog
import Logging

/// Runs one configuration after the other, by orders.
actor Supervisor {
  private let context: DaemonContext
  private let readiness: Readiness
  private let reload: @Sendable () throws -> DecodedConfiguration
  private(set) var current: Workers
  private var next: Workers?
  /// The last reload that was ordered; they are made one after the other.
  private var reloading: Task<Void, Never>?

  init(
    _ first: Workers, on context: DaemonContext, _ readiness: Readiness,
    reload: @escaping @Sendable () throws -> DecodedConfiguration
  ) {
    current = first
    (self.context, self.readiness, self.reload) = (context, readiness, reload)
  }

  /// Returns after `.stop`, when what was under way has ended. Throws a `LastingFault` of a worker.
  ///
  /// A stop does not wait for a reload, which may hang on a file of a server that is gone.
  func run(_ orders: AsyncStream<Daemon.Order>) async throws {
    let following = Task {
      for await order in orders {
        if order == .stop {
          context.report.stops()
          return await end(before: nil)
        }
        reloading = Task { [reloading] in
          await reloading?.value
          await replace()
        }
      }
    }
    let fault = await runAll()
    following.cancel()
    await following.value
    await end(before: nil)
    await reloading?.value
    if let fault { throw fault }
  }

  private func runAll() async -> (any LastingFault)? {
    while true {
      if let fault = await current.run() { return fault }
      guard let next else { return nil }
      (current, self.next) = (next, nil)
    }
  }

  /// Ends the current workers, and lets go of those that were to follow them.
  private func end(before workers: Workers?) async {
    let unused = next
    next = workers
    current.stop.raise()
    await unused?.discard()
  }

  /// The current workers end and none follow them, because of an order or a fault.
  private var isEnding: Bool { current.stop.isRaised && next == nil }

  /// A configuration that cannot be used is refused whole, and the old one stays.
  private func replace() async {
    guard !isEnding else { return }
    context.report.reloads()
    do {
      let workers = try await Self.prepare(
        reload, replacing: current.configuration, on: context, current.statusLog, readiness)
      guard !isEnding else { return await workers.discard() }
      context.report.acceptsReload()
      await end(before: workers)
    } catch {
      context.log.error(
        "the new configuration is refused; the old one stays",
        metadata: .message(.reloadRefused, ["error": "\(error)"]))
      if !isEnding { context.report.refusesReload("\(error)") }
    }
  }

  /// Apart from the actor, because it waits for files.
  @concurrent private static func prepare(
    _ reload: @Sendable () throws -> DecodedConfiguration, replacing old: Configuration,
    on context: DaemonContext, _ statusLog: StatusLog, _ readiness: Readiness
  ) async throws -> Workers {
    let decoded = try reload()
    let references = try ResolvedReferences.forReload(of: decoded, replacing: old)
    return try await .make(decoded.value, references, on: context, statusLog) { readiness.settled(decoded.value) }
  }
}
