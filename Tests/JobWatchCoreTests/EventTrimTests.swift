import Foundation
import JobWatchCore
import TestTraits
import Testing

/// What is too long to be told is told shorter, and says so.
@Suite(.aside) struct `The data of an event` {
  private static let limit = 19_900

  private func job(_ failures: Int, reason: (Int) -> String, body: String? = nil) -> EventData {
    var data = EventData(summary: "ecs job j failed; \(failures) of \(failures + 3) sub-jobs failed")
    (data.jobID, data.account, data.service, data.state) = ("j", "prod", "ecs", .failed)
    let failed = (0..<failures).map { number in
      SubJob(
        jobID: "sub-\(number)", jobType: "createSingleServer", rawStatus: "FAIL", state: .failed,
        begin: CloudTime(raw: "2026-11-21T21:38:21.123Z", instant: nil), errorCode: "Ecs.0005",
        failReason: reason(number), entities: ["server_id": "0a1b2c3d-\(number)"])
    }
    let fine = (0..<3).map { _ in SubJob(rawStatus: "SUCCESS", state: .succeeded) }
    data.subJobs = SubJobCount(failed + fine)
    if let body {
      data.evidence = EvidenceText(
        Evidence(httpStatus: 200, body: Array(body.utf8)), receivedAt: .start)
    }
    return data
  }

  @Test func `that fits is told as it is`() throws {
    let data = job(20, reason: { "reason \($0)" }, body: "{}")
    #expect(try data.trimmed(to: Self.limit) == data)
    let text = try data.json()
    #expect(EventData.text(text, within: Self.limit) == text)
  }

  @Test func `loses the raw answer first`() throws {
    // Every quote of it takes two bytes.
    let data = job(3, reason: { "reason \($0)" }, body: String(repeating: "\"", count: 16_000))
    let trimmed = try data.trimmed(to: Self.limit)
    #expect(trimmed.truncated == ["evidence.body"])
    #expect(trimmed.evidence?.bytes == 16_000 && trimmed.evidence?.body == nil)
    #expect(trimmed.subJobs == data.subJobs && trimmed.summary == data.summary)
  }

  @Test func `keeps the counts, the first failures and each reason of 400 failed sub-jobs`() throws {
    let reasons = ["no stock", "no quota", "no address"]
    let data = job(400, reason: { reasons[$0 < 300 ? 0 : $0 < 399 ? 1 : 2] }, body: "{}")
    let trimmed = try data.trimmed(to: Self.limit)
    #expect(try trimmed.json().utf8.count <= Self.limit)
    let count = try #require(trimmed.subJobs)
    #expect((count.total, count.succeeded, count.failed) == (403, 3, 400))
    #expect(count.failures.count >= 30)
    #expect(count.failures == Array(data.subJobs?.failures.prefix(count.failures.count) ?? []))
    #expect(count.reasons?.map(\.failReason) == reasons)
    #expect(count.reasons?.map(\.count) == [300, 99, 1])
    #expect(trimmed.truncated == ["sub_jobs.failures"])
  }

  @Test func `names a reason that each of them has of its own only for the first`() throws {
    let trimmed = try job(5000, reason: { "server \($0) failed" }).trimmed(to: Self.limit)
    #expect(trimmed.truncated == ["sub_jobs.failures", "sub_jobs.reasons"])
    #expect(trimmed.subJobs?.reasons?.first?.failReason == "server 0 failed")
    #expect(trimmed.subJobs?.failed == 5000)
  }

  /// What is too long, and the names by which it is told.
  static let long: [(String, @Sendable (inout EventData) -> Void, [String])] = [
    ("a reason", { $0.failReason = String(repeating: "x", count: 1 << 20) }, ["fail_reason"]),
    ("a sentence", { $0.summary = String(repeating: "é", count: 30_000) }, ["summary"]),
    ("control characters", { $0.cause = String(repeating: "\u{1}", count: 9000) }, ["cause"]),
    ("one character", { $0.cure = "e" + String(repeating: "\u{301}", count: 20_000) }, ["cure"]),
    ("emoji", { $0.rawStatus = String(repeating: "👩‍👩‍👧", count: 5000) }, ["raw_status"]),
    (
      "entities",
      { $0.entities = Dictionary(uniqueKeysWithValues: (0..<10_000).map { ("id-\($0)", "v") }) },
      ["entities"]
    ),
    (
      "labels of escapes",
      { data in
        data.labels = Dictionary(
          uniqueKeysWithValues: (0..<32).map {
            ("label-\($0)", String(repeating: "\u{2}", count: 256))
          })
      }, ["labels"]
    ),
    (
      "a gap",
      {
        $0.blindGap = BlindGap(
          from: .start, to: .start, cause: String(repeating: "\\", count: 1 << 16))
      },
      ["blind_gap.cause"]
    ),
  ]

