import CloudAPI
import JobWatchCore
import CloudModel
import SimulatedCloud

extension CloudBench {
  /// With every character that some encoding changes.
  static let user = PasswordUser(name: "watcher", password: Secret(#"pass "w/o\rd%ü"#), domainName: "example-account")
  static let projects = [project: "eu-de", "id-of-twin-1": "twin", "id-of-twin-2": "twin"]

  static func identity(
    tokenLifetime: Duration = .hours(24), _ metadata: SimulatedMetadata = SimulatedMetadata()
  ) -> SimulatedIdentity {
    SimulatedIdentity(
      users: [user], projects: projects, tokenLifetime: tokenLifetime, metadata: metadata)
  }

  func login(
    _ user: PasswordUser = user, _ scope: ProjectScope = .name("eu-de"),
    timeout: Duration = .patient
  ) async -> Result<IssuedCredential, IssueFailure> {
    await IdentityClient(.iam, endpoint: base, transport: client.transport, timeout: timeout)
      .token(for: user, scope, at: clock.wall)
  }

  func temporaryKey(
    _ form: Signer.Form = .access, timeout: Duration = .patient
  ) async -> Result<IssuedCredential, IssueFailure> {
    await IdentityClient(.metadata, endpoint: base, transport: client.transport, timeout: timeout)
      .temporaryKey(form, at: clock.wall)
  }

  func projectID(
    of name: String, as credential: Credential = .accessKey(key), at time: Timestamp? = nil
  ) async -> Result<String, IssueFailure> {
    await IdentityClient(.iam, endpoint: base, transport: client.transport, timeout: .patient)
      .id(ofProjectNamed: name, credential: credential, at: time ?? clock.wall)
  }
}

extension Fault {
  /// What a service says that is none of the usual.
  static func text(_ status: Int, _ body: String, _ headers: [(String, String)] = []) -> Fault {
    .instead(
      Reply(
        status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8)))
  }
}

extension Result where Failure == IssueFailure {
  /// The kind of failure and all that it says; nil for a success.
  var failure: (kind: String, text: String)? {
    guard case .failure(let failure) = self else { return nil }
    return switch failure {
    case .refused(let error): ("refused", "\(error)")
    case .misconfigured(let error): ("misconfigured", "\(error)")
    case .throttled(let throttle): ("throttled", "\(throttle)")
    case .unreachable(let text): ("unreachable", text)
    }
  }
}
