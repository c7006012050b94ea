import ArgumentParser
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows everything that is known about one job.",
    discussion: """
      The record, its sub-jobs (failed ones first), every change of state and how long it took, \
      the messages about it and what became of them, and when the cloud deletes its own record. \
      An id that several accounts or services have shows each of these jobs.

        jobwatch show 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch show 2c9eb2            the beginning is enough where one job has it
        jobwatch show --evidence 2c9eb2 with the cloud's last answer
        jobwatch show --json 2c9eb2 | jq '.jobs[0].transitions'

      Exit codes: 0 done, 1 there is no such job, 64 the command is wrong, 75 try again, 78 the \
      configuration or the database cannot be read.
      """)

  @OptionGroup var argument: JobArgument

  @Flag(help: "Print the cloud's last answer that was kept, indented.")
  var evidence = false

  @Flag(help: "Print one JSON object, with every answer that was kept.")
  var json = false

  func run() throws {
    try argument.print({ try JobDetails($0, $1, $2, isDaemonRunning: $3, at: $4.wall) }, json: json ? \.json : nil) {
      JobDetailsText(details: $0, terminal: .standardOutput, hasEvidence: evidence).lines
    }
  }
}

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explains when one job is polled, and why then.",
    discussion: """
      Shows how long jobs of its type take, by those that ended; how old this one is compared with them; what \
      a call costs; the next polls; and what is left of the quota. For a job that ended: what was learned \
      from its end. The daemon need not run.

        jobwatch explain 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch explain 2c9eb2         the beginning is enough where one job has it
        jobwatch explain --json 2c9eb2 | jq '.jobs[0].plan.polls[0]'

      Exit codes: 0 done, 1 there is no such job, 64 the command is wrong, 75 try again, 78 the \
      configuration or the database cannot be read.
      """)

  @OptionGroup var argument: JobArgument

  @Flag(help: "Print one JSON object; durations and ages are seconds.")
  var json = false

  func run() throws {
    try argument.print({ try Explanation($0, $1, $2, isDaemonRunning: $3, at: $4) }, json: json ? \.json : nil) {
      ExplanationText(explanation: $0, terminal: .standardOutput).lines
    }
  }
}

/// The job that a command is about: an id or its beginning, narrowed to an account and a service.
struct JobArgument: ParsableArguments {
  @Argument(
    help: .value("id", "The id of the job, or its first 6 characters or more."),
    completion: .jobs)
  var id: String

  @OptionGroup var place: PlaceFilter

  @OptionGroup var file: ConfigOption

  /// Prints every job that is meant: in one JSON object, or as texts with an empty line between them.
  /// - Parameter view: its fourth argument says whether a daemon seems to run.
  func print<View>(
    _ view: (Job, Transaction, Configuration, Bool, Moment) throws -> View,
    json: ((View) -> OutputObject)?, text: (View) -> [String]
  ) throws {
    let configuration = try file.load().value
    let now = SystemClock.now()
    let reader = StoreReader(path: configuration.databasePath)
    let isDaemonRunning = reader.seemsInUse
    let views = try reader.reading { transaction in
      try jobs(transaction).map { try view($0, transaction, configuration, isDaemonRunning, now) }
    }
    if let json { return Swift.print(try OutputText.line(["jobs": views.map(json)])) }
    Swift.print(views.map { text($0).joined(separator: "\n") }.joined(separator: "\n\n"))
  }

  /// Shorter ones are typed by mistake more often than they name one job.
  private static let shortestPrefix = 6
  /// The most ids that are named when a beginning fits several.
  private static let candidates = 5

  /// Never empty: where there is none, an error ends the command.
  private func jobs(_ transaction: Transaction) throws -> [Job] {
    var jobs = try transaction.jobs.all(withID: id)
    if jobs.isEmpty, id.count >= Self.shortestPrefix {
      let ids = try transaction.jobs.ids(startingWith: id, limit: Self.candidates + 1)
      if ids.count > 1 {
        let named = ids.prefix(Self.candidates).joined(separator: ", ")
        let more = ids.count > Self.candidates ? ", …" : ""
        throw ExitCode.no.telling("several jobs begin with \(id): \(named)\(more)")
      }
      jobs = try ids.first.map(transaction.jobs.all(withID:)) ?? []
    }
    let narrowed = jobs.filter { job in
      (place.account == nil || place.account == job.key.account)
        && (place.service == nil || place.service == job.key.service)
    }
    if narrowed.isEmpty { throw ExitCode.no.telling(missing(jobs)) }
    return narrowed
  }

  private func missing(_ others: [Job]) -> String {
    if !others.isEmpty {
      let places = others.map { "\($0.key.service) of \($0.key.account)" }
      return "\(id) is known elsewhere only: \(places.joined(separator: ", "))"
    }
    return "no job \(id) is known: check the id, or submit it. For a job that was deleted here, too, "
      + "jobwatch log --job \(id) shows what was told"
  }
}
