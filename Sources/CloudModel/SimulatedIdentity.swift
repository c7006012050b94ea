import CloudAPI
import Foundation
import JobWatchCore

/// The services that hand out credentials, on the port of the job APIs: the endpoints `iam` and `metadata`.
extension IdentityClient.Service {
  /// Nil for a path of neither.
  init?(path: String) {
    switch path {
    case "/v3/auth/tokens", "/v3/projects": self = .iam
    case "/meta-data/latest/api/token", "/openstack/latest/securitykey": self = .metadata
    default: return nil
    }
  }
}

/// Users, projects and lifetimes of the simulated cloud's logins. It may change while the cloud runs. A change leaves
/// tokens and keys that were handed out before as they are.
package struct SimulatedIdentity: Sendable {
  package var users: [PasswordUser]
  /// Their names by their ids: the scopes of tokens.
  package var projects: [String: String]
  package var tokenLifetime: Duration
  package var metadata: SimulatedMetadata

  package init(
    users: [PasswordUser] = [], projects: [String: String] = [:], tokenLifetime: Duration = .hours(24),
    metadata: SimulatedMetadata = SimulatedMetadata()
  ) {
    self.users = users
    self.projects = projects
    self.tokenLifetime = tokenLifetime
    self.metadata = metadata
  }
}

/// How the metadata service of the simulated server behaves.
package struct SimulatedMetadata: Sendable {
  /// Of session tokens: the first version knows none, the second requires one, and some servers take both.
  package enum Versions: Sendable, CaseIterable { case first, both, second }

  package var versions: Versions
  /// Without one there are no keys.
  package var hasAgency: Bool
  package var keyLifetime: Duration
  /// How long before the end of a key's life it shows a new one; below zero it shows a key that has expired for that
  /// long.
  package var renewal: Duration

  package init(
    versions: Versions = .both, hasAgency: Bool = true, keyLifetime: Duration = .hours(1),
    renewal: Duration = .minutes(10)
  ) {
    self.versions = versions
    self.hasAgency = hasAgency
    self.keyLifetime = keyLifetime
    self.renewal = renewal
  }
}

