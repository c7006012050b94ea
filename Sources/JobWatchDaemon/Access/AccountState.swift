import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// How one account gets in: its secrets as last read, what they brought, and when that is fetched anew.
struct AccountState: Sendable {
  /// What calls are made with.
  struct ActiveCredential: Sendable {
    var credential: Credential
    var fingerprint: String
    var projectID: String
  }

  /// Why the account does not get in.
  struct Lockout: Sendable {
    var since: Moment
    var error: APIError
    /// Nobody has to do anything about it, perhaps.
    var mayPass: Bool
    /// Only an answer to a call ends it, since log-ins succeed all the while.
    var endsByCall: Bool
  }

  let account: Account
  let login: AccountLogin
  private(set) var secrets: AccountSecrets
  private(set) var active: ActiveCredential?
  private(set) var renewal: CredentialRenewal
  /// Why the last attempt to get in failed; nil after one that did not.
  private(set) var lockout: Lockout?

  /// Throws `SecretError` when a secret cannot be read.
  init(_ login: AccountLogin, probes: ProbePolicy) throws {
    account = login.account
    self.login = login
    renewal = CredentialRenewal(steps: probes.steps)
    secrets = try login.secrets()
    takeReady()
  }

  /// A configured key and project need no log-in.
  private mutating func takeReady() {
    guard case .ready(let credential) = secrets.means, let project = secrets.projectID else {
      return
    }
    active = ActiveCredential(
      credential: credential, fingerprint: credential.fingerprint, projectID: project)
    renewal.granted(for: nil, isNew: true, at: .zero)
    lockout = nil
  }

  /// What may be used for calls.
  func credential(at uptime: Duration) -> ActiveCredential? {
    guard let end = renewal.endsAt else { return active }
    return uptime < end ? active : nil
  }

  /// Reads the secrets again; true when their content has changed. A secret that cannot be read just now, while it is
  /// being replaced, say, leaves the old one.
  mutating func reread(at uptime: Duration) throws -> Bool {
    let fresh = try login.secrets()
    guard fresh != secrets else { return false }
    secrets = fresh
    renewal.renew(at: uptime)
    takeReady()
    return true
  }

  /// Whether all that decides how the cloud takes it is as it is there.
  func getsIn(as other: AccountState) -> Bool {
    account.withoutQuotas == other.account.withoutQuotas && secrets == other.secrets
  }

  /// Goes on where another that gets in in the same way has ended, and all that it had under way.
  mutating func takeOver(_ past: AccountState, isLoggingIn: Bool, at uptime: Duration) {
    (active, renewal, lockout) = (past.active, past.renewal, past.lockout)
    if isLoggingIn { renewal.abandon(at: uptime) }
  }

  /// A log-in brought this.
  mutating func granted(_ issued: IssuedCredential, at uptime: Duration) {
    let fingerprint = issued.credential.fingerprint
    let isNew = fingerprint != active?.fingerprint
    renewal.granted(for: issued.lifetime, isNew: isNew, at: uptime)
    active = issued.projectID.map {
      ActiveCredential(credential: issued.credential, fingerprint: fingerprint, projectID: $0)
    }
  }

  /// A log-in failed. A credential that is still good stays in use.
  mutating func failed(_ failure: IssueFailure, at now: Moment) {
    let mayPass: Bool
    switch failure {
    case .refused, .misconfigured:
      mayPass = false
      renewal.denied(at: now.uptime)
    case .throttled(let throttle):
      mayPass = true
      renewal.missed(at: now.uptime, retryAfter: throttle.retryAfter ?? .zero)
    case .unreachable:
      mayPass = true
      renewal.missed(at: now.uptime)
    }
    lock(failure.error, mayPass: mayPass, at: now)
  }

  /// The cloud does not take what a log-in brought. False: it did until now, and another is fetched at once.
  mutating func rejected(_ error: APIError, at now: Moment) -> Bool {
    active = nil
    guard renewal.refused(at: now.uptime) else { return false }
    lock(error, mayPass: false, at: now)
    lockout?.endsByCall = true
    return true
  }

  private mutating func lock(_ error: APIError, mayPass: Bool, at now: Moment) {
    lockout = Lockout(
      since: lockout?.since ?? now, error: error, mayPass: mayPass,
      endsByCall: lockout?.endsByCall ?? false)
  }

  /// A restart finds on record that the account does not get in.
  mutating func resumeLocked(cause: String, endsByCall: Bool, at now: Moment) {
    guard renewal.dueAt != nil else { return }
    lock(APIError(code: "", message: cause), mayPass: true, at: now)
    lockout?.endsByCall = endsByCall
  }

  /// A call was accepted. With a credential that is still good, it says nothing about log-ins that fail.
  mutating func accepted() {
    renewal.accepted()
    if lockout?.endsByCall == true { lockout = nil }
  }

  /// A log-in succeeded. False when that alone says nothing.
  mutating func unlock() -> Bool {
    guard lockout?.endsByCall != true else { return false }
    lockout = nil
    return true
  }

  /// What is recorded later is dated by the new clock.
  mutating func clockWasSet(by step: Duration) {
    if let since = lockout?.since.wall { lockout?.since.wall = since + step }
  }

  /// When to tell that the account does not get in; nil while it does.
  func tellAt(grace: Duration, at uptime: Duration) -> Duration? {
    guard let lockout, credential(at: uptime) == nil else { return nil }
    return lockout.since.uptime + (lockout.mayPass ? grace : .zero)
  }

  mutating func renew(at uptime: Duration) { renewal.renew(at: uptime) }

  /// Another account was refused with the same log-in.
  mutating func spare(at uptime: Duration) { renewal.spare(at: uptime) }

  /// What to do about a refusal, by where the credential comes from.
  var cure: String {
    switch account.replaceable {
    case .file(let path):
      return "put a valid credential into \(path); it is tried within seconds of the change"
    case .some(let place): return "replace \(place) and restart jobwatch"
    case nil where account.authentication == .agency:
      return "attach an agency with the right to query jobs to this server; it is tried by itself"
    case nil where account.profile != nil:
      return "correct \(secrets.origin ?? "the profile"); it is tried within seconds of the change"
    case nil:
      return "replace the credential in \(secrets.origin ?? "its place") and restart jobwatch"
    }
  }
}

extension Account {
  fileprivate var withoutQuotas: Account {
    var account = self
    (account.quota, account.serviceQuotas) = (nil, [:])
    return account
  }
}

extension IssueFailure {
  /// Why nothing was handed out, for people.
  var error: APIError {
    switch self {
    case .refused(let error), .misconfigured(let error): error
    case .throttled(let throttle): APIError(code: throttle.code, message: "too many calls")
    case .unreachable(let reason): APIError(code: "", message: reason)
    }
  }
}
