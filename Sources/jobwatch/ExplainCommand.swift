import ArgumentParser
import JobWatchCore
import JobWatchDaemon
import JobWatchStore

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains when one job is asked for, and why then.",
    discussion: """
      What ended jobs of its type have taught of how long they take, where the job is among them, what \
      a call costs, the polls that follow, and what the quota leaves. Of a job that ended: what its end \
      has taught. The daemon need not be running; what is printed is what it goes by.

        jobwatch explain 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch explain 2c9eb2         the beginning is enough where one job has it
        jobwatch explain --json 2c9eb2 | jq '.jobs[0].plan.polls[0]'

      Exit codes: 0 done, 1 there is no such job, 64 the command is wrong, 75 try again, 78 the \
      configuration or the database cannot be read.
      """)

  @OptionGroup var argument: JobArgument

  @Flag(name: .long, help: "Print one JSON object; durations and ages are seconds.")
  var json = false

  @OptionGroup var file: ConfigOption

  func run() throws {
    let configuration = try file.load().value
    let now = SystemClock.now()
    let reader = StoreReader(path: configuration.databasePath)
    let explanations = try reader.reading { transaction in
      try argument.jobs(transaction).map {
        try Explanation($0, transaction, configuration, isWatched: reader.seemsInUse, at: now)
      }
    }
    if json { return print(try JSONText.line(["jobs": explanations.map(ExplanationJSON.init)])) }
    for (index, explanation) in explanations.enumerated() {
      let text = ExplanationText(explanation: explanation, now: now.wall, terminal: .standardOutput)
      print(((index == 0 ? [] : [""]) + text.lines).joined(separator: "\n"))
    }
  }
}
