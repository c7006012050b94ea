import ArgumentParser
import Foundation
import JobWatchCore
import JobWatchStore

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists jobs: those that are watched, and those that ended lately.",
    discussion: """
      Watched jobs come first, newest on top, then those that ended in the last 24 hours, latest \
      end on top. The daemon need not run.

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
    help: .value("state", "Only jobs in this state, whenever it was reached; may be repeated."))
  var state: [JobState] = []

  @OptionGroup var place: PlaceFilter

  @Option(help: .value("key=value", "Only jobs with this label; may be repeated."))
  var label: [LabelArgument] = []

  @Option(help: .value("n", "The most jobs to list."))
  var limit = 200

  @Flag(help: "Print one JSON array.")
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
      (try transaction.jobs.all(matching: filter(at: now), limit: limit + 1), try AccountPauses(transaction))
    }
    let jobs = Array(found.prefix(limit))
    if json {
      let objects = jobs.map { job in
        job.json(retention: configuration.policies(for: job.key.service).retention, pauses: pauses)
      }
      print(try OutputText.line(objects))
    } else if !jobs.isEmpty {
      let table = ListedJob.table(jobs, configuration, at: now, on: .standardOutput)
      for line in table { print(line) }
      // Why jobs that are shown as watched are not polled.
      let endpoints = Set(jobs.filter { !$0.state.isFinal }.map(\.key.endpoint))
      let sentences = Set(endpoints.flatMap(pauses.on).map(\.sentence))
      for line in sentences.sorted() { StandardError.write(line) }
    }
    if jobs.isEmpty { StandardError.write(nothing) }
    if found.count > limit { StandardError.write("more than \(limit) jobs match: name conditions, or raise --limit") }
  }

  private func filter(at now: Timestamp) -> JobFilter {
    var filter = JobFilter.all
    (filter.account, filter.service) = (place.account, place.service)
    (filter.states, filter.labels) = (Set(state), LabelArgument.dictionary(label))
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
}
