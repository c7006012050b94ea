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

  @OptionGroup var argument: JobArgument

  @Flag(name: .long, help: "Print the cloud's last answer that was kept, indented.")
  var evidence = false

  @Flag(name: .long, help: "Print one JSON object, with every answer that was kept.")
  var json = false

  @OptionGroup var file: ConfigOption

  func run() throws {
    let configuration = try file.load().value
    let now = Timestamp(Date())
    let reader = StoreReader(path: configuration.databasePath)
    let dossiers = try reader.reading { transaction in
      try argument.jobs(transaction).map {
        try JobDetails($0, transaction, configuration, isWatched: reader.seemsInUse, at: now)
      }
    }
    if json {
      let views = dossiers.map {
        DossierJSON($0, retention: configuration.retention(of: $0.job), at: now)
      }
      return print(try JSONText.line(["jobs": views]))
    }
    for (index, dossier) in dossiers.enumerated() {
      let text = JobDetailsText(
        dossier: dossier, now: now, retention: configuration.retention(of: dossier.job),
        terminal: .standardOutput, hasEvidence: evidence)
      print(((index == 0 ? [] : [""]) + text.lines).joined(separator: "\n"))
    }
  }
}
