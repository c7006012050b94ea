import ArgumentParser
import Foundation
import JobWatchDaemon

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks the configuration and that its secrets can be read.",
    discussion: """
      Reports every mistake at once, each with its line, and shows what is configured. The daemon reads \
      the file with the same code. Run it as the service's user to see what the service sees:
        sudo -u jobwatch jobwatch check
        jobwatch check && systemctl restart jobwatch

      Exit codes: 0 in order (perhaps with warnings), 78 not.
      """)

  @OptionGroup var file: ConfigOption

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let report = inspect()
    if json {
      print(try JSONText.line(report))
    } else {
      for problem in report.problems { StandardError.write(problem.text(file: report.file)) }
      if let summary = report.configured { print(summary.table) }
      print(report.verdict)
    }
    if !report.ok { throw ExitCode.needsPerson }
  }

  private func inspect() -> CheckReport {
    do {
      let decoded = try ConfigurationFile.read(path: file.config)
      let environment = ProcessInfo.processInfo.environment
      let unreadable = decoded.secrets.compactMap { $0.problem(environment: environment) }
      return CheckReport(
        file: file.config,
        problems: decoded.warnings + unreadable
          + Transports.problems(decoded.value, environment: environment),
        configured: ConfigurationSummary(decoded.value))
    } catch {
      return CheckReport(file: file.config, problems: error.problems, configured: nil)
    }
  }
}

/// What `check` found; with `--json` it is printed as it is.
struct CheckReport: Encodable {
  let ok: Bool
  let file: String
  let problems: [ConfigurationProblem]
  /// Nil when the file cannot be used.
  let configured: ConfigurationSummary?

  init(file: String, problems: [ConfigurationProblem], configured: ConfigurationSummary?) {
    ok = problems.allSatisfy(\.isWarning)
    self.file = file
    self.problems = problems
    self.configured = configured
  }

  var verdict: String {
    let warnings = problems.count(where: \.isWarning)
    let errors = problems.count - warnings
    let parts = [(errors, "problem"), (warnings, "warning")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
    let counts = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    return "\(file): \(ok ? "in order" : "not in order")\(counts)"
  }
}
