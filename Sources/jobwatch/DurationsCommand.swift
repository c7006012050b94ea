import ArgumentParser
import JobWatchCore
import JobWatchStore

struct DurationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "durations",
    abstract: "Lists how long jobs take, by their type.",
    discussion: """
      For each type of jobs: how many ended; the age by which half, 95 % and 99 % of them end; the calls \
      per job; how long after its end an end was known; and the share of calls saved against asking every \
      10 s, which would know an end 5 s after it (below zero: more calls, for an earlier answer). A ~ marks \
      what so few jobs only suggest. The daemon need not run.

        jobwatch durations
        jobwatch durations --service dcs
        jobwatch durations --json | jq 'map(select(.p99_seconds > 3600))'

      Exit codes: 0 done (also when nothing was learned), 64 the command is wrong, 75 try again, 78 the \
      configuration or the database cannot be read.
      """)

  @Option(
    help: .value("name", "Only jobs of this service."),
    completion: .services)
  var service: String?

  @Flag(help: "Print one JSON array; durations are seconds.")
  var json = false

  @OptionGroup var file: ConfigOption

  func run() throws {
    let configuration = try file.load().value
    let learned = try StoreReader(path: configuration.databasePath).reading { transaction in
      var schedule = try LearnedSchedule(configuration, transaction, service: service)
      return try transaction.learned().filter { service == nil || service == $0.key.service }
        .map { LearnedType(type: schedule.type($0.key), tally: $0.tally) }
        .sorted { ($1.tally.jobs, $0.type.name) < ($0.tally.jobs, $1.type.name) }
    }
    if json {
      print(try JSONText.line(learned.map(\.json)))
    } else if !learned.isEmpty {
      let rows = [LearnedType.heading] + learned.map(\.row)
      for line in Self.fit.lines(rows, width: Terminal.standardOutput.width) { print(line) }
    }
    if learned.isEmpty {
      StandardError.write(
        "nothing was learned yet\(service.map { " of \($0)" } ?? ""): a type is listed once a job of it has "
          + "ended, or vanished while it ran")
    }
  }

  private static let fit = TableFit(
    shortening: [("TYPE", 12), ("REGION", 8)],
    dropping: ["REGION", "P99", "SERVICE", "SAVED", "P95"])
}
