import Foundation
import JobWatchCore
import Testing

@testable import CloudAPI

struct ServiceBodyTests {
  private func check(
    _ body: [UInt8], of service: CloudService, says expected: CapturedBody, code: String? = nil
  ) throws {
    let record = try #require(JobRecordDecoder.decode(body, service: service)?.record)
    let report = record.report
    #expect(record.jobID == expected.id)
    #expect(report.jobType == expected.type)
    #expect(service.vocabulary[report.rawStatus] == expected.state)
    #expect(report.begin?.instant?.description == expected.begin)
    #expect(report.end?.instant?.description == expected.end)
    #expect(report.errorCode == code)
    #expect(report.failReason == expected.reason)
    #expect(report.entities == expected.objects)
    let parts = report.subJobs.map { part in
      let objects = part.entities.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
      return "\(part.jobType ?? "-") \(part.rawStatus)" + objects.joined()
    }
    #expect(parts == expected.parts)
    for part in report.subJobs {
      #expect(part.state == service.vocabulary[part.rawStatus])
      #expect(part.jobID != nil && part.begin?.instant != nil)
      #expect((part.end?.instant != nil) == (part.state?.isFinal == true))
    }
  }

  @Test(arguments: CapturedBody.all)
  func `a captured body says what it says`(captured: CapturedBody) throws {
    let service = try #require(CloudService.named(captured.service))
    try check(try CapturedBody.bytes(captured.file), of: service, says: captured)
  }

  @Test(arguments: ServiceSample.all)
  func `a body of every state is read as that state`(sample: ServiceSample) throws {
    let service = try #require(CloudService.named(sample.service))
    let captured = try #require(CapturedBody.all.first { $0.file == sample.sample })
    for (word, state) in try sample.vocabulary() {
      var expected = captured
      expected.state = state
      expected.end = state.isFinal ? captured.end ?? sample.endTime : nil
      let hasFailed = state == .failed
      expected.reason = hasFailed && sample.failReason != nil ? "no room" : nil
      try check(
        try sample.body(word), of: service, says: expected, code: hasFailed && sample.errorCode != nil ? "X.0001" : nil)
    }
  }

  @Test func `every service and every word of its vocabulary has a body`() throws {
    func names(_ folder: URL) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
    }
    let (samples, bodies) = (try names(ServiceSample.folder), try names(CapturedBody.folder))
    #expect(samples == CloudService.all.map { "\($0.name).json" }.sorted())
    #expect(bodies == CapturedBody.all.map { "\($0.file).json" }.sorted())
    for service in CloudService.all {
      let sample = try ServiceSample.of(service.name)
      #expect(sample.service == service.name)
      #expect(try sample.vocabulary() == service.vocabulary, "\(service.name)")
      #expect(Set(service.vocabulary.values).isSuperset(of: [.running, .succeeded, .failed]))
    }
  }

  @Test(arguments: ["RollbackSuccess", "RollbackFail", "CancelSuccess"])
  func `a word of DDM for what was undone is an end`(word: String) throws {
    let sample = try ServiceSample.of("ddm")
    let id = "31b8ae23-c687-4d80-b7b4-42a66c9bb886"
    let response = HTTPResponse(status: 200, body: try sample.body(word))
    let answer = AnswerClassifier(service: .ddm, jobID: id, now: Timestamp(milliseconds: 0))
      .answer(to: response)
    guard case .seen(.failed, let report) = answer.observation else {
      Issue.record("\(answer.observation)")
      return
    }
    #expect(report.rawStatus == word && report.failReason == nil)
    #expect(report.end != nil)
  }

  /// Of CCE, whose status may be missing as a whole; and of the others, for what is no record.
  private static let oddities: [(service: CloudService, body: String, expected: Observation)] = [
    (
      .cce, #"{"metadata":{"uid":"job1"},"spec":{"type":"t"}}"#,
      .unrecognised(JobReport(jobType: "t", rawStatus: ""))
    ),
    (.cce, #"{"metadata":"job1","spec":[],"status":null}"#, Self.noRecord),
    (.geminidb, #"{"jobs":[],"total_count":0}"#, .absent(code: "empty list")),
    (.geminidb, #"{"total_count":0}"#, Self.noRecord),
    (.geminidb, #"{"jobs":null}"#, Self.noRecord),
    (.geminidb, #"{"jobs":[7]}"#, Self.noRecord), (.rds, #"{"job":null}"#, Self.noRecord),
    (.rds, #"{"job":[]}"#, Self.noRecord), (.rds, "{}", Self.noRecord),
    // A list of one where an object is documented, and the other way round.
    (
      .rds, #"{"job":[{"id":"job1","status":"Running"}]}"#,
      .seen(.running, JobReport(rawStatus: "Running"))
    ),
    (
      .geminidb, #"{"jobs":{"id":"job1","status":"Running"}}"#,
      .seen(.running, JobReport(rawStatus: "Running"))
    ),
    (
      .rds, #"{"job":{"id":"job2","status":"Running"}}"#,
      .garbled("HTTP 200 with the record of another job")
    ),
    (
      .rds, #"{"job":{"id":"JOB1","status":"Running"}}"#,
      .seen(.running, JobReport(rawStatus: "Running"))
    ),
    // The record of one service is none of another's.
    (.rds, #"{"job_id":"job1","status":"SUCCESS"}"#, Self.noRecord),
    (.ecs, #"{"job":{"id":"job1","status":"Completed"}}"#, Self.noRecord),
  ]
  private static let noRecord = Observation.garbled("HTTP 200 with JSON that is no job's record")

  @Test(arguments: oddities)
  func `what is no record is none`(
    service: CloudService, body: String, expected: Observation
  ) {
    let answer = AnswerClassifier(service: service, jobID: "job1", now: Timestamp(milliseconds: 0))
      .answer(to: HTTPResponse(status: 200, body: Array(body.utf8)))
    #expect(answer.observation == expected, "\(service.name) \(body)")
  }
}
