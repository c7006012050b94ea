import ArgumentParser

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Ends the pause of an account.",
    discussion: """
      What is due is polled at once, the longest overdue first. Nothing else ends a pause by hand. A pause \
      for a refused credential or a forbidden call ends by itself once its cause does, and not by this.

        sudo jobwatch resume prod

      \(AccountCommand.exitCodes)
      """)

  @OptionGroup var account: AccountCommand

  func run() throws { try account.give(.resume) }
}
