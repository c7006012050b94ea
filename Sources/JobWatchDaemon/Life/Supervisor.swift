import JobWatchConfiguration
import JobWatchStatusLog
import Logging

/// Runs one configuration after the other, by orders.
actor Supervisor {
  private let context: DaemonContext
  private let reload: @Sendable () throws -> DecodedConfiguration
  private(set) var current: Workers
  private var next: Workers?

  init(
    _ first: Workers, on context: DaemonContext,
    reload: @escaping @Sendable () throws -> DecodedConfiguration
  ) {
    current = first
    self.context = context
    self.reload = reload
  }

  /// Returns after `.stop`, when what was under way has ended. Throws a `LastingFault` of a worker.
  func run(_ orders: AsyncStream<Daemon.Order>) async throws {
    let following = Task {
      for await order in orders {
        switch order {
        case .reload: await replace()
        case .stop:
          context.report.stops()
          return await end(before: nil)
        }
      }
    }
    let fault = await runAll()
    following.cancel()
    await following.value
    await end(before: nil)
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

  /// A configuration that cannot be used is refused whole, and the old one stays.
  private func replace() async {
    context.report.reloads()
    do {
      let workers = try await prepare()
      context.report.acceptsReload()
      await end(before: workers)
    } catch {
      context.log.error(
        "the new configuration is refused; the old one stays",
        metadata: .message(.reloadRefused, ["error": "\(error)"]))
      context.report.refusesReload("\(error)")
    }
  }

  private func prepare() async throws -> Workers {
    let decoded = try reload()
    let references = try ResolvedReferences.forReload(
      of: decoded, replacing: current.configuration)
    return try await .make(decoded.value, references, on: context, current.statusLog) {
      [context] in
      context.log.notice(
        "the configuration is reloaded",
        metadata: .message(.reloaded, Self.summary(of: decoded.value)))
      context.report.isReady()
    }
  }

  static func summary(of configuration: Configuration) -> Logger.Metadata {
    [
      "accounts": "\(configuration.accounts.map(\.name).joined(separator: ","))",
      "channels": "\(configuration.channels.map(\.name).joined(separator: ","))",
      "database": "\(configuration.databasePath)", "spool": "\(configuration.spoolDirectory)",
    ]
  }
}
