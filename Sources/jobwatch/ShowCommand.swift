import ArgumentParser

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows everything that is known about one job.",
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
    try argument.print(
      { try JobDetails($0, $1, $2, isWatched: $3, at: $4.wall) }, json: json ? \.json : nil
    ) {
      JobDetailsText(details: $0, terminal: .standardOutput, hasEvidence: evidence).lines
    }
  }
}
