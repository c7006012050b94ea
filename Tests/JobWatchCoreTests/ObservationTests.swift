import JobWatchCore
import Testing

/// The table of `Sources/INTERNALS.md`, "What an answer does", row by row.
@Suite struct `What an answer means` {
  /// A kind of answer that says nothing about the job, and when the job is asked for again.
  struct Silence: Sendable, CustomTestStringConvertible {
    var observation: Observation
    var isAskedWhenAllowed: Bool
    var testDescription: String { "\(observation)" }

    static let error = APIError(code: "APIGW.0301", message: "no")
    static let all: [Silence] = [
      Silence(observation: .garbled("not JSON"), isAskedWhenAllowed: false),
      Silence(observation: .unreachable("timeout"), isAskedWhenAllowed: false),
      Silence(observation: .busy("Common.0025"), isAskedWhenAllowed: false),
      Silence(observation: .throttled(Throttle(code: "Common.0024")), isAskedWhenAllowed: true),
      Silence(observation: .misconfigured(error), isAskedWhenAllowed: false),
      Silence(observation: .refused(error), isAskedWhenAllowed: true),
      Silence(observation: .forbidden(error), isAskedWhenAllowed: false),
      Silence(observation: .skewed(serverTime: .start, error), isAskedWhenAllowed: true),
    ]
  }

  let evidence = Evidence(httpStatus: 200, requestID: "r1", body: Array("{}".utf8))
  let now = Timestamp.start + .seconds(40)

  @Test(
    "no answer, a throttle or a refusal changes nothing of the job",
    arguments: Silence.all, JobState.unfinished)
  func silence(_ row: Silence, _ state: JobState) {
    let job = Job.sample(state)
    let decision = job.observe(row.observation, evidence: evidence, at: now, under: .ecs)
    #expect(decision.job == job)
    #expect(decision.transition == nil && decision.events.isEmpty)
    #expect(decision.next == (row.isAskedWhenAllowed ? .whenAllowed : .after(.seconds(1))))
  }

  @Test(
    "any state may follow any other, backwards too",
    arguments: JobState.unfinished,
    [JobState.pending, .running, .awaitingPayment, .succeeded, .failed])
  func order(_ from: JobState, _ to: JobState) {
    let job = Job.sample(from)
    let decision = job.observe(.seen(to), evidence: evidence, at: now, under: .ecs)
    #expect(decision.job.state == to && decision.job.lastSeenAt == now)
    #expect(decision.job.firstSeenAt == (from == .registered ? now : .start))
    #expect(decision.job.endedAt == (to.isFinal ? now : nil))
    #expect(decision.next == (to.isFinal ? .never : .after(decision.job.pollGap(at: now, under: .ecs))))
    guard from != to else {
      #expect(decision.transition == nil && decision.events.isEmpty)
      return
    }
    #expect(decision.transition == Transition(from: from, to: to, rawStatus: to.word, at: now))
    #expect(decision.events.map(\.kind) == [EventKind(entering: to)])
    #expect(decision.events.first?.data.previous == from)
    #expect(decision.events.first?.data.requestID == "r1")
    let isStep = to == .pending || to == .running
    #expect((decision.events.first?.data.evidence == nil) == isStep)
  }

  @Test("a job that has ended takes no notice", arguments: JobState.allCases.filter(\.isFinal))
  func ended(_ state: JobState) {
    guard state != .lost else { return }
    let job = Job.sample(state)
    let answers: [Observation] = [
      .seen(.running), .seen(.failed), .missing, .garbled(""),
      .unrecognised(JobReport(rawStatus: "X")),
    ]
    for answer in answers {
      let decision = job.observe(answer, at: now, under: .ecs)
      #expect(decision.job == job && decision.events.isEmpty && decision.next == .never)
    }
  }

  @Test("an unlisted word keeps the state and is told once", arguments: JobState.unfinished)
  func unlisted(_ state: JobState) {
    var (job, told) = (Job.sample(state), [String?]())
    for word in ["PAUSED", "", "PAUSED", "HALTED", "", "PAUSED"] {
      let decision = job.observe(
        .unrecognised(JobReport(rawStatus: word)), evidence: evidence, at: now, under: .ecs)
      #expect(decision.transition == nil && decision.next.gap != nil)
      #expect(decision.events.allSatisfy { $0.kind == .jobUnrecognised })
      told += decision.events.map(\.data.rawStatus)
      job = decision.job
    }
    #expect(told == ["PAUSED", nil, "HALTED"])
    #expect(job.state == state && job.lastSeenAt == now && job.report?.rawStatus == "PAUSED")
  }

  @Test func `a service that invents a word per answer does not fill the log`() {
    var (job, told) = (Job.sample(.running), 0)
    for number in 0..<100 {
      let decision = job.observe(
        .unrecognised(JobReport(rawStatus: "W\(number)")), at: now, under: .ecs)
      (job, told) = (decision.job, told + decision.events.count)
    }
    #expect(told == 16 && job.reportedWords.count == 16)
  }

  @Test func `failed polls are repeated at doubling gaps, then at the plan's pace`() {
    let job = Job.sample(.running)
    func gaps(_ context: PollContext, at now: Timestamp) -> [Duration?] {
      (0...9).map { failures in
        var context = context
        context.failuresBefore = failures
        return job.observe(.unreachable(""), at: now, under: context).next.gap
      }
    }
    let old = Timestamp.start + .days(3)
    let slow = gaps(.ecs, at: old)
    #expect(slow == ([1, 2, 4, 8, 15, 15, 15, 15, 600, 600] as [Int64]).map { .seconds($0) })
    var quick = PollContext.ecs
    quick.policies.polling = PollPolicy(floor: .seconds(1), ceiling: .seconds(5))
    #expect(gaps(quick, at: old).allSatisfy { ($0 ?? .zero) <= .seconds(5) })
  }
}
