import ArgumentParser
import JobWatchCore
import JobWatchStore

/// Which job a command is about: an id or its beginning, narrowed to an account and a service.
struct JobArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The id of the job, or its first 6 characters or more.", valueName: "id"),
    completion: .jobs)
  var id: String

  @Option(
    name: .long, help: ArgumentHelp("Only the job of this account.", valueName: "name"),
    completion: .accounts)
  var account: String?

  @Option(
    name: .long, help: ArgumentHelp("Only the job of this service.", valueName: "name"),
    completion: .services)
  var service: String?

  /// Shorter ones are typed by mistake more often than they name one job.
  private static let shortestPrefix = 6
  /// Ids that are named when a beginning fits several.
  private static let candidates = 5

  /// Not empty: that there is none is told, and ends the command.
  func jobs(_ transaction: Transaction) throws -> [Job] {
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
      (account == nil || account == job.key.account)
        && (service == nil || service == job.key.service)
    }
    if narrowed.isEmpty { throw ExitCode.no.telling(missing(jobs)) }
    return narrowed
  }

  private func missing(_ others: [Job]) -> String {
    if !others.isEmpty {
      let places = others.map { "\($0.key.service) of \($0.key.account)" }
      return "\(id) is known elsewhere only: \(places.joined(separator: ", "))"
    }
    return "no job \(id) is known: check the id, or submit it. Of a job that is deleted here, too, "
      + "jobwatch log --job \(id) shows what was told"
  }
}
