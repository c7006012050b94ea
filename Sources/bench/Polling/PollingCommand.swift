import ArgumentParser
import Foundation
import PollPlanning

struct PollingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "polling",
    abstract: "What the learned schedule costs, against the best possible one and fixed intervals.",
    discussion: """
      laws: ten invented job types, whose distributions are known here and not to the schedule. No cloud, no clock: \
      every schedule is judged on the distribution itself, answers take no time, and jobs do not depend on one \
      another. A cost is the mean latency of detection plus c seconds for each call.

      fleet: a hundred thousand jobs under one quota, in simulated time, through the product's own queue. Answers \
      take no time.

      Takes about three minutes.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    /// One job at a time.
    case distributions = "laws"
    /// Many jobs under one quota.
    case fleet
  }

  @Argument(help: "What to measure (default: all).")
  var parts = Part.allCases

  @OptionGroup var options: MeasureOptions

  @Option(
    help: ArgumentHelp(
      "Judge each of a file's trainings by itself, too.",
      discussion:
        #"{"scenarios": [{"name": "uniform", "training": [{"durations": [61.5, null]}]}]}"#,
      valueName: "file"))
  var scenarios: String?

  func run() async throws {
    #if DEBUG
      options.tell("this is a debug build: it takes very long, build with -c release")
    #endif
    var figures: [Figure] = []
    for part in parts {
      switch part {
      case .distributions: figures += try measureDistributions()
      case .fleet:
        // First, because what the fleet leaves in memory would count.
        options.tell("measuring the cost of the schedule …")
        let cost = try QueueCost.figures()
        options.tell("measuring a fleet …")
        figures += await Fleet(isQuick: options.quick).figures + cost
      }
    }
    try options.report(figures)
  }

  private func measureDistributions() throws -> [Figure] {
    let scenarios = try scenarios.map {
      try JSONDecoder().decode(Scenarios.self, from: Data(contentsOf: URL(fileURLWithPath: $0)))
    }
    let types = JobType.single.map { type in
      options.tell("measuring \(type.name) …")
      return TypeQuality(type, isQuick: options.quick)
    }
    options.tell("measuring changes …")
    return types.flatMap(\.figures) + TypeQuality.together(types)
      + Drift.figures(runs: options.quick ? 4 : 12) + PlanCost.figures()
      + types.flatMap { type in scenarios.map(type.figures) ?? [] }
  }
}
