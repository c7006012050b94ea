/// The body of a login with a password (cloud-api, section 3d):
///
/// ```
/// {"auth": {"identity": {"methods": ["password"],
///                        "password": {"user": {"name", "password", "domain": {"name"}}}},
///           "scope": {"project": {"name"} or {"id"}}}}
/// ```
struct LoginRequest: Encodable {
  private let auth: Authentication

  init(_ user: PasswordUser, _ scope: ProjectScope) {
    let project =
      switch scope {
      case .id(let id): ["id": id]
      case .name(let name): ["name": name]
      }
    auth = Authentication(
      identity: Identity(
        password: [
          "user": User(
            name: user.name, password: user.password.reveal(), domain: ["name": user.domainName])
        ]),
      scope: ["project": project])
  }

  private struct Authentication: Encodable {
    var identity: Identity
    var scope: [String: [String: String]]
  }

  private struct Identity: Encodable {
    var methods = ["password"]
    var password: [String: User]
  }

  private struct User: Encodable {
    var name: String
    var password: String
    var domain: [String: String]
  }
}
