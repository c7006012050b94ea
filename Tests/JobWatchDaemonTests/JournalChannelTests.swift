@testable import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchLogging
@testable import JobWatchStore

@Suite struct `A channel to the journal` {
  private let now = Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .seconds(1))

  private func output(_ journal: JournalFixture, _ format: LogFormat = .journal) -> LogOutput {
    LogOutput(format, environment: [:], descriptor: journal.descriptor, journal: journal.path)
  }

  private func message(_ kind: String, _ data: String) -> OutgoingMessage {
    OutgoingMessage(
      id: 1, job: nil, attempts: 0,
      event: StoredEvent(seq: 7, id: "msg_1", at: now.wall - .hours(1), kind: kind, data: data))
  }

  private static let failed = """
    {"job_id":"j1","account":"prod","service":"ecs","region":"eu-de","job_type":"createServer",\
    "state":"failed","certainty":"confirmed","labels":{"run":"42","on-host":"a\\nb"},\
    "error_code":"Ecs.0219","fail_reason":"no\\ncapacity","request_id":"r1","channel":"c",\
    "file":"f","cause":"because","cure":"do this","summary":"ecs job j1 failed"}
    """

  @Test func `tells an event with a field for everything to search by`() throws {
    let journal = try JournalFixture()
    let channel = JournalChannel(output: output(journal))
    #expect(try channel.deliver(message("job.failed", Self.failed), at: now) == .delivered(status: nil))
    let fields = try #require(try journal.entry())
    let told = fields.map { "\($0.name)=\($0.text ?? "")" }
    #expect(
      told == [
        "MESSAGE=job.failed: ecs job j1 failed account=prod cure=\"do this\" job_id=j1 seq=7 "
          + "service=ecs",
        "PRIORITY=3", "SYSLOG_IDENTIFIER=jobwatch",
        "MESSAGE_ID=67e7ebbf8a1142c099f7b4525c5da8d5",
        "JOBWATCH_ACCOUNT=prod", "JOBWATCH_CURE=do this", "JOBWATCH_JOB_ID=j1", "JOBWATCH_SEQ=7",
        "JOBWATCH_SERVICE=ecs", "JOBWATCH_EVENT=job.failed",
        "JOBWATCH_EVENT_TIME=2026-11-18T10:06:40.000Z", "JOBWATCH_REGION=eu-de",
        "JOBWATCH_JOB_TYPE=createServer", "JOBWATCH_STATE=failed",
        "JOBWATCH_CERTAINTY=confirmed", "JOBWATCH_ERROR_CODE=Ecs.0219",
        "JOBWATCH_FAIL_REASON=no\ncapacity", "JOBWATCH_REQUEST_ID=r1", "JOBWATCH_CHANNEL=c",
        "JOBWATCH_FILE=f", "JOBWATCH_CAUSE=because", "JOBWATCH_LABEL_ON_HOST=a\nb",
        "JOBWATCH_LABEL_RUN=42",
      ])
  }

  @Test func `tells an event that this version does not know, without an id`() throws {
    let journal = try JournalFixture()
    let channel = JournalChannel(output: output(journal))
    _ = try channel.deliver(message("job.new", #"{"summary":"s"}"#), at: now)
    let fields = try #require(try journal.entry())
    #expect(fields.text("JOBWATCH_EVENT") == "job.new")
    #expect(fields.text("PRIORITY") == "5")
    #expect(fields.text("MESSAGE_ID") == nil)
  }

  @Test func `tells an event on one line of text, without what only fields can hold`() throws {
    let journal = try JournalFixture()
    let channel = JournalChannel(output: output(journal, .text))
    _ = try channel.deliver(message("job.failed", Self.failed), at: now)
    #expect(
      try journal.errorText() == "2026-11-18T11:06:40.000Z error    job.failed: ecs job j1 failed account=prod "
        + "cure=\"do this\" job_id=j1 seq=7 service=ecs\n")
  }

  @Test func `keeps an event until the journal takes it`() async throws {
    try await withStore { store in
      let journal = try JournalFixture()
      let output = output(journal)
      let fill = { try output.write(LogEntry(.info, "m"), at: now.wall, isKept: true) }
      try #require((0..<10_000).contains { _ in (try? fill()) == nil })
      let channel = JournalChannel(output: output)
      let table = RouteTable(channels: [.init(name: "journal", kind: .journal)], routes: [])
      // A clock that stands still: `finish` waits for the attempt, however long it takes.
      let relay = Relay(
        channel: "journal", policy: DeliveryPolicy(), routes: table, DaemonContext(store),
        alarm: Alarm(ManualClock().time),
        deliver: { try channel.deliver($0, at: $1) })
      let start = SystemClock.now()
      let event = EventDraft(.daemonStarted, at: start.wall, EventData(summary: "x"))
      _ = try await store.write { try $0.append(event, of: nil, to: ["journal"]) }
      _ = try await relay.work(at: start)
      await relay.finish()
      let later = start.wall + .hours(1)
      let waiting = try await store.read { try $0.messages.due("journal", at: later, limit: 2) }
      #expect(waiting.map(\.attempts) == [1])
      while journal.datagram() != nil {}
      _ = try await relay.work(at: Moment(wall: later, uptime: start.uptime + .hours(1)))
      await relay.finish()
      #expect(try journal.entry()?.text("JOBWATCH_EVENT") == "daemon.started")
      #expect(try await store.read { try $0.messages.due("journal", at: later, limit: 2) }.isEmpty)
    }
  }
}
