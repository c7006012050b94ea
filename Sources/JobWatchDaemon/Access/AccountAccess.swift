import CloudAPI
import JobWatchCore

/// How one account gets in: its secrets as last read, what they brought, and when that is fetched anew.
struct AccountAccess: Sendable {
  /// What calls are made with.
  struct ActiveCredential: Sendable {
    var credential: Credential
    var fingerprint: String
    var projectID: String
  }

  /// Why the account does not get in.
  struct Lockout: Sendable {
    var since: Timestamp
    var complaint: APIError
    /// Nobody has to do anything about it, perhaps.
    var mayPass: Bool
    /// Only an answer to a call ends it, since log-ins succeed all the while.
    var endsByCall: Bool
  }

  let account: Account
  let login: AccountLogin
  private(set) var secrets: AccountSecrets
  private(set) var grant: ActiveCredential?
  private(set) var lease: CredentialRenewal
  /// Why the last attempt to get in failed; nil after one that did not.
  private(set) var lockout: Lockout?

  /// Throws `SecretError` when a secret cannot be read.
  init(_ login: AccountLogin, probes: ProbePolicy) throws {
    account = login.account
    self.login = login
    lease = CredentialRenewal(steps: probes.steps)
    secrets = try login.secrets()
    takeReady()
  }

  /// A configured key and project need no log-in.
  private mutating func takeReady() {
    guard case .ready(let credential) = secrets.means, let project = secrets.projectID else {
      return
    }
    grant = ActiveCredential(
      credential: credential, fingerprint: credential.fingerprint, projectID: project)
    lease.granted(for: nil, isNew: true, at: .zero)
    lockout = nil
  }

  /// What may be used for calls.
  func grant(at uptime: Duration) -> ActiveCredential? {
    guard let end = lease.endsAt else { return grant }
    return uptime < end ? grant : nil
  }

  /// Reads the secrets again; true when their content has changed. A secret that cannot be read just now, while it is
  /// being replaced, say, leaves the old one.
  mutating func reread(at uptime: Duration) throws -> Bool {
    let fresh = try login.secrets()
    guard fresh != secrets else { return false }
    secrets = fresh
    lease.renew(at: uptime)
    takeReady()
    return true
  }

  /// Whether all that decides how the cloud takes it is as it is there.
  func getsIn(as other: AccountAccess) -> Bool {
    account.withoutQuotas == other.account.withoutQuotas && secrets == other.secrets
  }

  /// Goes on where another that gets in in the same way has ended, and all that it had under way.
  mutating func takeOver(_ past: AccountAccess, isLoggingIn: Bool, at uptime: Duration) {
    (grant, lease, lockout) = (past.grant, past.lease, past.lockout)
    if isLoggingIn { lease.abandon(at: uptime) }
  }

  /// A log-in brought this.
  mutating func granted(_ issued: IssuedCredential, at uptime: Duration) {
    let fingerprint = issued.credential.fingerprint
    let isNew = fingerprint != grant?.fingerprint
    lease.granted(for: issued.lifetime, isNew: isNew, at: uptime)
    grant = issued.projectID.map {
      ActiveCredential(credential: issued.credential, fingerprint: fingerprint, projectID: $0)
    }
  }

  /// A log-in failed. A grant that is still good stays in use.
  mutating func failed(_ failure: IssueFailure, at now: Moment) {
    let mayPass: Bool
    switch failure {
    case .refused, .misconfigured:
      mayPass = false
      lease.denied(at: now.uptime)
    case .throttled(let throttle):
      mayPass = true
      lease.missed(at: now.uptime, retryAfter: throttle.retryAfter ?? .zero)
    case .unreachable:
      mayPass = true
      lease.missed(at: now.uptime)
    }
    lock(failure.complaint, mayPass: mayPass, at: now.wall)
  }

  /// The cloud does not take what a log-in brought. False: it did until now, and another is fetched at once.
  mutating func rejected(_ complaint: APIError, at now: Moment) -> Bool {
    grant = nil
    guard lease.refused(at: now.uptime) else { return false }
    lock(complaint, mayPass: false, at: now.wall)
    lockout?.endsByCall = true
    return true
  }

  private mutating func lock(_ complaint: APIError, mayPass: Bool, at time: Timestamp) {
    lockout = Lockout(
      since: lockout?.since ?? time, complaint: complaint, mayPass: mayPass,
      endsByCall: lockout?.endsByCall ?? false)
  }

  /// A restart finds on record that the account does not get in.
  mutating func resumeLocked(cause: String, endsByCall: Bool, at time: Timestamp) {
    guard lease.dueAt != nil else { return }
    lock(APIError(code: "", message: cause), mayPass: true, at: time)
    lockout?.endsByCall = endsByCall
  }

  /// A call was accepted. With a credential that is still good, it says nothing about log-ins that fail.
  mutating func accepted() {
    lease.accepted()
    if lockout?.endsByCall == true { lockout = nil }
  }

  /// A log-in succeeded. False when that alone says nothing.
  mutating func unlock() -> Bool {
    guard lockout?.endsByCall != true else { return false }
    lockout = nil
    return true
  }

  mutating func clockWasSet(by step: Duration) {
    if let since = lockout?.since { lockout?.since = since + step }
  }

  /// When to tell that the account does not get in; nil while it does.
  func tellAt(grace: Duration, at uptime: Duration) -> Timestamp? {
    guard let lockout, grant(at: uptime) == nil else { return nil }
    return lockout.mayPass ? lockout.since + grace : lockout.since
  }

  mutating func renew(at uptime: Duration) { lease.renew(at: uptime) }

  /// Another account was refused with the same log-in.
  mutating func spare(at uptime: Duration) { lease.spare(at: uptime) }

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
  var complaint: APIError {
    switch self {
    case .refused(let complaint), .misconfigured(let complaint): complaint
    case .throttled(let throttle): APIError(code: throttle.code, message: "too many calls")
    case .unreachable(let reason): APIError(code: "", message: reason)
    }
  }
}
