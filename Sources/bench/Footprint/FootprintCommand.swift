import ArgumentParser
import Foundation

/// `bench footprint`: what the built daemon takes of a machine.
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

      Exit codes: 0 done, 1 a limit is missed (with --check) or nothing could be measured, 64 command misuse.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case idle
    case thousands = "10000"
    case million = "1000000"
  }

  @Argument(help: "What to measure (default: all).")
  var parts = Part.allCases

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Exit with 1 when a limit is missed.")
  var check = false

  @Flag(help: "Measure for a shorter time: a first look, with more noise.")
  var quick = false

  @Option(
    help: ArgumentHelp(
      "The daemon to measure (default: the `jobwatch` beside this program).", valueName: "path"))
  var binary: String?

  @Option(help: "Where databases are written: it should be on the disk that will have them.")
  var directory = "/var/tmp"

  func run() async throws {
    let binary = binary ?? Self.neighbour
    guard FileManager.default.isExecutableFile(atPath: binary) else {
      throw ValidationError(
        "no program at \(binary): build it with swift build -c release, or name another by --binary"
      )
    }
    var report = Report(isQuick: quick)
    for part in parts {
      if !json { StandardError.tell("measuring \(part.rawValue) …") }
      report.figures += try await measured(part).measure(binary, in: directory)
    }
    print(json ? try report.json : report.table)
    if check { try report.demandLimits() }
  }

  private static var neighbour: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .path + "/jobwatch"
  }

  /// A loop without work wakes at least every 30 s.
  private func measured(_ part: Part) -> FootprintCase {
    switch part {
    case .idle:
      FootprintCase(
        name: "idle", jobs: 0, mostMemory: 40e6, mostCPU: 0.2,
        window: quick ? .seconds(10) : .seconds(60))
    case .thousands:
      FootprintCase(
        name: "10,000 jobs", jobs: 10_000, polling: "floor: 1h", mostMemory: 60e6, mostCPU: 1,
        window: quick ? .seconds(20) : .seconds(60))
    case .million:
      FootprintCase(
        name: "1,000,000 jobs", jobs: 1_000_000, mostMemory: 400e6,
        window: quick ? .seconds(20) : .minutes(5))
    }
  }
}
