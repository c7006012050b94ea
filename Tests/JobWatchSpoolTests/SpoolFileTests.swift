import Foundation
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchSpool

@Suite struct `Spool file` {
  private static let rules = SpoolRules.sample(
    accounts: ["prod", "test"], channels: ["oncall"], without: ["test": ["dcs"]])

  private func decode(_ text: String, rules: SpoolRules? = rules) -> SpoolFile {
    SpoolFile(decoding: Array(text.utf8), rules: rules)
  }

  @Test(
    "each format yields its jobs",
    arguments: [
      (#"{"job_id": "a1"}"#, ["prod/ecs/a1"]),
      ("{\n  \"job_id\": \"a1\",\n  \"service\": \"dcs\"\n}\n", ["prod/dcs/a1"]),
      (#"[{"job_id":"a1"},{"job_id":"a2","account":"test"}]"#, ["prod/ecs/a1", "test/ecs/a2"]),
      ("{\"job_id\":\"a1\"}\r\n\n{\"job_id\":\"a2\"}\r\n", ["prod/ecs/a1", "prod/ecs/a2"]),
      ("# ours\na1\r\n\n  dcs\ta2 \n a3", ["prod/ecs/a1", "prod/dcs/a2", "prod/ecs/a3"]),
      ("\u{FEFF}a1\n", ["prod/ecs/a1"]), ("a1\rdcs a2\r", ["prod/ecs/a1", "prod/dcs/a2"]),
      ("a1\r\n\u{1A}", ["prod/ecs/a1"]), ("a1\u{1A}\r\n", ["prod/ecs/a1"]),
      (#"{"job_id":"a1","order_id":"CS1","serverIds":["s1"]}"#, ["prod/ecs/a1"]),
      (#"{"job_id":"a1","service":null,"labels":null,"channels":null}"#, ["prod/ecs/a1"]),
    ])
  func formats(_ text: String, _ jobs: [String]) {
    let file = decode(text)
    #expect(file.submissions.map { Self.rules.key(of: $0).description } == jobs)
    #expect(file.rejections.isEmpty, "\(file.rejections)")
  }

  @Test func `an entry may say more of its job`() {
    let file = decode(
      """
      {"job_id": "a1", "service": "dcs", "instance_id": "i1", "task_id": "t1", "labels": {"run": 42, "ok": true, "r": 1.5, "name": "ö"},
       "channels": ["oncall", "oncall"], "job_type": "createServer",
       "begin_time": "2026-11-21T21:38:21.123Z", "submitted_at": 1764000000000, "expect_within": "1.5m"}
      """)
    let expected = SpoolSubmission(
      jobID: "a1", service: "dcs", labels: ["run": "42", "ok": "true", "r": "1.5", "name": "ö"],
      channels: ["oncall"], jobType: "createServer",
      beginTime: Timestamp(iso8601: "2026-11-21T21:38:21.123Z"),
      submittedAt: Timestamp(milliseconds: 1_764_000_000_000), instanceID: "i1", taskID: "t1",
      expectWithin: .seconds(90))
    #expect(file.submissions == [expected])
    #expect(file.rejections.isEmpty)
  }

  @Test func `a reason is one line, and is not as long as what it is about`() {
    for name in ["x\\n\\u001b[2J", "e" + String(repeating: "\u{301}", count: 100_000)] {
      let reasons = decode("{\"job_id\": \"a1\", \"account\": \"\(name)\"}").rejections.map(\.text)
      #expect(reasons.count == 1)
      #expect(reasons.allSatisfy { $0.utf8.count < 4096 && !$0.utf8.contains { $0 < 0x20 } })
    }
  }

  @Test func `a command stands alone in its file`() {
    let file = decode(#"{"command": "pause", "account": "prod", "reason": "why"}"#)
    #expect(file.command == SpoolCommand(.pause, account: "prod", reason: "why"))
    #expect(file.submissions.isEmpty && file.rejections.isEmpty)
  }

  @Test(
    "what cannot be taken is told with its cure",
    arguments: [
      (#"{"jobid": "a1"}"#, "the file: unknown key \"jobid\"; did you mean \"job_id\"?"),
      (#"{"service": "ecs"}"#, "job_id is missing"),
      (#"{"job_id": 17}"#, "job_id must be text in quotes, not a number"),
      (#"{"job_id": "../../etc"}"#, "\"../../etc\" is no job id"),
      ("ecs ../x", "line 1: \"../x\" is no job id"),
      ("a b c", "line 1: must be \"job_id\" or \"service job_id\""),
      ("esc a1", "service \"esc\" is not known; did you mean \"ecs\"?"),
      (#"{"command":"pause","account":"prdo"}"#, "did you mean \"prod\"?"),
      (#"{"command":"paus","account":"prod"}"#, "command \"paus\" is not known; did you mean"),
      (#"{"command":"pause"}"#, "account is missing"),
      (#"{"command":"pause","account":"prod","job_id":"a1"}"#, "has no \"job_id\""),
      (#"{"command":"pause","account":"prod","reason":"a\nb"}"#, "without control characters"),
      (#"{"job_id":"a1","instance_id":"i1","task_id":"t1"}"#, "are for jobs of dcs, not of ecs"),
      (#"{"job_id":"a1","service":"dcs","task_id":"t1"}"#, "task_id needs the instance_id"),
      (#"{"job_id":"a1","service":"dcs","instance_id":"../x"}"#, "instance_id must start with"),
      (#"[{"command":"pause","account":"prod"}]"#, "entry 1: a command stands alone"),
      (#"{"job_id":"a1","account":"prdo"}"#, "did you mean \"prod\"?"),
      (#"{"job_id":"a1","channels":["oncal"]}"#, "did you mean \"oncall\"?"),
      (#"{"job_id":"a1","channels":"oncall"}"#, "channels must be a list"),
      (#"{"job_id":"a1","channels":[1]}"#, "channels must hold names"),
      (#"{"job_id":"a1","labels":["x"]}"#, "labels must be an object"),
      (#"{"job_id":"a1","labels":{"x":null}}"#, "label \"x\" must be text, not null"),
      (#"{"job_id":"a1","labels":{"a b":"c"}}"#, "label name \"a b\" must be 1 to 63"),
      (#"{"job_id":"a1","begin_time":"soon"}"#, "begin_time must be a time such as"),
      (#"{"job_id":"a1","job_type":"a\nb"}"#, "job_type must be"),
      (#"{"job_id":"a1","expect_within":600}"#, "expect_within must be text in quotes"),
      (#"{"job_id":"a1","expect_within":"soon"}"#, "expect_within must be a number and one of ms"),
      (#"{"job_id":"a1","expect_within":"10 m"}"#, "such as \"10m\", not \"10 m\""),
      (#"{"job_id":"a1","expect_within":"999ms"}"#, "expect_within must be 1s to 365d, not 999ms"),
      (#"{"job_id":"a1","expect_within":"366d"}"#, "expect_within must be 1s to 365d, not 366d"),
      (#"{"job_id":"a1","account":"test","service":"dcs"}"#, "has no endpoint of dcs"),
      (#"[{"job_id":"a1"}, 7, {}]"#, "entry 2: must be an object"),
      ("{\"job_id\":\"a1\"}\n{oops\n", "line 2: is not valid JSON"),
      (#"{"job_id": "a1""#, "the file: is not valid JSON"),
      (#"[{"job_id": "a1"}"#, "the file: is not valid JSON"),
      ("", "holds no job"), (" \n# only this\n", "holds no job"), ("[]", "holds no job"),
    ])
  func rejections(_ text: String, _ message: String) {
    let reasons = decode(text).rejections.map(\.description)
    #expect(reasons.contains { $0.contains(message) }, "\(reasons)")
  }

  @Test(
    "a file over a limit is rejected whole",
    arguments: [
      (Filler("", "[", 100_000), "is not valid JSON"),
      (Filler("{\"a\":", "[", 100_000), "is not valid JSON"),
      (Filler("", "a1\n", 10_001), "holds 10001 jobs"),
      (Filler("[{\"job_id\":\"a\"}", ",{\"job_id\":\"a\"}", 10_000, "]"), "holds 10001 jobs"),
      (Filler("", "{\"job_id\":\"a\"}\n", 10_001), "holds 10001 jobs"),
      (Filler("a", " ", 4 << 20), "is larger than 4 MiB"),
    ])
  func limits(_ filler: Filler, _ message: String) {
    let file = decode(filler.text)
    #expect(file.submissions.isEmpty)
    #expect(file.rejections.map(\.place) == [.file])
    #expect(file.rejections.first?.text.contains(message) == true, "\(file.rejections)")
  }

  /// A text too long to be shown as a test's argument.
  struct Filler: Sendable, CustomTestStringConvertible {
    let text: String
    let testDescription: String

    init(_ head: String, _ body: String, _ count: Int, _ tail: String = "") {
      text = head + String(repeating: body, count: count) + tail
      testDescription = "\(head), then \(count) times \(body.debugDescription)"
    }
  }

  @Test func `labels have limits`() {
    let many = Dictionary(uniqueKeysWithValues: (1...33).map { ("k\($0)", "v") })
    let long = ["k": String(repeating: "ö", count: 129)]
    for (labels, limit) in [(many, "at most 32"), (long, "longer than 256 bytes")] {
      #expect(SpoolSubmission(jobID: "a", labels: labels).problem?.contains(limit) == true)
    }
    #expect(
      SpoolSubmission(jobID: "a", labels: ["k": "\(String(repeating: "o", count: 256))"])
        .problem == nil)
  }

  @Test func `the good entries of a mixed file are taken`() {
    let file = decode("a1\n../x\na2\n")
    #expect(file.submissions.map(\.jobID) == ["a1", "a2"])
    #expect(file.rejections.map(\.place) == [.line(2)])
  }

  @Test func `lines of JSON may have other lines among them`() {
    let file = decode("{\"job_id\": \"a1\"}\n# by hand\na2\n{\"job_id\": \"a3\", \"service\": \"ecz\"}\n")
    #expect(file.submissions.map(\.jobID) == ["a1", "a2"])
    #expect(file.rejections.map(\.place) == [.line(4)])
    // One document over several lines is none of these.
    let torn = decode("{\"job_id\": \"a1\",\n\"labels\": {\n")
    #expect(torn.rejections.map(\.place) == [.file])
  }

  @Test func `bytes that are not UTF-8 are rejected whole`() {
    let file = SpoolFile(decoding: [0x61, 0x31, 0x0A, 0xFF], rules: Self.rules)
    #expect(file.submissions.isEmpty)
    #expect(file.rejections.map(\.text).count == 1)
    #expect(file.rejections.first?.text.hasPrefix("is not UTF-8: save it as UTF-8") == true)
  }

  @Test(
    arguments: [
      ([0xFF, 0xFE, 0x61, 0x00], "UTF-16"), ([0xFE, 0xFF, 0x00, 0x61], "UTF-16"),
      ([0x7B, 0, 0x7D, 0], "UTF-16LE"), ([0, 0x7B, 0, 0x7D], "UTF-16BE"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"),
    ] as [([UInt8], String)])
  func `another encoding is rejected with its name and the way to UTF-8`(
    _ bytes: [UInt8], _ name: String
  ) {
    let reasons = SpoolFile(decoding: bytes, rules: Self.rules).rejections.map(\.text)
    #expect(reasons.count == 1)
    #expect(reasons.first?.hasPrefix("is not UTF-8 but \(name): save it as UTF-8") == true)
  }

  @Test func `without rules only the form is checked`() {
    let file = decode("bms a1\nb/s a2", rules: nil)
    #expect(file.submissions.map(\.service) == ["bms"])
    #expect(file.rejections.map(\.place) == [.line(2)])
  }

  @Test func `what the writer wrote reads back the same`() throws {
    let scratch = try TemporaryDirectory()
    defer { withExtendedLifetime(scratch) {} }
    let spool = URL(filePath: scratch.path)
    let incoming = spool.appending(path: "incoming")
    try FileManager.default.createDirectory(at: incoming, withIntermediateDirectories: true)
    let jobs = [
      SpoolSubmission(
        jobID: "a1", service: "dcs", account: "test", labels: ["a": "/\"\n"], channels: ["oncall"],
        jobType: "x", beginTime: Timestamp(milliseconds: 1_764_000_000_001),
        submittedAt: Timestamp(milliseconds: 1_764_000_000_002), instanceID: "i1", taskID: "t1",
        expectWithin: .milliseconds(1500)),
      SpoolSubmission(jobID: "a2"),
    ]
    let writer = SpoolWriter(spoolDirectory: spool.path)
    let paths = try (1...3).map { _ in
      try writer.write(jobs, at: Timestamp(milliseconds: 1_764_000_000_000))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: incoming.path)
    #expect(Set(names.map { "\(incoming.path)/\($0)" }) == Set(paths))
    #expect(Set(paths).count == 3)
    let content = try Data(contentsOf: URL(filePath: try #require(paths.first)))
    #expect(SpoolFile(decoding: content, rules: nil).submissions == jobs)
  }

  @Test func `a spool that is not there is told with the cure`() {
    let error = #expect(throws: SpoolWriter.Failure.self) {
      try SpoolWriter(spoolDirectory: "/nowhere").write([SpoolSubmission(jobID: "a")], at: Timestamp(milliseconds: 0))
    }
    #expect(error?.description.contains("/nowhere/incoming") == true)
    #expect(error?.description.contains("--spool") == true)
  }
}
