import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

/// One way for an account to log in, and how what it logs in with changes in the middle of a run.
struct LoginWay: Sendable, CustomTestStringConvertible {
  var name: String
  var login: [String: String]
  /// The content of files in the workplace, before and after the change; none: it changes by itself.
  var files: [String: [String]] = [:]
  var metadata = SimulatedMetadata(keyLifetime: lifetime, renewal: .seconds(8))

  /// Of tokens and of an agency's keys.
  static let lifetime = Duration.seconds(20)
  static let password = "a-password-of-no-user-anywhere"
  static let user = PasswordUser(name: "jobwatch", password: Secret(password), domainName: "OTC0001")

  var testDescription: String { name }

  var settings: Testbed.Settings {
    var settings = Testbed.Settings()
    settings.login = login
    settings.identity = SimulatedIdentity(
      users: [Self.user], projects: [Workplace.projectID: "eu-de"],
      tokenLifetime: Self.lifetime, metadata: metadata)
    settings.keys = ["polling": "{floor: 1s, ceiling: 1s}"]
    return settings
  }

  /// Two keys and two tokens, one after the other.
  static let keys = (1...2).map { number in
    AccessKey(
      access: "AKTESTTESTTESTTEST1\(number)", secret: Secret("a-secret-key-number-\(number)"),
      securityToken: Secret("a-security-token-number-\(number)"))
  }
  static let tokens = (1...2).map { Secret("a-token-of-a-day-number-\($0)") }

  /// Everything that must not be found in what jobwatch writes.
  static let secrets =
    [password] + tokens.map { $0.reveal() } + keys.flatMap { [$0.secret.reveal(), $0.securityToken?.reveal() ?? ""] }

  static let all = [
    LoginWay(name: "password, project by id", login: passwordLogin(["project_id": project])),
    LoginWay(name: "password, project by name", login: passwordLogin(["project_name": "eu-de"])),
    LoginWay(name: "agency", login: ["auth": "agency", "project_id": project]),
    LoginWay(
      name: "agency with the newer signature, project looked up, session tokens required",
      login: ["auth": "agency", "signature": "aksk"],
      metadata: SimulatedMetadata(versions: .second, keyLifetime: lifetime, renewal: .seconds(8))),
    LoginWay(
      name: "agency without session tokens", login: ["auth": "agency", "project_id": project],
      metadata: SimulatedMetadata(versions: .first, keyLifetime: lifetime, renewal: .seconds(8))),
    temporaryKey("aksk", ["project_id": project]), temporaryKey("aksk-otc", [:]),
    LoginWay(
      name: "profile", login: ["auth": "aksk", "profile": "{file: ROOT/profile}"],
      files: ["profile": keys.map { profile($0) }]),
    LoginWay(
      name: "token", login: ["auth": "token", "token": "{file: ROOT/token}"],
      files: ["token": tokens.map { $0.reveal() + "\n" }]),
  ]

  private static let project = Workplace.projectID

  private static func passwordLogin(_ project: [String: String]) -> [String: String] {
    [
      "auth": "password", "username": user.name, "password": "{file: ROOT/password}",
      "domain_name": user.domainName,
    ].merging(project) { $1 }
  }

  private static func temporaryKey(_ auth: String, _ project: [String: String]) -> LoginWay {
    LoginWay(
      name: "temporary \(auth)" + (project.isEmpty ? ", project looked up" : ""),
      login: [
        "auth": auth, "access_key": "{file: ROOT/ak}", "secret_key": "{file: ROOT/sk}",
        "security_token": "{file: ROOT/st}",
      ].merging(project) { $1 },
      files: [
        "ak": keys.map(\.access), "sk": keys.map { $0.secret.reveal() },
        "st": keys.map { $0.securityToken?.reveal() ?? "" },
      ])
  }

  private static func profile(_ key: AccessKey) -> String {
    """
    [basic]
    ak = \(key.access)
    sk = \(key.secret.reveal())
    security_token = \(key.securityToken?.reveal() ?? "")
    project_id = \(project)

    """
  }
}
