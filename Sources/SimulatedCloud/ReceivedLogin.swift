import CloudAPI
import Foundation

/// The body of `POST /v3/auth/tokens`, as far as a login with a password needs it.
struct ReceivedLogin: Sendable {
  var user: PasswordUser
  var scope: ProjectScope

  /// Nil if a part is missing.
  init?(_ body: [UInt8]) {
    let whole = try? JSONSerialization.jsonObject(with: Data(body))
    func part(_ path: String...) -> Any? {
      path.reduce(whole) { ($0 as? [String: Any])?[$1] }
    }
    guard part("auth", "identity", "methods") as? [String] == ["password"],
      let name = part("auth", "identity", "password", "user", "name") as? String,
      let password = part("auth", "identity", "password", "user", "password") as? String,
      let domain = part("auth", "identity", "password", "user", "domain", "name") as? String,
      let scope = (part("auth", "scope", "project", "id") as? String).map(ProjectScope.id)
        ?? (part("auth", "scope", "project", "name") as? String).map(ProjectScope.name)
    else { return nil }
    user = PasswordUser(name: name, password: Secret(password), domainName: domain)
    self.scope = scope
  }
}
