import ArgumentParser
import CloudAPI
import Foundation
import JobWatchCore
import JobWatchDaemon

struct SubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Asks the daemon to watch jobs.",
    discussion: """
      Writes one file into the spool and prints its name. The daemon need not be running: it takes the \
      file in when it is. The same job twice is one job, so a submission may be repeated safely.

        jobwatch submit 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch submit --service dcs --label run=42 ff80808277bc4c19
        jobwatch submit --expect-within 10m 2c9eb2c5544cbf6101544f0602af2b4f
        curl … | jobwatch submit -
        jobwatch submit https://ecs.eu-de.otc.t-systems.com/v1/PROJECT/jobs/ID
        jobwatch submit < jobs.txt

      Standard input is the reply of the API that began the job, whatever stands beside its job_id, also \
      with the head that curl -i prints; an array of such objects or of ids; one object per line; a table \
      of openstack; what list --json prints; or plain lines "job_id" or "service job_id". A job's URL may \
      stand for its id, and tells service and account. Options fill in what an entry leaves out; labels \
      and channels are added to each.

      Exit codes: 0 done, 64 the input or the command is wrong (nothing was submitted), 75 the spool \
      cannot be written, 78 the configuration cannot be used.
      """)

  @Argument(
    help: ArgumentHelp(
      "The ids of the jobs, or their URLs, or - for standard input.", valueName: "id"))
  var ids: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("The service that runs the jobs (default: ecs).", valueName: "name"),
    completion: .services)
  var service: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The account to ask with (default: the first).", valueName: "name"),
    completion: .accounts)
  var account: String?

  @Option(
    name: .long, help: ArgumentHelp("A label; may be repeated.", valueName: "key=value"))
  var label: [LabelArgument] = []

  @Option(
    name: .long,
    help: ArgumentHelp("A channel to tell, too; may be repeated.", valueName: "name"),
    completion: .channels)
  var channel: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("The instance that a job of DCS is about.", valueName: "id"))
  var instance: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The task of that instance that does the job's work; its progress is shown.", valueName: "id")
  )
  var task: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How long after its begin a job should have ended, such as 10m; one that has not is told as "
        + "job.late. 1s to 365d.", valueName: "time"))
  var expectWithin: DurationArgument?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The spool, instead of the configuration's; no configuration is read then, and names are "
        + "checked for their form only.", valueName: "dir"),
    completion: .directory)
  var spool: String?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  @OptionGroup var file: ConfigOption

  func validate() throws {
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

  func run() throws {
    let (directory, rules) = try destination()
    let submissions = try accepted(rules)
    let path: String
    do {
      path = try SpoolWriter(spoolDirectory: directory)
        .write(submissions, at: Timestamp(Date()))
    } catch {
      throw ExitCode.tryAgain.telling("\(error)")
    }
    print(json ? try JSONText.line(Receipt(file: path, jobs: submissions)) : path)
  }

  private struct Receipt: Encodable {
    let file: String
    let jobs: [SpoolSubmission]
  }

  private func destination() throws -> (String, SpoolRules?) {
    if let spool { return (spool, nil) }
    let configuration = try file.load(
      cure: "or name the spool with --spool DIR: then no configuration is needed"
    ).value
    return (configuration.spoolDirectory, SpoolRules(configuration))
  }

  /// All or nothing: a script that gets 64 can repeat the whole once it is mended.
  private func accepted(_ rules: SpoolRules?) throws -> [SpoolSubmission] {
    let content = try content()
    let (addresses, drafts) = (rules?.addresses ?? JobAddressBook(nil), content.drafts)
    var (reasons, notes) = (content.rejected, [String]())
    var submissions: [SpoolSubmission] = []
    for draft in drafts {
      var submission = draft
      notes += CloudNames.leave(&submission, rules).map { "\(submission.jobID.prefix(80)): \($0)" }
      submission = completed(submission)
      let problem =
        addresses.resolve(&submission, preferring: service)
        ?? finished(&submission).problem ?? rules?.problem(submission)
      if let problem { reasons.append("\(submission.jobID.prefix(80)): \(problem)") }
      submissions.append(submission)
    }
    if task != nil && drafts.count > 1 {
      reasons.append("--task is that of one job: submit each with its own")
    }
    guard reasons.isEmpty, !submissions.isEmpty else {
      let lines = reasons + ["nothing was submitted"]
      throw ExitCode.misuse.telling(lines.joined(separator: "\n"))
    }
    for line in content.notes + notes + doubts(submissions) {
      StandardError.write("warning: \(line)")
    }
    return submissions
  }

  /// What the arguments or standard input hold, and what of it cannot be taken.
  private func content() throws -> (drafts: [SpoolSubmission], rejected: [String], notes: [String])
  {
    guard ids.isEmpty || ids == ["-"] else {
      return (ids.map { SpoolSubmission(word: $0) }, [], [])
    }
    let input = try FileHandle.standardInput.read(upToCount: SpoolFile.sizeLimit + 1) ?? Data()
    let content = SpoolFile(decoding: input, rules: nil)
    let reasons = content.rejections.map { rejection in
      rejection.place == .file
        ? "standard input: \(rejection.reason)" : "standard input, \(rejection)"
    }
    let commands = content.command.map {
      ["standard input is a command: use jobwatch \($0.verb.rawValue) \($0.account)"]
    }
    let notes = content.notes.map { "standard input, \($0)" }
    return (content.submissions, reasons + (commands ?? []), notes)
  }

  private func completed(_ draft: SpoolSubmission) -> SpoolSubmission {
    var submission = draft
    submission.account = draft.account ?? account
    submission.taskID = draft.taskID ?? task
    submission.expectWithin = draft.expectWithin ?? expectWithin?.value
    for pair in label { submission.labels[pair.key] = pair.value }
    for name in channel where !submission.channels.contains(name) {
      submission.channels.append(name)
    }
    return submission
  }

  /// A job's URL tells its service better than an option does.
  private func finished(_ submission: inout SpoolSubmission) -> SpoolSubmission {
    submission.service = submission.service ?? service
    submission.adoptReply()
    submission.instanceID = submission.instanceID ?? instance
    return submission
  }

  /// Each once, with the first job that it is about.
  private func doubts(_ submissions: [SpoolSubmission]) -> [String] {
    var told: Set<String> = []
    return submissions.compactMap { submission in
      submission.doubt.flatMap { told.insert($0).inserted ? "\(submission.jobID): \($0)" : nil }
    }
  }
}
