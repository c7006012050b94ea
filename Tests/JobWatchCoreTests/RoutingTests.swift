import JobWatchCore
import Testing

@Suite struct `The channels of an event` {
  static let hook = ChannelName(name: "hook", kind: .webhook)
  static let journal = ChannelName(name: "journal", kind: .journal)
  static let pager = ChannelName(name: "pager", kind: .webhook)

  private func draft(_ kind: EventKind, job: Bool = true) -> EventDraft {
    var data = EventData(summary: "")
    if job {
      data.account = "prod"
      data.service = "ecs"
      data.jobType = "createServer"
      data.labels = ["run": "42", "team": "blue"]
    }
    return EventDraft(kind, at: .start, data)
  }

  private func table(_ routes: Route...) -> RouteTable {
    RouteTable(channels: [Self.hook, Self.journal, Self.pager], routes: routes)
  }

  @Test("without routes are the journal, and webhooks but for steps", arguments: EventKind.allCases)
  func defaults(_ kind: EventKind) {
    let steps: Set<EventKind> = [.jobRegistered, .jobPending, .jobRunning]
    let expected = steps.contains(kind) ? ["journal"] : ["hook", "journal", "pager"]
    #expect(table().channels(for: draft(kind)) == expected)
  }

  struct Match: Sendable, CustomTestStringConvertible {
    var route: Route
    var isTold: Bool
    var testDescription: String { "\(route)" }

    static let all: [Match] = [
      Match(route: Route(channels: ["hook"]), isTold: true),
      Match(route: Route(events: [.jobFailed, .jobLost], channels: ["hook"]), isTold: true),
      Match(route: Route(events: [.jobLost], channels: ["hook"]), isTold: false),
      Match(route: Route(accounts: ["prod"], channels: ["hook"]), isTold: true),
      Match(route: Route(accounts: ["test"], channels: ["hook"]), isTold: false),
      Match(route: Route(services: ["dcs"], channels: ["hook"]), isTold: false),
      Match(route: Route(jobTypes: ["createServer"], channels: ["hook"]), isTold: true),
      Match(route: Route(jobTypes: [], channels: ["hook"]), isTold: false),
      Match(route: Route(labels: ["run": "42"], channels: ["hook"]), isTold: true),
      Match(route: Route(labels: ["run": "42", "team": "red"], channels: ["hook"]), isTold: false),
      Match(route: Route(events: [.jobFailed], services: ["dcs"], channels: ["hook"]), isTold: false),
    ]
  }

  @Test("are those of every route whose every condition holds", arguments: Match.all)
  func matching(_ row: Match) {
    let told = table(row.route).channels(for: draft(.jobFailed))
    #expect(told == (row.isTold ? ["hook"] : []))
  }

  @Test func `are each named once, in the configuration's order, and known`() {
    let routes = table(Route(channels: ["pager", "gone"]), Route(channels: ["journal", "pager", "hook"]))
    #expect(routes.channels(for: draft(.jobFailed)) == ["hook", "journal", "pager"])
  }

  @Test func `of an event without a job are not chosen by a job's properties`() {
    let routes = table(
      Route(accounts: ["prod"], channels: ["hook"]),
      Route(labels: ["run": "42"], channels: ["journal"]), Route(channels: ["pager"]))
    #expect(routes.channels(for: draft(.daemonStarted, job: false)) == ["pager"])
  }

  @Test func `include the job's own for what a webhook gets by default`() {
    let routes = table(Route(events: [.jobLost], channels: ["hook"]))
    for (kind, expected) in [(EventKind.jobFailed, ["journal"]), (.jobRunning, [])] {
      var event = draft(kind)
      event.jobChannels = ["journal", "gone"]
      #expect(routes.channels(for: event) == expected)
    }
  }

  @Test(
    "of a captured job's expiry are those that a route names it for",
    arguments: [
      (true, [Route](), [String]()),
      (true, [Route(channels: ["hook"])], []),
      (true, [Route(events: [.jobExpiring], channels: ["hook"])], ["hook"]),
      (false, [], ["hook", "journal", "pager"]),
      (false, [Route(channels: ["hook"])], ["hook", "pager"]),
    ])
  func expiring(_ captured: Bool, _ routes: [Route], _ expected: [String]) {
    var event = draft(.jobExpiring)
    event.data.captured = captured
    event.jobChannels = ["pager"]
    let table = RouteTable(channels: [Self.hook, Self.journal, Self.pager], routes: routes)
    #expect(table.channels(for: event) == expected)
  }

  @Test func `do not include the channel that fails`() {
    var event = draft(.channelFailing, job: false)
    event.data.channel = "hook"
    #expect(table().channels(for: event) == ["journal", "pager"])
    #expect(table(Route(channels: ["hook", "pager"])).channels(for: event) == ["pager"])
  }
}
