import Foundation

/// Finds what the configuration leaves out where the vendors' tools look for it. The first place that has anything is
/// taken, whole: variables of the environment in the order below, then the profile.
///
/// The profile is section `[basic]` of `HUAWEICLOUD_SDK_CREDENTIALS_FILE`, else of `~/.huaweicloud/credentials`. One
/// that the configuration names comes before the variables, and for a key pair instead of them, because it was chosen.
///
/// A pair is never put together from two places, and half a pair is an error, because what is in the next place belongs
/// to somebody else. A variable that is empty is not set.
package struct AmbientCredentials: Sendable {
  private static let keyVariables = [
    // The SDKs, and their samples.
    ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"], ["CLOUD_SDK_AK", "CLOUD_SDK_SK"],
    // Terraform for Huawei Cloud (https://github.com/huaweicloud/terraform-provider-huaweicloud, provider.go).
    ["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"],
    // OpenStack and Open Telekom Cloud.
    ["OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_SECURITY_TOKEN"],
  ]
  private static let tokenVariables = ["HW_AUTH_TOKEN", "OS_TOKEN"]
  private static let projectIDVariables = [
    "HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID", "OS_PROJECT_ID",
  ]
  private static let projectNameVariables = ["HW_PROJECT_NAME", "OS_PROJECT_NAME"]

  private let variables: [String: String]
  private let profilePath: String?
  private let section: String
  /// Whether the configuration names the profile.
  private let isChosen: Bool
  /// Whether anything names the profile: then its absence is a mistake.
  private let isNamed: Bool

  /// - Parameters:
  ///   - profilePath: the file that the configuration names, if it does.
  ///   - section: the same of its section.
  package init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    profilePath: String? = nil, section: String? = nil
  ) {
    variables = environment.filter { !$0.value.isEmpty }
    let named = profilePath ?? variables["HUAWEICLOUD_SDK_CREDENTIALS_FILE"]
    self.profilePath = named ?? variables["HOME"].map { "\($0)/.huaweicloud/credentials" }
    self.section = section ?? "basic"
    isChosen = profilePath != nil || section != nil
    isNamed = named != nil || section != nil
  }

  /// Nil where no place has any part of one. Throws for half a pair, and for a profile that cannot be read.
  package func accessKey() throws(SecretError) -> Ambient<AccessKey>? {
    for names in isChosen ? [] : Self.keyVariables {
      if let found = try group(names, required: 2) {
        return Ambient(Self.accessKey(found), from: Self.source(names.prefix(2)))
      }
    }
    guard let fields = try profile() else { return nil }
    let found = try Self.group(["ak", "sk", "security_token"], required: 2, of: fields, in: profileSource)
    return found.map { Ambient(Self.accessKey($0), from: profileSource) }
  }

  /// Nil where there is none.
  package func token() -> Ambient<Secret>? { first(Self.tokenVariables, Secret.init) }

  /// Nil where no place has any part of one. Throws for a login in part.
  package func passwordUser() throws(SecretError) -> Ambient<PasswordUser>? {
    let domain = variables["OS_DOMAIN_NAME"] == nil ? "OS_USER_DOMAIN_NAME" : "OS_DOMAIN_NAME"
    for names in [
      ["HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME"],
      ["OS_USERNAME", "OS_PASSWORD", domain],
    ] {
      // The account's name alone is in use beside a key pair, too.
      let isBegun = names.prefix(2).contains { variables[$0] != nil }
      if isBegun, let found = try group(names, required: 3) {
        return Ambient(
          PasswordUser(name: found[0], password: Secret(found[1]), domainName: found[2]), from: Self.source(names))
      }
    }
    return nil
  }

  /// Nil where there is none. Throws for a profile that cannot be read.
  package func project() throws(SecretError) -> Ambient<ProjectScope>? {
    let variable = first(Self.projectIDVariables, ProjectScope.id)
    // A profile that is not needed is not read: its mistakes do not matter.
    if !isChosen, let variable { return variable }
    if let id = try profile()?["project_id"] { return Ambient(.id(id), from: profileSource) }
    return variable ?? first(Self.projectNameVariables, ProjectScope.name)
  }

  private func first<Value: Sendable & Equatable>(_ names: [String], _ value: (String) -> Value) -> Ambient<Value>? {
    guard let name = names.first(where: { variables[$0] != nil }), let text = variables[name] else { return nil }
    return Ambient(value(text), from: Self.source([name]))
  }

  // MARK: Groups

  private func group(_ names: [String], required: Int) throws(SecretError) -> [String]? {
    try Self.group(names, required: required, of: variables, in: "the environment")
  }

  /// The values of `names`; nil if none is there. The first `required` ones belong together.
  private static func group(
    _ names: [String], required: Int, of fields: [String: String], in place: String
  ) throws(SecretError) -> [String]? {
    let given = names.filter { fields[$0] != nil }
    guard let some = given.first else { return nil }
    let missing = names.prefix(required).filter { fields[$0] == nil }
    guard missing.isEmpty else {
      let list = missing.joined(separator: " and ")
      throw SecretError(message: "\(place) has \(some) and no \(list): give \(list) there, or remove \(some)")
    }
    return given.compactMap { fields[$0] }
  }

  private static func accessKey(_ values: [String]) -> AccessKey {
    AccessKey(access: values[0], secret: Secret(values[1]), securityToken: values.dropFirst(2).first.map(Secret.init))
  }

  private static func source(_ names: some Sequence<String>) -> String {
    "environment \(names.joined(separator: ", "))"
  }

  // MARK: The profile

  private var profileSource: String { "profile [\(section)] of \(profilePath ?? "no file")" }

  /// Nil where no profile is there and none was named.
  private func profile() throws(SecretError) -> [String: String]? {
    guard let profilePath else {
      if !isNamed { return nil }
      throw SecretError(message: "\(profileSource): HOME is not set, so there is no default file: name the file")
    }
    if !isNamed, !FileManager.default.fileExists(atPath: profilePath) { return nil }
    let text = try SecretSource.file(profilePath).read()
    let file = try ProfileFile(text.reveal(), path: profilePath)
    if let fields = file.sections[section] { return fields }
    if !isNamed { return nil }
    throw SecretError(message: "file \(profilePath) has no section [\(section)]: add it")
  }
}

/// Something that the configuration does not say, and where it was found.
package struct Ambient<Value: Sendable & Equatable>: Sendable, Equatable {
  package var value: Value
  /// For logs: names of variables, or a file and its section; nothing of the content.
  package var source: String

  package init(_ value: Value, from source: String) {
    self.value = value
    self.source = source
  }
}
