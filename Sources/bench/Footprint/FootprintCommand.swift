import ArgumentParser

/// `bench footprint`: the memory and CPU time of the built daemon.
struct FootprintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "footprint",
    abstract:
      "What memory and CPU time the built daemon takes, idle and with up to a million jobs.",
    discussion: """
      It measures `jobwatch run` itself. The limits are for the binary that is shipped: build it with systemd/build, \
      and measure it with --binary .build-static/jobwatch. One that shares Swift's libraries with other programs has \
      more of their pages in memory. The cloud is simulated by this process, whose work is not counted. Memory is what \
      is resident (MB of 1,000,000 bytes); CPU time is that of the process, by the kernel's count.

      idle     no job at all
      10000    running jobs, each asked for once an hour
      1000000  running jobs, asked for as the quota that the daemon finds out allows

      Takes about eight minutes.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case idle
    case thousands = "10000"
    case million = "1000000"
  }

  @Argument(help: "What to measure (default: all).")
  var parts = Part.allCases

  @OptionGroup var options: MeasureOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    let program = try daemon.shipped
    var figures: [Figure] = []
    for part in parts {
      options.tell("measuring \(part.rawValue) …")
      figures += try await measured(part).measure(program, in: daemon.directory)
    }
    try options.report(figures)
  }

  /// A loop without work wakes at least every 30 s.
  private func measured(_ part: Part) -> FootprintCase {
    switch part {
    case .idle:
      FootprintCase(
        name: "idle", jobs: 0, mostMemory: 40e6, mostCPU: 0.2,
        window: .seconds(options.quick ? 10 : 60))
    case .thousands:
      FootprintCase(
        name: "10,000 jobs", jobs: 10_000, polling: "floor: 1h", mostMemory: 60e6, mostCPU: 1,
        window: .seconds(options.quick ? 20 : 60))
    case .million:
      FootprintCase(
        name: "1,000,000 jobs", jobs: 1_000_000, mostMemory: 400e6,
        window: .seconds(options.quick ? 20 : 300))
    }
  }
}
