import CloudAPI
import Foundation
import JobWatchCore
import Testing

/// Every word of every service, however it is spelt.
@Suite struct `The words of a service` {
  /// As the services document them; the names of states as in the manual.
  private static let documented: [String: String] = [
    "ecs":
      "INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed PENDING_PAYMENT=awaiting_payment",
    "bms":
      "INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed PENDING_PAYMENT=awaiting_payment",
    "evs": """
    INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed WAITING_EXECUTE=pending
    LISTENING=running
    """,
    "sdrs": "INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed",
    "deh": "INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed",
    "eip": "INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed",
    "ims": "INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed",
    "dcs": """
    INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed CREATED=pending EXECUTING=running
    PAUSED=pending SUCCEED=succeeded FAILED=failed CANCELLED=failed
    """,
    "rds": "Running=running Completed=succeeded Complete=succeeded Failed=failed",
    "taurusdb": """
    Running=running Completed=succeeded Failed=failed Pending=pending Canceled=failed
    Unauthorized=pending
    """,
    "gaussdb": "Running=running Completed=succeeded Failed=failed",
    "dds": "Running=running Completed=succeeded Failed=failed",
    "geminidb": "Running=running Completed=succeeded Failed=failed Pending=pending Canceled=failed",
    "ddm": """
    Running=running Completed=succeeded Failed=failed Expanding=running Canceling=running
    Rollbacking=running ToBeSwitched=running Switching=running RollbackSuccess=failed
    RollbackFail=failed CancelSuccess=failed INIT=pending SUCCESS=succeeded FAIL=failed
    """,
    "cce": "Initializing=pending Running=running Success=succeeded Failed=failed",
  ]
  /// Whatever the service.
  private static let general = """
    Canceled=failed CANCELLED=failed CancelSuccess=failed RollbackSuccess=failed ROLLED_BACK=failed
    TIMEOUT=failed TimedOut=failed Terminated=failed ABORTED=failed EXPIRED=failed
    Pending=pending Unauthorized=pending Canceling=running RollingBack=running
    """

  private static func pairs(_ text: String) throws -> [(word: String, state: JobState)] {
    try text.split(whereSeparator: \.isWhitespace).map { pair in
      let halves = pair.split(separator: "=").map(String.init)
      return (halves[0], try #require(JobState(rawValue: halves[1])))
    }
  }

  private static func spellings(_ word: String) -> [String] {
    let plain = word.filter { $0 != "_" }
    return [
      word, word.lowercased(), word.uppercased(), plain, word.replacing("_", with: "-"),
      word.replacing("_", with: " "), " \(word) ", plain.map(String.init).joined(separator: "_"),
      word.prefix(2) + "-" + word.dropFirst(2),
    ]
  }

  @Test(
    "mean the same in every spelling, and are kept as they were sent", arguments: SampleRecord.all)
  func words(_ sample: SampleRecord) throws {
    let own = try Self.pairs(Self.documented[sample.service.name] ?? "")
    #expect(Dictionary(own.map { ($0.word, $0.state) }) { $1 } == sample.service.vocabulary)
    for (word, state) in own + (try Self.pairs(Self.general)) {
      for spelling in Self.spellings(word) {
        let record = sample.answer(sample.record("job1", .running))
          .replacing("\"\(sample.word(.running))\"", with: "\"\(spelling)\"")
        let answer = AnswerClassifier(
          service: sample.service, jobID: "job1", now: Timestamp(milliseconds: 0)
        ).answer(to: HTTPResponse(status: 200, body: Array(record.utf8)))
        guard case .seen(let seen, let report) = answer.observation else {
          Issue.record("\(sample.service.name) \(spelling): \(answer.observation)")
          continue
        }
        #expect(seen == state && report.rawStatus == spelling, "\(sample.service.name) \(spelling)")
      }
    }
  }

  @Test("mean the same of a part", arguments: SampleRecord.all)
  func parts(_ sample: SampleRecord) throws {
    let words =
      try Self.pairs(Self.documented[sample.service.name] ?? "") + Self.pairs(Self.general)
    for (word, state) in words {
      let part = sample.record("p", .running)
        .replacing("\"\(sample.word(.running))\"", with: "\"\(word.lowercased())\"")
      let body = sample.answer(
        sample.record("job1", .succeeded, objects: #"{"\#(sample.partsName)":[\#(part)]}"#))
      let parts = try #require(sample.report(Array(body.utf8))).subJobs
      #expect(parts.map(\.state) == [state] && parts.map(\.rawStatus) == [word.lowercased()])
    }
  }

  @Test("that nobody documents stay unknown", arguments: SampleRecord.all)
  func unknown(_ sample: SampleRecord) throws {
    for word in ["FROZEN", "CancelFailed", "NotCanceled", "Suspended", "Stopped", "Skipped", "?"] {
      let body = sample.answer(sample.record("job1", .running))
        .replacing("\"\(sample.word(.running))\"", with: "\"\(word)\"")
      let answer = AnswerClassifier(
        service: sample.service, jobID: "job1", now: Timestamp(milliseconds: 0)
      ).answer(to: HTTPResponse(status: 200, body: Array(body.utf8)))
      guard case .unrecognised(let report) = answer.observation else {
        Issue.record("\(sample.service.name) \(word): \(answer.observation)")
        continue
      }
      #expect(report.rawStatus == word && report.end == nil)
    }
  }

  /// A body of the field, with the id of the job asked for.
  @Test func `are read in the answers that people met`() throws {
    let canceled = """
      {"job":{"id":"job1","name":"ResizeInstanceFlavor","status":"Canceled","created":"2026-02-10T09:22:04+0800",\
      "ended":"2026-02-10T09:30:04+0800","process":"","instance":{"id":"in07","name":"n"},"entities":{},\
      "fail_reason":null}}
      """
    let answer = AnswerClassifier(
      service: .taurusdb, jobID: "job1", now: Timestamp(milliseconds: 0)
    )
    .answer(to: HTTPResponse(status: 200, body: Array(canceled.utf8)))
    guard case .seen(.failed, let report) = answer.observation else {
      Issue.record("\(answer.observation)")
      return
    }
    #expect(report.rawStatus == "Canceled" && report.failReason == nil)
    #expect(report.end?.instant?.description == "2026-02-10T01:30:04.000Z")
  }
}
