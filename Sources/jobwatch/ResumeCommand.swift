import ArgumentParser
import JobWatchDaemon

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Ends the pause of an account.",
    discussion: """
      What is due is asked for at once, the longest overdue first. A pause by hand is ended by nothing \
      else; one for a refused credential or a forbidden call ends by itself, and not by this.

        sudo jobwatch resume prod

      \(AccountCommand.exitCodes)
      """)

  @OptionGroup var account: AccountCommand

  func run() throws { try account.give(.resume) }
}
