import CloudAPI
import Foundation

/// The body of `POST /v3/auth/tokens`, as far as a login with a password needs it.
struct ReceivedLogin: Sendable {
  var user: PasswordUser
  var scope: ProjectScope

  /// Nil if a part is missing.
  init?(_ body: [UInt8]) {
    guard let auth = try? JSONDecoder().decode(Body.self, from: Data(body)).auth,
      auth.identity.methods == ["password"]
    else { return nil }
    let sent = auth.identity.password.user
    user = PasswordUser(
      name: sent.name, password: Secret(sent.password), domainName: sent.domain.name)
    let project = auth.scope.project
    guard let scope = project.id.map(ProjectScope.id) ?? project.name.map(ProjectScope.name) else {
      return nil
    }
    self.scope = scope
  }

  private struct Body: Decodable {
    var auth: Authentication

    struct Authentication: Decodable {
      var identity: Identity
      var scope: Scope
    }

    struct Identity: Decodable {
      var methods: [String]
      var password: Password
    }

    struct Password: Decodable { var user: User }

    struct User: Decodable {
      var name: String
      var password: String
      var domain: Domain
    }

    struct Domain: Decodable { var name: String }
    struct Scope: Decodable { var project: Project }

    struct Project: Decodable {
      var id: String?
      var name: String?
    }
  }
}
