/// The findings of `jobwatch check --online` about one account. Holds no secret.
struct OnlineReport: Encodable {
  let account: String
  /// In the order in which they were asked.
  let findings: [OnlineFinding]

  /// The reports for people: a line per step, and below it what to do where something is to be done. Not cut to the
  /// terminal's width, because nothing of a fault may be hidden.
  static func lines(_ reports: [OnlineReport], on terminal: Terminal) -> [String] {
    let cells = reports.flatMap { report in report.findings.map { $0.cells(report.account) } }
    let table = TextTable(rows: [["ACCOUNT", "SERVICE", "STEP", "RESULT", ""]] + cells).lines
    return table.prefix(1)
      + zip(table.dropFirst(), reports.flatMap(\.findings)).flatMap { line, finding in
        [terminal.painted(line, finding.colour)] + (finding.cure.map { ["    cure: \($0.onOneLine)"] } ?? [])
      }
  }
}

/// One step of the way to the cloud, and how it went.
struct OnlineFinding: Encodable {
  /// In this order; what fails makes the later ones moot.
  enum Step: String, Encodable {
    /// The host's name is resolved.
    case name
    /// TCP and TLS, and any HTTP answer.
    case connection
    /// The cloud's clock beside this host's.
    case clock
    /// The credential is read or fetched, and accepted.
    case credential
    /// Jobs may be queried, in the project and region of the account.
    case permission
  }

  enum Result: String, Encodable { case ok, warning, failed, skipped }

  /// Nil for what is the account's as a whole.
  let service: String?
  let step: Step
  let result: Result
  let detail: String
  /// What the operator has to do; there is one for every failure and warning.
  let cure: String?

  init(_ service: String?, _ step: Step, _ result: Result, _ detail: String, cure: String? = nil) {
    (self.service, self.step, self.result) = (service, step, result)
    (self.detail, self.cure) = (detail, cure)
  }

  fileprivate func cells(_ account: String) -> [String] {
    let word = result == .failed ? "FAILED" : result.rawValue
    return [account, service ?? "all", step.rawValue, word, detail.onOneLine]
  }

  fileprivate var colour: Terminal.Colour? {
    switch result {
    case .ok: nil
    case .warning, .skipped: .yellow
    case .failed: .red
    }
  }
}
