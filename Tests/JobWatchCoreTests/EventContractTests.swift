import Foundation
@testable import JobWatchCore
import Testing

@Suite struct `The contract of events` {
  @Test func `names are the catalogue of the documents`() {
    let catalogue = """
      job.registered job.pending job.running job.awaiting_payment job.succeeded job.failed job.lost
      job.found job.unknown job.lapsed job.forgotten job.expiring job.at_risk job.stuck job.late
      job.unrecognised account.paused account.resumed endpoint.down endpoint.up channel.failing
      channel.recovered daemon.started daemon.stopped daemon.degraded daemon.restored
      daemon.repaired spool.rejected
      """.split(whereSeparator: \.isWhitespace).map(String.init)
    #expect(EventKind.allCases.map(\.rawValue) == catalogue)
  }

  @Test("a job's arrival in a state has a name of its own", arguments: JobState.allCases)
  func entering(_ state: JobState) { #expect(EventKind(entering: state).rawValue == "job.\(state.rawValue)") }

  @Test func `an event has exactly these fields`() throws {
    #expect(
      try keys(full) == [
        "account", "begin_time", "blind_gap", "captured", "cause", "certainty", "channel", "cure",
        "end_time", "entities", "error_code", "evidence", "expected_by", "expires_at",
        "fail_reason", "file",
        "job_id", "job_type", "labels", "partial", "previous", "raw_status", "region", "request_id",
        "service", "state", "sub_jobs", "summary", "truncated",
      ])
    #expect(try keys(full, in: "blind_gap") == ["cause", "from", "to"])
    #expect(try keys(full, in: "evidence") == ["body", "bytes", "http_status", "lossy", "received_at"])
    #expect(try keys(full, in: "sub_jobs") == ["failed", "failures", "reasons", "succeeded", "total"])
    let failure = try #require(full.subJobs?.failures.first)
    #expect(
      try keys(failure) == [
        "begin_time", "end_time", "entities", "error_code", "fail_reason", "job_id", "job_type",
        "raw_status",
      ])
  }

  /// What receivers are given must not drift from what they are sent.
  @Test func `is published as a schema with the same names, fields and states`() throws {
    let definitions = try #require(try schema["$defs"] as? [String: Any])
    func properties(_ object: Any?) throws -> [String: Any] {
      try #require((object as? [String: Any])?["properties"] as? [String: Any])
    }
    func names(_ object: Any?) -> [String]? { (object as? [String: Any])?["enum"] as? [String] }
    #expect(names(definitions["event"]) == EventKind.allCases.map(\.rawValue))
    let data = try properties(definitions["data"])
    #expect(data.keys.sorted() == (try keys(full)))
    #expect(names(data["state"]) == JobState.allCases.map(\.rawValue))
    #expect(names(data["previous"]) == JobState.allCases.map(\.rawValue))
    for part in ["blind_gap", "evidence", "sub_jobs"] {
      #expect(try properties(data[part]).keys.sorted() == (try keys(full, in: part)), "\(part)")
    }
    let failures = try properties(data["sub_jobs"])["failures"] as? [String: Any]
    let failure = try #require(full.subJobs?.failures.first)
    #expect(try properties(failures?["items"]).keys.sorted() == (try keys(failure)))
  }

  private var schema: [String: Any] {
    get throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let data = try Data(contentsOf: root.appending(path: "config/event.schema.json"))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
  }

  @Test func `a field that does not apply is left out`() throws {
    #expect(try keys(EventData(summary: "x")) == ["summary"])
    let count = SubJobCount([SubJob(rawStatus: "FAIL", state: .failed)])
    #expect(try keys(try #require(count.failures.first)) == ["raw_status"])
    let large = [UInt8](repeating: 0x20, count: EvidenceText.limit + 1)
    let text = EvidenceText(Evidence(httpStatus: 200, body: large), receivedAt: .start)
    #expect(try keys(text) == ["bytes", "http_status", "received_at"])
    #expect(text.bytes == large.count)
  }

  @Test func `evidence that is no UTF-8 is told as far as it can be read, and that it is not all`()
    throws
  {
    func text(_ body: [UInt8]) -> EvidenceText {
      EvidenceText(Evidence(httpStatus: 200, body: body), receivedAt: .start)
    }
    let cut = text(Array("no quota ".utf8) + [0xE9, 0x85])
    #expect(cut.body == "no quota \u{FFFD}" && cut.lossy == true && cut.bytes == 11)
    #expect(try keys(text(Array("no quota".utf8))) == ["body", "bytes", "http_status", "received_at"])
  }

  @Test func `an event reads back as itself`() throws {
    let text = String(decoding: try JSONEncoder().encode(full), as: UTF8.self)
    #expect(try EventData(json: text) == full)
    #expect(text.contains("\"expires_at\":\"2025-11-24T16:00:00.000Z\""))
    #expect(text.contains("\"state\":\"awaiting_payment\""))
  }

  /// Every field set.
  private var full: EventData {
    let time = CloudTime(raw: "2025-11-24T16:00:00Z", instant: .start)
    var data = EventData(summary: "a")
    (data.jobID, data.account, data.service, data.region) = ("j", "a", "ecs", "eu-de")
    (data.jobType, data.state, data.previous) = ("t", .awaitingPayment, .running)
    (data.rawStatus, data.certainty, data.labels) = ("FAIL", .confirmed, ["a": "b"])
    (data.entities, data.beginTime, data.endTime) = (["server_id": "s"], time.raw, time.raw)
    (data.errorCode, data.failReason, data.partial) = ("E", "r", false)
    data.subJobs = SubJobCount([
      SubJob(
        jobID: "s", jobType: "t", rawStatus: "FAIL", state: .failed, begin: time, end: time,
        errorCode: "E", failReason: "r", entities: ["nic_id": "n"])
    ])
    (data.expiresAt, data.captured, data.requestID) = (.start, true, "r")
    data.expectedBy = .start
    data.blindGap = BlindGap(from: .start, to: .start, cause: "c")
    data.evidence = EvidenceText(Evidence(httpStatus: 200, body: Array("{}".utf8) + [0xFF]), receivedAt: .start)
    (data.channel, data.file, data.cause, data.cure) = ("c", "f", "c", "c")
    data.truncated = ["sub_jobs.failures"]
    data.subJobs?.reasons = [.init(errorCode: "E", failReason: "r", count: 1)]
    return data
  }

  private func keys(_ value: some Encodable, in member: String? = nil) throws -> [String] {
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value))
    let object = try #require(json as? [String: Any])
    guard let member else { return object.keys.sorted() }
    return try #require(object[member] as? [String: Any]).keys.sorted()
  }
}
