import ArgumentParser

struct PauseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Stops asking the cloud about an account's jobs.",
    discussion: """
      From then on no call is made for the account, also after restarts, until jobwatch resume. Calls under \
      way finish. Jobs can still be submitted; they wait. A job that ends meanwhile, and whose record the \
      cloud deletes, is lost: job.at_risk warns of it.

        sudo jobwatch pause prod --reason "the network moves"

      \(AccountCommand.exitCodes)
      """)

  @OptionGroup var account: AccountCommand

  func run() throws { try account.give(.pause) }
}
