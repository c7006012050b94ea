import Foundation
import TestSupport

/// What the built binary says of its commands: `jobwatch --experimental-dump-help`.
struct HelpDump: Decodable {
  struct Command: Decodable {
    var commandName: String
    var arguments: [Argument]
    var subcommands: [Command]?
  }

  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
      var text: String { (kind == "short" ? "-" : "--") + name }
    }

    /// Nil for what has a place instead of a name.
    var names: [Name]?
    var defaultValue: String?
    var allValues: [String]?
  }

  var command: Command

  /// All but `help`, which the library adds.
  var commands: [Command] {
    (command.subcommands ?? []).filter { $0.commandName != "help" }
  }

  static func read() async throws -> HelpDump {
    let outcome = try await ChildProcess.run(["--experimental-dump-help"])
    guard outcome.exit == .code(0) else {
      throw TooLate(description: "no help: \(outcome.error)")
    }
    return try JSONDecoder().decode(HelpDump.self, from: Data(outcome.output.utf8))
  }
}

extension HelpDump.Command {
  var options: Set<String> { Set(arguments.flatMap { $0.names ?? [] }.map(\.text)) }
}
