import JobWatchCore
import Testing

@Suite struct `A condition` {
  private static let ecs = EndpointKey(account: "prod", service: "ecs")

  @Test(arguments: [
    (Condition.Subject.account("prod"), "account/prod"),
    (.endpoint(ecs), "endpoint/prod/ecs"), (.channel("on call"), "channel/on call"),
    (.worker("relay on call"), "daemon/relay on call"), (.daemon, "daemon"),
  ])
  func `is stored under the name of its subject`(_ subject: Condition.Subject, _ text: String) {
    #expect("\(subject)" == text)
    #expect(Condition.Subject(text) == subject)
  }

  @Test(arguments: ["", "account", "planet/mars", "endpoint/prod"])
  func `has no subject under another name`(_ text: String) { #expect(Condition.Subject(text) == nil) }

  private static let hour = Timestamp.start + .hours(1)

  @Test(arguments: [
    (Condition.Subject.endpoint(ecs), Condition.Kind.unreachable, "the endpoint gave no answer: C"),
    (.endpoint(ecs), .busy, "the service had no answer for any job: C"),
    (.endpoint(ecs), .absent, "C"), (.endpoint(ecs), .forbidden, "calls were forbidden: C"),
    (.endpoint(ecs), .misconfigured, "calls were misconfigured: C"),
    (.account("prod"), .refused, "the account could not log in: C"),
    (.account("prod"), .lockedOut, "the account could not log in: C"),
    (.account("prod"), .pausedByHand, "the account was C"),
    (.account("prod"), .unconfigured, "the account was not in the configuration"),
    (.worker("poller"), .failing, "the poller could not do its work: C"),
    (.daemon, .stopped, "jobwatch was not running"),
  ])
  func `says in words and times why a job was not seen`(
    _ subject: Condition.Subject, _ kind: Condition.Kind, _ text: String
  ) {
    var condition = Condition(subject, kind, since: .start, cause: "C")
    #expect(condition.blindness == "\(text) (since \(Timestamp.start))")
    condition.until = Self.hour
    #expect(condition.blindness == "\(text) (from \(Timestamp.start) to \(Self.hour))")
  }

  @Test func `that ends says what still lasts of its account`() {
    let ends = ConditionChange.loggedIn(account: "prod", at: Self.hour)[0]
    let paused = ConditionChange.paused(account: "prod", by: "anna", reason: "test", at: .start)
    let other = Condition(.account("other"), .refused, since: .start, cause: "C")
    #expect(ends.event(besides: [other]) == ends.event)
    let event = ends.event(besides: [other, paused.condition])
    #expect(event?.data.cause == "paused by hand by anna: test")
    #expect(event?.data.summary.contains("stays paused") == true)
    #expect(paused.event(besides: [other, paused.condition]) == paused.event)
  }

  @Test func `that ends says what still lasts of its endpoint`() {
    let key = EndpointKey(account: "prod", service: "ecs")
    let ends = ConditionChange.up(key, .unreachable, at: Self.hour)
    let absent = ConditionChange.down(key, .absent, cause: "C", at: .start).condition
    let forbidden = Condition(.endpoint(key), .forbidden, since: .start, cause: "D")
    #expect(ends.event(besides: [forbidden]) == ends.event)
    let event = ends.event(besides: [forbidden, absent])
    #expect(event?.data.cause == "C")
    #expect(event?.data.summary == "ecs of account prod still gives no usable answer (C), although it answers again")
  }

  @Test func `of several loops is told once, the first to fail first`() {
    let changes = ConditionChange.degraded(
      ["intake": Self.hour, "poller": .start], because: "the disk is full", at: Self.hour)
    #expect(changes.map(\.condition.subject) == [.worker("poller"), .worker("intake")])
    #expect(changes.map(\.condition.since) == [.start, Self.hour])
    #expect(changes.map { $0.event == nil } == [false, true])
    #expect(changes[0].event?.data.summary.contains("poller, intake: the disk is full") == true)
  }
}
