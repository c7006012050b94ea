import CloudAPI
import JobWatchCore

/// How one account gets in: its credential as last read, and where it was read from.
struct AccountAccess: Sendable {
  let account: Account
  private(set) var credential: Credential
  private(set) var fingerprint: String

  init(_ account: Account) throws {
    self.account = account
    credential = try Self.read(account)
    fingerprint = credential.fingerprint
  }

  /// Reads the secrets again; true when their content has changed. A secret that cannot be read just now, while it is
  /// being replaced, say, leaves the old one.
  mutating func refresh() throws -> Bool {
    let fresh = try Self.read(account)
    guard fresh.fingerprint != fingerprint else { return false }
    credential = fresh
    fingerprint = fresh.fingerprint
    return true
  }

  private static func read(_ account: Account) throws -> Credential {
    switch account.authentication {
    case .aksk: .accessKey(try accessKey(account))
    case .akskOTC: .legacyAccessKey(try accessKey(account))
    case .token: .token(try required(account.token, "token", account).read())
    }
  }

  private static func accessKey(_ account: Account) throws -> AccessKey {
    AccessKey(
      access: try required(account.accessKey, "access_key", account).read().reveal(),
      secret: try required(account.secretKey, "secret_key", account).read(),
      securityToken: try account.securityToken?.read())
  }

  private static func required(_ source: SecretSource?, _ key: String, _ account: Account) throws
    -> SecretSource
  {
    guard let source else {
      throw SecretError(
        message: "account \(account.name) has no \(key): name it in the configuration")
    }
    return source
  }

  /// What to do about a refused credential, by where it comes from.
  var cure: String {
    let source = account.authentication == .token ? account.token : account.secretKey
    switch source {
    case .file(let path):
      return "put a valid credential into \(path); it is tried within seconds of the change"
    case .credential, .environment, .plain:
      return
        "replace \(source.map(String.init(describing:)) ?? "the credential") and restart jobwatch"
    case nil: return "name a credential in the configuration and restart jobwatch"
    }
  }
}
