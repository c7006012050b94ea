import JobWatchCore
import Testing

@testable import JobWatchDaemon
@testable import JobWatchStore

/// What the manual says of the line that `systemctl status` shows is what the daemon can say.
@Suite struct `The manual of the status line` {
  @Test func `names every form of the line and every step, and no other`() throws {
    let page = try ManualPage("jobwatch.8")
    let heads = try #require(page.section("What the status line says")).items.map(\.head)
    var forms = Set(ServiceReport.Step.allCases.map(\.rawValue)).union(["watching"])
    for part in StatusLine.Part.allCases {
      forms.insert(try #require(standing(["oncall"]).text(part), "the test does not show \(part)"))
    }
    forms.insert(try #require(standing([]).text(.waiting)))
    for part in StatusText.Part.allCases where part != .totals {
      forms.insert(try #require(status.text(part), "the test does not show \(part)"))
    }
    #expect(StatusText().line == "watching")
    let told = forms.map { "Li " + $0.replacing(/\d+/, with: "N") }
    #expect(heads.sorted() == told.sorted())
  }

  @Test func `shows a line as it is`() throws {
    let section = try #require(ManualPage("jobwatch.8").section("What the status line says"))
    let healthy = StatusLine(
      totals: Totals(watched: ["prod": 1204], atRisk: 1), due: 3, conditions: [], accounts: ["prod"], channels: [])
    #expect(section.text.contains("\nStatus: \"\(healthy.line)\"\n"))
  }

  /// With something of everything; numbers are plural.
  private func standing(_ channels: Set<String>) -> StatusLine {
    let subjects: [Condition.Subject] = [
      .account("prod"), .endpoint(EndpointKey(account: "prod", service: "ecs")),
      .channel("oncall"),
    ]
    let troubles = subjects.map {
      Condition($0, .failing, since: Timestamp(milliseconds: 0), cause: "a cause")
    }
    return StatusLine(
      totals: Totals(
        watched: ["prod": 2, "old": 2], atRisk: 2, waiting: ["oncall": 2], givenUp: 2),
      due: 2, conditions: troubles, accounts: ["prod"], channels: channels, unclosed: ["jobs.txt"])
  }

  private let status = StatusText(
    stalled: ["poller"], failing: [("intake", LoopHealth.Failure(since: .zero, reason: "..."))], refusal: "...")
}
