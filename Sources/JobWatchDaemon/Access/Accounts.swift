import CloudAPI
import JobWatchCore
import Logging

/// Every account: its credential, how the cloud takes it, and whether somebody paused it.
///
/// A value that decides. One circuit breaker guards a credential, not an account, because the cloud locks a key after
/// five refusals. A configured key that is refused stays, and is probed. A fetched credential that is refused is dropped,
/// and the account's renewal says when the next is fetched.
struct Accounts: Sendable {
  private(set) var states: [String: AccountState]
  private var breakers: CredentialBreakers
  /// Accounts whose log-out was told, until their log-in is.
  private var told: Set<String> = []
  /// Accounts that somebody paused by hand: nothing is asked for them. Calls under way finish and count.
  private(set) var pausedByHand: Set<String> = []
  /// Accounts whose log-in is under way.
  private var loggingIn: Set<String> = []
  private let probes: ProbePolicy
  private var lastRefreshAt: Duration = .zero
  /// Why an account's secret could not be read again, as last logged.
  private var unreadable: [String: String] = [:]

  /// How often the secrets of an account in trouble are looked at for a change.
  private static let refreshEvery = Duration.seconds(5)

  /// Throws `SecretError` when a secret cannot be read.
  init(_ logins: [AccountLogin], probes: ProbePolicy) throws {
    self.probes = probes
    breakers = CredentialBreakers(probes: probes)
    states = [:]
    for login in logins {
      let access = try AccountState(login, probes: probes)
      states[login.account.name] = access
      if let active = access.active { breakers.add(active.fingerprint) }
    }
  }

  /// What calls of the account are made with; nil while there is nothing.
  func credential(of account: String, at uptime: Duration) -> AccountState.ActiveCredential? {
    states[account]?.credential(at: uptime)
  }

  func breaker(of account: String, at uptime: Duration) -> CircuitBreaker? {
    credential(of: account, at: uptime).flatMap { breakers[$0.fingerprint] }
  }

  private func sharing(_ fingerprint: String) -> [String] {
    states.filter { $0.value.active?.fingerprint == fingerprint }.keys.sorted()
  }

  /// Takes over what is on record after a start.
  mutating func resume(_ conditions: [Condition], at now: Moment) {
    takePauses(conditions)
    for condition in conditions {
      guard case .account(let name) = condition.subject, states[name] != nil,
        [.refused, .lockedOut].contains(condition.kind)
      else { continue }
      told.insert(name)
      states[name]?.resumeLocked(
        cause: condition.cause, endsByCall: condition.kind == .refused, at: now)
      guard let fingerprint = states[name]?.active?.fingerprint else { continue }
      _ = breakers.with(fingerprint) { $0.resumeShut(at: now.uptime) }
    }
  }

  /// Pauses by hand begin and end on record alone.
  mutating func takePauses(_ conditions: [Condition]) {
    let paused = Set(conditions.filter { $0.kind == .pausedByHand }.map(\.subject))
    pausedByHand = Set(states.keys.filter { paused.contains(.account($0)) })
  }

  /// Goes on where the last configuration ended, for accounts that log in as they did there. To be called after `resume`:
  /// an account of which the record says otherwise, because the last change could not be stored, begins as after a
  /// restart. So do all accounts when the waits between probes have changed.
  mutating func takeOver(_ past: Accounts, at uptime: Duration) {
    guard probes == past.probes else { return }
    for (name, before) in past.states {
      guard told.contains(name) == past.told.contains(name),
        states[name]?.getsIn(as: before) == true
      else { continue }
      states[name]?.takeOver(before, isLoggingIn: past.loggingIn.contains(name), at: uptime)
      guard let fingerprint = before.active?.fingerprint else { continue }
      // A refusal that was told of another account, which may be gone, is yet to be told of this one.
      let isUntold = past.breakers[fingerprint]?.isShut == true && !told.contains(name)
      if !isUntold { breakers.takeOver(fingerprint, from: past.breakers, at: uptime) }
      breakers.add(fingerprint)
    }
  }

