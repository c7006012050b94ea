import CloudAPI
import Foundation
import JobWatchCore

/// The one way to what an account's calls are made with, whatever its `auth`: for the poller, and for `check`.
package struct AccountLogin: Sendable {
  package let account: Account
  private let transport: HTTPTransport
  private let ambient: AmbientCredentials

  /// - Parameter environment: where what the configuration does not name is looked for.
  package init(
    _ account: Account, transport: @escaping HTTPTransport,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.account = account
    self.transport = transport
    ambient = AmbientCredentials(
      environment: environment, profilePath: account.profile?.file,
      section: account.profile?.section)
  }

  // MARK: Reading

  /// Reads the secrets from their sources. Throws `SecretError` with the place and the cure.
  package func secrets() throws -> AccountSecrets {
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
        access: try access.read().reveal(), secret: try secret.read(),
        securityToken: try account.securityToken?.read())
      return AccountSecrets(means: .ready(signing(key)), project: project)
    }
    let found = try required(
      try ambient.accessKey(), "access_key and secret_key", "HW_ACCESS_KEY and HW_SECRET_KEY")
    return AccountSecrets(
      means: .ready(signing(found.value)), project: try ambientProject(), origin: found.origin)
  }

  private func signing(_ key: AccessKey) -> Credential {
    account.authentication == .aksk ? .accessKey(key) : .legacyAccessKey(key)
  }

  private func token() throws -> AccountSecrets {
    if let token = account.token {
      return AccountSecrets(means: .ready(.token(try token.read())), project: project)
    }
    let found = try required(ambient.token(), "token", "OS_TOKEN")
    return AccountSecrets(
      means: .ready(.token(found.value)), project: try ambientProject(), origin: found.origin)
  }

  private func user() throws -> AccountSecrets {
    if let name = account.user?.name, let password = account.user?.password,
      let domain = account.user?.domainName
    {
      let user = PasswordUser(
        name: try name.read().reveal(), password: try password.read(), domainName: domain)
      return AccountSecrets(means: .password(user), project: project)
    }
    let found = try required(
      try ambient.passwordUser(), "username, password and domain_name",
      "OS_USERNAME, OS_PASSWORD and OS_DOMAIN_NAME")
    return AccountSecrets(
      means: .password(found.value), project: try ambientProject(), origin: found.origin)
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

  // MARK: Logging in

  /// Reads the secrets and logs in with them. A secret that cannot be read is `.refused`.
  package func obtain(at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    do {
      return await obtain(try secrets(), at: now)
    } catch {
      return .failure(.refused(Complaint(code: "", message: "\(error)")))
    }
  }

  /// What calls are to be made with, its project included.
  /// - Parameter now: by the cloud's clock, as far as it is known.
  package func obtain(_ secrets: AccountSecrets, at now: Timestamp) async
    -> Result<IssuedCredential, IssueFailure>
  {
    let result: Result<IssuedCredential, IssueFailure>
    switch secrets.means {
    case .ready(let credential): result = .success(IssuedCredential(credential: credential))
    case .agency(let form):
      let endpoint = account.endpoint(of: "metadata") ?? InstanceMetadata.defaultEndpoint
      let metadata = InstanceMetadata(endpoint: endpoint, form: form, transport: transport)
      result = await metadata.issue(at: now)
    case .password(let user):
      guard let endpoint = account.endpoint(of: "iam") else { return .failure(withoutIAM) }
      let login = TokenLogin(
        endpoint: endpoint, user: user, scope: secrets.project, transport: transport)
      result = await login.issue(at: now)
    }
    guard case .success(var issued) = result else { return result }
    switch await projectID(for: issued, secrets.project, at: now) {
    case .success(let id): issued.projectID = id
    case .failure(let failure): return .failure(failure)
    }
    return .success(issued)
  }

  /// Looks the project up where neither the configuration nor the log-in says it.
  private func projectID(
    for issued: IssuedCredential, _ project: ProjectScope, at now: Timestamp
  ) async -> Result<String, IssueFailure> {
    if let id = issued.projectID { return .success(id) }
    switch project {
    case .id(let id): return .success(id)
    case .name(let name):
      guard let endpoint = account.endpoint(of: "iam") else { return .failure(withoutIAM) }
      let lookup = ProjectLookup(endpoint: endpoint, transport: transport)
      return await lookup.id(ofProjectNamed: name, credential: issued.credential, at: now)
    }
  }

  private var withoutIAM: IssueFailure {
    .misconfigured(
      Complaint(
        code: "",
        message: "no identity service is known for region \(account.region): add "
          + "endpoints: {iam: \"https://…\"} to the account"))
  }
}
