import ArgumentParser
import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks that the daemon can start with the configuration, and the way to the cloud.",
    discussion: """
      Reports every mistake with its line, and shows what is configured. The daemon's own code checks the \
      file, the secrets, certificates, directories and the database; nothing is changed. While a daemon \
      runs, it also reports what a reload would refuse.

        sudo jobwatch check && sudo systemctl reload jobwatch

      root reads files with the rights of the service's user, who owns the state directory. Other users \
      get a warning for each file that they may not read.

      --online asks the cloud as the daemon does: name, connection, clock, credential and permission of \
      each account. It says which step fails and what to do. It asks for one job that cannot exist, and \
      tries a refused credential once.

        sudo CREDENTIALS_DIRECTORY=/etc/jobwatch/credentials jobwatch check --online

      Exit codes: 0 no problem (perhaps warnings), 1 a problem found online, 75 a start would fail now \
      and may succeed later, 78 the configuration, a secret or a file needs a person.
      """)

  @OptionGroup var file: ConfigOption

  @Flag(help: "Ask the cloud, too; at most half a minute.")
  var online = false

  @Option(
    help: .value(
      "name",
      "With --online: a service to ask, in place of ecs, dcs and those with an endpoint in the "
        + "file; may be repeated."), completion: .services) var service: [String] = []

  @Flag(help: "With --online: ask every service.")
  var allServices = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if !online, allServices || !service.isEmpty {
      throw ValidationError("--service and --all-services go with --online")
    }
    if allServices, !service.isEmpty { throw ValidationError("--all-services and --service: choose one") }
    let known = CloudService.all.map(\.name)
    for name in service where !known.contains(name) {
      throw ValidationError("\"\(name)\" is no service; \(NearestName.hint(name, among: known))")
    }
  }

  func run() async throws {
    var report = CheckReport(file: file.config)
    let check = inspect(&report)
    if !json { report.printConfigured() }
    if online, report.ok, let check {
      report.online = try await OnlineCheck.run(check.configuration, scope: scope, environment: check.environment)
    }
    if json {
      print(try OutputText.line(report.json))
    } else {
      report.printOnline(isWanted: online)
    }
    if !report.isConfigured { throw report.mayPass ? ExitCode.tryAgain : ExitCode.needsPerson }
    if !report.ok { throw ExitCode.no }
  }

  private var scope: OnlineCheck.Scope {
    if allServices { return .all }
    return service.isEmpty ? .usual : .named(service)
  }

  /// Nil when the file cannot be used.
  private func inspect(_ report: inout CheckReport) -> ConfigurationCheck? {
    do {
      let decoded = try ConfigurationFile.read(path: file.config)
      let check = ConfigurationCheck(decoded)
      let found = check.report()
      (report.problems, report.mayPass) = (found.problems, found.mayPass)
      report.configured = ConfigurationSummary(configuration: decoded.value, willBeCreated: found.toBeMade)
      return check
    } catch {
      report.problems = error.problems
      return nil
    }
  }
}
