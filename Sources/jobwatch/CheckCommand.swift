import ArgumentParser
import CloudAPI
import Foundation
import JobWatchDaemon

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks the configuration, that its secrets can be read, and the way to the cloud.",
    discussion: """
      Reports every mistake at once, each with its line, and shows what is configured. The daemon reads \
      the file with the same code. Run it as the service's user to see what the service sees:
        sudo -u jobwatch jobwatch check
        jobwatch check && systemctl reload jobwatch

      With --online it goes to the cloud as the daemon does: name, connection, clock, credential and \
      permission of each account, and says at which step it ends and what to do. It asks for one job that \
      cannot exist; a refused credential is tried once.
        sudo CREDENTIALS_DIRECTORY=/etc/jobwatch/credentials jobwatch check --online

      Exit codes: 0 in order (perhaps with warnings), 1 a problem found online, 78 the configuration is \
      not in order.
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
    var (report, value) = inspect()
    if !json { report.printConfigured() }
    if online, report.ok, let value {
      report.online = try await OnlineCheck.run(value, scope: scope)
    }
    if json {
      print(try JSONText.line(report))
    } else {
      report.printOnline(isWanted: online)
    }
    if !report.isConfigured { throw ExitCode.needsPerson }
    if !report.ok { throw ExitCode.no }
  }

  private var scope: OnlineCheck.Scope {
    if allServices { return .all }
    return service.isEmpty ? .usual : .named(service)
  }

  private func inspect() -> (CheckReport, Configuration?) {
    do {
      let decoded = try ConfigurationFile.read(path: file.config)
      let environment = ProcessInfo.processInfo.environment
      let unreadable = decoded.secrets.compactMap { $0.problem(environment: environment) }
      let report = CheckReport(
        file: file.config,
        problems: decoded.warnings + unreadable
          + Transports.problems(decoded.value, environment: environment),
        configured: ConfigurationSummary(decoded.value))
      return (report, decoded.value)
    } catch {
      return (CheckReport(file: file.config, problems: error.problems, configured: nil), nil)
    }
  }
}
