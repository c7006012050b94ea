import CloudAPI
import JobWatchCore

/// Reads `accounts`.
struct AccountSettings {
  private static let keys = [
    "name", "region", "project_id", "auth", "access_key", "secret_key", "security_token", "token",
    "endpoints", "ca_file", "quota",
  ]
  private static let services = CloudService.all.map(\.name)

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
    guard let section = setting.section(keys) else { return nil }
    let name = section.required("name", "write name: prod, or what you call it")?.name()
    let region = section.required("region", "write region: eu-de, or yours")?.regionName()
    let project = section.required("project_id", "the console shows it under My Credentials")?
      .projectID()
    var account = Account(name: name ?? "", region: region ?? "", projectID: project ?? "")
    readCredentials(section, into: &account)
    account.endpoints = section["endpoints"].map(endpoints) ?? [:]
    account.caFile = section["ca_file"]?.absolutePath()
    if let quota = section["quota"] { readQuota(quota, into: &account) }
    checkRegion(section, account)
    return name == nil ? nil : account
  }

  private static func readCredentials(_ section: Section, into account: inout Account) {
    if let auth = section["auth"] {
      guard let method = authentication(auth) else { return }
      account.authentication = method
    }
    account.accessKey = section["access_key"]?.secretSource()
    account.secretKey = section["secret_key"]?.secretSource()
    account.securityToken = section["security_token"]?.secretSource()
    account.token = section["token"]?.secretSource()
    let auth = account.authentication.rawValue
    let keys = ["access_key", "secret_key", "security_token"]
    let (needed, foreign) =
      account.authentication == .token ? (["token"], keys) : (Array(keys.prefix(2)), ["token"])
    for key in needed { _ = section.required(key, "auth: \(auth) needs it") }
    for key in foreign {
      section[key]?.fail("is not used with auth: \(auth): remove it, or change auth")
    }
  }

  private static func authentication(_ setting: Setting) -> Account.Authentication? {
    guard let text = setting.text("a way to log in") else { return nil }
    if let method = Account.Authentication(rawValue: text) { return method }
    let methods = Account.Authentication.allCases.map(\.rawValue)
    setting.fail(
      ["password", "agency"].contains(text)
        ? "\"\(text)\" is not supported by this version: use \(methods.joined(separator: ", "))"
        : "\"\(text.prefix(80))\" is no way to log in; \(NearestName.hint(text, among: methods))")
    return nil
  }

  private static func endpoints(_ setting: Setting) -> [String: String] {
    guard let section = setting.section(services) else { return [:] }
    var endpoints: [String: String] = [:]
    for service in services {
      guard let value = section[service], var text = value.text("an address") else { continue }
      if text.hasSuffix("/") { text.removeLast() }
      if let problem = WebAddress.problem(withEndpoint: text) {
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

  /// A region that the endpoint table does not have is fine with endpoints of its own.
  private static func checkRegion(_ section: Section, _ account: Account) {
    let region = account.region
    let missing = services.filter { account.endpoint(of: $0) == nil }
    guard let place = section["region"], !region.isEmpty, !missing.isEmpty else { return }
    if missing.count == services.count, section["endpoints"] == nil {
      let near = NearestName.to(region, among: Endpoints.regions)
      let hint = near.map { "did you mean \"\($0)\"? " } ?? ""
      place.fail("\"\(region)\" is no known region; \(hint)Otherwise give its endpoints: {…}")
    } else if missing.count < services.count {
      let names = missing.joined(separator: ", ")
      place.warn("\"\(region)\" has no known endpoint of \(names): its jobs are refused here")
    }
  }
}

extension Account {
  /// Scheme, host and port to ask `service` at; nil where neither the file nor the region's table has one.
  package func endpoint(of service: String) -> String? {
    endpoints[service] ?? Endpoints.defaultEndpoint(service: service, region: region)
  }

  /// The cap on calls to `service`, if one is configured.
  package func quota(of service: String) -> Quota? { serviceQuotas[service] ?? quota }
}

extension Setting {
  /// A part of a host name.
  fileprivate func regionName() -> String? {
    guard let text = text("a region such as eu-de") else { return nil }
    let isHostPart = text.utf8.allSatisfy {
      ConfiguredName.isAlphanumeric($0) || $0 == UInt8(ascii: "-")
    }
    if isHostPart, text.utf8.count <= 63 { return text }
    fail("must be a region such as eu-de: letters, digits and \"-\"")
    return nil
  }

  /// Part of the request's path.
  fileprivate func projectID() -> String? {
    guard let text = text("a project id") else { return nil }
    if JobKey.isJobID(text) { return text }
    fail(
      "must be a project id, as in 0605767b5780d5762fc5c0118072a564: letters, digits, \"-\", \"_\"")
    return nil
  }
}