  // MARK: Answers

  /// What an answer to a call with this credential says of its accounts.
  mutating func record(
    _ observation: Observation, _ permit: CircuitBreaker.Permit,
    _ credential: AccountState.ActiveCredential, at now: Moment
  ) -> [ConditionChange] {
    switch observation {
    case .seen, .unrecognised, .absent, .busy, .forbidden, .misconfigured:
      return accept(permit, credential.fingerprint, at: now.wall)
    case .refused(let error), .skewed(_, let error):
      return refuse(permit, credential.fingerprint, error, at: now)
    case .throttled, .garbled, .unreachable:
      release(permit, credential, at: now.uptime)
      return []
    }
  }

  /// Takes a call through; nil where it must wait.
  mutating func enter(_ credential: AccountState.ActiveCredential, at uptime: Duration)
    -> CircuitBreaker.Permit?
  {
    breakers.with(credential.fingerprint) { $0.enter(at: uptime) } ?? nil
  }

  /// The outcome says nothing of the credential, or no call was made.
  mutating func release(
    _ permit: CircuitBreaker.Permit, _ credential: AccountState.ActiveCredential,
    at uptime: Duration
  ) {
    _ = breakers.with(credential.fingerprint) { $0.release(permit, at: uptime) }
  }

  private mutating func accept(
    _ permit: CircuitBreaker.Permit, _ fingerprint: String, at now: Timestamp
  ) -> [ConditionChange] {
    let isOpen = breakers.with(fingerprint) { breaker in
      _ = breaker.succeed(permit)
      return !breaker.isShut
    }
    guard isOpen == true else { return [] }
    return sharing(fingerprint).flatMap { name in
      states[name]?.accepted()
      return told.remove(name) == nil ? [] : ConditionChange.loggedIn(account: name, at: now)
    }
  }

  private mutating func refuse(
    _ permit: CircuitBreaker.Permit, _ fingerprint: String, _ error: APIError, at now: Moment
  ) -> [ConditionChange] {
    guard breakers.with(fingerprint, { $0.fail(permit, at: now.uptime) }) == .shut else {
      return []
    }
    let names = sharing(fingerprint)
    let loggedOut = names.filter { name in
      guard states[name]?.secrets.areFetched == true else { return true }
      return states[name]?.rejected(error, at: now) == true
    }
    // The same one may come back, from a metadata service that has no other.
    if names.contains(where: { states[$0]?.secrets.areFetched == true }) {
      _ = breakers.with(fingerprint) { $0.renew() }
    }
    told.formUnion(loggedOut)
    return loggedOut.map { name in
      .loggedOut(
        .refused, account: name, error, cure: states[name]?.cure ?? "", since: now.wall,
        at: now.wall)
    }
  }

  // MARK: Log-ins

  /// Takes the log-ins that are due, the longest due first. Wrong ones lock the user, so that accounts with the same
  /// one go one by one.
  mutating func takeLogins(at uptime: Duration) -> [AccountState] {
    var busy = busyMeans
    var taken: [AccountState] = []
    for (dueAt, access) in plannedLogins() {
      guard dueAt <= uptime, busy.insert(access.secrets.means).inserted else { continue }
      loggingIn.insert(access.account.name)
      taken.append(access)
    }
    return taken
  }

  /// By time, and none that waits for another account's log-in with the same means: the end of that one wakes it.
  private func plannedLogins() -> [(dueAt: Duration, AccountState)] {
    let busy = busyMeans
    return states.values.compactMap { access in
      guard let dueAt = access.renewal.dueAt, !pausedByHand.contains(access.account.name),
        !busy.contains(access.secrets.means)
      else { return nil }
      return (dueAt, access)
    }.sorted { ($0.dueAt, $0.1.account.name) < ($1.dueAt, $1.1.account.name) }
  }

  /// What log-ins are under way with.
  private var busyMeans: Set<AccountSecrets.LoginMethod> {
    Set(loggingIn.compactMap { states[$0]?.secrets.means })
  }

