import ArgumentParser
import PollPlanning

/// `bench polling`: the learned schedule, against the best there is and against others.
struct PollingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "polling",
    abstract: "What the learned schedule costs and gives, against the best there is.",
    discussion: """
      Ten invented job types, whose laws are known here and not to the schedule. No cloud, no clock: every schedule \
      is judged on the law itself, answers take no time, and jobs do not depend on one another. A cost is the mean \
      latency of detection plus c seconds for each call.

      A fleet: a hundred thousand jobs under one quota, in simulated time, through the product's own queue. \
      Answers take no time.

      Takes about three minutes.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    /// One job at a time.
    case laws
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

  func run() throws {
    #if DEBUG
      options.tell("this is a debug build: it takes very long, build with -c release")
    #endif
    var (figures, tables) = ([Figure](), [String]())
    for part in parts {
      switch part {
      case .laws: figures += try measureLaws()
      case .fleet:
        options.tell("measuring the cost of the schedule …")
        let cost = try ScheduleCost()
        options.tell("measuring a fleet …")
        let fleet = Fleet(options.quick ? .quick : .full)
        figures += fleet.figures + cost.figures
        tables.append(FleetTables(fleet: fleet).text)
      }
    }
    try options.report(figures, tables: tables)
  }

  private func measureLaws() throws -> [Figure] {
    let trainings = try scenarios.map { try RequestedFile.read(SharedTrainings.self, at: $0) }
    let scale = options.quick ? PollingScale.quick : .full
    let types = PollingCase.all.map { type in
      options.tell("measuring \(type.name) …")
      return SingleType(type, scale: scale)
    }
    options.tell("measuring changes …")
    return types.flatMap(\.figures) + types.flatMap { FirstLook.figures($0, scale.firstLookSets) }
      + Portfolio.figures(types) + Drift.figures(runs: scale.driftRuns) + PlanTiming.figures()
      + BookTiming.figures() + (trainings?.figures(types) ?? [])
  }
}
