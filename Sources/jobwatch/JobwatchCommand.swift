import ArgumentParser
import JobWatchCore

@main
struct JobwatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobwatch", abstract: "Watches asynchronous cloud jobs until they end, and tells people.",
    discussion: """
      A job of Huawei Cloud or Open Telekom Cloud runs for minutes or days after the call that began it, \
      and its record is deleted soon after it ended. jobwatch polls it for you, keeps the record, and \
      sends each change to webhooks, the journal and a log.

      First steps:
        jobwatch check                          finds mistakes in the configuration
        systemctl enable --now jobwatch         starts the service
        jobwatch submit 0123456789abcdef        watches a job of ECS
        openstack … | jobwatch submit -         watches the job of an API's reply

      The manual: man jobwatch for the commands, man 8 jobwatch for the service, man jobwatch.yaml for \
      the configuration.

      Exit codes: 0 done, 1 the answer is no, 64 command misuse, 75 try again, 78 the configuration or the \
      state needs a person.
      """,
    version: ProgramVersion.text,
    subcommands: [
      RunCommand.self, CheckCommand.self, SubmitCommand.self, ListCommand.self, ShowCommand.self,
      ExplainCommand.self, DurationsCommand.self, LogCommand.self, PauseCommand.self,
      ResumeCommand.self, BackupCommand.self,
    ])
}
