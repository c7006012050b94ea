import CloudAPI
import Foundation
import Testing

struct EndpointsTests {
  /// The regions of IAM, by pattern, as `ServiceSample` has them of the services.
  private static func identityHosts() throws -> [String: String] {
    let url = Bundle.module.bundleURL.appending(path: "Vectors/iam-hosts.json")
    return try JSONDecoder().decode([String: String].self, from: Data(contentsOf: url))
  }

  @Test func `every service has the endpoints that are known, and no other`() throws {
    let known = try CloudService.all.map { ($0.name, try ServiceSample.of($0.name).hosts) }
    for (service, patterns) in known + [("iam", try Self.identityHosts())] {
      var expected: [String: String] = [:]
      for (pattern, regions) in patterns {
        for region in regions.split(separator: " ").map(String.init) {
          #expect(expected[region] == nil, "\(service) \(region) is listed twice")
          expected[region] = pattern.replacing("*", with: region)
        }
      }
      #expect(Set(Endpoints.regions).isSuperset(of: expected.keys))
      for region in Endpoints.regions + ["eu-dee", ""] {
        #expect(Endpoints.defaultEndpoint(service: service, region: region) == expected[region], "\(service) \(region)")
      }
    }
  }

  @Test(arguments: [
    ("eip", "cn-north-4", "https://vpc.cn-north-4.myhuaweicloud.com"),
    ("bms", "eu-de", "https://ecs.eu-de.otc.t-systems.com"),
    ("iam", "eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
    ("rds", "eu-west-101", "https://rds.eu-west-101.myhuaweicloud.eu"),
    ("sdrs", "ap-southeast-2", "https://sdrs.ap-southeast-3.myhuaweicloud.com"),
    ("dcs", "eu-ch2", nil), ("nothing", "eu-de", nil),
  ])
  func `an endpoint that follows no pattern is known`(service: String, region: String, expected: String?) {
    #expect(Endpoints.defaultEndpoint(service: service, region: region) == expected)
  }

  @Test func `every listed region has an endpoint of some service`() {
    #expect(Endpoints.regions.count == 37)
    for region in Endpoints.regions {
      #expect(Endpoints.defaultEndpoint(service: "dcs", region: region) != nil || region == "eu-ch2")
    }
  }

  @Test func `only Open Telekom Cloud signs in the older form`() {
    let older = Endpoints.regions.filter { Endpoints.usesLegacySignature(region: $0) }
    #expect(older == ["eu-ch2", "eu-de", "eu-nl"])
    #expect(!Endpoints.usesLegacySignature(region: "mine-1"))
  }
}
