import CloudAPI
import Foundation
import JobWatchConfiguration
import JobWatchCore

/// Gets the credential for an account's calls, whatever its `auth`: for the poller, and for `check`.
package struct AccountLogin: Sendable {
  package let account: Account
  private let transport: HTTPTransport
  private let sources: AccountSources

  /// - Parameter environment: where what the configuration does not name is looked for.
  package init(
    _ account: Account, transport: @escaping HTTPTransport,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.account = account
    self.transport = transport
    sources = AccountSources(account, environment: environment)
  }

  /// Reads the secrets from their sources. Throws `SecretError` with the place and the cure.
  package func secrets() throws -> AccountSecrets { try sources.read() }

  /// The credential, its project included.
  /// - Parameter now: by the cloud's clock, as far as it is known.
  package func obtain(_ secrets: AccountSecrets, at now: Timestamp) async -> Result<IssuedCredential, IssueFailure> {
    let result: Result<IssuedCredential, IssueFailure>
    switch secrets.method {
    case .ready(let credential): result = .success(IssuedCredential(credential: credential))
    case .agency(let form):
      let endpoint = account.endpoint(of: "metadata") ?? IdentityClient.metadataEndpoint
      let metadata = IdentityClient(.metadata, endpoint: endpoint, transport: transport)
      result = await metadata.temporaryKey(form, at: now)
    case .password(let user):
      guard let iam else { return .failure(withoutIAM) }
      result = await iam.token(for: user, secrets.project, at: now)
    }
    guard case .success(var issued) = result, issued.projectID == nil else { return result }
    switch await projectID(secrets.project, issued.credential, at: now) {
    case .success(let id): issued.projectID = id
    case .failure(let failure): return .failure(failure)
    }
    return .success(issued)
  }

  private func projectID(
    _ project: ProjectScope, _ credential: Credential, at now: Timestamp
  ) async -> Result<String, IssueFailure> {
    switch project {
    case .id(let id): return .success(id)
    case .name(let name):
      guard let iam else { return .failure(withoutIAM) }
      return await iam.id(ofProjectNamed: name, credential: credential, at: now)
    }
  }

  private var iam: IdentityClient? {
    account.endpoint(of: "iam").map { IdentityClient(.iam, endpoint: $0, transport: transport) }
  }

  private var withoutIAM: IssueFailure {
    .misconfigured(
      APIError(
        code: "",
        message: "no identity service is known for region \(account.region): add "
          + "endpoints: {iam: \"https://…\"} to the account"))
  }
}
