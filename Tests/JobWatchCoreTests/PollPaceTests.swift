import JobWatchCore
import TestSupport
import Testing

@Suite struct `The gap between two polls` {
  @Test func `is the one that a user fixed, or a quarter of the retention where that is shorter`() {
    let fixed = PollPace.fixed(.seconds(10))
    for (retention, gap) in [(Duration?.none, 10.0), (.days(1), 10), (.seconds(20), 5)] {
      var context = PollContext(Policies(retention: RetentionPolicy(finished: retention)))
      context.pace = fixed
      #expect(Job.sample(.running).pollGap(at: .start + .hours(5), under: context).seconds == gap)
    }
  }

  @Test func `of an unpaid order grows from a minute to an hour, and shrinks before its end`() {
    var context = PollContext.ecs
    context.policies.retention.unpaid = .days(14)
    var job = Job.sample(.awaitingPayment)
    job.recordSince = .start
    let rows: [(open: Duration, gap: Duration)] = [
      (.zero, .minutes(1)), (.minutes(30), .minutes(3)), (.hours(9), .minutes(54)),
      (.days(3), .hours(1)), (.days(14) - .hours(2), .minutes(30)),
      (.days(14) - .minutes(1), .minutes(1)), (.days(15), .hours(1)),
    ]
    for row in rows { #expect(job.pollGap(at: .start + row.open, under: context) == row.gap) }
  }

  @Test func `counts from the record's begin, else the submitter's, else the submission`() {
    var job = Job.sample(submitted: .start)
    #expect(job.begunAt(offset: .zero) == .start)
    job.hint.beginTime = .start + .seconds(1)
    #expect(job.begunAt(offset: .minutes(1)) == .start + .seconds(1))
    job.report = JobReport(rawStatus: "RUNNING", begin: CloudTime(raw: "", instant: .start + .minutes(5)))
    #expect(job.begunAt(offset: .minutes(1)) == .start + .minutes(4))
    job.report?.begin?.instant = nil
    #expect(job.begunAt(offset: .minutes(1)) == .start + .seconds(1))
    job.paidAt = .start + .days(2)
    #expect(job.begunAt(offset: .minutes(1)) == .start + .days(2))
  }
}
