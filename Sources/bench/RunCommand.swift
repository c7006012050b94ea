import ArgumentParser
import JobWatchConfiguration
import JobWatchDaemon
import JobWatchLogging
import Logging

/// The daemon within this program, with the options of `jobwatch run` that a measurement needs.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", shouldDisplay: false)

  @Option var config: String
  @Option var logLevel = "info"

  func run() async throws {
    var log = Logger(label: "bench") { _ in ConsoleLog() }
    log.logLevel = Logger.Level(rawValue: logLevel) ?? .info
    try await Daemon(ConfigurationFile.read(path: config), log: log).run {}
  }
}
