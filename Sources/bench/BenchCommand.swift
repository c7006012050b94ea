import ArgumentParser

@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures jobwatch against limits that are measured in the same run.",
    discussion: "Build it with -c release; what a debug build measures says nothing.",
    subcommands: [ThroughputCommand.self, ServeCommand.self, DaemonCommand.self])
}
