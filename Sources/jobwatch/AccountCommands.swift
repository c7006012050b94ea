import ArgumentParser
import Foundation
import JobWatchConfiguration
import JobWatchCore
import JobWatchSpool
import JobWatchStore

struct PauseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Stops asking the cloud about an account's jobs.",
    discussion: """
      From then on no call is made for the account, also after restarts, until jobwatch resume. Calls under \
      way finish. Jobs can still be submitted; they wait. A job that ends meanwhile, and whose record the \
      cloud deletes, is lost: job.at_risk warns of it.

        sudo jobwatch pause prod --reason "the network moves"

      \(AccountArguments.exitCodes)
      """)

  @OptionGroup var account: AccountArguments

  func run() throws { try account.give(.pause) }
}

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Ends the pause of an account.",
    discussion: """
      What is due is polled at once, the longest overdue first. Nothing else ends a pause by hand. A pause \
      for a refused credential or a forbidden call ends by itself once its cause does, and not by this.

        sudo jobwatch resume prod

      \(AccountArguments.exitCodes)
      """)

  @OptionGroup var account: AccountArguments

  func run() throws { try account.give(.resume) }
}

/// What `pause` and `resume` share: they write a file into the spool, and wait shortly for the daemon to take it.
struct AccountArguments: ParsableArguments {
  fileprivate static let exitCodes = """
    Only root and the service's own user may do this. Exit codes: 0 done, or left for the daemon to do when \
    it runs; 1 not allowed, or the daemon has not accepted it; 64 the command is wrong; 75 the spool cannot \
    be written now; 78 the configuration or the database cannot be read.
    """

  @Argument(
    help: .value("account", "The account, as the configuration calls it."),
    completion: .accounts)
  var name: String

  @Option(help: .value("text", "The reason, for those who ask later."))
  var reason: String?

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var file: ConfigOption

  fileprivate func give(_ verb: SpoolCommand.Verb) throws {
    let configuration = try file.load().value
    let command = SpoolCommand(verb, account: name, reason: reason)
    if let problem = command.problem ?? SpoolRules(configuration).problem(command) {
      throw ExitCode.misuse.telling(problem)
    }
    guard SpoolWriter.mayCommand(spoolDirectory: configuration.spoolDirectory) else {
      throw ExitCode.no.telling("only root and the service's own user may \(verb.rawValue) an account: use sudo")
    }
    let path: String
    do {
      path = try SpoolWriter(spoolDirectory: configuration.spoolDirectory)
        .write(command, at: Timestamp(Date()))
    } catch {
      throw ExitCode.tryAgain.telling("\(error)")
    }
    let isTaken = Self.waitUntilTaken(path)
    if isTaken { try confirm(verb, configuration) }
    let receipt: OutputObject = [
      "file": path, "command": verb.rawValue, "account": name,
      // False: it takes effect when the daemon runs.
      "taken": isTaken,
    ]
    print(json ? try OutputText.line(receipt) : message(verb, isTaken))
  }

  /// Waits for at most three seconds: the daemon takes a file within milliseconds, a busy one within a turn.
  private static func waitUntilTaken(_ path: String) -> Bool {
    for _ in 0..<60 {
      if access(path, F_OK) != 0 { return true }
      usleep(50_000)
    }
    return false
  }

  /// Reads from the database whether the daemon accepted the file that it took.
  private func confirm(_ verb: SpoolCommand.Verb, _ configuration: Configuration) throws {
    let isPaused = try StoreReader(path: configuration.databasePath).reading { transaction in
      try AccountPauses(transaction).isPausedByHand(name)
    }
    guard isPaused != (verb == .pause) else { return }
    throw ExitCode.no.telling(
      "the daemon has not accepted it: see \(configuration.spoolDirectory)/rejected; does it run with "
        + "this configuration?")
  }

  private func message(_ verb: SpoolCommand.Verb, _ isTaken: Bool) -> String {
    switch (verb, isTaken) {
    case (.pause, true):
      "account \(name) is paused: no call is made for it until jobwatch resume \(name)"
    case (.resume, true): "account \(name) is not paused by hand any more"
    case (.pause, false): "no daemon has taken it yet: account \(name) is paused once one runs"
    case (.resume, false): "no daemon has taken it yet: account \(name) is resumed once one runs"
    }
  }
}
