import JobWatchCore
import TestSupport
import Testing

@Suite struct `A job with an expected end` {
  /// Expected to end within ten minutes of `start`, and last seen so long after it.
  private func job(
    _ state: JobState = .running, seen: Duration = .minutes(10), expected: Duration = .minutes(10)
  ) -> Job {
    var job = Job.sample(state)
    job.hint.expectWithin = expected
    guard state != .registered else { return job }
    job.lastSeenAt = .start + seen
    if state != .awaitingPayment { job.span.known = seen.seconds }
    return job
  }

  private let moment = Timestamp.start + .minutes(10) + .seconds(30)

  @Test("is told to be late once, half a minute after it", arguments: JobState.unfinished)
  func once(_ state: JobState) {
    let told = job(state).story(from: .start, under: Policies())
    #expect(told.map(\.kind) == [.jobLate])
    #expect(told.map(\.time) == [moment])
    #expect(told.first?.data.expectedBy == .start + .minutes(10))
    #expect(told.first?.data.state == state)
  }

  @Test(
    "is not told to be late once its end is known, or can no longer be known",
    arguments: JobState.allCases.filter(\.isFinal))
  func ended(_ state: JobState) { #expect(job(state).story(from: .start, under: Policies()).isEmpty) }

  @Test func `that was seen ended in time by the question at that time is never late`() {
    let asked = job(seen: .minutes(3))
    let seen = asked.observe(
      .seen(.succeeded), at: .start + .minutes(10) + .seconds(1), under: .ecs)
    let notices = seen.job.notices(at: .start + .hours(1), under: .ecs)
    #expect(notices.events.isEmpty)
  }

  @Test func `is told late at once by a daemon that was down, and only once`() {
    let time = Timestamp.start + .hours(5)
    #expect(job().nextNotice(after: time, under: Policies()) == time)
    let told = job().notices(at: time, under: Policies())
    #expect(told.events.map(\.kind) == [.jobLate])
    #expect(told.job.notices(at: time + .days(1), under: Policies()).events.isEmpty)
    #expect(told.job.nextNotice(after: time, under: Policies()) == nil)
  }

  @Test func `is told late again only for a later end that it was submitted with again`() {
    var told = job().notices(at: moment, under: Policies()).job
    for (within, isTold) in [(10, false), (2, false), (20, true), (15, false)] {
      told.hint.expectWithin = .minutes(within)
      let story = told.story(from: moment, under: Policies())
      #expect(story.map(\.time) == (isTold ? [.start + .minutes(20) + .seconds(30)] : []))
      if isTold { told = told.notices(at: .start + .hours(1), under: Policies()).job }
    }
  }

  @Test func `is late by the time since its begin, by the local clock`() throws {
    var context = PollContext(Policies())
    context.clockOffset = .hours(1)
    let begin = CloudTime(raw: "", instant: .start + .hours(1) + .minutes(2))
    let seen = Observation.seen(.running, JobReport(rawStatus: "RUNNING", begin: begin))
    var job = Job.sample()
    job.hint.expectWithin = .minutes(10)
    let running = job.observe(seen, at: .start + .minutes(5), under: context).job
    // Who tells it does not know the cloud's clock.
    let told = try #require(running.story(from: .start, under: Policies()).first)
    #expect(told.time == .start + .minutes(12) + .seconds(30))
    #expect(told.data.expectedBy == .start + .minutes(12))
  }

  struct Sentence: Sendable, CustomTestStringConvertible {
    var job: Job
    var troubles: [BlindGap] = []
    var testDescription: String
  }

  private var sentences: [Sentence] {
    var word = job()
    word.report = JobReport(rawStatus: "")
    var absent = job(seen: .minutes(9))
    absent.absence = Absence(answers: 2, since: .start)
    let outage = BlindGap(from: .start + .minutes(9), to: moment, cause: "the endpoint gave no answer: timeout")
    let unseen = "ecs job ff80 is not known to have ended within 10 m: it was "
    return [
      Sentence(
        job: job(seen: .minutes(10) + .seconds(10)),
        testDescription: "ecs job ff80 has not ended within 10 m: " + "it was still RUNNING when last seen 20 s ago"),
      // By clouds that tell their time in seconds it was asked for at its expected end.
      Sentence(
        job: job(seen: .minutes(10) - .milliseconds(20)),
        testDescription: "ecs job ff80 has not ended within 10 m: " + "it was still RUNNING when last seen 30 s ago"),
      Sentence(
        job: job(.awaitingPayment),
        testDescription: "ecs job ff80 has not ended within 10 m: "
          + "it was still PENDING_PAYMENT when last seen 30 s ago"),
      Sentence(
        job: word,
        testDescription: "ecs job ff80 has not ended within 10 m: " + "it was still running when last seen 30 s ago"),
      Sentence(
        job: job(seen: .minutes(9)), troubles: [outage],
        testDescription: unseen + "not seen since 2025-11-24T16:09:00.000Z, "
          + "because the endpoint gave no answer: timeout"),
      Sentence(
        job: absent,
        testDescription: unseen + "not seen since 2025-11-24T16:09:00.000Z, "
          + "because the service answers that it knows no such job"),
      Sentence(job: job(.registered), testDescription: unseen + "never seen, because no answer has told of it"),
    ]
  }

  @Test func `is told with what is known of it`() throws {
    for row in sentences {
      let notices = row.job.notices(at: moment, under: Policies(), gaps: row.troubles)
      let told = try #require(notices.events.first)
      #expect(told.data.summary == row.testDescription)
      let isUnseen = row.testDescription.contains("not known")
      #expect(told.data.blindGap?.from == (isUnseen ? row.job.lastVouchedAt : nil))
    }
  }

  @Test func `is asked for at that time at the latest, and as planned after it`() {
    var random = SeededGenerator(11)
    for state in [JobState.pending, .running, .awaitingPayment] {
      for _ in 0..<300 {
        let now = Timestamp.start + random.duration(.zero ... .hours(3))
        let planned = Job.sample(state).pollGap(at: now, under: .ecs)
        let expected = random.duration(.seconds(1) ... .hours(4))
        var job = Job.sample(state)
        job.hint.expectWithin = expected
        let gap = job.observe(.seen(state), at: now, under: .ecs).next.gap
        let left = Timestamp.start + expected - now
        var seen = Job.sample(state)
        seen = seen.observe(.seen(state), at: now, under: .ecs).job
        let free = seen.pollGap(at: now, under: .ecs)
        #expect(gap == (left > .zero ? min(free, max(left, .seconds(1))) : free))
        #expect(planned > .zero)
      }
    }
  }
}