/// The state of IAM and of the metadata service, and their answers: a function of the request and the time. The gateway
/// of the job APIs accepts the tokens and keys that they hand out.
package struct IdentityState: Sendable {
  package var options: SimulatedIdentity
  package var faults: [IdentityClient.Service: ArmedFault] = [:]
  private var sessions: [String: Timestamp] = [:]
  /// The key that the metadata service shows to all.
  private var shown: (key: AccessKey, end: Timestamp)?

  init(_ options: SimulatedIdentity) { self.options = options }

  /// `now` is the cloud's clock.
  mutating func answer(
    _ request: ReceivedRequest, of service: IdentityClient.Service, gateway: inout Authenticator, at now: Timestamp
  ) -> Reply {
    let fault = ArmedFault.next(&faults[service])
    if let reply = fault.flatMap({ Self.reply(to: $0, request) }) { return reply }
    var reply =
      switch (request.method, request.path) {
      case ("POST", "/v3/auth/tokens"): login(request, &gateway, at: now)
      case ("GET", "/v3/projects"):
        gateway.objection(to: request, at: now).map { ErrorReply.refused(request, $0) } ?? projects(request)
      case ("PUT", "/meta-data/latest/api/token"): session(request, at: now)
      case ("GET", "/openstack/latest/securitykey"): key(request, &gateway, at: now)
      default: ErrorReply.identity(405, "Method Not Allowed", "Not allowed.")
      }
    if case .delivery(let delivery) = fault { reply.delivery = delivery }
    return reply
  }

  private static func reply(to fault: Fault, _ request: ReceivedRequest) -> Reply? {
    switch fault {
    case .unavailable: ErrorReply.identity(503, "Service Unavailable", "Out of order.")
    case .forbidden: ErrorReply.identity(403, "Forbidden", "Access denied.")
    case .absence: ErrorReply.identity(404, "Not Found", "Not found.")
    case .unpublished: ErrorReply.unpublished(request)
    case .flowLimited: ErrorReply.throttled(request, Quota(calls: 5, per: .seconds(60)))
    case .instead(let reply): reply
    case .delivery: nil
    }
  }

  // MARK: IAM

  /// The words of a refusal are those of Open Telekom Cloud,
  /// https://github.com/opentelekomcloud/ansible-collection-cloud/issues/209. No vendor documents the 404 for an
  /// unknown project.
  private func login(_ request: ReceivedRequest, _ gateway: inout Authenticator, at now: Timestamp) -> Reply {
    guard let login = Login(request.body) else {
      return ErrorReply.identity(400, "Bad Request", "The request body is invalid.")
    }
    guard options.users.contains(login.user) else {
      return ErrorReply.identity(401, "Unauthorized", "The username or password is wrong.")
    }
    guard let project = options.projects.first(where: { [.id($0.key), .name($0.value)].contains(login.scope) }) else {
      return ErrorReply.identity(404, "Not Found", "The project cannot be found.")
    }
    let token = "MII" + Reply.randomID() + Reply.randomID()
    let end = now + options.tokenLifetime
    gateway.accept(token: Secret(token), projectID: project.key, from: now, until: end)
    var reply = Reply.json(
      status: 201,
      [
        "token": [
          "expires_at": .string(end.microseconds), "methods": .array([.string("password")]),
          "issued_at": .string(now.microseconds), "project": Self.json(project.key, project.value),
        ]
      ])
    reply.headers.append(("X-Subject-Token", token))
    return reply
  }

  /// The body of `POST /v3/auth/tokens`, as far as a login with a password needs it.
  private struct Login {
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

  private func projects(_ request: ReceivedRequest) -> Reply {
    let wanted = PercentEncoding.pairs(request.query[...]).first { $0.name == "name" }?.value
    let shown = options.projects.filter { wanted == nil || $0.value == wanted }
    return .json(status: 200, ["projects": .array(shown.map { Self.json($0.key, $0.value) })])
  }

  private static func json(_ id: String, _ name: String) -> OrderedJSON { ["id": .string(id), "name": .string(name)] }

  // MARK: The metadata service

  private mutating func session(_ request: ReceivedRequest, at now: Timestamp) -> Reply {
    guard options.metadata.versions != .first else { return Reply(status: 404) }
    guard let life = request.header("x-metadata-token-ttl-seconds").flatMap(Int.init) else { return Reply(status: 400) }
    let token = Reply.randomID()
    sessions = sessions.filter { $0.value > now }
    sessions[token] = now + .seconds(life)
    return Reply(status: 200, body: Array(token.utf8))
  }

  private mutating func key(_ request: ReceivedRequest, _ gateway: inout Authenticator, at now: Timestamp) -> Reply {
    let metadata = options.metadata
    let isAllowed = request.header("x-metadata-token").map { sessions[$0] ?? now > now } ?? (metadata.versions == .both)
    guard metadata.versions == .first || isAllowed else {
      return ErrorReply.identity(401, "Unauthorized", "No valid session token.")
    }
    guard metadata.hasAgency else {
      return ErrorReply.identity(401, "Unauthorized", "Please configure Cloud Service Agency first.")
    }
    if shown.map({ now >= $0.end - metadata.renewal }) ?? true {
      let key = AccessKey(
        access: "TEMP" + Reply.randomID().prefix(16).uppercased(),
        secret: Secret(Reply.randomID()), securityToken: Secret("gAAAA" + Reply.randomID()))
      let end = now + metadata.keyLifetime
      gateway.accept(key, from: now, until: end)
      shown = (key, end)
    }
    guard let (key, end) = shown else { return Reply(status: 500) }
    return .json(
      status: 200,
      [
        "credential": [
          "access": .string(key.access), "secret": .string(key.secret.reveal()),
          "expires_at": .string(end.microseconds),
          "securitytoken": .string(key.securityToken?.reveal() ?? ""),
        ]
      ])
  }
}

extension Timestamp {
  /// As IAM writes times: `2015-11-09T01:42:57.527363Z`.
  fileprivate var microseconds: String { description.dropLast() + "000Z" }
}
