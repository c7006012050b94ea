import ArgumentParser
import CloudAPI
import JobWatchDaemon

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks that the daemon can start with the configuration, and the way to the cloud.",
    discussion: """
      Reports every mistake at once, each with its line, and shows what is configured. It decides with the \
      daemon's own code what a start would say of the file, the secrets, certificates, directories and \
      database, and changes none of them. Of a daemon that runs it knows what a reload would be refused for.
        sudo jobwatch check && sudo systemctl reload jobwatch

      root looks at files with the rights of the service's user, whom the state directory belongs to. Anybody \
      else is warned of what they may not look at.

      With --online it goes to the cloud as the daemon does: name, connection, clock, credential and \
      permission of each account, and says at which step it ends and what to do. It asks for one job that \
      cannot exist; a refused credential is tried once.
        sudo CREDENTIALS_DIRECTORY=/etc/jobwatch/credentials jobwatch check --online

      Exit codes: 0 in order (perhaps with warnings), 1 a problem found online, 75 a start would fail just \
      now and may succeed later, 78 the configuration, a secret or a file is not in order.
      """)

  @OptionGroup var file: ConfigOption

  @Flag(name: .long, help: "Ask the cloud, too; at most half a minute.")
  var online = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --online: a service to ask, in place of ecs, dcs and those with an endpoint in the file; "
        + "may be repeated.", valueName: "name"),
    completion: .services)
  var service: [String] = []

  @Flag(name: .long, help: "With --online: ask every service.")
  var allServices = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if !online, allServices || !service.isEmpty {
      throw ValidationError("--service and --all-services go with --online")
    }
    if allServices, !service.isEmpty {
      throw ValidationError("--all-services and --service: choose one")
    }
    let known = CloudService.all.map(\.name)
    for name in service where !known.contains(name) {
      throw ValidationError("\"\(name)\" is no service; \(NearestName.hint(name, among: known))")
    }
  }

  func run() async throws {
    var (report, view) = inspect()
    if !json { report.printConfigured() }
    if online, report.ok, let view {
      report.online = try await OnlineCheck.run(
        view.configuration, scope: scope, environment: view.environment)
    }
    if json {
      print(try JSONText.line(report))
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

  private func inspect() -> (CheckReport, Viewpoint?) {
    do {
      let decoded = try ConfigurationFile.read(path: file.config)
      let view = Viewpoint(decoded)
      let found = view.report()
      let report = CheckReport(
        file: file.config, problems: found.problems, mayPass: found.mayPass,
        configured: ConfigurationSummary(decoded.value, willBeCreated: found.toBeMade))
      return (report, view)
    } catch {
      let report = CheckReport(
        file: file.config, problems: error.problems, mayPass: false, configured: nil)
      return (report, nil)
    }
  }
}
