import JobWatchCore
import Testing

@testable import CloudAPI

struct ServiceTableTests {
  @Test func `a job is asked for where its service documents it`() throws {
    for sample in ServiceSample.all {
      let service = try #require(CloudService.named(sample.service))
      #expect(service.target(projectID: "p", jobID: "j") == sample.address)
    }
    #expect(CloudService.named("vbs") == nil)
    #expect(CloudService.dcs.target(projectID: "../p?", jobID: "a/b") == "/v2/..%2Fp%3F/jobs/a%2Fb")
    #expect(CloudService.rds.target(projectID: "../p?", jobID: "a/b") == "/v3/..%2Fp%3F/jobs?id=a%2Fb")
  }

  @Test(arguments: ServiceSample.all)
  func `a record is kept as long as its service documents`(sample: ServiceSample) {
    #expect(CloudService.named(sample.service)?.retention == sample.kept)
  }

  /// Codes that say of a job that there is none, each in the manner of its service.
  private static let absences: [(service: CloudService, status: Int, body: String, code: String)] = [
    (.evs, 400, #"{"error":{"message":"m","code":"Common.0011"}}"#, "Common.0011"),
    (.dcs, 400, #"{"error_code":"DCS.4133","error_msg":"m"}"#, "DCS.4133"),
    (.rds, 400, #"{"error_code":"DBS.200543","error_msg":"m"}"#, "DBS.200543"),
    (.rds, 404, #"{"error_code":"RDS.5041","error_msg":"m"}"#, "RDS.5041"),
    (.gaussdb, 400, #"{"error_code":"DBS.200543","error_msg":"m"}"#, "DBS.200543"),
    (.ddm, 400, #"{"errCode":"DBS.300400","externalMessage":"m"}"#, "DBS.300400"),
    (.cce, 404, #"{"errorMessage":"m","errorCode":"CCE.01404001"}"#, "CCE.01404001"),
  ]

  @Test(arguments: absences)
  func `a job that does not exist is told in the service's own way`(
    service: CloudService, status: Int, body: String, code: String
  ) {
    func observation(_ service: CloudService) -> Observation {
      AnswerClassifier(service: service, jobID: "job1", now: Timestamp(milliseconds: 0))
        .answer(to: HTTPResponse(status: status, body: Array(body.utf8))).observation
    }
    #expect(observation(service) == .absent(code: code))
    // The codes are the service's own.
    let stranger = service.name == "ecs" || service.name == "evs" ? CloudService.dcs : .ecs
    #expect(observation(stranger) != .absent(code: code))
  }
}
