import ArgumentParser
import JobWatchDaemon

/// `--config FILE`, the same on every command.
struct ConfigOption: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("The configuration.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config = ConfigurationFile.defaultPath

  /// The configuration, or every reason why there is none on standard error and exit code 78.
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
