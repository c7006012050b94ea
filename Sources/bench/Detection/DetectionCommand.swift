import ArgumentParser

/// `bench detection`: how long after its end the real daemon tells of a job, by a fixed interval and as learned.
struct DetectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detection",
    abstract:
      "How soon the daemon knows that a job has ended, in as many calls as a fixed interval.",
    discussion: """
      Six types of jobs, which take about 5, 15, 25, 45, 80 and 120 s, arrive at 2.5 a second. They are submitted \
      with nothing but their ids, so that the daemon learns their types by asking at once. The cloud is simulated \
      on loopback; a latency is from the end in the job's record until the status log tells it.

      First every running job is asked for each 10 s. Then, with what that taught, on other jobs of these types and \
      side by side: as learned, under a quota of as many calls in any 10 s as the first run made in 10 s on average, \
      and with the least price, so that the quota rules; the same with the types told; for a mean latency of 5 s, \
      without a quota; and at the default price.

      Takes about 13 minutes.

      Exit codes: 0 done, 1 a limit is missed (with --check) or nothing could be measured, 64 command misuse.
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Exit with 1 when a limit is missed, and name it.")
  var check = false

  @Flag(help: "Measure a quarter of the jobs: a first look, with more chance in it.")
  var quick = false

  @Option(help: "Where databases, spools and logs are written.")
  var directory = "/var/tmp"

  @Option(
    help: ArgumentHelp(
      "Write every job and the ages at which it was asked for, as CSV.", valueName: "file"))
  var trace: String?

  func run() async throws {
    let comparison = DetectionComparison(directory: directory, perType: quick ? 25 : 100)
    let figures = try await comparison.measure { line in
      if !json { StandardError.tell(line) }
    }
    if let trace { try figures.trace.write(toFile: trace, atomically: true, encoding: .utf8) }
    if json {
      print(try Report(isQuick: quick, figures: figures.all).json)
    } else {
      print(
        Report(isQuick: quick, figures: figures.summary).table, figures.table, separator: "\n\n")
    }
    if check { try Report(isQuick: quick, figures: figures.all).demandLimits() }
  }
}
