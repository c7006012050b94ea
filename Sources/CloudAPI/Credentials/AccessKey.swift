/// A key pair of the cloud. `securityToken` belongs to temporary pairs only and is sent as
/// `X-Security-Token`.
package struct AccessKey: Sendable, Hashable {
  /// The public half, which names the key in `Authorization`.
  package var access: String
  package var secret: Secret
  package var securityToken: Secret?

  package init(access: String, secret: Secret, securityToken: Secret? = nil) {
    self.access = access
    self.secret = secret
    self.securityToken = securityToken
  }
}
