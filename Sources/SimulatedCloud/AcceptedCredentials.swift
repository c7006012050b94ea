import CloudAPI

/// The credentials that the gateway accepts. They may change while the cloud runs: a key is revoked, its secret rotated.
package struct AcceptedCredentials: Sendable {
  /// By the public half.
  package var accessKeys: [String: AccessKey]
  /// Good as `X-Auth-Token`.
  package var tokens: Set<Secret>

  package init(accessKeys: [AccessKey] = [], tokens: Set<Secret> = []) {
    self.accessKeys = Dictionary(
      accessKeys.map { ($0.access, $0) }, uniquingKeysWith: { _, last in last })
    self.tokens = tokens
  }
}
