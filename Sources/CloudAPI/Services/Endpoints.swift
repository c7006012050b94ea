/// The hosts of one service, by region: https://github.com/huaweicloud/huaweicloud-sdk-python-v3, the regions of each
/// service, and https://github.com/opentelekomcloud-docs/regions-and-endpoints. A region without a host there has none
/// here, even if the pattern would give one.
struct ServiceHosts: Sendable {
  /// The first part of the host's name on Huawei Cloud.
  var label: String
  /// Other first parts there, with their regions.
  var labels: [String: Regions] = [:]
  /// The regions of Huawei Cloud that have it; nil for all except `missing`.
  var only: Regions?
  var missing: Regions = ""
  /// Regions that another one answers for.
  var served: [String: String] = [:]
  /// Whether eu-west-101 has it under `.eu` and not under `.com`.
  var isEuropean = false
  /// The first parts of the host's name on Open Telekom Cloud, with their regions.
  var telekom: [String: Regions] = [:]

  /// Identity and Access Management: where tokens come from.
  static let iam = ServiceHosts(
    label: "iam", missing: "af-north-1 ap-southeast-5 cn-north-11 cn-south-4 cn-southwest-3 ru-northwest-2",
    isEuropean: true, telekom: ["iam": "eu-de eu-nl", "iam-pub": "eu-ch2"])

  fileprivate func host(in region: String) -> String? {
    if let domain = Endpoints.telekom[region] {
      return Self.label(in: region, of: telekom).map { "\($0).\(domain)" }
    }
    let isThere = only?.contains(region) ?? !missing.contains(region)
    guard isThere, Endpoints.huawei.contains(region) else { return nil }
    let label = Self.label(in: region, of: labels) ?? label
    let top = isEuropean && region == "eu-west-101" ? "eu" : "com"
    return "\(label).\(served[region] ?? region).myhuaweicloud.\(top)"
  }

  private static func label(in region: String, of labels: [String: Regions]) -> String? {
    labels.first { $0.value.contains(region) }?.key
  }

  /// The first parts of its hosts' names in any region.
  func names(isTelekom: Bool) -> Set<String> {
    isTelekom && !telekom.isEmpty ? Set(telekom.keys) : Set([label]).union(labels.keys)
  }
}

/// Names of regions, separated by white space.
struct Regions: ExpressibleByStringLiteral, Sendable {
  let names: Set<String>

  init(stringLiteral text: String) {
    names = Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  func contains(_ name: String) -> Bool { names.contains(name) }
}

/// Where each service answers in each region, unless the configuration says otherwise.
package enum Endpoints {
  /// The regions of Huawei Cloud that its SDK lists. Two may need an endpoint in the configuration. The SDK lists
  /// eu-west-101 under `.com` for some services and under `.eu` for others; Orange runs eu-west-0 under other names.
  fileprivate static let huawei: Regions = """
    ae-ad-1 af-north-1 af-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4
    ap-southeast-5 cn-east-2 cn-east-3 cn-east-4 cn-east-5 cn-north-1 cn-north-11 cn-north-12
    cn-north-2 cn-north-4 cn-north-9 cn-south-1 cn-south-2 cn-south-4 cn-southwest-2
    cn-southwest-3 eu-west-0 eu-west-101 la-north-2 la-south-2 me-east-1 my-kualalumpur-1
    na-mexico-1 ru-moscow-1 ru-northwest-2 sa-brazil-1 tr-west-1
    """
  /// The regions of Open Telekom Cloud, with the domains of their hosts.
  fileprivate static let telekom = [
    "eu-de": "eu-de.otc.t-systems.com", "eu-nl": "eu-nl.otc.t-systems.com",
    "eu-ch2": "eu-ch2.sc.otc.t-systems.com",
  ]

  /// The regions in which some service has a default endpoint, sorted.
  package static let regions = huawei.names.union(telekom.keys).sorted()

  /// `https://HOST` of a service or of `iam`. Nil if no host is known in the region, and the user has to name one.
  package static func defaultEndpoint(service: String, region: String) -> String? {
    let hosts = service == "iam" ? ServiceHosts.iam : CloudService.named(service)?.hosts
    return hosts?.host(in: region).map { "https://\($0)" }
  }

  /// Whether the region is one of Open Telekom Cloud, whose tools sign in the `Credential=` form
  /// (https://github.com/opentelekomcloud/gophertelekomcloud, signer_helper.go).
  package static func usesLegacySignature(region: String) -> Bool { telekom[region] != nil }
}
