import ArgumentParser

/// `bench polling`: what the learned schedule reaches, against the best there is and against others.
struct PollingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "polling",
    abstract: "What the learned schedule costs and gives, against the best there is.",
    discussion: """
      Ten invented job types, whose laws are known here and not to the schedule. No cloud, no clock: every schedule \
      is judged on the law itself, answers take no time, and jobs do not depend on one another. A cost is the mean \
      latency of detection plus c seconds for each call.

      A fleet: a hundred thousand jobs under one quota, in simulated time, through the product's own schedule, budget \
      and book. Answers take no time.

      Takes about three minutes.

      Exit codes: 0 done, 1 a limit is missed (with --check), 64 command misuse.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    /// One job at a time.
    case laws
    /// Many jobs under one quota.
    case fleet
  }

  @Argument(help: "What to measure (default: all).")
  var parts = Part.allCases

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Exit with 1 when a limit is missed, and name it.")
  var check = false

  @Flag(help: "Fewer trainings: a first look, with more chance in it.")
  var quick = false

  @Option(
    help: ArgumentHelp(
      "Judge each of a file's trainings by itself, too.",
      discussion:
        #"{"scenarios": [{"name": "uniform", "training": [{"durations": [61.5, null]}]}]}"#,
      valueName: "file"))
  var scenarios: String?

  func run() throws {
    #if DEBUG
      StandardError.tell("this is a debug build: it takes very long, build with -c release")
    #endif
    var (report, tables) = (Report(isQuick: quick), [String]())
    for part in parts {
      let (figures, text) = try measure(part)
      report.figures += figures
      tables.append(text)
    }
    print(json ? try report.json : tables.joined(separator: "\n\n"))
    if check { try report.demandLimits() }
  }

  private func measure(_ part: Part) throws -> ([Figure], String) {
    switch part {
    case .laws: return try measureLaws()
    case .fleet:
      tell("measuring the cost of the schedule …")
      let cost = try ScheduleCost()
      tell("measuring a fleet …")
      let fleet = Fleet(quick ? .quick : .full)
      let figures = fleet.figures + cost.figures
      return (
        figures,
        FleetTables(fleet: fleet).text + "\n\n" + Report(isQuick: quick, figures: figures).table
      )
    }
  }

  private func measureLaws() throws -> ([Figure], String) {
    let trainings = try scenarios.map { try RequestedFile.read(SharedTrainings.self, at: $0) }
    let scale = quick ? PollingScale.quick : .full
    let types = PollingCase.all.map { type in
      tell("measuring \(type.name) …")
      return SingleType(type, scale: scale)
    }
    tell("measuring changes …")
    let figures = PollingFigures(
      types: types, firstLooks: types.map { FirstLook($0, sets: scale.firstLookSets) },
      portfolio: Portfolio(types), drifts: drifts(scale), timing: PlanTiming(), book: BookTiming())
    let shared = trainings?.figures(types) ?? []
    let rest = Report(isQuick: quick, figures: figures.work + shared)
    return (figures.all + shared, PollingTables(figures: figures).text + "\n\n" + rest.table)
  }

  private func drifts(_ scale: PollingScale) -> [Drift] {
    PollingCase.all.filter { Drift.types.contains($0.name) }.flatMap { type in
      Drift.Source.allCases.flatMap { source in
        [2, 0.5].flatMap { factor in
          [1, 5].map {
            Drift(type, from: source, factor: factor, price: $0, runs: scale.driftRuns)
          }
        }
      }
    }
  }

  private func tell(_ line: String) {
    if !json { StandardError.tell(line) }
  }
}
