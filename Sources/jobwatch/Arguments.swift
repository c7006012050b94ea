import ArgumentParser
import JobWatchConfiguration
import JobWatchCore
import JobWatchLogging

extension ArgumentHelp {
  /// - Parameter name: what the help calls the option's value.
  static func value(_ name: String, _ text: String) -> ArgumentHelp { ArgumentHelp("\(text)", valueName: name) }
}

/// `--config FILE`, the same on every command.
struct ConfigOption: ParsableArguments {
  @Option(
    help: .value("file", "The configuration."),
    completion: .file(extensions: ["yaml", "yml"]))
  var config = ConfigurationFile.defaultPath

  /// Reads the configuration. One that cannot be used ends the command with 78 and every reason on standard error.
  /// - Parameters:
  ///   - cure: what else would help this command's user.
  ///   - log: takes the reasons instead of standard error.
  func load(cure: String? = nil, through log: LogOutput? = nil) throws -> DecodedConfiguration {
    do {
      return try ConfigurationFile.read(path: config)
    } catch {
      let lines = [error.description] + (cure.map { [$0] } ?? [])
      throw ExitCode.needsPerson.telling(lines.joined(separator: "\n"), through: log)
    }
  }
}

/// `--account` and `--service`, which narrow what a command shows.
struct PlaceFilter: ParsableArguments {
  @Option(help: .value("name", "Only what is of this account."), completion: .accounts)
  var account: String?

  @Option(help: .value("name", "Only what is of this service."), completion: .services)
  var service: String?
}

/// `key=value` on the command line; the value may hold `=` itself.
struct LabelArgument: ExpressibleByArgument {
  let key: String
  let value: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    key = String(argument[..<sign])
    value = String(argument[argument.index(after: sign)...])
  }

  /// Of a key that is named twice, the last value counts.
  static func dictionary(_ labels: [LabelArgument]) -> [String: String] {
    Dictionary(labels.map { ($0.key, $0.value) }) { $1 }
  }
}

extension JobState: ExpressibleByArgument {}

extension Duration: @retroactive ExpressibleByArgument {
  /// Such as `90s` or `1.5h`.
  public init?(argument: String) { self.init(text: argument) }
}
