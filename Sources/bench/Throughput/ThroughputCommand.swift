import ArgumentParser
import Foundation
import JobWatchStore
import TestSupport

struct ThroughputCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "throughput", abstract: "What a poll, an intake and a commit cost.",
    discussion: """
      Takes about three minutes, and needs the machine for itself. A process of its own simulates the cloud; its \
      work is not counted.
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
    let directory = try TemporaryDirectory(in: daemon.directory)
    let this = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let serve = ["serve", "--jobs", "\(ThroughputSetting.jobs)"]
    try await AttachedProcess.use(this, serve, output: directory.path + "/url") { cloud in
      let setting = ThroughputSetting(
        isQuick: options.quick, daemon: daemon, endpoint: try await cloud.line { _ in true })
      for part in parts {
        options.tell("measuring \(part.rawValue) …")
        switch part {
        case .poll: figures.append(try await setting.pollCost())
        case .intake: figures.append(try await SpoolIntake(setting: setting).measure())
        case .commit: figures += try await setting.groupCommit()
        }
      }
    }
    try options.report(figures)
  }
}

/// The amount and the place of a measurement.
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

  /// Of each kind, polled once a second each: a little over a thousand polls a second.
  static let jobs = 1040

  init(isQuick: Bool, daemon: DaemonOptions, endpoint: String) {
    (rounds, window, spoolFiles) = isQuick ? (3, .seconds(2), 400) : (5, .seconds(5), 2000)
    (self.daemon, self.endpoint) = (daemon, endpoint)
  }

  /// The CPU time of a whole poll against that of a GET by the bare HTTP client.
  fileprivate func pollCost() async throws -> Figure {
    try await CountedTransport.use { transport in
      var (polls, bare) = ([CountedTransport.Sample](), [CountedTransport.Sample]())
      for _ in 0..<rounds {
        bare.append(
          try await BareLoad(endpoint: endpoint, transport: transport).run {
            try await transport.sample(window)
          })
        polls.append(
          try await PollLoad(setting: self, kind: .quiet, transport: transport).run { _ in
            try await transport.sample(window)
          })
      }
      let costs = [polls, bare].map { $0.map(\.microsecondsPerAnswer) }
      let details = zip(costs, [polls, bare]).map { cost, side in
        "\(cost.median.threeDigits) µs at \(side.map(\.rate).median.threeDigits)/s"
      }
      return Figure(
        "CPU of a poll without news, to a bare GET", zip(costs[0], costs[1]).map { $0 / $1 }.median,
        "×", detail: details.joined(separator: ", "), atMost: 2.5)
    }
  }

  /// The rows of one commit at a thousand observations a second.
  ///
  /// The poller and its store alone, because the commits of a status log and a relay would count with these.
  fileprivate func groupCommit() async throws -> [Figure] {
    try await CountedTransport.use { transport in
      try await PollLoad(setting: self, kind: .lively, transport: transport).run { store in
        let before = store.statistics
        let sample = try await transport.sample(window * 2)
        let after = store.statistics
        let commits = Double(after.commits - before.commits)
        // Inserted, updated or deleted.
        let rows = Double(after.rows - before.rows)
        return [
          Figure("observations a second, with news", sample.rate, "/s", atLeast: 1000),
          Figure(
            "rows a commit, with news", rows / commits,
            detail: "\((commits / sample.seconds).threeDigits) commits/s, "
              + "\((rows / sample.answers).threeDigits) rows an observation", atLeast: 20),
        ]
      }
    }
  }
}
