import JobWatchCore
import Testing

@Suite struct `A job that vanishes with an unknown word` {
  private let first = Timestamp.start + .minutes(1)
  private let last = Timestamp.start + .minutes(9)

  /// Seen with each word, a minute apart from `start` on, and then not any more.
  private func lost(after words: [String]) -> EventDraft? {
    var job = Job.sample(.running)
    var now = Timestamp.start
    for word in words {
      let report = JobReport(rawStatus: word)
      let answer: Observation = word == "RUNNING" ? .seen(.running, report) : .unrecognised(report)
      job = job.observe(answer, at: now, under: .ecs).job
      now = now + .minutes(1)
    }
    var decision = job.observe(.missing, at: now, under: .ecs)
    while let gap = decision.next.gap, !decision.job.state.isFinal {
      now = now + gap
      decision = decision.job.observe(.missing, at: now, under: .ecs)
    }
    return decision.events.last
  }

  @Test func `is told with the word, and since when`() throws {
    let words = ["RUNNING", "FROZEN", "FROZEN", "FROZEN"]
    let event = try #require(lost(after: words))
    #expect(event.kind == .jobLost && event.data.rawStatus == "FROZEN")
    #expect(
      event.data.summary
        == "ecs job ff80 vanished; its last word was \"FROZEN\", which jobwatch does not know, since \(first)")
    let cause =
      "its last word was \"FROZEN\", which jobwatch does not know, from \(first) to "
      + "\(first + .minutes(2)); then the record was gone"
    #expect(event.data.cause == cause && event.data.blindGap?.cause == cause)
    #expect(event.data.cure != nil)
    #expect(!event.data.summary.contains("may have"))
  }

  @Test func `counts the time of its present word alone`() throws {
    let text = try #require(lost(after: ["HALTED", "FROZEN", "HALTED"])).data.summary
    #expect(text.hasSuffix("since \(Timestamp.start + .minutes(2))"))
    let silent = try #require(lost(after: ["RUNNING", ""]))
    #expect(silent.data.summary == "ecs job ff80 vanished; its record had no status, since \(first)")
  }

  @Test func `is told as ever if the last word was known`() throws {
    let event = try #require(lost(after: ["FROZEN", "RUNNING"]))
    #expect(event.data.summary.hasSuffix("it may have succeeded or failed"))
    #expect(event.data.cause == nil)
    #expect(event.data.blindGap?.cause.hasPrefix("no answer showed the job") == true)
  }

  @Test func `is one word in every spelling`() throws {
    var (job, told) = (Job.sample(.running), 0)
    for word in ["FROZEN", "Frozen", "fro_zen", "FROZEN", "frozen "] {
      let decision = job.observe(
        .unrecognised(JobReport(rawStatus: word)), at: .start + .minutes(told), under: .ecs)
      (job, told) = (decision.job, told + decision.events.count)
    }
    #expect(told == 1 && job.reportedWords == ["FROZEN"])
    #expect(job.unknownWord?.word == "frozen " && job.unknownWord?.since == .start)
  }

  @Test func `names an outage first that lay in between`() throws {
    var job = Job.sample(.running)
    job = job.observe(.unrecognised(JobReport(rawStatus: "FROZEN")), at: .start, under: .ecs).job
    var context = PollContext.ecs
    context.gaps = [BlindGap(from: .start, to: .start + .hours(1), cause: "503")]
    for minute in [60, 61, 63] {
      let decision = job.observe(.missing, at: .start + .minutes(minute), under: context)
      job = decision.job
      guard let event = decision.events.last else { continue }
      #expect(event.data.blindGap?.cause == "503" && event.data.cause?.contains("FROZEN") == true)
    }
    #expect(job.state == .lost)
  }

  @Test func `has no unknown word any more once a later version knows it`() {
    var job = Job.sample(.running)
    job = job.observe(.unrecognised(JobReport(rawStatus: "Canceled")), at: .start, under: .ecs).job
    #expect(job.unknownWord?.word == "Canceled")
    let decision = job.observe(
      .seen(.failed, JobReport(rawStatus: "Canceled")), at: last, under: .ecs)
    #expect(decision.events.map(\.kind) == [.jobFailed])
    #expect(decision.job.unknownWord == nil && decision.job.reportedWords.isEmpty)
  }
}
