import ArgumentParser
import Foundation
import JobWatchCore
import JobWatchDaemon
import JobWatchStore

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows everything that is known of one job.",
    discussion: """
      The record, its sub-jobs (failed ones first), every change of state and how long it took, \
      the messages about it and what became of them, and when the cloud deletes its own record. \
      An id that several accounts or services have shows all of them.

        jobwatch show 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch show 2c9eb2            the beginning is enough where one job has it
        jobwatch show --evidence 2c9eb2 with the cloud's last answer
        jobwatch show --json 2c9eb2 | jq '.jobs[0].transitions'

      Exit codes: 0 done, 1 there is no such job, 64 the command is wrong, 75 try again, 78 the \
      configuration or the database cannot be read.
      """)

  @Argument(
    help: ArgumentHelp("The id of the job, or its first 6 characters or more.", valueName: "id"))
  var id: String

  @Option(name: .long, help: ArgumentHelp("Only the job of this account.", valueName: "name"))
  var account: String?

  @Option(name: .long, help: ArgumentHelp("Only the job of this service.", valueName: "name"))
  var service: String?

  @Flag(name: .long, help: "Print the cloud's last answer that was kept, indented.")
  var evidence = false

  @Flag(name: .long, help: "Print one JSON object, with every answer that was kept.")
  var json = false

  @OptionGroup var file: ConfigOption

  /// Shorter ones are typed by mistake more often than they name one job.
  private static let shortestPrefix = 6
  /// Ids that are named when a beginning fits several.
  private static let candidates = 5

  func run() throws {
    let configuration = try file.load().value
    let now = Timestamp(Date())
    let dossiers = try StoreReader(path: configuration.databasePath).reading { ledger in
      try jobs(ledger).map { try JobDossier($0, ledger) }
    }
    if json {
      let views = dossiers.map {
        DossierView($0, retention: configuration.retention(of: $0.job))
      }
      return print(try JSONText.line(["jobs": views]))
    }
    for (index, dossier) in dossiers.enumerated() {
      let text = DossierText(
        dossier: dossier, now: now, retention: configuration.retention(of: dossier.job),
        terminal: .standardOutput, hasEvidence: evidence)
      print(((index == 0 ? [] : [""]) + text.lines).joined(separator: "\n"))
    }
  }

  /// Not empty.
  private func jobs(_ ledger: Ledger) throws -> [Job] {
    var jobs = try ledger.jobs(withID: id)
    if jobs.isEmpty, id.count >= Self.shortestPrefix {
      let ids = try ledger.jobIDs(startingWith: id, limit: Self.candidates + 1)
      if ids.count > 1 {
        let named = ids.prefix(Self.candidates).joined(separator: ", ")
        let more = ids.count > Self.candidates ? ", …" : ""
        throw ExitCode.no.telling("several jobs begin with \(id): \(named)\(more)")
      }
      jobs = try ids.first.map(ledger.jobs(withID:)) ?? []
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