  /// What a log-in brought.
  mutating func record(
    _ account: String, _ secrets: AccountSecrets,
    _ result: Result<IssuedCredential, IssueFailure>, at now: Moment
  ) -> [ConditionChange] {
    loggingIn.remove(account)
    // The secret was replaced meanwhile: what the old one brought says nothing.
    guard var access = states[account], access.secrets == secrets else { return [] }
    defer { states[account] = access }
    switch result {
    case .failure(let failure):
      access.failed(failure, at: now)
      if case .refused = failure { spare(secrets.means, at: now.uptime) }
      return []
    case .success(let issued):
      access.granted(issued, at: now.uptime)
      breakers.add(issued.credential.fingerprint)
      states[account] = access
      dropUnusedBreakers()
      guard access.unlock(), told.remove(account) != nil else { return [] }
      return ConditionChange.loggedIn(account: account, at: now.wall)
    }
  }

  /// A user or a key that was refused for one account is not tried for the others right behind it.
  private mutating func spare(_ means: AccountSecrets.LoginMethod, at uptime: Duration) {
    for (name, access) in states where access.secrets.means == means {
      states[name]?.spare(at: uptime)
    }
  }

  private mutating func dropUnusedBreakers() {
    breakers.keep(only: Set(states.values.compactMap { $0.active?.fingerprint }))
  }

  /// `account.paused`, for accounts that cannot log in: at once where only a person can help, after `grace` where it may
  /// pass.
  mutating func tellLockouts(after grace: Duration, at now: Moment) -> [ConditionChange] {
    var changes: [ConditionChange] = []
    for (name, state) in states.sorted(by: { $0.key < $1.key }) where !told.contains(name) {
      guard let lockout = state.lockout,
        let time = state.tellAt(grace: grace, at: now.uptime), time <= now.uptime
      else { continue }
      told.insert(name)
      changes.append(
        .loggedOut(
          .lockedOut, account: name, lockout.error,
          cure: lockout.mayPass ? Self.patience : state.cure, since: lockout.since.wall,
          at: now.wall))
    }
    return changes
  }

  mutating func clockWasSet(by step: Duration) {
    for name in Array(states.keys) { states[name]?.clockWasSet(by: step) }
  }

  private static let patience =
    "let this host reach what hands the credential out; it is asked again every minute"

  // MARK: Secrets that change

  /// Reads the secrets of accounts in trouble again; one whose content has changed is tried at once.
  mutating func refresh(at uptime: Duration, log: Logger) {
    guard uptime - lastRefreshAt >= Self.refreshEvery else { return }
    lastRefreshAt = uptime
    for name in troubled { reread(name, at: uptime, log: log) }
  }

  private mutating func reread(_ name: String, at uptime: Duration, log: Logger) {
    do {
      guard try states[name]?.reread(at: uptime) == true else { return }
      unreadable[name] = nil
      log.notice("a credential has changed and is tried", metadata: ["account": "\(name)"])
      // One that was refused long ago and is back begins anew.
      dropUnusedBreakers()
      if let active = states[name]?.active { breakers.add(active.fingerprint) }
    } catch {
      let reason = "\(error)"
      guard unreadable.updateValue(reason, forKey: name) != reason else { return }
      log.warning(
        "a credential cannot be read again; the old one stays",
        metadata: ["account": "\(name)", "error": "\(reason)"])
    }
  }

  private var troubled: [String] {
    states.filter { told.contains($0.key) || $0.value.lockout != nil }.keys.sorted()
  }

  /// When there is something to do: a log-in, a look at a secret, a lockout to tell.
  func nextWork(grace: Duration, at now: Moment) -> Duration? {
    var times: [Duration] = troubled.isEmpty ? [] : [lastRefreshAt + Self.refreshEvery]
    if let login = plannedLogins().first { times.append(login.dueAt) }
    for (name, state) in states where !told.contains(name) {
      if let time = state.tellAt(grace: grace, at: now.uptime) { times.append(time) }
    }
    return times.min()
  }
}
