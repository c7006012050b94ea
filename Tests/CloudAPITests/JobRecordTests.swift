import JobWatchCore
import Testing

@testable import CloudAPI

struct JobRecordTests {
  private func decode(_ body: String, _ service: CloudService = .ecs) throws -> JobRecordDecoder.Record {
    try #require(JobRecordDecoder.decode(Array(body.utf8), service: service)?.record)
  }

  private func time(_ raw: String, _ milliseconds: Int64) -> CloudTime {
    CloudTime(raw: raw, instant: Timestamp(milliseconds: milliseconds))
  }

  @Test func `a finished parent is decoded with its parts`() throws {
    let record = try decode(
      """
      {"job_id":"2c9eb2c5544cbf6101544f0602af2b4f","job_type":"createServer","status":"FAIL",
       "begin_time":"2016-04-25T20:04:34.604Z","end_time":"2016-04-25T20:08:41.593Z",
       "error_code":"Ecs.0001","fail_reason":"one of two",
       "entities":{"sub_jobs_total":2,"sub_jobs":[
         {"job_id":"a1","job_type":"createSingleServer","status":"SUCCESS","error_code":null,
          "fail_reason":null,"begin_time":"2016-04-25T20:04:47.591Z",
          "end_time":"2016-04-25T20:08:21.328Z","entities":{"server_id":"bae5"}},
         {"job_id":"a2","job_type":"createSingleServer","status":"FAIL","error_code":"Ecs.0319",
          "entities":{"errorcode_message":"no capacity"}}]}}
      """)
    #expect(record.jobID == "2c9eb2c5544cbf6101544f0602af2b4f")
    let begin = time("2016-04-25T20:04:34.604Z", 1_461_614_674_604)
    let expected = JobReport(
      jobType: "createServer", rawStatus: "FAIL", begin: begin,
      end: time("2016-04-25T20:08:41.593Z", 1_461_614_921_593), errorCode: "Ecs.0001", failReason: "one of two",
      subJobs: [
        SubJob(
          jobID: "a1", jobType: "createSingleServer", rawStatus: "SUCCESS", state: .succeeded,
          begin: time("2016-04-25T20:04:47.591Z", 1_461_614_687_591),
          end: time("2016-04-25T20:08:21.328Z", 1_461_614_901_328), entities: ["server_id": "bae5"]),
        SubJob(
          jobID: "a2", jobType: "createSingleServer", rawStatus: "FAIL", state: .failed,
          errorCode: "Ecs.0319", failReason: "no capacity",
          entities: ["errorcode_message": "no capacity"]),
      ])
    #expect(record.report == expected)
  }

