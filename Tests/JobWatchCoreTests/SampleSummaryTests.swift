import JobWatchCore
import Testing

@Suite struct `What an end has taught` {
  /// Ended after a minute by its record, was known to run for half of it, and was seen ended 3 s late.
  private func ended(_ state: JobState = .succeeded) -> Job {
    var job = Job.sample(state)
    job.report?.begin = CloudTime(raw: "", instant: .start)
    job.report?.end = CloudTime(raw: "", instant: .start + .minutes(1))
    job.span = WatchedSpan(known: 30)
    job.endedAt = .start + .seconds(63)
    return job
  }

  @Test func `is the duration of the record, or the ages between which it must have ended`() {
    var job = ended()
    #expect(SampleSummary(job, previous: .running) == .took(60))
    job.report?.end = nil
    #expect(SampleSummary(job, previous: .running) == .between(30, 63))
    job.report?.end = CloudTime(raw: "", instant: .start - .seconds(1))
    #expect(SampleSummary(job, previous: .running) == .between(30, 63))
  }

  @Test func `is what the model was told`() {
    for state in [JobState.succeeded, .failed] {
      let job = ended(state)
      var running = Job.sample(.running)
      running.span = job.span
      let lesson = running.observe(
        .seen(state, job.report ?? JobReport(rawStatus: "")), at: .start + .seconds(63), under: .ecs
      ).sample
      #expect(lesson == .ended(.at(60)) && SampleSummary(job, previous: .running) == .took(60))
    }
  }

  @Test func `is nothing of a job that was not paid at first, or not seen`() {
    var job = ended()
    for previous in [JobState.awaitingPayment, .running] {
      job.paidAt = previous == .running ? .start : nil
      guard case .nothing = SampleSummary(job, previous: previous) else {
        Issue.record("\(previous)")
        continue
      }
    }
    #expect(SampleSummary(.sample(.unknown), previous: nil).age == nil)
    #expect(SampleSummary(.sample(.lost), previous: .running).age == nil)
    #expect(SampleSummary(ended(.lost), previous: .running) == .ran(30))
  }
}
