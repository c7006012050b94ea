@testable import JobWatchCore
import TestSupport
import Testing

@Suite struct `No such job` {
  /// Asks as often as the decisions say, and answers "no such job" each time.
  private func ask(_ job: Job, from start: Timestamp, under context: PollContext) -> (
    offsets: [Duration], last: Decision
  ) {
    var decision = job.observe(.missing, at: start, under: context)
    var offsets = [Duration.zero]
    while !decision.job.state.isFinal, let gap = decision.next.gap, offsets.count < 100 {
      offsets.append((offsets.last ?? .zero) + gap)
      decision = decision.job.observe(.missing, at: start + (offsets.last ?? .zero), under: context)
    }
    return (offsets, decision)
  }

  @Test func `is asked again at 30, 75 and 120 seconds of a job that was seen, and then believed`() {
    let (offsets, last) = ask(.sample(.running), from: .start, under: .ecs)
    #expect(offsets == [0, 30, 75, 120].map { .seconds($0) })
    #expect(last.job.state == .lost && last.job.absence == nil)
  }

  @Test func `is asked again within seconds of a job that was never seen, and believed no sooner`() {
    let (offsets, last) = ask(.sample(), from: .start, under: .ecs)
    #expect(offsets == [0, 1, 2, 5, 10, 20, 40, 75, 120].map { .seconds($0) })
    #expect(last.job.state == .unknown && last.job.absence == nil)
  }

  @Test(
    "the next question follows from the time since the first miss",
    arguments: [
      (0, 1000, 30_000), (999, 1, 29_001), (1000, 1000, 29_000), (1050, 950, 28_950),
      (2000, 3000, 28_000), (5000, 5000, 25_000), (10_000, 10_000, 20_000),
      (20_000, 20_000, 15_000), (29_980, 10_020, 15_000), (40_000, 35_000, 35_000),
      (75_000, 45_000, 45_000), (119_999, 1, 15_000), (120_000, 60_000, 60_000),
      (600_000, 60_000, 60_000),
    ] as [(Int64, Int64, Int64)])
  func step(_ passed: Int64, _ new: Int64, _ seen: Int64) {
    let absence = Absence(answers: 3, since: .start)
    for (scale, answers) in [(1, 3), (2, 3)] as [(Int64, Int)] {
      let policy = AbsencePolicy(answers: answers, over: .minutes(Int(2 * scale)))
      let now = Timestamp.start + .milliseconds(passed * scale)
      for (isSeen, gap) in [(false, new), (true, seen)] {
        let next = absence.gap(isSeen: isSeen, at: now, under: policy)
        #expect(next == .milliseconds(gap * scale), "\(isSeen) \(scale)")
      }
    }
  }

  @Test func `is asked again soon when an outage came between the answers`() {
    let absence = Absence(answers: 2, since: .start)
    for isSeen in [false, true] {
      let next = absence.gap(isSeen: isSeen, at: .start + .minutes(10), under: AbsencePolicy())
      #expect(next == .seconds(15))
    }
  }

  @Test func `is asked again no sooner than the floor`() {
    var context = PollContext.ecs
    context.policies.polling.floor = .seconds(7)
    let (offsets, last) = ask(.sample(), from: .start, under: context)
    #expect(offsets == [0, 7, 14, 21, 40, 75, 120].map { .seconds($0) })
    #expect(last.job.state == .unknown)
  }

  @Test
  func
    `it is asked again as if for the first time when the service had forgotten all jobs until then`()
  {
    var context = PollContext.ecs
    context.verdictsHeld = true
    var job = Job.sample(.running)
    for seconds in [0, 30, 75, 120, 600] {
      job = job.observe(.missing, at: .start + .seconds(seconds), under: context).job
    }
    #expect(job.state == .running && job.absence?.answers == 5)
    context.verdictsHeld = false
    context.absencesCountFrom = .start + .seconds(610)
    let (offsets, last) = ask(job, from: .start + .seconds(611), under: context)
    #expect(offsets == [0, 30, 75, 120].map { .seconds($0) })
    #expect(last.job.state == .lost)
  }

  /// What becomes of a job whose record is gone.
  struct Verdict: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var job: Job
    /// The first miss.
    var missed: Timestamp
    var context = PollContext.ecs
    var verdict: JobState