  @Test func `a running job has an empty end and no error`() throws {
    let report = try decode(
      """
      {"begin_time":"2022-02-17T05:41:55.441Z","end_time":"","job_id":"x","job_type":"createServer",
       "status":"RUNNING","entities":{"server_id":"1c74","size":100,"boot":true,"ratio":0.5,
       "none":null,"list":["a","b"],"objects":[{"a":1}],"object":{"a":1,"deep":{"er":true}}}}
      """
    ).report
    #expect(report.end == nil)
    #expect(report.errorCode == nil)
    #expect(report.failReason == nil)
    #expect(
      report.entities == [
        "server_id": "1c74", "size": "100", "boot": "true", "ratio": "0.5", "list": "a b",
        "object_a": "1", "object_deep_er": "true",
      ])
  }

  @Test(arguments: ["\"1684191545379\"", "1684191545379"])
  func `a record of DCS has milliseconds, as text or as a number`(begin: String) throws {
    let report = try decode(
      """
      {"begin_time":\(begin),"end_time":null,"fail_reason":null,"job_id":"ff80",
       "job_type":"masterStandbySwapJob","status":"SUCCESS"}
      """, .dcs
    ).report
    #expect(
      report
        == JobReport(
          jobType: "masterStandbySwapJob", rawStatus: "SUCCESS", begin: time("1684191545379", 1_684_191_545_379)))
  }

  @Test(arguments: [
    #""sub_jobs":[]"#, #""sub_jobs":null"#, #""sub_jobs":"none""#, #""sub_jobs":{}"#,
    #""sub_jobs":[null,1,"x",[]]"#, #""sub_jobs_total":0"#, "",
  ])
  func `a list of parts that holds none is empty`(member: String) throws {
    #expect(try decode("{\"job_id\":\"x\",\"entities\":{\(member)}}").report.subJobs == [])
  }

  @Test func `what is not a part does not hide the parts around it`() throws {
    let record = try decode(#"{"job_id":"x","entities":{"sub_jobs":[null,{"job_id":"a"},7,{"status":3},"b",[[]]]}}"#)
    #expect(record.report.subJobs.map(\.rawStatus) == ["", "3"])
  }

  @Test(arguments: [
    #"{"job_id":7,"job_type":true,"status":1.5,"begin_time":{},"end_time":[],"entities":[]}"#,
    #"{"job_id":"7","job_type":"true","status":"1.5","begin_time":null,"entities":"no"}"#,
    #"{"job_id":7,"job_type":"true","status":1.5,"entities":null,"more":{"unknown":[1,2]}}"#,
  ])
  func `members of other types than documented do not stop the rest`(body: String) throws {
    let record = try decode(body)
    #expect(record.jobID == "7")
    #expect(record.report == JobReport(jobType: "true", rawStatus: "1.5"))
  }

  /// Bodies by what they are: the bodies themselves would fill a test's output.
  private static let hostile: [String: [UInt8]] = [
    "nothing": [], "null": Array("null".utf8), "a list": Array("[]".utf8),
    "a text": Array("\"SUCCESS\"".utf8), "half an object": Array("{\"job_id\":".utf8),
    "HTML": Array("<html>".utf8), "no UTF-8": [0xff, 0xfe, 0xfd],
    "brackets": Array(repeating: UInt8(ascii: "["), count: 100_000),
    "open objects": Array(String(repeating: #"{"entities":"#, count: 100_000).utf8),
    "open parts": Array(String(repeating: #"{"entities":{"sub_jobs":["#, count: 30_000).utf8),
  ]

  @Test(arguments: hostile.keys.sorted())
  func `what is no record is none`(name: String) throws {
    let body = try #require(Self.hostile[name])
    #expect(JobRecordDecoder.decode(body, service: .ecs) == nil)
    #expect(ErrorBody(body) == nil)
  }

  @Test func `a text that is no UTF-8 does not hide the rest of its record`() throws {
    let body = Array(#"{"job_id":"x","status":"FAIL","fail_reason":""#.utf8) + [0xc3, 0x28] + Array(#""}"#.utf8)
    let record = try #require(JobRecordDecoder.decode(body, service: .ecs)?.record)
    #expect(record.jobID == "x")
    #expect(record.report == JobReport(rawStatus: "FAIL", failReason: "\u{FFFD}("))
  }

  @Test(arguments: [21, 150, 30_000])
  func `a deep but whole record is decoded as far as its parts are kept`(depth: Int) throws {
    let open = String(repeating: #"{"job_id":"x","entities":{"sub_jobs":["#, count: depth)
    let close = String(repeating: "]}}", count: depth)
    let record = try decode(open + close)
    #expect(record.jobID == "x" && record.report.subJobs.count == 20)
    #expect(record.report.entities == ["sub_jobs_unread": "1"] || depth == 21)
  }

  @Test func `a long text is cut`() throws {
    let long = String(repeating: "é", count: 100_000)
    let report = try decode(#"{"job_id":"x","fail_reason":"\#(long)"}"#).report
    #expect(report.failReason == long.prefix(65_533) + "…")
    // One character, however many marks it is made of.
    let marked = "e" + String(repeating: "\u{301}", count: 100_000)
    let cut = try decode(#"{"job_id":"x","fail_reason":"\#(marked)"}"#).report.failReason
    #expect(cut?.unicodeScalars.count == 65_534)
  }
}
