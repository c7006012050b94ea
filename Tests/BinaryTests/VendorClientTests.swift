import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

/// The simulated cloud, checked by the vendor's own clients: whether they can read what it answers,
/// and whether it accepts what they sign.
@Suite struct VendorClientTests {
  /// Those whose own clients are installed.
  private static let services: [CloudService] = [.ecs, .dcs]

  private struct Questions: Encodable {
    struct Question: Encodable {
      var service: String
      var project_id = Workplace.projectID
      var job_id: String
    }
    var endpoint: String
    var access_key = Workplace.accessKey
    var secret_key = Workplace.secretKey
    var questions: [Question]
  }

  /// What a client made of one answer.
  private struct Result: Decodable, Hashable {
    /// The fields of the vendor's models; a client drops what its model does not have. The model of DCS has neither
    /// `entities` nor `error_code`, and that of ECS takes only two ids among the entities. Words of a status or a type
    /// are any text here. The SDKs of other languages have enums for them, with two job types of DCS, which this
    /// client cannot try.
    struct Record: Decodable, Hashable {
      struct Entities: Decodable, Hashable {
        var server_id: String?
        var sub_jobs_total: Int?
        var sub_jobs: [Record]?
      }
      var job_id: String?
      var job_type: String?
      var status: String?
      var begin_time: String?
      var end_time: String?
      var error_code: String?
      var fail_reason: String?
      var entities: Entities?
    }
    struct Failure: Decodable, Hashable {
      /// The exception's class.
      var kind: String
      var status_code: Int?
      var error_code: String?
    }
    var record: Record?
    var error: Failure?

    static func raised(_ kind: String, _ status: Int?, _ code: String?) -> Result {
      Result(error: Failure(kind: kind, status_code: status, error_code: code))
    }
  }

  private static let packages = "huaweicloudsdkcore==3.1.219 huaweicloudsdkecs==3.1.219 huaweicloudsdkdcs==3.1.219"

  @Test(
    "the vendor's clients read from the simulated cloud what was scripted",
    .timeLimit(.minutes(10)))
  func clients() async throws {
    try await Testbed.run { bed in
      guard let python = try await PythonEnvironment(with: Self.packages, in: bed.place) else { return }
      let configuration = try bed.place.text(of: bed.place.configuration)
      let cloud = String(try #require(configuration.firstMatch(of: /ecs: "(.+?)"/)).1)
      func ask(_ questions: [Questions.Question]) async throws -> [Result] {
        let question = Questions(endpoint: cloud, questions: questions)
        let path = bed.place.root + "/questions.json"
        try JSONEncoder().encode(question).write(to: URL(fileURLWithPath: path))
        let program = PythonEnvironment.program("vendor_clients.py")
        let (exit, said) = try await python.run("-W ignore \(program) \(path)")
        #expect(exit == .code(0), "\(said)")
        return try JSONDecoder().decode([Result].self, from: Data(said.utf8))
      }

      let (questions, expected) = Self.records(on: bed.cloud)
      let results = try await ask(questions)
      #expect(results.count == expected.count)
      for (result, expected) in zip(results, expected) { #expect(result == expected) }

      for (fault, expected) in Self.faults {
        for service in Self.services { bed.cloud.set(fault, for: service) }
        let both = Self.services.map {
          Questions.Question(service: $0.name, job_id: "any")
        }
        let results = try await ask(both)
        #expect(results == [expected, expected])
      }
    }
  }

  /// Jobs in each state, what to ask for them, and what a client has to make of the answers.
  private static func records(on cloud: SimulatedCloud) -> ([Questions.Question], [Result]) {
    let submitted = Testbed.clock() - .hours(1)
    let ended = submitted + .minutes(10)
    var running = PlannedJob.succeeding(.ecs, after: .days(1))
    running.script.entities = ["server_id": "server1"]
    let good = PlannedJob.succeeding(.ecs, after: .minutes(10))
    let bad = PlannedJob.failing(.ecs, after: .minutes(10))
    let parent = PlannedJob.failing(.ecs, after: .minutes(10)).withServers()
    let cacheJobs = [
      PlannedJob.succeeding(.dcs, after: .days(1)), .succeeding(.dcs, after: .minutes(10)),
      .failing(.dcs, after: .minutes(10)),
    ]
    let jobs = [running, good, bad, parent] + cacheJobs
    for job in jobs { cloud.submit(job.script, at: submitted) }
    let questions = jobs.map {
      Questions.Question(service: $0.script.service.name, job_id: $0.id)
    }
    let missing = Self.services.map {
      Questions.Question(service: $0.name, job_id: "none")
    }
    let elsewhere = Self.services.map {
      Questions.Question(service: $0.name, project_id: "another", job_id: "none")
    }
    let records = jobs.map { Result(record: record(of: $0.script, from: submitted, to: ended)) }
    return (
      questions + missing + elsewhere,
      records + [
        .raised("ClientRequestException", 400, "Common.0011"),
        .raised("ClientRequestException", 400, "DCS.4133"),
        .raised("ClientRequestException", 400, "Common.0018"),
        .raised("ClientRequestException", 401, "DCS.1004"),
      ]
    )
  }

  /// As the vendor's pages describe it, and as its model keeps it.
  private static func record(of job: ScriptedJob, from begin: Timestamp, to end: Timestamp) -> Result.Record {
    let status = job.steps.last { $0.after <= .hours(1) }?.status
    let hasEnded = status != "RUNNING"
    let failed = status == "FAIL"
    guard job.service == .ecs else {
      return Result.Record(
        job_id: job.jobID, job_type: job.jobType, status: status,
        begin_time: "\(begin.milliseconds)", end_time: hasEnded ? "\(end.milliseconds)" : nil,
        fail_reason: failed ? job.failReason : nil)
    }
    let parts = job.subJobs.map { part in
      let failed = part.steps.last?.status == "FAIL"
      return Result.Record(
        job_id: part.jobID, job_type: part.jobType, status: part.steps.last?.status,
        begin_time: begin.description, end_time: end.description,
        error_code: failed ? part.errorCode : nil, fail_reason: failed ? part.failReason : nil,
        entities: .init(server_id: part.entities["server_id"]))
    }
    return Result.Record(
      job_id: job.jobID, job_type: job.jobType, status: status, begin_time: begin.description,
      end_time: hasEnded ? end.description : "", error_code: failed ? job.errorCode : nil,
      fail_reason: failed ? job.failReason : nil,
      entities: parts.isEmpty
        ? .init(server_id: job.entities["server_id"]) : .init(sub_jobs_total: parts.count, sub_jobs: parts))
  }

  /// The same for both services. The client takes the throttling answer with the status of a success
  /// for a record without any field: who watches by it sees a job without a status.
  private static let faults: [(Fault, Result)] = [
    (.flowLimited, Result(record: .init())),
    (.forbidden, .raised("ClientRequestException", 403, "Pdp.0001")),
    (.unpublished, .raised("ClientRequestException", 404, "APIGW.0101")),
    (.unavailable, .raised("ServerResponseException", 503, "Common.0001")),
    // A page has no code: the client puts the status in its place.
    (.page(status: 502), .raised("ServerResponseException", 502, "502")),
  ]
}
