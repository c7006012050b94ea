import CloudAPI
import JobWatchCore

/// One project of one cloud account, and how to get in.
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
  /// For both forms of access key. Without one, `profile` and then the environment are asked.
  package var accessKey: SecretSource?
  /// For both forms of access key.
  package var secretKey: SecretSource?
  /// For temporary access keys.
  package var securityToken: SecretSource?
  /// For `token`.
  package var token: SecretSource?
  /// For `password`.
  package var user: User?
  /// A file of the vendor's SDK to take an access key from.
  package var profile: Profile?
  /// How keys of an agency sign; nil: as is usual in the region.
  package var signature: Signer.Form?
  /// By service name, `iam` and `metadata` among them: scheme and host and port without a path; where none is given,
  /// the region's.
  package var endpoints: [String: String]
  /// PEM file with the certificates to trust instead of the system's.
  package var caFile: String?
  /// Hosts that may be asked over plain HTTP.
  package var httpHosts: [String]
  /// Cap on this account's calls per service, because other tools share the cloud's quota.
  package var quota: Quota?
  /// Caps of single services; they win over `quota`.
  package var serviceQuotas: [String: Quota]

  /// Who logs in; a part that is missing is looked for in the environment.
  package struct User: Sendable, Hashable {
    package var name: SecretSource?
    package var password: SecretSource?
    /// The account that the user belongs to.
    package var domainName: String?

    package init(
      name: SecretSource? = nil, password: SecretSource? = nil, domainName: String? = nil
    ) {
      self.name = name
      self.password = password
      self.domainName = domainName
    }
  }

  /// A section of an SDK's credentials file.
  package struct Profile: Sendable, Hashable {
    package var file: String?
    package var section: String?

    package init(file: String? = nil, section: String? = nil) {
      self.file = file
      self.section = section
    }
  }

  package init(
    name: String, region: String, projectID: String? = nil, authentication: Authentication = .aksk,
    accessKey: SecretSource? = nil, secretKey: SecretSource? = nil,
    securityToken: SecretSource? = nil, token: SecretSource? = nil,
    endpoints: [String: String] = [:], caFile: String? = nil, quota: Quota? = nil,
    serviceQuotas: [String: Quota] = [:]
  ) {
    self.name = name
    self.region = region
    self.projectID = projectID
    self.authentication = authentication
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.securityToken = securityToken
    self.token = token
    self.endpoints = endpoints
    self.caFile = caFile
    httpHosts = []
    self.quota = quota
    self.serviceQuotas = serviceQuotas
  }
}

extension Account {
  /// Scheme, host and port to ask `service` at; nil where neither the file nor the region's table has one.
  package func endpoint(of service: String) -> String? {
    endpoints[service] ?? Endpoints.defaultEndpoint(service: service, region: region)
  }

  /// The secret to replace when the cloud refuses what the account shows; nil where the configuration names none.
  package var replaceable: SecretSource? {
    switch authentication {
    case .aksk, .akskOTC: secretKey
    case .token: token
    case .password: user?.password
    case .agency: nil
    }
  }

  /// The cap on calls to `service`, if one is configured.
  package func quota(of service: String) -> Quota? { serviceQuotas[service] ?? quota }
}
