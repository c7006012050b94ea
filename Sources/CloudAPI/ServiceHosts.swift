/// At which hosts one service answers: what differs between services, by region.
///
/// The facts are those of the vendor's SDK and of Open Telekom Cloud's list of endpoints (cloud-api,
/// section 4). A region where they name no host has none here, even if the pattern would give one.
struct ServiceHosts: Sendable {
  /// The first part of the host's name on Huawei Cloud.
  var label: String
  /// Other first parts, by region.
  var labels: [String: String] = [:]
  /// Regions of Huawei Cloud that have it; nil for all of them but `missing`.
  var only: Set<String>?
  var missing: Set<String> = []
  /// Regions that another one answers for.
  var served: [String: String] = [:]
  /// Whether eu-west-101 has it under `.eu` and not under `.com`.
  var isEuropean = false
  /// The first part of the host's name on Open Telekom Cloud, by region.
  var telekom: [String: String] = [:]

  func label(in region: String) -> String? {
    let isThere = only?.contains(region) ?? !missing.contains(region)
    return isThere ? labels[region] ?? label : nil
  }

  private static func both(_ label: String) -> [String: String] {
    ["eu-de": label, "eu-nl": label]
  }
}

extension ServiceHosts {
  static let ecs = ServiceHosts(
    label: "ecs", missing: ["ru-northwest-2"],
    telekom: both("ecs").merging(["eu-ch2": "ecs"]) { $1 })
  static let dcs = ServiceHosts(label: "dcs", telekom: both("dcs"))
  static let evs = ServiceHosts(label: "evs", telekom: both("evs"))
  static let ims = ServiceHosts(
    label: "ims", missing: ["ru-northwest-2"], telekom: both("ims"))
  /// Part of the Virtual Private Cloud service.
  static let eip = ServiceHosts(
    label: "vpc", missing: ["cn-southwest-3"],
    telekom: both("vpc").merging(["eu-ch2": "vpc"]) { $1 })
  static let sdrs = ServiceHosts(
    label: "sdrs",
    only: [
      "af-south-1", "ap-southeast-2", "ap-southeast-3", "cn-east-2", "cn-east-3", "cn-north-4",
      "cn-south-1",
    ],
    served: ["ap-southeast-2": "ap-southeast-3"], telekom: ["eu-de": "sdrs"])
  /// On Open Telekom Cloud it is asked at ECS.
  static let bms = ServiceHosts(
    label: "bms",
    missing: [
      "ae-ad-1", "af-north-1", "ap-southeast-5", "cn-north-12", "eu-west-0", "eu-west-101",
    ],
    telekom: ["eu-de": "ecs"])
  static let deh = ServiceHosts(
    label: "deh",
    only: [
      "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "cn-east-2", "cn-east-3",
      "cn-north-1", "cn-north-2", "cn-north-4", "cn-south-1", "cn-southwest-2",
      "my-kualalumpur-1", "sa-brazil-1",
    ],
    telekom: both("deh"))

  static let rds = ServiceHosts(label: "rds", isEuropean: true, telekom: both("rds"))
  static let dds = ServiceHosts(label: "dds", isEuropean: true, telekom: both("dds"))
  static let ddm = ServiceHosts(
    label: "ddm",
    only: [
      "ae-ad-1", "ap-southeast-1", "cn-east-2", "cn-east-3", "cn-north-1", "cn-north-4",
      "cn-north-9", "cn-south-1", "cn-south-2", "cn-southwest-2", "eu-west-101", "la-north-2",
      "la-south-2", "my-kualalumpur-1", "ru-moscow-1", "sa-brazil-1",
    ],
    isEuropean: true, telekom: ["eu-de": "ddm"])
  static let taurusdb = ServiceHosts(
    label: "gaussdb",
    labels: [
      "af-south-1": "gaussdb-mysql", "cn-east-5": "gaussdb-mysql",
      "cn-southwest-3": "gaussdb-mysql", "la-north-2": "gaussdb-mysql",
      "ap-southeast-1": "gaussdbformysql", "ap-southeast-2": "gaussdbformysql",
      "cn-north-11": "gaussdbformysql", "me-east-1": "gaussdbformysql",
      "tr-west-1": "gaussdbformysql",
    ],
    missing: [
      "ae-ad-1", "af-north-1", "ap-southeast-5", "cn-east-2", "cn-east-4", "cn-north-1",
      "cn-north-12", "cn-south-2", "eu-west-0", "eu-west-101", "la-south-2", "my-kualalumpur-1",
      "na-mexico-1", "ru-moscow-1",
    ],
    telekom: ["eu-de": "gaussdb-mysql"])
  static let gaussdb = ServiceHosts(
    label: "gaussdb-opengauss",
    labels: [
      "af-north-1": "gaussdb", "ap-southeast-5": "gaussdb", "cn-east-2": "gaussdb",
      "cn-east-4": "gaussdb", "cn-east-5": "gaussdb", "cn-north-12": "gaussdb",
      "me-east-1": "gaussdb", "tr-west-1": "gaussdb",
    ],
    missing: [
      "ae-ad-1", "cn-north-1", "cn-north-11", "cn-southwest-3", "eu-west-0", "eu-west-101",
      "my-kualalumpur-1", "na-mexico-1", "ru-moscow-1",
    ])
  static let geminidb = ServiceHosts(
    label: "gaussdb-nosql",
    missing: [
      "ae-ad-1", "af-north-1", "cn-east-5", "cn-north-12", "eu-west-0", "my-kualalumpur-1",
      "na-mexico-1",
    ],
    isEuropean: true, telekom: ["eu-de": "gaussdb-nosql"])

  static let cce = ServiceHosts(
    label: "cce", missing: ["cn-southwest-3"], isEuropean: true, telekom: both("cce"))

  /// Identity and Access Management: where tokens come from.
  static let iam = ServiceHosts(
    label: "iam",
    missing: [
      "af-north-1", "ap-southeast-5", "cn-north-11", "cn-south-4", "cn-southwest-3",
      "ru-northwest-2",
    ],
    isEuropean: true, telekom: both("iam").merging(["eu-ch2": "iam-pub"]) { $1 })
}
