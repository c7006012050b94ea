import ArgumentParser

@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures jobwatch, against what is measured or worked out in the same run.",
    discussion: """
      Build it with -c release; what a debug build measures says nothing.

      Exit codes: 0 done, 1 a limit is missed (with --check) or nothing could be measured, 64 command misuse.
      """,
    subcommands: [
      ThroughputCommand.self, FootprintCommand.self, PollingCommand.self, PlanCommand.self,
      DetectionCommand.self, ServeCommand.self, RunCommand.self,
    ])
}

/// Why nothing could be measured.
struct Failure: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
