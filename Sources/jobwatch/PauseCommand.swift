import ArgumentParser
import JobWatchDaemon

struct PauseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Stops asking the cloud about an account's jobs.",
    discussion: """
      No call is made for the account from then on, across restarts, until jobwatch resume. Calls under \
      way finish. Jobs may be submitted all the same; they wait. What ends and is deleted by the cloud \
      meanwhile is lost to jobwatch, too: job.at_risk tells that it may be.

        sudo jobwatch pause prod --reason "the network moves"

      \(AccountCommand.exitCodes)
      """)

  @OptionGroup var account: AccountCommand

  func run() throws { try account.give(.pause) }
}
