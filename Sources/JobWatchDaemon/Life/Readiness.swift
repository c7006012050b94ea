import JobWatchConfiguration
import Logging
import Synchronization

/// Says that jobwatch runs when its first configuration is at work, and of each later one that it is loaded.
///
/// The first is not always that of the start: a reload may be ordered before all that was due then is done.
final class Readiness: Sendable {
  private let isRunning = Mutex(false)
  private let log: Logger
  private let onReady: @Sendable () -> Void

  /// - Parameter onReady: called once.
  init(_ log: Logger, onReady: @escaping @Sendable () -> Void) { (self.log, self.onReady) = (log, onReady) }

  /// Every loop of the configuration has done what was due.
  func settled(_ configuration: Configuration) {
    let isFirst = isRunning.withLock { isRunning in
      defer { isRunning = true }
      return !isRunning
    }
    log.notice(
      isFirst ? "jobwatch is running" : "the configuration is reloaded",
      metadata: .message(isFirst ? .running : .reloaded, Self.summary(of: configuration)))
    if isFirst { onReady() }
  }

  private static func summary(of configuration: Configuration) -> Logger.Metadata {
    [
      "accounts": "\(configuration.accounts.map(\.name).joined(separator: ","))",
      "channels": "\(configuration.channels.map(\.name).joined(separator: ","))",
      "database": "\(configuration.databasePath)", "spool": "\(configuration.spoolDirectory)",
    ]
  }
}
