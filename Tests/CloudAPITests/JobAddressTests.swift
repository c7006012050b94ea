import Testing

@testable import CloudAPI

@Suite struct `A job's URL` {
  @Test(arguments: CloudService.all.map(\.name))
  func `names service, region, project and id, as the daemon asks for them`(_ name: String) throws {
    let service = try #require(CloudService.named(name))
    var regions = 0
    for region in Endpoints.regions {
      guard let host = Endpoints.defaultEndpoint(service: name, region: region) else { continue }
      regions += 1
      let text = host + service.target(projectID: "p1", jobID: "job-1").replacing("?", with: "?limit=1&")
      let address = try #require(JobAddress(text))
      let places = address.places
      #expect(places.contains { $0.service === service && $0.region == region }, "\(text)")
      let found = try #require(address.query(of: service), "\(text)")
      #expect(found.projectID == "p1" && found.jobID == "job-1")
    }
    #expect(regions > 0)
  }

  @Test(
    "is read in any spelling",
    arguments: [
      "https://ecs.eu-de.otc.t-systems.com/v1/p/jobs/j",
      "HTTPS://ECS.EU-DE.otc.t-systems.com/v1/p/jobs/j",
      "https://ecs.eu-de.otc.t-systems.com:443/v1/p/jobs/j/",
      "https://ecs.eu-de.otc.t-systems.com/v1/p/jobs/j?x=1#y",
      "http://ecs.eu-de.otc.t-systems.com:80/v1/p/jobs/%6A",
    ])
  func spelling(_ text: String) throws {
    let address = try #require(JobAddress(text))
    #expect(address.host == "ecs.eu-de.otc.t-systems.com")
    #expect(address.places.first?.service === CloudService.ecs)
    #expect(address.query(of: .ecs) == address.anyQuery && address.anyQuery?.jobID == "j")
  }

  @Test(
    "under a host or in a region that the table lacks is known by its form",
    arguments: [
      ("https://ecs.eu-west-101.myhuaweicloud.eu/v1/p/jobs/j", ["ecs"]),
      ("https://rds.eu-west-101.myhuaweicloud.com/v3/p/jobs?id=j", ["rds"]),
      ("https://evs.cn-new-7.myhuaweicloud.com/v1/p/jobs/j", ["evs"]),
      ("https://ecs.eu-ch9.sc.otc.t-systems.com/v1/p/jobs/j", ["ecs", "bms"]),
      ("https://ecs.eu-de.otc.t-systems.com/v1/p/jobs/j", ["ecs", "bms"]),
      ("https://dli.eu-de.otc.t-systems.com/v1/p/jobs/j", []),
      ("https://ecs.example/v1/p/jobs/j", []),
      ("https://ecs.eu-de.otc.t-systems.com.evil.example/v1/p/jobs/j", []),
    ])
  func hosts(_ text: String, _ services: [String]) throws {
    #expect(try #require(JobAddress(text)).places.map(\.service.name) == services)
  }

  @Test(
    "is that of a query of one job, or none",
    arguments: [
      "https://ecs.eu-de.otc.t-systems.com", "https://ecs.eu-de.otc.t-systems.com/v1/p/jobs",
      "https://ecs.eu-de.otc.t-systems.com/v1/p/jobs/", "https://h/v1/p/cloudservers/x",
      "https://h/v1/p/jobs/a/b", "https://h/v1/p/jobs/a%2Fb", "https://h/v3/p/jobs",
      "https://h/v3/p/jobs?ids=x", "https://h/v1/p/cloudservers/jobs/x", "https://",
    ])
  func noQuery(_ text: String) throws {
    #expect(try #require(JobAddress(text)).anyQuery == nil)
    #expect(JobAddress("ecs.eu-de.otc.t-systems.com/v1/p/jobs/j") == nil)
  }
}
