import ArgumentParser

/// `bench throughput`: what a poll, an intake and a commit cost.
struct ThroughputCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "throughput",
    abstract: "What a poll, an intake and a commit cost.",
    discussion: """
      Takes about three minutes, and wants the machine for itself. The cloud is simulated by a process of its \
      own, whose work is not counted.

      Exit codes: 0 done, 1 a limit is missed (with --check) or nothing could be measured, 64 command misuse.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case poll, intake, commit
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
    help: "Where databases and spools are written: it should be on the disk that will have them.")
  var directory = "/var/tmp"

  func run() async throws {
    #if DEBUG
      StandardError.tell("this is a debug build: its figures say nothing, build with -c release")
    #endif
    let scale = quick ? Scale.quick : .full
    let cloud = try await ChildProcess(["serve", "--jobs", "\(scale.jobs)"])
    defer { cloud.stop() }
    let place = Place(directory: directory, endpoint: cloud.greeting)
    var report = Report(isQuick: quick)
    for part in parts {
      if !json { StandardError.tell("measuring \(part.rawValue) …") }
      report.figures += try await measure(part, scale, place)
    }
    print(json ? try report.json : report.table)
    if check { try report.demandLimits() }
  }

  private func measure(_ part: Part, _ scale: Scale, _ place: Place) async throws -> [Figure] {
    switch part {
    case .poll: try await PollCost(scale: scale, place: place).measure()
    case .intake: try await SpoolIntake(scale: scale, place: place).measure()
    case .commit: try await GroupCommit(scale: scale, place: place).measure()
    }
  }
}
