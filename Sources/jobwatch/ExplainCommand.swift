import ArgumentParser

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains when one job is polled, and why then.",
    discussion: """
      How long jobs of its type take, as far as those that ended have shown; how old this one is beside \
      them; what a call costs; the polls that follow; and what is left of the quota. For a job that ended: \
      what was learned from its end. The daemon need not run.

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
    try argument.print(
      { try Explanation($0, $1, $2, isWatched: $3, at: $4) }, json: json ? \.json : nil
    ) {
      ExplanationText(explanation: $0, terminal: .standardOutput).lines
    }
  }
}
