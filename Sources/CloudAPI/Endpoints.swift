/// Where each service of each region answers, unless the configuration says otherwise (cloud-api,
/// section 4).
package enum Endpoints {
  /// Regions of Huawei Cloud that its SDK lists. eu-west-101 is listed under `.com` for some services
  /// and under `.eu` for others, and may answer under both; eu-west-0 is run by Orange under names of
  /// its own: both may need an endpoint in the configuration.
  private static let huawei: Set<String> = [
    "ae-ad-1", "af-north-1", "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5",
    "cn-north-1", "cn-north-11", "cn-north-12", "cn-north-2", "cn-north-4", "cn-north-9",
    "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2", "cn-southwest-3", "eu-west-0",
    "eu-west-101", "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1", "na-mexico-1",
    "ru-moscow-1", "ru-northwest-2", "sa-brazil-1", "tr-west-1",
  ]
  /// Regions of Open Telekom Cloud, with the domains of their hosts.
  private static let telekom = [
    "eu-de": "eu-de.otc.t-systems.com", "eu-nl": "eu-nl.otc.t-systems.com",
    "eu-ch2": "eu-ch2.sc.otc.t-systems.com",
  ]

  /// Every region that some service has a default endpoint in, sorted.
  package static let regions = huawei.union(telekom.keys).sorted()

  /// `https://HOST` of a service of the table or of `iam`, or nil where none is known for the region:
  /// the user then has to configure one.
  package static func defaultEndpoint(service: String, region: String) -> String? {
    let known = service == "iam" ? ServiceHosts.iam : CloudService.named(service)?.hosts
    guard let hosts = known else { return nil }
    if let domain = telekom[region] {
      return hosts.telekom[region].map { "https://\($0).\(domain)" }
    }
    guard huawei.contains(region), let label = hosts.label(in: region) else { return nil }
    let top = hosts.isEuropean && region == "eu-west-101" ? "eu" : "com"
    return "https://\(label).\(hosts.served[region] ?? region).myhuaweicloud.\(top)"
  }

  /// Whether the region is one of Open Telekom Cloud, whose tools sign in the `Credential=` form
  /// (cloud-api, section 3c).
  package static func usesLegacySignature(region: String) -> Bool { telekom[region] != nil }
}
