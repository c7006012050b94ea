import ArgumentParser

@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures jobwatch, against what is measured or worked out in the same run.",
    discussion: "Build it with -c release; what a debug build measures says nothing.",
    subcommands: [
      ThroughputCommand.self, FootprintCommand.self, PollingCommand.self, PlanCommand.self,
      DetectionCommand.self, ServeCommand.self, DaemonCommand.self, HostCommand.self,
    ])
}
