/// `check --online` for people: a line per step, and below it what to do where something is to be done.
struct OnlineText {
  private let rows: [(account: String, finding: OnlineFinding)]
  private let terminal = Terminal.standardOutput

  init(_ reports: [OnlineReport]) {
    rows = reports.flatMap { report in report.findings.map { (report.account, $0) } }
  }

  /// Not cut to the terminal's width, because nothing of a fault may be hidden.
  var lines: [String] {
    let cells = rows.map { row in
      [
        row.account, row.finding.service ?? "all", row.finding.step.rawValue,
        word(row.finding.result), row.finding.detail.onOneLine,
      ]
    }
    let table = TextTable(rows: [["ACCOUNT", "SERVICE", "STEP", "RESULT", ""]] + cells).lines
    return table.prefix(1)
      + zip(table.dropFirst(), rows).flatMap { line, row in
        [terminal.painted(line, colour(row.finding.result))]
          + (row.finding.cure.map { ["    cure: \($0.onOneLine)"] } ?? [])
      }
  }

  private func word(_ result: OnlineFinding.Result) -> String {
    result == .failed ? "FAILED" : result.rawValue
  }

  private func colour(_ result: OnlineFinding.Result) -> Terminal.Colour? {
    switch result {
    case .ok: nil
    case .warning, .skipped: .yellow
    case .failed: .red
    }
  }
}