    static let all: [Verdict] = [
      Verdict(testDescription: "never seen", job: .sample(), missed: .start + .days(1), verdict: .unknown),
      Verdict(
        testDescription: "never seen, submitted longer ago than the window", job: .sample(),
        missed: .start + .days(1) + .milliseconds(1), verdict: .lost),
      Verdict(testDescription: "seen running", job: .sample(.running), missed: .start + .seconds(1), verdict: .lost),
      Verdict(
        testDescription: "unpaid past its retention, seen a day before", job: unpaid,
        missed: .start + .days(1), verdict: .lapsed),
      Verdict(
        testDescription: "unpaid past its retention, not seen for longer than a day", job: unpaid,
        missed: .start + .days(1) + .milliseconds(1), verdict: .lost),
      Verdict(
        testDescription: "unpaid, short of its retention", job: .sample(.awaitingPayment),
        missed: .start + .hours(1), verdict: .lost),
      Verdict(
        testDescription: "unpaid where no retention is documented", job: unpaid,
        missed: .start + .hours(1), context: PollContext(Policies()), verdict: .lost),
    ]

    /// Seen at the start, when its order was 14 days old.
    private static var unpaid: Job {
      var job = Job.sample(.awaitingPayment, submitted: .start - .days(14))
      job.recordSince = .start - .days(14)
      return job
    }
  }

  @Test("only what can be known is claimed", arguments: Verdict.all)
  func verdict(_ row: Verdict) {
    let (_, last) = ask(row.job, from: row.missed, under: row.context)
    #expect(last.job.state == row.verdict)
    #expect(last.transition?.from == row.job.state && last.transition?.to == row.verdict)
    #expect(last.events.map(\.kind) == [EventKind(entering: row.verdict)])
    #expect(last.events.first?.data.certainty == (row.verdict == .lost ? .lost : .inferred))
    #expect((last.events.first?.data.cure != nil) == (row.verdict == .unknown))
    let gap = last.events.first?.data.blindGap
    guard row.verdict != .unknown else {
      #expect(gap == nil)
      return
    }
    #expect(gap?.from == row.job.lastVouchedAt && gap?.to == row.missed)
  }

  @Test func `neither many answers in a short time nor two over a long one are believed`() {
    var job = Job.sample(.running)
    for second in 0..<120 { job = job.observe(.missing, at: .start + .seconds(second), under: .ecs).job }
    #expect(job.state == .running && job.absence?.answers == 120)
    var pair = Job.sample(.running)
    for hour in 0..<2 {
      pair = pair.observe(.missing, at: .start + .hours(hour), under: .ecs).job
    }
    #expect(pair.state == .running && pair.absence?.answers == 2)
  }

  @Test func `a sighting ends it, no answer leaves it`() {
    let missed = Job.sample(.running).observe(.missing, at: .start, under: .ecs).job
    let silent = missed.observe(.unreachable(""), at: .start + .minutes(1), under: .ecs).job
    #expect(silent.absence == Absence(answers: 1, since: .start))
    for answer in [Observation.seen(.running), .unrecognised(JobReport(rawStatus: "?"))] {
      #expect(missed.observe(answer, at: .start, under: .ecs).job.absence == nil)
    }
  }

  @Test("an answer that does not deny the job ends a run that is old", arguments: [119, 120])
  func otherAnswer(_ second: Int) {
    var job = Job.sample(.running)
    for second in 0..<8 { job = job.observe(.missing, at: .start + .seconds(second), under: .ecs).job }
    let error = APIError(code: "E", message: "")
    for answer in [Observation.busy("E"), .forbidden(error), .misconfigured(error)] {
      let now = job.observe(answer, at: .start + .seconds(second), under: .ecs).job
      #expect(now.absence?.answers == (second < 120 ? 8 : nil))
      let later = now.observe(.missing, at: .start + .hours(5), under: .ecs).job
      #expect(later.state == (second < 120 ? .lost : .running))
    }
  }

  @Test func `held verdicts are asked again and given once the hold is over`() {
    var context = PollContext.ecs
    context.verdictsHeld = true
    let (offsets, last) = ask(.sample(.running), from: .start, under: context)
    #expect(offsets.count == 100 && last.job.state == .running && last.events.isEmpty)
    #expect(zip(offsets.dropFirst(), offsets).allSatisfy { $0 - $1 <= .minutes(1) })
    let later = Timestamp.start + .hours(1)
    #expect(last.job.observe(.missing, at: later, under: .ecs).job.state == .lost)
  }

  @Test func `the blind gap names the trouble that lasted longest`() {
    var context = PollContext.ecs
    let hours = { Timestamp.start + .hours($0) }
    context.gaps = [
      BlindGap(from: hours(-9), to: hours(0), cause: "before"),
      BlindGap(from: hours(1), to: hours(2), cause: "an outage"),
      BlindGap(from: hours(2), to: hours(30), cause: "a refused credential"),
    ]
    let (_, last) = ask(.sample(.running), from: hours(5), under: context)
    #expect(last.events.first?.data.blindGap?.cause == "a refused credential")
    context.gaps.removeLast(2)
    let (_, calm) = ask(.sample(.running), from: hours(5), under: context)
    #expect(calm.events.first?.data.blindGap?.cause.hasPrefix("no answer showed the job") == true)
  }
}
