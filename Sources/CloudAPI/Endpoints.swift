/// Where each service of each region answers, unless the configuration says otherwise (cloud-api,
/// section 4).
package enum Endpoints {
  /// Regions of Huawei Cloud that its SDK lists for ECS and DCS. eu-west-101 is listed under `.com`
  /// and also answers under `.eu`; eu-west-0 is run by Orange under names of its own: both may need
  /// an endpoint in the configuration.
  private static let huawei = [
    "ae-ad-1", "af-north-1", "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5",
    "cn-north-1", "cn-north-11", "cn-north-12", "cn-north-2", "cn-north-4", "cn-north-9",
    "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2", "cn-southwest-3", "eu-west-0",
    "eu-west-101", "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1", "na-mexico-1",
    "ru-moscow-1", "sa-brazil-1", "tr-west-1",
  ]
  private static let huaweiRedisOnly = ["ru-northwest-2"]
  private static let telekom = ["eu-de", "eu-nl"]
  private static let telekomSwiss = ["eu-ch2"]

  /// Every region that some service has a default endpoint in, sorted.
  package static let regions = (huawei + huaweiRedisOnly + telekom + telekomSwiss).sorted()

  /// Whether the tools of the region sign with `Credential=` (cloud-api, section 3c).
  package static func usesLegacySignature(region: String) -> Bool {
    telekom.contains(region) || telekomSwiss.contains(region)
  }

  /// `https://HOST`, or nil where no endpoint of the service is known for the region: the user then
  /// has to configure one.
  package static func defaultEndpoint(service: String, region: String) -> String? {
    if telekom.contains(region) { return "https://\(service).\(region).otc.t-systems.com" }
    if telekomSwiss.contains(region) {
      // No endpoint of DCS is documented there.
      return service == "dcs" ? nil : "https://\(service).\(region).sc.otc.t-systems.com"
    }
    let isKnown =
      huawei.contains(region) || (service == "dcs" && huaweiRedisOnly.contains(region))
    return isKnown ? "https://\(service).\(region).myhuaweicloud.com" : nil
  }
}
