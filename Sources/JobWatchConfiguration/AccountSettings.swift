import CloudAPI
import JobWatchCore

struct AccountSettings {
  private static let keys = [
    "name", "region", "project_id", "project_name", "endpoints", "ca_file", "allow_http", "quota",
  ]
  private static let services = CloudService.all.map(\.name)
  /// Names other than services that have an address.
  private static let helpers = ["iam", "metadata"]

  static func read(_ list: Setting) -> [Account] {
    let settings = list.items(1...100) ?? []
    var seen = Set<String>()
    return settings.compactMap { setting in
      guard let account = read(account: setting) else { return nil }
      if !seen.insert(account.name).inserted {
        setting.fail("a second account is named \"\(account.name)\": names must differ")
      }
      return account
    }
  }

  private static func read(account setting: Setting) -> Account? {
    guard let section = setting.section(keys + CredentialSettings.keys) else { return nil }
    let name = section.required("name", "write name: prod, or what you call it")?.name()
    let region = section.required("region", "write region: eu-de, or yours")?.regionName()
    var account = Account(name: name ?? "", region: region ?? "")
    readProject(section, into: &account)
    CredentialSettings.read(section, into: &account)
    let hosts = section["allow_http"]?.items(1...20) ?? []
    account.httpHosts = hosts.compactMap { $0.text("the name of a host")?.lowercased() }
    account.endpoints = section["endpoints"].map { endpoints($0, account.httpHosts) } ?? [:]
    account.caFile = section["ca_file"]?.absolutePath()
    if let quota = section["quota"] { readQuota(quota, into: &account) }
    checkRegion(section, account)
    return name == nil ? nil : account
  }

  private static func readProject(_ section: Section, into account: inout Account) {
    account.projectID = section["project_id"]?.projectID()
    guard let setting = section["project_name"] else { return }
    account.projectName = setting.text("the name of a project")
    if section["project_id"] != nil { setting.warn("is not needed beside project_id: remove one of them") }
  }

  private static func endpoints(_ setting: Setting, _ httpHosts: [String]) -> [String: String] {
    let names = services + helpers
    guard let section = setting.section(names) else { return [:] }
    var endpoints: [String: String] = [:]
    for service in names {
      guard let value = section[service], var text = value.text("an address") else { continue }
      if text.hasSuffix("/") { text.removeLast() }
      if let problem = WebAddress.problem(withEndpoint: text, allowingHTTPTo: httpHosts) {
        value.fail(problem)
      } else {
        endpoints[service] = text
      }
    }
    return endpoints
  }

  private static func readQuota(_ setting: Setting, into account: inout Account) {
    guard let section = setting.section(["calls", "per"] + services) else { return }
    if section["calls"] != nil || section["per"] != nil { account.quota = quota(section) }
    for service in services {
      guard let part = section[service]?.section(["calls", "per"]) else { continue }
      account.serviceQuotas[service] = quota(part)
    }
  }

  private static func quota(_ section: Section) -> Quota? {
    let calls = section.required("calls", "how many calls at most")?.integer(1...100_000)
    let per = section.required("per", "in how long, such as 60s")?
      .duration(.milliseconds(100) ... .days(1))
    guard let calls, let per else { return nil }
    return Quota(calls: calls, per: per)
  }

  /// A region that the endpoint table lacks needs endpoints of its own. Nobody uses all services: a service without an
  /// endpoint is reported to those who submit its jobs.
  private static func checkRegion(_ section: Section, _ account: Account) {
    let region = account.region
    guard let place = section["region"], !region.isEmpty, section["endpoints"] == nil,
      !Endpoints.regions.contains(region)
    else { return }
    place.fail(region, isNo: "known region", among: Endpoints.regions, otherwise: "; for another give endpoints: {…}")
  }
}

extension Setting {
  /// A part of a host name.
  fileprivate func regionName() -> String? {
    let rule = "must be a region such as eu-de: letters, digits and \"-\""
    return text("a region such as eu-de", else: rule) {
      $0.utf8.count <= 63 && $0.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
    }
  }

  /// Part of the request's path.
  fileprivate func projectID() -> String? {
    let rule = "must be a project id, as in 0605767b5780d5762fc5c0118072a564: letters, digits, \"-\", \"_\""
    return text("a project id", else: rule, where: JobKey.isJobID)
  }
}
