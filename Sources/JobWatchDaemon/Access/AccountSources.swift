import CloudAPI
import Foundation
import JobWatchConfiguration

/// Where an account's secrets are: in the places that the configuration names, else where the vendors' tools look for
/// them (`AmbientCredentials`).
package struct AccountSources: Sendable {
  private let account: Account
  private let environment: [String: String]
  private let ambient: AmbientCredentials

  /// - Parameter environment: where what the configuration does not name is looked for.
  package init(
    _ account: Account, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.account = account
    self.environment = environment
    ambient = AmbientCredentials(
      environment: environment, profilePath: account.profile?.file,
      section: account.profile?.section)
  }

  /// Whether they are looked for outside of the configuration.
  package var areAmbient: Bool {
    switch account.authentication {
    case .aksk, .akskOTC: account.accessKey == nil
    case .token: account.token == nil
    case .password: account.user == nil
    case .agency: false
    }
  }

  /// Throws `SecretError` with the place and the cure.
  package func read() throws -> AccountSecrets {
    switch account.authentication {
    case .aksk, .akskOTC: try accessKey()
    case .token: try token()
    case .password: try user()
    case .agency: AccountSecrets(means: .agency(signature), project: project)
    }
  }

  /// The project that the configuration says, by name if not by id.
  private var project: ProjectScope {
    account.projectID.map { .id($0) } ?? .name(account.projectName ?? account.region)
  }

  /// What is found together belongs together: a key of the configuration has nothing to do with a project of the
  /// environment.
  private func ambientProject() throws -> ProjectScope {
    let isConfigured = account.projectID != nil || account.projectName != nil
    return try isConfigured ? project : ambient.project()?.value ?? project
  }

  private func accessKey() throws -> AccountSecrets {
    if let access = account.accessKey, let secret = account.secretKey {
      let key = AccessKey(
        access: try access.read(environment: environment).reveal(),
        secret: try secret.read(environment: environment),
        securityToken: try account.securityToken?.read(environment: environment))
      return AccountSecrets(means: .ready(signing(key)), project: project)
    }
    let found = try required(
      try ambient.accessKey(), "access_key and secret_key", "HW_ACCESS_KEY and HW_SECRET_KEY")
    return AccountSecrets(
      means: .ready(signing(found.value)), project: try ambientProject(), origin: found.source)
  }

  private func signing(_ key: AccessKey) -> Credential {
    account.authentication == .aksk ? .accessKey(key) : .legacyAccessKey(key)
  }

  private func token() throws -> AccountSecrets {
    if let token = account.token {
      let token = try token.read(environment: environment)
      return AccountSecrets(means: .ready(.token(token)), project: project)
    }
    let found = try required(ambient.token(), "token", "OS_TOKEN")
    return AccountSecrets(
      means: .ready(.token(found.value)), project: try ambientProject(), origin: found.source)
  }

  private func user() throws -> AccountSecrets {
    if let name = account.user?.name, let password = account.user?.password,
      let domain = account.user?.domainName
    {
      let user = PasswordUser(
        name: try name.read(environment: environment).reveal(),
        password: try password.read(environment: environment), domainName: domain)
      return AccountSecrets(means: .password(user), project: project)
    }
    let found = try required(
      try ambient.passwordUser(), "username, password and domain_name",
      "OS_USERNAME, OS_PASSWORD and OS_DOMAIN_NAME")
    return AccountSecrets(
      means: .password(found.value), project: try ambientProject(), origin: found.source)
  }

  private func required<Value>(
    _ found: Ambient<Value>?, _ keys: String, _ variables: String
  ) throws -> Ambient<Value> {
    if let found { return found }
    throw SecretError(
      message: "account \(account.name) has no \(keys): name them in the configuration, or set "
        + "\(variables) in the environment of the service")
  }

  /// As the region's own tools sign.
  private var signature: Signer.Form {
    let isLegacy = Endpoints.usesLegacySignature(region: account.region)
    return account.signature ?? (isLegacy ? .credential() : .access)
  }
}
