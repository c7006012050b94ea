import JobWatchCore
import Testing

@Suite struct `The end of a job` {
  let now = Timestamp.start + .hours(2)

  /// No service documents what starts the clock of a record, so the earliest candidate counts.
  struct End: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var end: Timestamp?
    var offset = Duration.zero
    var since: Timestamp

    static let all: [End] = [
      End(testDescription: "the end that the cloud names", end: .start + .hours(1), since: .start + .hours(1)),
      End(
        testDescription: "by the local clock", end: .start + .hours(1), offset: .minutes(5),
        since: .start + .minutes(55)),
      End(testDescription: "never after now", end: .start + .days(9), since: .start + .hours(2)),
      End(testDescription: "without an end, the sighting before", end: nil, since: .start),
    ]
  }

  @Test("starts the clock of its record as early as it can have started", arguments: End.all)
  func window(_ row: End) {
    var context = PollContext.ecs
    context.clockOffset = row.offset
    let end = row.end.map { CloudTime(raw: $0.description, instant: $0) }
    let report = JobReport(rawStatus: "SUCCESS", end: end ?? CloudTime(raw: "soon", instant: nil))
    for state in [JobState.registered, .running] {
      let job = Job.sample(state).observe(.seen(.succeeded, report), at: now, under: context).job
      #expect(job.recordSince == row.since)
      #expect(job.expiresAt(under: context.policies.retention) == row.since + .days(1))
    }
  }

  @Test func `an unpaid order's clock starts with the order`() {
    let begin = CloudTime(raw: "", instant: .start - .days(2))
    let seen = Observation.seen(.awaitingPayment, JobReport(rawStatus: "PENDING_PAYMENT", begin: begin))
    let job = Job.sample().observe(seen, at: now, under: .ecs).job
    #expect(job.expiresAt(under: Policies.ecs.retention) == .start + .days(12))
    let bare = Job.sample().observe(.seen(.awaitingPayment), at: now, under: .ecs).job
    #expect(bare.expiresAt(under: Policies.ecs.retention) == .start + .days(14))
  }

  @Test(
    "a lost job that is sighted again is found and goes on",
    arguments: [
      JobState.pending, .running, .awaitingPayment, .succeeded, .failed,
    ])
  func found(_ state: JobState) {
    let decision = Job.sample(.lost).observe(.seen(state), at: now, under: .ecs)
    #expect(decision.events.map(\.kind) == [.jobFound, EventKind(entering: state)])
    #expect(decision.transition == Transition(from: .lost, to: state, rawStatus: state.word, at: now))
    #expect(decision.job.endedAt == (state.isFinal ? now : nil))
    #expect((decision.next == .never) == state.isFinal)
  }

  @Test func `a lost job is looked for at the ceiling until its window is over`() {
    let job = Job.sample(.lost)
    let silences: [Observation] = [.missing, .garbled(""), .unreachable(""), .busy("")]
    for answer in silences {
      var (gaps, time) = ([Duration](), Timestamp.start)
      while let gap = job.observe(answer, at: time, under: .ecs).next.gap, gaps.count < 100 {
        gaps.append(gap)
        time = time + gap
      }
      #expect(gaps == [Duration](repeating: .hours(1), count: 24), "\(answer)")
    }
  }

  @Test func `what a sub-job says is told with its parent's end`() throws {
    let parts = [
      SubJob(jobID: "s1", rawStatus: "SUCCESS", state: .succeeded),
      SubJob(jobID: "s2", rawStatus: "FAIL", state: .failed, errorCode: "Ecs.0005"),
      SubJob(jobID: "s3", rawStatus: "ODD", state: nil),
    ]
    for (state, partial) in [(JobState.succeeded, true), (.failed, nil)] {
      let report = JobReport(rawStatus: state.word, subJobs: parts)
      let decision = Job.sample(.running).observe(.seen(state, report), at: now, under: .ecs)
      let data = try #require(decision.events.first?.data)
      #expect(data.subJobs?.total == 3 && data.subJobs?.succeeded == 1)
      #expect(data.subJobs?.failures.map(\.jobID) == ["s2"] && data.partial == partial)
    }
  }
}
