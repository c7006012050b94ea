import JobWatchConfiguration

/// What `check` found.
struct CheckReport {
  let file: String
  var problems: [ConfigurationProblem] = []
  /// Every problem that is no warning may be gone by itself.
  var mayPass = false
  /// Nil when the file cannot be used.
  var configured: ConfigurationSummary?
  /// Nil when the cloud was not asked.
  var online: [OnlineReport]?

  var json: JSONObject {
    [
      "ok": ok, "file": file, "problems": problems, "configured": configured?.json,
      "online": online,
    ]
  }

  var ok: Bool { isConfigured && !findings.contains { $0.result == .failed } }

  /// Whether the daemon can start with the configuration.
  var isConfigured: Bool { problems.allSatisfy(\.isWarning) }

  private var findings: [OnlineFinding] { (online ?? []).flatMap(\.findings) }

  func printConfigured() {
    for problem in problems { StandardError.write(problem.text(file: file)) }
    if let configured { print(configured.text) }
    let warnings = problems.count(where: \.isWarning)
    print(verdict(file, isConfigured, problems.count - warnings, warnings))
  }

  func printOnline(isWanted: Bool) {
    guard let online else {
      if isWanted { StandardError.write("the cloud was not asked: mend the configuration first") }
      return
    }
    let failures = findings.count { $0.result == .failed }
    let warnings = findings.count { $0.result == .warning }
    let verdict = verdict("online", failures == 0, failures, warnings)
    for line in [""] + OnlineText(online).lines + ["", verdict] { print(line) }
  }

  private func verdict(_ subject: String, _ ok: Bool, _ errors: Int, _ warnings: Int) -> String {
    let parts = [(errors, "problem"), (warnings, "warning")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
    let counts = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    return "\(subject): \(ok ? "in order" : "not in order")\(counts)"
  }
}
