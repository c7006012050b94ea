import CloudAPI
import JobWatchCore

/// The state of IAM and of the metadata service, and their answers: a function of the request and the time. Tokens and
/// keys that they hand out go into `proofs`, where the gateway of the job APIs looks them up.
struct IdentityState: Sendable {
  var options: SimulatedIdentity
  private var faults: [IdentityService: ArmedFault] = [:]
  private var server = MetadataState()

  init(_ options: SimulatedIdentity) { self.options = options }

  mutating func set(_ fault: ArmedFault?, for service: IdentityService) {
    faults[service] = fault
  }

  /// The metadata service shows a new key from now on. The old one is good until it expires, or is revoked.
  mutating func renewKey(revokingOld: Bool, in proofs: inout IssuedProofs) {
    if let old = server.dropKey(), revokingOld { proofs.revoke(old) }
  }

  /// `now` is the cloud's clock.
  mutating func answer(
    _ request: ReceivedRequest, of service: IdentityService, gateway: inout Authenticator,
    prefix: String, at now: Timestamp, requestID: String
  ) -> Reply {
    let fault = ArmedFault.next(&faults[service])
    if let reply = fault.flatMap({ Self.reply(to: $0, prefix, requestID) }) { return reply }
    var reply =
      switch (request.method, request.path) {
      case ("POST", "/v3/auth/tokens"): login(request, &gateway.issued, at: now)
      case ("GET", "/v3/projects"):
        if let objection = gateway.objection(to: request, at: now) {
          ErrorReply.refused(prefix: prefix, objection: objection, requestID: requestID)
        } else {
          projects(request)
        }
      case ("PUT", "/meta-data/latest/api/token"):
        server.session(request, options.metadata, at: now)
      case ("GET", "/openstack/latest/securitykey"):
        server.key(request, options.metadata, &gateway.issued, at: now)
      default: ErrorReply.identity(405, "Method Not Allowed", "Not allowed.")
      }
    if case .delivery(let delivery) = fault { reply.delivery = delivery }
    return reply
  }

  private static func reply(to fault: Fault, _ prefix: String, _ requestID: String) -> Reply? {
    switch fault {
    case .unavailable: ErrorReply.identity(503, "Service Unavailable", "Out of order.")
    case .forbidden: ErrorReply.identity(403, "Forbidden", "Access denied.")
    case .absence: ErrorReply.identity(404, "Not Found", "Not found.")
    case .unpublished: ErrorReply.unpublished(prefix: prefix, requestID: requestID)
    case .flowLimited:
      ErrorReply.throttled(
        prefix: prefix, words: Quota(calls: 5, per: .seconds(60)).words, requestID: requestID)
    case .page, .redirect, .garbage, .instead: fault.reply
    case .otherJob, .delivery: nil
    }
  }

  /// The words of a refusal are those of Open Telekom Cloud,
  /// https://github.com/opentelekomcloud/ansible-collection-cloud/issues/209. No vendor documents the 404 for an unknown
  /// project.
  private func login(
    _ request: ReceivedRequest, _ proofs: inout IssuedProofs, at now: Timestamp
  ) -> Reply {
    guard let login = ReceivedLogin(request.body) else {
      return ErrorReply.identity(400, "Bad Request", "The request body is invalid.")
    }
    guard options.users.contains(login.user) else {
      return ErrorReply.identity(401, "Unauthorized", "The username or password is wrong.")
    }
    guard let project = options.projects.first(where: { login.scope.covers($0) }) else {
      return ErrorReply.identity(404, "Not Found", "The project cannot be found.")
    }
    let token = "MII" + Reply.randomID() + Reply.randomID()
    let end = now + options.tokenLifetime
    proofs.add(token: Secret(token), projectID: project.id, from: now, until: end)
    var reply = Reply.json(
      status: 201,
      [
        "token": [
          "expires_at": .string(end.microseconds), "methods": .array([.string("password")]),
          "issued_at": .string(now.microseconds), "project": project.json,
        ]
      ])
    reply.headers.append(("X-Subject-Token", token))
    return reply
  }

  private func projects(_ request: ReceivedRequest) -> Reply {
    let wanted = request.queryValue("name")
    let shown = options.projects.filter { wanted == nil || $0.name == wanted }
    return .json(status: 200, ["projects": .array(shown.map(\.json))])
  }
}

extension SimulatedIdentity.Project {
  fileprivate var json: JSONText { ["id": .string(id), "name": .string(name)] }
}

extension ProjectScope {
  fileprivate func covers(_ project: SimulatedIdentity.Project) -> Bool {
    switch self {
    case .id(let id): project.id == id
    case .name(let name): project.name == name
    }
  }
}

extension Timestamp {
  /// As IAM writes times: `2015-11-09T01:42:57.527363Z`.
  var microseconds: String { description.dropLast() + "000Z" }
}