  @Test("is cut where it is too long, and nowhere else", arguments: long)
  func cut(_ what: String, _ change: @Sendable (inout EventData) -> Void, _ names: [String]) throws {
    var data = job(2, reason: { "reason \($0)" })
    change(&data)
    let trimmed = try data.trimmed(to: Self.limit)
    #expect(try trimmed.json().utf8.count <= Self.limit)
    #expect(trimmed.truncated == names)
    #expect(trimmed.subJobs == data.subJobs)
    let text = EventData.text(try data.json(), within: Self.limit)
    #expect(try EventData(json: text) == trimmed, "it reads back")
    #expect(try trimmed.json() == text)
  }

  @Test(
    "fits whatever it is, says what it lacks, and is the same again",
    arguments: [8192, 19_900, 65_000])
  func anything(_ limit: Int) throws {
    for seed in 0..<25 {
      var source = Source(state: UInt64(seed))
      let data = source.data()
      let trimmed = try data.trimmed(to: limit)
      let text = try trimmed.json()
      #expect(text.utf8.count <= limit, "seed \(seed)")
      #expect(try EventData(json: text) == trimmed, "seed \(seed)")
      #expect(try data.trimmed(to: limit) == trimmed, "seed \(seed)")
      #expect((trimmed.truncated == nil) == (trimmed == data), "seed \(seed)")
      #expect(trimmed.subJobs?.total == data.subJobs?.total, "seed \(seed)")
      #expect(trimmed.subJobs?.failed == data.subJobs?.failed, "seed \(seed)")
      #expect(trimmed.jobID == data.jobID && trimmed.state == data.state, "seed \(seed)")
      let told = trimmed.subJobs?.reasons ?? []
      let isComplete = trimmed.truncated?.contains("sub_jobs.reasons") == false
      if !told.isEmpty, isComplete {
        #expect(told.reduce(0) { $0 + $1.count } == data.subJobs?.failed, "seed \(seed)")
      }
    }
  }

  @Test func `of another version is told in few words rather than never`() throws {
    let text = EventData.text("[" + String(repeating: " ", count: 9000) + "]", within: 8192)
    #expect(try EventData(json: text).truncated == ["summary"])
  }
}

/// Random data, the same for the same seed.
private struct Source {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }

  mutating func text() -> String {
    let alphabet = [
      "a", "\"", "\\", "\n", "\u{1}", "\u{7F}", "é", "漢", "👩‍👩‍👧", "\u{301}", "\u{2028}", "/",
    ]
    let length = [0, 3, 40, 300, 2000][next(5)]
    return (0..<length).map { _ in alphabet[next(alphabet.count)] }.joined()
  }

  mutating func texts() -> [String: String] {
    var texts: [String: String] = [:]
    for _ in 0..<[0, 2, 40, 120][next(4)] { texts[text()] = text() }
    return texts
  }

  mutating func data() -> EventData {
    var data = EventData(summary: text())
    (data.jobID, data.state, data.account) = ("job", .failed, "prod")
    (data.failReason, data.errorCode, data.rawStatus) = (text(), text(), text())
    (data.cause, data.cure, data.jobType, data.region) = (text(), text(), text(), text())
    (data.beginTime, data.endTime, data.requestID) = (text(), text(), text())
    (data.channel, data.file, data.labels, data.entities) = (text(), text(), texts(), texts())
    data.blindGap = BlindGap(from: .start, to: .start, cause: text())
    let body = String(text().prefix(2000))
    data.evidence = EvidenceText(Evidence(httpStatus: 200, body: Array(body.utf8)), receivedAt: .start)
    data.subJobs = SubJobCount(
      (0..<[0, 1, 20, 40][next(4)]).map { number in
        SubJob(
          jobID: text(), jobType: text(), rawStatus: text(), state: .failed, errorCode: text(),
          failReason: number % 3 == 0 ? "same" : text(), entities: ["a": text(), text(): "b"])
      })
    return data
  }
}
