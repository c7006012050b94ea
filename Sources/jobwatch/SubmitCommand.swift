import ArgumentParser
import CloudAPI
import Foundation
import JobWatchCore
import JobWatchSpool

struct SubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Asks the daemon to watch jobs.",
    discussion: """
      Writes one file into the spool and prints its name. The daemon need not run: it reads the file when \
      it starts. The same job twice is one job, so a submission can be repeated safely.

        jobwatch submit 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch submit --service dcs --label run=42 ff80808277bc4c19
        jobwatch submit --expect-within 10m 2c9eb2c5544cbf6101544f0602af2b4f
        curl … | jobwatch submit -
        jobwatch submit https://ecs.eu-de.otc.t-systems.com/v1/PROJECT/jobs/ID
        jobwatch submit < jobs.txt
        TF_LOG=DEBUG terraform apply 2> >(jobwatch submit --scan --label run=42)

      Standard input may be: the reply of the API that began the job, whatever stands beside its job_id, \
      also with the head that curl -i prints; an array of such objects or of ids; one object per line; a \
      table of openstack; what list --json prints; or lines "job_id" or "service job_id". A job's URL can \
      stand for its id, and tells service and account. Options fill in what an entry leaves out; labels \
      and channels are added to every entry.

      With --scan the input may be anything, such as the debug log of Terraform, of OpenStack's client or \
      of curl -v: the jobs that it names by the URL of their query, or in the reply to a call that begins \
      jobs, are submitted one by one, each as soon as it appears.

      Exit codes: 0 done, 64 the input or the command is wrong (nothing was submitted), 75 the spool \
      cannot be written, 78 the configuration cannot be used.
      """)

  @Argument(help: .value("id", "The ids of the jobs, or their URLs, or - for standard input."))
  var ids: [String] = []

  @Option(
    help: .value("name", "The service that runs the jobs (default: ecs)."),
    completion: .services)
  var service: String?

  @Option(
    help: .value("name", "The account to ask with (default: the first)."),
    completion: .accounts)
  var account: String?

  @Option(help: .value("key=value", "A label; may be repeated."))
  var label: [LabelArgument] = []

  @Option(help: .value("name", "A channel to tell, too; may be repeated."), completion: .channels)
  var channel: [String] = []

  @Option(help: .value("id", "The instance that a job of DCS is about."))
  var instance: String?

  @Option(
    help: .value("id", "The task of that instance that does the job's work; its progress is shown.")
  )
  var task: String?

  @Option(
    help: .value(
      "time",
      "The time from its begin within which a job should end, such as 10m; one that has not ended "
        + "then is told as job.late. 1s to 365d.")) var expectWithin: Duration?

  @Option(
    help: .value(
      "dir",
      "The spool, instead of the configuration's. No configuration is read then, and only the form "
        + "of names is checked."), completion: .directory) var spool: String?

  @Flag(help: "Look for jobs in a stream, such as a debug log: standard input, or the file that is named.")
  var scan = false

  @Flag(help: "With --scan: pass the stream on to standard output, unchanged.")
  var tee = false

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var file: ConfigOption

  func validate() throws {
    if scan { return try validateScan() }
    if tee { throw ValidationError("--tee belongs to --scan") }
    if ids.count > 1, ids.contains("-") {
      throw ValidationError("\"-\" stands alone: ids come from arguments or from standard input")
    }
    if let word = ids.first(where: { CloudService.named($0) != nil }) {
      throw ValidationError("\"\(word)\" is a service, not a job: write --service \(word)")
    }
    if ids.isEmpty, isatty(FileHandle.standardInput.fileDescriptor) == 1 {
      throw ValidationError("name at least one job id, or pass jobs on standard input")
    }
  }

  private func validateScan() throws {
    if ids.count > 1 { throw ValidationError("--scan reads one file, or standard input") }
    if task != nil || instance != nil { throw ValidationError("--task and --instance are those of one job") }
  }

  private func runScan(_ directory: String, _ rules: SpoolRules?) throws {
    // Standard output belongs to the stream where that is passed on.
    let (tee, json) = (tee, json)
    let scan = StreamScan(
      spool: SpoolWriter(spoolDirectory: directory), options: options, rules: rules, isPassedOn: tee
    ) { submission, path in
      let name = [submission.service, submission.account, submission.jobID].compactMap(\.self).joined(separator: "/")
      let line = json ? try OutputText.line(["file": path, "jobs": [submission]] as OutputObject) : name
      if tee { StandardError.write(line) } else { try StandardOutput.write(Array((line + "\n").utf8)) }
    }
    if let path = ids.first, path != "-" { try scan.read(path) } else { try scan.read() }
  }

  func run() throws {
    let (directory, rules) = try destination()
    if scan { return try runScan(directory, rules) }
    let submissions = try accepted(rules)
    let path: String
    do {
      path = try SpoolWriter(spoolDirectory: directory)
        .write(submissions, at: Timestamp(Date()))
    } catch {
      throw ExitCode.tryAgain.telling("\(error)")
    }
    let receipt: OutputObject = ["file": path, "jobs": submissions]
    print(json ? try OutputText.line(receipt) : path)
  }

  private func destination() throws -> (String, SpoolRules?) {
    if let spool { return (spool, nil) }
    let configuration = try file.load(cure: "or name the spool with --spool DIR: then no configuration is needed").value
    return (configuration.spoolDirectory, SpoolRules(configuration))
  }

  /// All jobs, or an error: a script that gets 64 can repeat the whole once its input is mended.
  private func accepted(_ rules: SpoolRules?) throws -> [SpoolSubmission] {
    var (submissions, reasons, notes) = try content()
    for index in submissions.indices {
      let name = submissions[index].jobID.prefix(80)
      let problem =
        submissions[index].complete(with: options, by: rules) { notes.append("\(name): \($0)") }
        ?? submissions[index].problem ?? rules?.problem(submissions[index])
      if let problem { reasons.append("\(submissions[index].jobID.prefix(80)): \(problem)") }
    }
    if task != nil && submissions.count > 1 { reasons.append("--task is that of one job: submit each with its own") }
    guard reasons.isEmpty, !submissions.isEmpty else {
      let lines = reasons + ["nothing was submitted"]
      throw ExitCode.misuse.telling(lines.joined(separator: "\n"))
    }
    // Each doubt once, with the first job that it is about.
    var told: Set<String> = []
    for submission in submissions {
      guard let doubt = submission.doubt, told.insert(doubt).inserted else { continue }
      notes.append("\(submission.jobID): \(doubt)")
    }
    for line in notes { StandardError.write("warning: \(line)") }
    return submissions
  }

  private var options: SpoolSubmission {
    var options = SpoolSubmission(word: "", service: service)
    (options.account, options.labels, options.channels) = (account, LabelArgument.dictionary(label), channel)
    (options.instanceID, options.taskID, options.expectWithin) = (instance, task, expectWithin)
    return options
  }

  /// The jobs that the arguments or standard input name, the reasons why some cannot be taken, and warnings.
  private func content() throws -> ([SpoolSubmission], reasons: [String], notes: [String]) {
    guard ids.isEmpty || ids == ["-"] else {
      return (ids.map { SpoolSubmission(word: $0) }, [], [])
    }
    let input = try FileHandle.standardInput.read(upToCount: SpoolFile.sizeLimit + 1) ?? Data()
    let content = SpoolFile(decoding: input, rules: nil)
    var reasons = content.rejections.map { rejection in
      rejection.place == .file ? "standard input: \(rejection.text)" : "standard input, \(rejection)"
    }
    if let command = content.command {
      reasons.append("standard input is a command: use jobwatch \(command.verb.rawValue) \(command.account)")
    }
    return (content.submissions, reasons, content.notes.map { "standard input, \($0)" })
  }
}
