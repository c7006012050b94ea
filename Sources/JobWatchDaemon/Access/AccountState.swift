import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// How one account logs in: its secrets as last read, the credential that they brought, and when it is fetched again.
struct AccountState: Sendable {
  /// What calls are made with.
  struct ActiveCredential: Sendable {
    var credential: Credential
    var fingerprint: String
    var projectID: String
  }

  /// Why the account cannot log in.
  struct Lockout: Sendable {
    var since: Moment
    var error: APIError
    /// It may end without anybody's help.
    var mayPass: Bool
    /// Only an answer to a call ends it, because log-ins succeed all the while.
    var endsByCall: Bool
  }

  let login: AccountLogin
  private(set) var secrets: AccountSecrets
  private(set) var active: ActiveCredential?
  private(set) var renewal: CredentialRenewal
  /// Of the last log-in; nil if it succeeded.
  private(set) var lockout: Lockout?
  /// An event told that the account is paused; false again once one told of the end.
  var isTold = false
  /// Nothing is asked for the account. Calls under way finish and count.
  var isPausedByHand = false
  var isLoggingIn = false
  /// The secrets were read again since the lockout began: it is not for one that was replaced meanwhile.
  private(set) var isReread = false
  /// Why a secret could not be read again, as last logged.
  var unreadable: String?

  /// Throws `SecretError` when a secret cannot be read.
  init(_ login: AccountLogin, probes: ProbePolicy) throws {
    self.login = login
    renewal = CredentialRenewal(steps: probes.steps)
    secrets = try login.secrets()
    takeReady()
  }

  var name: String { login.account.name }

  /// The secrets are read again now and then.
  var isInTrouble: Bool { isTold || lockout != nil }

  /// A configured key and project need no log-in.
  private mutating func takeReady() {
    guard case .ready(let credential) = secrets.method, case .id(let project) = secrets.project else { return }
    active = ActiveCredential(credential: credential, fingerprint: credential.fingerprint, projectID: project)
    renewal.granted(for: nil, isNew: true, at: .zero)
    lockout = nil
  }

  func credential(at uptime: Duration) -> ActiveCredential? {
    guard let end = renewal.endsAt else { return active }
    return uptime < end ? active : nil
  }

  /// Reads the secrets again; true when their content has changed. The old ones stay if one cannot be read, because it
  /// may just be being replaced.
  mutating func reread(at uptime: Duration) throws -> Bool {
    isReread = true
    let fresh = try login.secrets()
    guard fresh != secrets else { return false }
    (secrets, unreadable) = (fresh, nil)
    if !isTold { lockout = nil }
    renewal.renew(at: uptime)
    takeReady()
    return true
  }

  /// Whether the cloud cannot tell the two apart: all is the same, except for the quotas.
  func logsIn(as other: AccountState) -> Bool {
    var account = login.account
    account.quota = other.login.account.quota
    account.serviceQuotas = other.login.account.serviceQuotas
    return account == other.login.account && secrets == other.secrets
  }

  /// Goes on where another one that logs in the same way has ended, with all that it had under way.
  mutating func takeOver(_ past: AccountState, at uptime: Duration) {
    (active, renewal, lockout) = (past.active, past.renewal, past.lockout)
    if past.isLoggingIn { renewal.abandon(at: uptime) }
  }

  // MARK: Results

  mutating func granted(_ issued: IssuedCredential, at uptime: Duration) {
    let fingerprint = issued.credential.fingerprint
    renewal.granted(for: issued.lifetime, isNew: fingerprint != active?.fingerprint, at: uptime)
    active = issued.projectID.map {
      ActiveCredential(credential: issued.credential, fingerprint: fingerprint, projectID: $0)
    }
  }

  /// A log-in failed. A credential that is still good stays in use.
  mutating func failed(_ failure: IssueFailure, at now: Moment) {
    switch failure {
    case .refused, .misconfigured: renewal.denied(at: now.uptime)
    case .throttled(let throttle):
      renewal.missed(at: now.uptime, retryAfter: throttle.retryAfter ?? .zero)
    case .unreachable: renewal.missed(at: now.uptime)
    }
    lock(failure.error, mayPass: failure.mayPass, at: now)
  }

  /// The cloud refuses the credential. Instead of a fetched one that was good until now another is fetched at once.
  mutating func rejected(_ error: APIError, at now: Moment) {
    if secrets.areFetched {
      active = nil
      guard renewal.refused(at: now.uptime) else { return }
    }
    lock(error, mayPass: false, endsByCall: true, at: now)
  }

  private mutating func lock(_ error: APIError, mayPass: Bool, endsByCall: Bool? = nil, at now: Moment) {
    if lockout == nil { isReread = false }
    lockout = Lockout(
      since: lockout?.since ?? now, error: error, mayPass: mayPass,
      endsByCall: endsByCall ?? lockout?.endsByCall ?? false)
  }

  /// A restart finds on record that the account cannot log in, and that this was told.
  mutating func resumeLocked(cause: String, endsByCall: Bool, at now: Moment) {
    isTold = true
    guard renewal.dueAt != nil else { return }
    lock(APIError(code: "", message: cause), mayPass: true, endsByCall: endsByCall, at: now)
  }

  /// A call was accepted. That says nothing about log-ins that fail while the credential is still good.
  mutating func accepted() {
    renewal.accepted()
    if lockout?.endsByCall == true { lockout = nil }
  }

  /// A log-in succeeded. False if that alone does not end the lockout.
  mutating func unlock() -> Bool {
    guard lockout?.endsByCall != true else { return false }
    lockout = nil
    return true
  }

  mutating func spare(at uptime: Duration) { renewal.spare(at: uptime) }

  mutating func clockWasSet(by step: Duration) {
    if let since = lockout?.since.wall { lockout?.since.wall = since + step }
  }

  /// When to tell that the account cannot log in; nil: it can, or it is told.
  func tellAt(grace: Duration, at uptime: Duration) -> Duration? {
    guard let lockout, !isTold, isReread, !isPausedByHand, lockout.endsByCall || credential(at: uptime) == nil else {
      return nil
    }
    return lockout.since.uptime + (lockout.mayPass ? grace : .zero)
  }

  /// What to do about a refusal, by where the credential comes from.
  var cure: String {
    let account = login.account
    switch account.replaceable {
    case .file(let path):
      return "put a valid credential into \(path); it is tried within seconds of the change"
    case .some(let place): return "replace \(place) and restart jobwatch"
    case nil where account.authentication == .agency:
      return "attach an agency with the right to query jobs to this server; it is tried by itself"
    case nil where account.profile != nil:
      return "correct \(secrets.source ?? "the profile"); it is tried within seconds of the change"
    case nil:
      return "replace the credential in \(secrets.source ?? "its place") and restart jobwatch"
    }
  }
}

extension IssueFailure {
  /// For people.
  var error: APIError {
    switch self {
    case .refused(let error), .misconfigured(let error): error
    case .throttled(let throttle): APIError(code: throttle.code, message: "too many calls")
    case .unreachable(let reason): APIError(code: "", message: reason)
    }
  }

  fileprivate var mayPass: Bool {
    switch self {
    case .refused, .misconfigured: false
    case .throttled, .unreachable: true
    }
  }
}
