import JobWatchDaemon

/// What `check` found; with `--json` it is printed as it is.
struct CheckReport: Encodable {
  let file: String
  let problems: [ConfigurationProblem]
  /// Of the problems that are no warnings, each may be gone by itself.
  let mayPass: Bool
  /// Nil when the file cannot be used.
  let configured: ConfigurationSummary?
  /// Nil when the cloud was not asked.
  var online: [OnlineReport]?

  private enum CodingKeys: String, CodingKey { case ok, file, problems, configured, online }

  init(
    file: String, problems: [ConfigurationProblem], mayPass: Bool, configured: ConfigurationSummary?
  ) {
    self.file = file
    self.problems = problems
    self.mayPass = mayPass
    self.configured = configured
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(ok, forKey: .ok)
    try container.encode(file, forKey: .file)
    try container.encode(problems, forKey: .problems)
    try container.encodeIfPresent(configured, forKey: .configured)
    try container.encodeIfPresent(online, forKey: .online)
  }

  var ok: Bool { isConfigured && !findings.contains { $0.result == .failed } }

  /// Whether the daemon can start with it.
  var isConfigured: Bool { problems.allSatisfy(\.isWarning) }

  private var findings: [OnlineFinding] { (online ?? []).flatMap(\.findings) }

  func printConfigured() {
    for problem in problems { StandardError.write(problem.text(file: file)) }
    if let configured { print(configured.table) }
    let warnings = problems.count(where: \.isWarning)
    print(verdict(file, isConfigured, problems.count - warnings, warnings))
  }

  func printOnline(isWanted: Bool) {
    guard let online else {
      if isWanted { StandardError.write("the cloud was not asked: mend the configuration first") }
      return
    }
    print()
    for line in OnlineText(online).lines { print(line) }
    let failures = findings.count { $0.result == .failed }
    let warnings = findings.count { $0.result == .warning }
    print()
    print(verdict("online", failures == 0, failures, warnings))
  }

  private func verdict(_ subject: String, _ ok: Bool, _ errors: Int, _ warnings: Int) -> String {
    let parts = [(errors, "problem"), (warnings, "warning")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
    let counts = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    return "\(subject): \(ok ? "in order" : "not in order")\(counts)"
  }
}
