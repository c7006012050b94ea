import JobWatchCore
import Testing

@Suite struct `The sentence for people` {
  struct Sentence: Sendable, CustomTestStringConvertible {
    var job: Job
    var kind: EventKind
    var testDescription: String

    static let all: [Sentence] = [
      Sentence(job: .sample(), kind: .jobRegistered, testDescription: "ecs job ff80 is being watched"),
      Sentence(
        job: ended(.succeeded), kind: .jobSucceeded,
        testDescription: "ecs job ff80 (createServer) succeeded after 4 m 30 s"),
      Sentence(
        job: ended(.failed, code: "Ecs.0005", reason: "no quota"), kind: .jobFailed,
        testDescription: "ecs job ff80 (createServer) failed after 4 m 30 s: Ecs.0005 no quota"),
      Sentence(
        job: ended(.failed, code: "", parts: [.succeeded, .failed, .failed]), kind: .jobFailed,
        testDescription: "ecs job ff80 (createServer) failed after 4 m 30 s; " + "2 of 3 sub-jobs failed (Ecs.0219)"),
      Sentence(
        job: ended(.succeeded, parts: [.succeeded, .failed]), kind: .jobSucceeded,
        testDescription: "ecs job ff80 (createServer) succeeded after 4 m 30 s; "
          + "1 of 2 sub-jobs failed (Ecs.0219)"),
      Sentence(
        job: ended(.failed, word: "Canceled"), kind: .jobFailed,
        testDescription: "ecs job ff80 (createServer) ended as Canceled after 4 m 30 s"),
      Sentence(
        job: ended(.failed, word: "RollbackSuccess", reason: "no host"), kind: .jobFailed,
        testDescription:
          "ecs job ff80 (createServer) ended as RollbackSuccess after 4 m 30 s: no host"),
      Sentence(
        job: .sample(.lost), kind: .jobLost,
        testDescription: "ecs job ff80 vanished before its end was seen; " + "it may have succeeded or failed"),
      Sentence(job: .sample(.unknown), kind: .jobUnknown, testDescription: "the service never showed ecs job ff80"),
      Sentence(
        job: .sample(.running), kind: .jobAtRisk,
        testDescription: "ecs job ff80 was not seen for 20 h: it could end and be deleted unseen"),
      Sentence(
        job: ended(.succeeded), kind: .jobExpiring,
        testDescription: "the cloud deletes the record of ecs job ff80 (createServer) in 4 h; "
          + "its end is kept here"),
      Sentence(
        job: .sample(.awaitingPayment), kind: .jobExpiring,
        testDescription: "the cloud deletes the record of ecs job ff80 in 13 d 4 h; "
          + "the order is still unpaid, so its outcome is open"),
      Sentence(
        job: worded("PAUSED"), kind: .jobUnrecognised,
        testDescription:
          "ecs job ff80 has the status \"PAUSED\", which is not a known one"),
      Sentence(job: worded(""), kind: .jobUnrecognised, testDescription: "ecs job ff80 has no status"),
    ]

    private static func worded(_ word: String) -> Job {
      var job = Job.sample(.running)
      job.report = JobReport(rawStatus: word)
      return job
    }

    private static func ended(
      _ state: JobState, word: String? = nil, code: String? = nil, reason: String? = nil, parts: [JobState] = []
    ) -> Job {
      var job = Job.sample(state)
      job.report = JobReport(
        jobType: "createServer", rawStatus: word ?? state.word,
        begin: CloudTime(raw: "", instant: .start - .seconds(270)),
        end: CloudTime(raw: "", instant: .start), errorCode: code, failReason: reason,
        subJobs: parts.map {
          SubJob(rawStatus: $0.word, state: $0, errorCode: $0 == .failed ? "Ecs.0219" : nil)
        })
      return job
    }
  }

  @Test("says what happened", arguments: Sentence.all)
  func sentence(_ row: Sentence) {
    let event = EventDraft(row.kind, of: row.job, at: .start + .hours(20), under: Policies.ecs.retention)
    #expect(event.data.summary == row.testDescription)
  }

  @Test("is there for every event of a job", arguments: EventKind.allCases)
  func everyKind(_ kind: EventKind) {
    let event = EventDraft(kind, of: .sample(.running), at: .start, under: Policies.ecs.retention)
    #expect(event.data.summary.contains("ecs job ff80"))
    #expect((event.data.evidence != nil) == false)
  }
}
