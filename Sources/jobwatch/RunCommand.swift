import ArgumentParser
import JobWatchConfiguration
import JobWatchDaemon
import JobWatchLogging
import JobWatchStore
import Logging

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the daemon in the foreground, until it is told to stop.",
    discussion: """
      Usually systemd runs it: see man 8 jobwatch. SIGTERM and SIGINT stop it within five seconds; nothing \
      is lost, because all that it knows is in the database. SIGHUP reloads the configuration.

      Exit codes: 0 stopped as asked, 75 it could not start just now (try again), 78 the configuration, \
      a secret or the database needs a person.
      """)

  @OptionGroup var configOption: ConfigOption

  @Option(help: "The least severe level to log: debug, info, notice, warning or error.")
  var logLevel: Logger.Level = .notice

  @Option(
    help: """
      The form of the log: text, json (one object per line), journal (fields, in the journal's own protocol) \
      or auto: journal where systemd connected standard error to it, text elsewhere.
      """)
  var logFormat: LogFormat = .auto

  func run() async throws {
    let output = LogOutput(logFormat)
    let decoded = try configOption.load(through: output)
    var log = Logger(label: "jobwatch") { _ in ConsoleLog(output: output) }
    log.logLevel = logLevel
    Self.warn(decoded, log)
    do {
      let reload = { @Sendable [configOption, log] in
        let decoded = try ConfigurationFile.read(path: configOption.config)
        Self.warn(decoded, log)
        return decoded
      }
      try await Daemon(decoded, reload: reload, log: log, output: output).run()
    } catch let error as StartRefusal where !error.mayPass {
      // Each of its lines begins with the file, like a mistake in the file.
      throw ExitCode.needsPerson.telling("\(error)", through: output)
    } catch let error as any RetryableError where error.mayPass {
      throw ExitCode.tryAgain.telling("jobwatch cannot start: \(error)", through: output)
    } catch let error as any LastingFault {
      throw ExitCode.needsPerson.telling("jobwatch cannot go on: \(error)", through: output)
    } catch {
      throw ExitCode.needsPerson.telling("jobwatch cannot start: \(error)", through: output)
    }
  }

  private static func warn(_ decoded: DecodedConfiguration, _ log: Logger) {
    for warning in decoded.warnings {
      log.warning("a warning about the configuration", metadata: ["where": "\(warning.text(file: decoded.file))"])
    }
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

extension LogFormat: ExpressibleByArgument {}
