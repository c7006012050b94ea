import CloudAPI
import Foundation
import JobWatchCore
import Testing

@testable import JobWatchSpool

@Suite struct `A reply of the cloud` {
  private static let rules = SpoolRules.sample(accounts: ["prod"], channels: ["oncall"])

  private func decode(_ text: String) -> SpoolFile { SpoolFile(decoding: Array(text.utf8), rules: Self.rules) }

  struct Reply: Sendable, CustomTestStringConvertible {
    var service: String
    var text: String
    /// Whether something in it speaks for its service.
    var isTelling = false
    var testDescription: String { "\(service): \(text)" }
  }

  private static let databaseInstance = """
    "instance":{"id":"dsfae23fsfdsae3435in01","name":"t","status":"BUILD","datastore":{"type":"MySQL",
    "version":"8.0"},"volume":{"type":"ULTRAHIGH","size":100},"region":"eu-de","labels":null}
    """
  private static let flatInstance = """
    "id":"i1","name":"t","datastore":{"type":"DDS-Community","version":"4.0"},"created":"2026-01-16",
    "status":"creating","region":"eu-de","flavor":[{"type":"mongos","num":2}]
    """

  /// As the services answer when they begin a job.
  static let replies = [
    Reply(service: "ecs", text: #"{"job_id":"JOB"}"#),
    Reply(service: "ecs", text: #"{"order_id":"CS1","job_id":"JOB","serverIds":["s1","s2"]}"#),
    Reply(service: "bms", text: #"{"job_id":"JOB","order_id":"CS1","serverIds":["s1"]}"#),
    Reply(service: "evs", text: #"{"job_id":"JOB","volume_ids":["v1"]}"#, isTelling: true),
    Reply(service: "evs", text: #"{"job_id":"JOB","order_id":"CS1"}"#),
    Reply(service: "sdrs", text: #"{"job_id":"JOB"}"#), Reply(service: "sdrs", text: #"{"jobs":[{"job_id":"JOB"}]}"#),
    Reply(service: "deh", text: #"{"job_id":"JOB","dedicated_host_ids":["h1"]}"#, isTelling: true),
    Reply(service: "eip", text: #"{"job_id":"JOB","request_id":"r1"}"#),
    Reply(service: "eip", text: #"{"publicip_ids":["e1"],"job_id":"JOB"}"#, isTelling: true),
    Reply(service: "ims", text: #"{"job_id":"JOB"}"#),
    Reply(service: "ims", text: #"{"job_id":"JOB","image_id":"i1"}"#, isTelling: true),
    Reply(service: "dcs", text: #"{"instance_id":"i1","job_id":"JOB","created_at":"x"}"#, isTelling: true),
    Reply(service: "rds", text: "{\(databaseInstance),\"job_id\":\"JOB\"}", isTelling: true),
    Reply(service: "rds", text: #"{"job_id":"JOB","order_id":null}"#),
    Reply(service: "taurusdb", text: "{\(databaseInstance),\"job_id\":\"JOB\"}", isTelling: true),
    Reply(service: "taurusdb", text: #"{"instance_id":"i1","node_names":["n"],"job_id":"JOB"}"#, isTelling: true),
    Reply(service: "gaussdb", text: "{\(databaseInstance),\"job_id\":\"JOB\"}", isTelling: true),
    Reply(service: "gaussdb", text: #"{"instance_id":"i1","job_id":"JOB"}"#, isTelling: true),
    Reply(service: "dds", text: "{\(flatInstance),\"job_id\":\"JOB\"}", isTelling: true),
    Reply(service: "geminidb", text: "{\(flatInstance),\"job_id\":\"JOB\"}", isTelling: true),
    Reply(service: "ddm", text: #"{"id":"i1","order_id":null,"job_id":"JOB"}"#),
    Reply(
      service: "cce",
      text: """
        {"kind":"Cluster","apiVersion":"v3","metadata":{"name":"c","uid":"u1","labels":{"a/b":"c"}},
        "spec":{"type":"VirtualMachine"},"status":{"phase":"Creating","jobID":"JOB"}}
        """, isTelling: true),
  ]

  @Test(arguments: CloudService.all.flatMap { service in service.replyKeys.map { (service.name, $0) } })
  func `speaks for a service by each key that the service's replies have`(service: String, key: FieldPath) {
    let member = key.parent.map { "\"\($0)\":{\"\(key.name)\":\"x\"}" } ?? "\"\(key.name)\":{\"id\":\"x\"}"
    let file = decode("{\"job_id\":\"JOB\",\(member)}")
    #expect(file.submissions.map(\.jobID) == ["JOB"])
    #expect(file.notes.contains { $0.text.contains(service) }, "\(file.notes)")
  }

  @Test func `does not doubt a name that a submitter gives the instance`() {
    let file = decode(#"{"job_id":"JOB","instance":"web-1"}"#)
    #expect(file.submissions.map(\.jobID) == ["JOB"] && file.notes.isEmpty, "\(file.notes)")
  }

  @Test("is taken as it is, and doubted where it speaks for another service", arguments: replies)
  func taken(_ reply: Reply) {
    let file = decode(reply.text)
    #expect(file.rejections.isEmpty, "\(file.rejections)")
    #expect(file.submissions.map { Self.rules.key(of: $0).description } == ["prod/ecs/JOB"])
    #expect(file.notes.contains { $0.text.contains(reply.service) } == reply.isTelling)
    // With its service beside it, as jq or an option puts it there.
    let named = SpoolFile(decoding: Array(reply.text.utf8), rules: nil).submissions.map {
      var submission = $0
      submission.service = reply.service
      submission.adoptReply()
      return submission
    }
    #expect(named.count == 1)
    #expect(named.allSatisfy { Self.rules.problem($0) == nil && $0.problem == nil && $0.doubt == nil })
  }

  @Test(
    "may have the id in any of the known places",
    arguments: [
      (#"{"jobId":"a1","x":1}"#, ["a1"]), (#"{"jobID":"a1"}"#, ["a1"]),
      (#"{"JobId":"a1"}"#, ["a1"]),
      (#"{"job_ids":["a1","a2","a1"]}"#, ["a1", "a2"]), (#"{"jobIds":["a1"]}"#, ["a1"]),
      (#"{"status":{"jobID":"a1"}}"#, ["a1"]), (#"{"job":{"job_id":"a1"}}"#, ["a1"]),
      (#"{"data":{"jobId":"a1"},"code":0}"#, ["a1"]),
      (#"{"x":{"job_ids":["a1","a2"]}}"#, ["a1", "a2"]),
      (#"{"job":{"id":"a1","status":"Running"}}"#, ["a1"]), (#"{"jobs":[{"id":"a1"}]}"#, ["a1"]),
      (#"{"job_id":null,"jobId":"a1"}"#, ["a1"]), (#"{"job_id":"","job":{"job_id":"a1"}}"#, ["a1"]),
      (#"{"v":1,"items":[{"job_id":"a1"},{"job_id":"a2"}]}"#, ["a1", "a2"]),
      (#"{"job_id":"a1","job_ids":["a2","a3"],"request_id":"q"}"#, ["a1", "a2", "a3"]),
      (#"{"job_id":"a1","jobId":"a2"}"#, ["a1", "a2"]),
      (#"{"jobId":"a1","jobs":[{"job_id":"a2"},{"id":"a1"}]}"#, ["a1", "a2"]),
      (#"{"job_id":["a1","a2"]}"#, ["a1", "a2"]), (#"{"jobs":["a1","a2"]}"#, ["a1", "a2"]),
      (#"{"data":{"jobs":[{"id":"a1"},{"job_id":"a2"}]}}"#, ["a1", "a2"]),
      (#"{"job_ids":"a1"}"#, ["a1"]),
      (#"["a1","a2"]"#, ["a1", "a2"]), (#"[{"jobId":"a1"},"a2"]"#, ["a1", "a2"]),
      ("\"a1\",\n'a2'\n  \"a3\"\n", ["a1", "a2", "a3"]),
      (#"{"job_id":"a1"}{"job_id":"a2"}"#, ["a1", "a2"]),
      ("{\n\"job_id\":\"a1\"\n}\n{\n\"job_id\":\"}\\\"{\"\n}\n{\n\"job_id\":\"a3\"\n}", ["a1", "a3"]),
      ("{\"jobId\":\"a1\"}\n{\"job_ids\":[\"a2\",\"a3\"]}\n", ["a1", "a2", "a3"]),
      ("HTTP/1.1 202 Accepted\r\nContent-Type: x\r\n\r\n{\"job_id\":\"a1\"}", ["a1"]),
      ("HTTP/1.0 200 OK\r\n\r\nHTTP/2 200 \r\nx: y\r\n\r\n{\"job_id\":\"a1\"}\n", ["a1"]),
      ("HTTP/2 200\nx: y\n\n[\"a1\"]", ["a1"]),
      ("+--+--+\n| Field | Value |\n+--+--+\n| id | x |\n| job_id | a1 |\n+--+--+\n", ["a1"]),
      ("+--+\n| name | jobId |\n+--+\n| x | a1 |\n| y | a2 |\n+--+\n", ["a1", "a2"]),
      ("\u{FEFF}{\"job_id\":\"a1\"}\n\u{FEFF}{\"job_id\":\"a2\"}", ["a1", "a2"]),
    ])
  func places(_ text: String, _ ids: [String]) {
    let file = decode(text)
    #expect(file.submissions.map(\.jobID) == ids, "\(file.rejections)")
  }

  @Test(
    "is refused when it holds no job's id, which is told with the place",
    arguments: [
      (#"{"order_id":"CS1","volume_ids":["v"]}"#, "the id in order_id is an order's"),
      (#"{"task_id":"t1"}"#, "the id in task_id is that of an instance's task"),
      (#"{"workflow_id":"w"}"#, "workflow_id is a workflow's"),
      (#"{"backup_id":"b","x":1}"#, "backup_id is a backup's"),
      (#"{"kind":"Job","metadata":{"uid":"u"},"spec":{}}"#, "the id in metadata is that of"),
      (#"{"error":{"code":"Ecs.0005","message":"m"}}"#, "the cloud's reply is an error, and no job"),
      (#"{"error_code":"APIGW.0301","error_msg":"m"}"#, "is an error, and no job began"),
      (#"{"entities":{"job_id":"sub"}}"#, "job_id is missing"),
      (#"{"a":{"b":{"job_id":"deep"}}}"#, "job_id is missing"),
      (#"{"a":{"job_id":"x"},"b":{"job_id":"y"}}"#, "a and b hold ids of different jobs"),
      (#"[{"job_id":"a1"},{"status":"SUCCESS"}]"#, "entry 2: job_id is missing"),
      (#"{"items":[{"job_id":"a1"},{"status":"x"}]}"#, "entry 2: job_id is missing"),
      ("{\"job_id\":\"a1\"}\n{\"status\":1}\n", "line 2: job_id is missing"),
      (#"{"job_ids":["a1",7]}"#, "id 2 of job_ids must be text in quotes"),
      (#"{"job_ids":7}"#, "job_ids must be a list"),
      (#"{"job_id":"a1","job_id":"a2"}"#, "job_id stands twice in one object"),
      ("[{\"x\":\"{\"},{\"jobId\":\"a1\",\"y\":{\"jobId\":\"\"},\"jobId\":\"a2\"}]", "jobId stands twice"),
      (#"{"job_id":"a1","job":{"job_id":"a2"}}"#, "the id a1 stands beside a2 of another job"),
      (
        #"{"job_id":"a1","jobId":"https://ecs.eu-de.otc.t-systems.com/v1/p/jobs/a2"}"#,
        "a URL stands beside the ids of other jobs"
      ), (#"{"job_id":"a\n1"}"#, "\"a?1\" is no job id"), (#"{"job_ids":[]}"#, "job_id is missing"),
      (#"{"jobs":[]}"#, "holds no job"), (#"["a1","../x"]"#, "entry 2: \"../x\" is no job id"),
      ("+--+\n| Field | Value |\n| id | x |\n+--+\n", "the table has no job_id"),
      ("HTTP/1.1 200 OK\r\nx: y", "without its body"),
    ])
  func refused(_ text: String, _ message: String) {
    let reasons = decode(text).rejections.map(\.description)
    #expect(reasons.contains { $0.contains(message) }, "\(reasons)")
  }

  @Test func `that show prints as JSON keeps its account and service`() {
    let text = #"{"jobs":[{"job":{"job_id":"a1","account":"prod","service":"evs","labels":{"a":"b"}}}]}"#
    let file = decode(text)
    #expect(file.submissions.map { Self.rules.key(of: $0).description } == ["prod/evs/a1"])
    #expect(file.submissions.first?.labels == ["a": "b"] && file.notes.isEmpty)
  }

  @Test func `keeps the good ids of a list when one is bad`() {
    let file = decode(#"{"job_ids":["a1","b/","a3"]}"#)
    #expect(file.submissions.map(\.jobID) == ["a1", "a3"] && file.rejections.count == 1)
  }

  @Test(
    "of more than 10,000 jobs is refused whole",
    arguments: [
      (#"{"job_ids":["#, "\"x\"", "]}"), (#"{"jobs":["#, #"{"job_id":"x"}"#, "]}"),
      ("[", "\"x\"", "]"), ("[", #"{"job_ids":["a","b"]}"#, "]"),
    ])
  func tooMany(_ head: String, _ member: String, _ tail: String) {
    let text = head + Array(repeating: member, count: 10_001).joined(separator: ",") + tail
    let file = decode(text)
    #expect(file.submissions.isEmpty && file.rejections.count == 1)
    #expect(file.rejections.first?.text.contains("split it") == true, "\(file.rejections)")
    let list = (0..<10_000).map { "\"x\($0)\"" }.joined(separator: ",")
    #expect(decode("{\"job_ids\":[\(list)]}").submissions.count == 10_000)
  }

  @Test func `is taken from every record that a service was seen to answer`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../CloudAPITests/Vectors/bodies")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") }
    #expect(files.count > 20)
    for name in files {
      let file = SpoolFile(decoding: try Data(contentsOf: folder.appending(path: name)), rules: Self.rules)
      // The id of the one is that of an object, as any resource of its service has one; that of the other was printed
      // with blanks in it.
      let isTaken = !name.hasPrefix("cce_") && !name.hasPrefix("rds_failed_")
      #expect(file.submissions.count == (isTaken ? 1 : 0), "\(name): \(file.rejections)")
      #expect(file.rejections.isEmpty == isTaken, "\(name)")
    }
  }
}
