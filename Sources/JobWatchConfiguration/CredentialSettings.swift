import CloudAPI

/// Reads an account's `auth`, and the keys that belong to each login method.
struct CredentialSettings {
  private typealias Method = Account.Authentication

  static let keys = ["auth"] + secrets + ["domain_name", "profile", "signature"]

  private static let secrets = [
    "access_key", "secret_key", "security_token", "token", "username", "password",
  ]

  /// The keys of each login method; another key beside them is a mistake.
  private static func used(by method: Method) -> [String] {
    switch method {
    case .aksk, .akskOTC: ["access_key", "secret_key", "security_token", "profile"]
    case .token: ["token"]
    case .password: ["username", "password", "domain_name"]
    case .agency: ["signature"]
    }
  }

  static func read(_ section: Section, into account: inout Account) {
    if let auth = section["auth"] {
      guard let method = method(auth) else { return }
      account.authentication = method
    }
    let used = used(by: account.authentication)
    for key in keys where key != "auth" && !used.contains(key) {
      section[key]?.fail("is not used with auth: \(account.authentication.rawValue): remove it, or change auth")
    }
    switch account.authentication {
    case .aksk, .akskOTC: readAccessKey(section, into: &account)
    case .token: account.token = section["token"]?.secretSource()
    case .password: account.user = user(section)
    case .agency: account.signature = section["signature"].flatMap(signature)
    }
  }

  /// Both halves come from the file, or both from somewhere else.
  private static func readAccessKey(_ section: Section, into account: inout Account) {
    account.accessKey = section["access_key"]?.secretSource()
    account.secretKey = section["secret_key"]?.secretSource()
    account.securityToken = section["security_token"]?.secretSource()
    account.profile = section["profile"].flatMap(profile)
    guard ["access_key", "secret_key", "security_token"].contains(where: { section[$0] != nil }) else { return }
    for key in ["access_key", "secret_key"] { _ = section.required(key, "give both halves of a key here, or neither") }
    section["profile"]?.fail("cannot stand beside access_key: remove one of them")
  }

  /// Nil where no part of a user is written: one is looked for in the environment.
  private static func user(_ section: Section) -> Account.User? {
    let keys = used(by: .password)
    guard keys.contains(where: { section[$0] != nil }) else { return nil }
    let cure = "a log-in has a username, a password and a domain_name"
    return Account.User(
      name: section.required(keys[0], cure)?.secretSource(isOpen: true),
      password: section.required(keys[1], cure)?.secretSource(),
      domainName: section.required(keys[2], cure)?.text("the name of the account (domain)"))
  }

  private static func method(_ setting: Setting) -> Method? {
    setting.word("a way to log in", isNo: "way to log in", among: Method.allCases.map(\.rawValue))
      .flatMap(Method.init(rawValue:))
  }

  private static func signature(_ setting: Setting) -> Signer.Form? {
    let forms: [String: Signer.Form] = ["aksk": .access, "aksk-otc": .credential]
    let rule = "must be aksk (Huawei Cloud) or aksk-otc (Open Telekom Cloud)"
    return setting.text("aksk or aksk-otc", else: rule) { forms[$0] != nil }.flatMap { forms[$0] }
  }

  private static func profile(_ setting: Setting) -> Account.Profile? {
    guard let section = setting.section(["file", "section"]) else { return nil }
    return Account.Profile(
      file: section["file"]?.absolutePath(), section: section["section"]?.openName("the name of a section"))
  }
}
