import ArgumentParser
import JobWatchConfiguration
import JobWatchLogging

/// `--config FILE`, the same on every command.
struct ConfigOption: ParsableArguments {
  @Option(
    help: .value("file", "The configuration."),
    completion: .file(extensions: ["yaml", "yml"]))
  var config = ConfigurationFile.defaultPath

  /// Reads the configuration. One that cannot be used ends the command with 78, and with every reason on standard error.
  /// - Parameters:
  ///   - cure: what else would help this command's user.
  ///   - log: where the reasons go instead.
  func load(cure: String? = nil, through log: LogOutput? = nil) throws -> DecodedConfiguration {
    do {
      return try ConfigurationFile.read(path: config)
    } catch {
      let lines = [error.description] + (cure.map { [$0] } ?? [])
      throw ExitCode.needsPerson.telling(lines.joined(separator: "\n"), through: log)
    }
  }
}
