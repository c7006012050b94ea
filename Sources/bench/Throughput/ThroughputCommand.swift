import ArgumentParser

/// `bench throughput`: the cost of a poll, an intake and a commit.
struct ThroughputCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "throughput",
    abstract: "What a poll, an intake and a commit cost.",
    discussion: """
      Takes about three minutes, and wants the machine for itself. The cloud is simulated by a process of its \
      own, whose work is not counted.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case poll, intake, commit
  }

  @Argument(help: "What to measure (default: all).")
  var parts = Part.allCases

  @OptionGroup var options: MeasureOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    #if DEBUG
      options.tell("this is a debug build: its figures say nothing, build with -c release")
    #endif
    var figures: [Figure] = []
    let jobs = "\(ThroughputSetting.jobs)"
    try await AttachedProcess.use([DaemonOptions.this, "serve", "--jobs", jobs]) { cloud in
      let setting = ThroughputSetting(
        isQuick: options.quick, daemon: daemon, endpoint: cloud.greeting)
      for part in parts {
        options.tell("measuring \(part.rawValue) …")
        switch part {
        case .poll: figures += try await PollCost(setting: setting).measure()
        case .intake: figures += try await SpoolIntake(setting: setting).measure()
        case .commit: figures += try await GroupCommit(setting: setting).measure()
        }
      }
    }
    try options.report(figures)
  }
}

/// How much is measured, and where.
struct ThroughputSetting: Sendable {
  /// Each measures one side, then the other. The figure is the median of the pairs, because whatever else the machine
  /// does then falls on both.
  let rounds: Int
  /// Of one side of a round.
  let window: Duration
  let spoolFiles: Int
  let daemon: DaemonOptions
  /// Base URL of the simulated cloud.
  let endpoint: String

  /// Of each kind, asked for once a second each: a little over a thousand polls a second.
  static let jobs = 1040

  init(isQuick: Bool, daemon: DaemonOptions, endpoint: String) {
    (rounds, window, spoolFiles) = isQuick ? (3, .seconds(2), 400) : (5, .seconds(5), 2000)
    (self.daemon, self.endpoint) = (daemon, endpoint)
  }
}
