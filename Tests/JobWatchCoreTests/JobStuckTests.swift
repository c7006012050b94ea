@testable import JobWatchCore
import TestSupport
import Testing

@Suite struct `A stuck job` {
  /// Of its type, 999 of 1000 end within ten minutes.
  private let learned = PollContext(stuckAge: .minutes(10), completions: 120)
  private let configured = PollContext(Policies(polling: PollPolicy(stuckAfter: .hours(2))))
  private let running = Observation.seen(.running)

  @Test func `is told at the first sighting at an age that hardly any of its type reach, and once`() {
    var (job, told) = (Job.sample(.running), [(EventDraft, Duration)]())
    for minute in 1...30 {
      let age = Duration.minutes(minute)
      let decision = job.observe(running, at: .start + age, under: learned)
      told += decision.events.map { ($0, age) }
      job = decision.job
    }
    #expect(told.map(\.0.kind) == [.jobStuck] && told.map(\.1) == [.minutes(10)])
    #expect(told.first?.0.data.expectedBy == .start + .minutes(10))
  }

  struct Sentence: Sendable, CustomTestStringConvertible {
    var context: PollContext
    var report = JobReport(jobType: "createServer", rawStatus: "RUNNING")
    var testDescription: String

    static let all: [Sentence] = [
      Sentence(
        context: PollContext(stuckAge: .seconds(580), completions: 120),
        testDescription: "ecs job ff80 (createServer) has not ended after 2 h; "
          + "999 of 1000 jobs of its type in eu-de end within 9 m 40 s (120 known)"),
      Sentence(
        context: PollContext(stuckAge: .seconds(580), completions: 50), report: JobReport(rawStatus: "RUNNING"),
        testDescription: "ecs job ff80 has not ended after 2 h; "
          + "999 of 1000 ecs jobs in eu-de end within 9 m 40 s (50 known)"),
      Sentence(
        context: PollContext(
          Policies(polling: PollPolicy(stuckAfter: .minutes(90))), stuckAge: .hours(3), completions: 80),
        testDescription: "ecs job ff80 (createServer) has not ended after 2 h, "
          + "longer than stuck_after (1 h 30 m)"),
    ]
  }

  @Test("is told with the reason", arguments: Sentence.all)
  func sentence(_ row: Sentence) throws {
    let decision = Job.sample(.running).observe(
      .seen(.running, row.report), at: .start + .hours(2), under: row.context)
    #expect(decision.events.first?.data.summary == row.testDescription)
  }

  @Test func `is told after its change of state, with the answer`() throws {
    let evidence = Evidence(httpStatus: 200, body: Array("{}".utf8))
    let decision = Job.sample().observe(running, evidence: evidence, at: .start + .hours(2), under: configured)
    #expect(decision.events.map(\.kind) == [.jobRunning, .jobStuck])
    #expect(decision.events.last?.data.evidence?.body == "{}")
  }

  @Test(
    "is none that ended, or was not seen at work",
    arguments: [
      .seen(.succeeded), .seen(.failed), .seen(.awaitingPayment), .missing, .unreachable(""),
      .garbled(""), .busy(""),
      .unrecognised(JobReport(rawStatus: "ODD")),
    ] as [Observation])
  func other(_ answer: Observation) {
    for context in [learned, configured] {
      let decision = Job.sample(.running).observe(answer, at: .start + .days(1), under: context)
      #expect(!decision.events.contains { $0.kind == .jobStuck })
      // The next sighting at work tells it, if there is one.
      guard !decision.job.state.isFinal, decision.job.state != .awaitingPayment else { continue }
      let next = decision.job.observe(running, at: .start + .days(1), under: context)
      #expect(next.events.contains { $0.kind == .jobStuck })
    }
  }

  @Test func `is none that had to be paid first: its age says nothing beside others'`() {
    let paid = Job.sample(.awaitingPayment).observe(running, at: .start, under: learned).job
    for context in [learned, configured] {
      #expect(paid.observe(running, at: .start + .days(1), under: context).events.isEmpty)
    }
  }

  @Test func `is asked for at the age that a user set, and as planned after it`() {
    var random = SeededGenerator(12)
    for _ in 0..<300 {
      let age = random.duration(.zero ... .hours(3))
      let gaps = [PollContext(Policies()), configured].compactMap { context in
        Job.sample(.running).observe(running, at: .start + age, under: context).next.gap
      }
      let left = Duration.hours(2) - age
      #expect(gaps[1] == (left > .zero ? min(gaps[0], max(left, .seconds(1))) : gaps[0]))
    }
  }
}
