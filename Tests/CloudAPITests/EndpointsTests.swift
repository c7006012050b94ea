import CloudAPI
import JobWatchCore
import Testing

struct EndpointsTests {
  @Test(arguments: [
    ("ecs", "cn-north-4", "https://ecs.cn-north-4.myhuaweicloud.com"),
    ("dcs", "ru-northwest-2", "https://dcs.ru-northwest-2.myhuaweicloud.com"),
    ("ecs", "ru-northwest-2", nil),
    ("ecs", "eu-de", "https://ecs.eu-de.otc.t-systems.com"),
    ("dcs", "eu-nl", "https://dcs.eu-nl.otc.t-systems.com"),
    ("ecs", "eu-ch2", "https://ecs.eu-ch2.sc.otc.t-systems.com"),
    ("dcs", "eu-ch2", nil), ("ecs", "eu-dee", nil), ("ecs", "", nil),
  ])
  func `a region has the endpoints that are known`(
    service: String, region: String, expected: String?
  ) {
    #expect(Endpoints.defaultEndpoint(service: service, region: region) == expected)
  }

  @Test func `every listed region has an endpoint of some service`() {
    #expect(Endpoints.regions.count == 37)
    for region in Endpoints.regions {
      #expect(
        Endpoints.defaultEndpoint(service: "dcs", region: region) != nil || region == "eu-ch2")
    }
  }

  @Test func `services are found by name and differ as documented`() throws {
    #expect(CloudService.all.map(\.name) == ["ecs", "dcs"])
    #expect(CloudService.named("rds") == nil)
    let ecs = try #require(CloudService.named("ecs"))
    let dcs = try #require(CloudService.named("dcs"))
    #expect(ecs.path(projectID: "p", jobID: "j") == "/v1/p/jobs/j")
    #expect(dcs.path(projectID: "../p?", jobID: "j") == "/v2/..%2Fp%3F/jobs/j")
    #expect(ecs.retention == RetentionPolicy(finished: .days(1), unpaid: .days(14)))
    #expect(dcs.retention == RetentionPolicy())
    #expect(ecs.vocabulary["PENDING_PAYMENT"] == .awaitingPayment)
    #expect(dcs.vocabulary["PENDING_PAYMENT"] == nil)
  }
}
