import CloudAPI
import JobWatchCore

/// One project of one cloud account, and its credential.
package struct Account: Sendable, Hashable {
  package enum Authentication: String, Sendable, CaseIterable {
    /// Huawei Cloud's `Access=` signature.
    case aksk
    /// The `Credential=` signature that Open Telekom Cloud's tools send.
    case akskOTC = "aksk-otc"
    /// A ready token, sent as `X-Auth-Token`.
    case token
    /// A token that the identity service gives for a user's name and password.
    case password
    /// Temporary keys that the metadata service gives to a server with an agency.
    case agency
  }

  package var name: String
  package var region: String
  /// Nil: looked up by `projectName`.
  package var projectID: String?
  /// Nil: the project that is named like the region, which every account has.
  package var projectName: String?
  package var authentication: Authentication
  /// `aksk` and `aksk-otc` only. Nil: `profile` has the key, or else the environment.
  package var accessKey: SecretSource?
  /// `aksk` and `aksk-otc` only.
  package var secretKey: SecretSource?
  /// `aksk` and `aksk-otc` with temporary keys only.
  package var securityToken: SecretSource?
  /// `token` only.
  package var token: SecretSource?
  /// `password` only.
  package var user: User?
  /// A file of the vendor's SDK to take an access key from.
  package var profile: Profile?
  /// The signature that an agency's keys make; nil: the usual one of the region.
  package var signature: Signer.Form?
  /// Scheme, host and port without a path, by service name, `iam` and `metadata` included. A service without an entry
  /// has the region's.
  package var endpoints: [String: String] = [:]
  /// PEM file with the certificates to trust instead of the system's.
  package var caFile: String?
  package var httpHosts: [String] = []
  /// Cap on this account's calls to each service, because other tools share the cloud's quota.
  package var quota: Quota?
  /// Caps of single services; they win over `quota`.
  package var serviceQuotas: [String: Quota] = [:]

  /// The user that logs in; the environment has the parts that are nil.
  package struct User: Sendable, Hashable {
    package var name: SecretSource?
    package var password: SecretSource?
    /// The account that the user belongs to.
    package var domainName: String?
  }

  /// A section of an SDK's credentials file.
  package struct Profile: Sendable, Hashable {
    package var file: String?
    package var section: String?
  }

  package init(
    name: String, region: String, projectID: String? = nil, authentication: Authentication = .aksk,
    endpoints: [String: String] = [:]
  ) {
    (self.name, self.region, self.endpoints) = (name, region, endpoints)
    (self.projectID, self.authentication) = (projectID, authentication)
  }

  /// Scheme, host and port to ask `service` at; nil where neither the file nor the region's table has one.
  package func endpoint(of service: String) -> String? {
    endpoints[service] ?? Endpoints.defaultEndpoint(service: service, region: region)
  }

  /// The secret to replace when the cloud refuses the credential; nil where the configuration names none.
  package var replaceable: SecretSource? {
    switch authentication {
    case .aksk, .akskOTC: secretKey
    case .token: token
    case .password: user?.password
    case .agency: nil
    }
  }

  package func quota(of service: String) -> Quota? { serviceQuotas[service] ?? quota }
}
