import CloudAPI
import Foundation
import JobWatchConfiguration

/// The secrets of an account, as read from their sources just now.
package struct AccountSecrets: Sendable, Hashable {
  package enum LoginMethod: Sendable, Hashable {
    /// Good for calls as it is.
    case ready(Credential)
    /// A token has to be fetched with it.
    case password(PasswordUser)
    /// The keys that the metadata service hands to this server.
    case agency(Signer.Form)
  }

  package var method: LoginMethod
  package var project: ProjectScope
  /// Where the secrets were found, if the configuration does not name them; says nothing of the content.
  package var source: String?

  /// Whether calls are made with something that is fetched, and can be fetched again.
  var areFetched: Bool { if case .ready = method { false } else { true } }
}

/// Reads an account's secrets: from the places that the configuration names, else from where the vendors' tools look
/// (`AmbientCredentials`).
package struct AccountSources: Sendable {
  private let account: Account
  private let environment: [String: String]
  private let ambient: AmbientCredentials

  /// - Parameter environment: where what the configuration does not name is looked for.
  package init(_ account: Account, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.account = account
    self.environment = environment
    ambient = AmbientCredentials(
      environment: environment, profilePath: account.profile?.file, section: account.profile?.section)
  }

  /// Throws `SecretError` with the place and the cure.
  package func read() throws -> AccountSecrets {
    switch account.authentication {
    case .aksk, .akskOTC: try accessKey()
    case .token: try token()
    case .password: try user()
    case .agency: configured(.agency(signature))
    }
  }

  private func accessKey() throws -> AccountSecrets {
    guard let access = account.accessKey, let secret = account.secretKey else {
      return try found(
        ambient.accessKey(), "access_key and secret_key", "HW_ACCESS_KEY and HW_SECRET_KEY"
      ) { .ready(signing($0)) }
    }
    let key = AccessKey(
      access: try access.read(environment: environment).reveal(), secret: try secret.read(environment: environment),
      securityToken: try account.securityToken?.read(environment: environment))
    return configured(.ready(signing(key)))
  }

  private func signing(_ key: AccessKey) -> Credential {
    .accessKey(key, account.authentication == .aksk ? .access : .credential)
  }

  private func token() throws -> AccountSecrets {
    guard let token = account.token else {
      return try found(ambient.token(), "token", "OS_TOKEN") { .ready(.token($0)) }
    }
    return configured(.ready(.token(try token.read(environment: environment))))
  }

  private func user() throws -> AccountSecrets {
    guard let name = account.user?.name, let password = account.user?.password, let domain = account.user?.domainName
    else {
      return try found(
        ambient.passwordUser(), "username, password and domain_name", "OS_USERNAME, OS_PASSWORD and OS_DOMAIN_NAME"
      ) { .password($0) }
    }
    let user = PasswordUser(
      name: try name.read(environment: environment).reveal(),
      password: try password.read(environment: environment), domainName: domain)
    return configured(.password(user))
  }

  private func configured(_ method: AccountSecrets.LoginMethod) -> AccountSecrets {
    AccountSecrets(method: method, project: project)
  }

  private var project: ProjectScope {
    account.projectID.map { .id($0) } ?? .name(account.projectName ?? account.region)
  }

  /// With the environment's project, unless one is configured: a configured key has nothing to do with that one.
  private func found<Value>(
    _ found: Ambient<Value>?, _ keys: String, _ variables: String, _ method: (Value) -> AccountSecrets.LoginMethod
  ) throws -> AccountSecrets {
    guard let found else {
      throw SecretError(
        message: "account \(account.name) has no \(keys): name them in the configuration, or set "
          + "\(variables) in the environment of the service")
    }
    let isConfigured = account.projectID != nil || account.projectName != nil
    return AccountSecrets(
      method: method(found.value), project: isConfigured ? project : try ambient.project()?.value ?? project,
      source: found.source)
  }

  /// As the region's own tools sign.
  private var signature: Signer.Form {
    let isLegacy = Endpoints.usesLegacySignature(region: account.region)
    return account.signature ?? (isLegacy ? .credential : .access)
  }
}
