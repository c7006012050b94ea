import ArgumentParser
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

/// The job that a command is about: an id or its beginning, narrowed to an account and a service.
struct JobArgument: ParsableArguments {
  @Argument(
    help: .value("id", "The id of the job, or its first 6 characters or more."),
    completion: .jobs)
  var id: String

  @OptionGroup var place: PlaceFilter

  @OptionGroup var file: ConfigOption

  /// Prints every job that is meant: in one JSON object, or as texts with an empty line between them.
  ///
  /// - Parameter view: makes what is printed of a job; its fourth argument says whether a daemon seems to run.
  func print<View>(
    _ view: (Job, Transaction, Configuration, Bool, Moment) throws -> View,
    json: ((View) -> JSONObject)?, text: (View) -> [String]
  ) throws {
    let configuration = try file.load().value
    let now = SystemClock.now()
    let reader = StoreReader(path: configuration.databasePath)
    let isWatched = reader.seemsInUse
    let views = try reader.reading { transaction in
      try jobs(transaction).map { try view($0, transaction, configuration, isWatched, now) }
    }
    if let json { return Swift.print(try JSONText.line(["jobs": views.map(json)])) }
    Swift.print(views.map { text($0).joined(separator: "\n") }.joined(separator: "\n\n"))
  }

  /// Shorter ones are typed by mistake more often than they name one job.
  private static let shortestPrefix = 6
  /// The most ids that are named when a beginning fits several.
  private static let candidates = 5

  /// Never empty: where there is none, the error tells it and ends the command.
  private func jobs(_ transaction: Transaction) throws -> [Job] {
    var jobs = try transaction.jobs(withID: id)
    if jobs.isEmpty, id.count >= Self.shortestPrefix {
      let ids = try transaction.jobIDs(startingWith: id, limit: Self.candidates + 1)
      if ids.count > 1 {
        let named = ids.prefix(Self.candidates).joined(separator: ", ")
        let more = ids.count > Self.candidates ? ", …" : ""
        throw ExitCode.no.telling("several jobs begin with \(id): \(named)\(more)")
      }
      jobs = try ids.first.map(transaction.jobs(withID:)) ?? []
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
    return
      "no job \(id) is known: check the id, or submit it. For a job that was deleted here, too, "
      + "jobwatch log --job \(id) shows what was told"
  }
}
