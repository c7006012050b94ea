import ArgumentParser
import Glibc
import JobWatchDaemon
import Logging

/// The real daemon in a process of its own. Prints a line when it works and stops with its standard input.
struct DaemonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "daemon", shouldDisplay: false)

  /// Of a `Workplace`.
  @Argument var root: String
  /// As `DaemonSettings.argument`; without any it asks nobody.
  @Argument var settings: String?

  func run() async throws {
    var log = Logger(label: "bench") { _ in ConsoleLog() }
    log.logLevel = .error
    let stopping = Task {
      await Parent.gone()
      kill(getpid(), SIGTERM)
    }
    var configuration = Workplace(root: root).configuration
    try settings.map(DaemonSettings.init(argument:))?.apply(to: &configuration)
    try await Daemon(DecodedConfiguration(configuration), log: log).run { Parent.greet("ready") }
    stopping.cancel()
  }
}
