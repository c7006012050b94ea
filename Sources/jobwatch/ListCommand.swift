import ArgumentParser
import Foundation
import JobWatchCore
import JobWatchDaemon
import JobWatchStore

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists jobs: those that are watched, and those that ended lately.",
    discussion: """
      Watched jobs come first, newest on top, then those that ended in the last 24 hours, latest \
      end on top. The daemon need not be running.

        jobwatch list
        jobwatch list --active --service dcs
        jobwatch list --state failed --state lost
        jobwatch list --all --label run=42 --json | jq '.[].job_id'

      Exit codes: 0 done (also when no job matches), 64 the command is wrong, 75 try again, 78 the \
      configuration or the database cannot be read.
      """)

  enum Scope: String, EnumerableFlag {
    case active, all

    static func help(for value: Scope) -> ArgumentHelp? {
      switch value {
      case .active: "Only jobs that are still watched."
      case .all: "Also jobs that ended earlier."
      }
    }
  }

  @Flag(exclusivity: .exclusive)
  var scope: Scope?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A state, whenever it was reached; may be repeated.", valueName: "state"))
  var state: [JobState] = []

  @Option(
    name: .long, help: ArgumentHelp("Only jobs of this account.", valueName: "name"),
    completion: .accounts)
  var account: String?

  @Option(
    name: .long, help: ArgumentHelp("Only jobs of this service.", valueName: "name"),
    completion: .services)
  var service: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Only jobs with this label; may be repeated.", valueName: "key=value"))
  var label: [LabelArgument] = []

  @Option(name: .long, help: ArgumentHelp("At most so many jobs.", valueName: "n"))
  var limit = 200

  @Flag(name: .long, help: "Print one JSON array.")
  var json = false

  @OptionGroup var file: ConfigOption

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1") }
    if scope != nil, !state.isEmpty {
      throw ValidationError("--state finds jobs of any age: leave out --active and --all")
    }
  }

  func run() throws {
    let configuration = try file.load().value
    let now = Timestamp(Date())
    // One more than is shown tells whether there are more.
    let (found, pauses) = try StoreReader(path: configuration.databasePath).reading { transaction in
      (
        try transaction.jobs(matching: filter(at: now), limit: limit + 1),
        try AccountPauses(transaction)
      )
    }
    let rows = found.prefix(limit).map { job in
      JobRow(job: job, now: now, retention: configuration.retention(of: job))
    }
    if json {
      print(
        try JSONText.line(rows.map { JobJSON($0.job, retention: $0.retention, pauses: pauses) }))
    } else if !rows.isEmpty {
      for line in table(rows) { print(line) }
      for line in explanations(rows, pauses) { StandardError.write(line) }
    }
    if rows.isEmpty { StandardError.write(nothing) }
    if found.count > limit {
      StandardError.write("more than \(limit) jobs match: name conditions, or raise --limit")
    }
  }

  private func filter(at now: Timestamp) -> JobFilter {
    var filter = JobFilter(
      states: Set(state), account: account, service: service,
      labels: Dictionary(label.map { ($0.key, $0.value) }) { $1 })
    switch scope {
    case .active: filter.states = Set(JobState.allCases.filter { !$0.isFinal })
    case .all: break
    case nil: filter.endedSince = state.isEmpty ? now - .hours(24) : nil
    }
    return filter
  }

  private var nothing: String {
    switch scope {
    case nil where state.isEmpty:
      "no job matches that is watched or ended in the last 24 hours; --all shows older ones"
    case .active: "no job that matches is watched"
    default: "no job matches"
    }
  }

  /// Why nothing happens to jobs that are shown as watched.
  private func explanations(_ rows: [JobRow], _ pauses: AccountPauses) -> [String] {
    let lanes = Set(rows.map(\.job).filter { !$0.state.isFinal }.map(\.key.lane))
    return Set(lanes.flatMap(pauses.on).map(\.sentence)).sorted()
  }

  private static let fit = TableFit(
    shortening: [("NOTE", 12), ("TYPE", 8)],
    dropping: ["TYPE", "SEEN", "ACCOUNT", "NOTE", "SERVICE", "AGE"])

  private func table(_ rows: [JobRow]) -> [String] {
    var cells = [["JOB", "SERVICE", "ACCOUNT", "TYPE", "STATE", "AGE", "SEEN", "NOTE"]]
    cells += rows.map { row in
      [
        row.job.key.jobID, row.job.key.service, row.job.key.account,
        (row.job.jobType ?? "").onOneLine, row.job.state.rawValue, row.age, row.lastSeen, row.note,
      ]
    }
    if Set(rows.map(\.job.key.account)).count < 2 { cells = TableFit.without(cells, "ACCOUNT") }
    let terminal = Terminal.standardOutput
    let lines = Self.fit.lines(cells, width: terminal.width)
    return zip(lines, [nil] + rows.map(\.job.state.colour)).map(terminal.painted)
  }
}

extension JobState: ExpressibleByArgument {}
