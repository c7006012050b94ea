import CloudAPI
import JobWatchCore
import Logging
import Synchronization

/// The accounts: how each logs in, and how the cloud takes its credential.
///
/// One circuit breaker guards a credential, not an account, because the cloud locks a key after five refusals. A
/// configured key that is refused stays, and is probed. A fetched credential that is refused is dropped, and the account's
/// renewal says when the next one is fetched.
struct Accounts: Sendable {
  private(set) var states: [String: AccountState] = [:]
  /// By the credential's fingerprint.
  private var breakers: [String: CircuitBreaker] = [:]
  /// Breakers that were made so far: a permit of one that is gone must mean nothing to the next.
  private var breakersMade = 0
  private let probes: ProbePolicy
  private var lastRefreshAt = Duration.zero
  /// By account: the clock of its cloud against ours, as last told.
  private(set) var clockOffsets: [String: ClockOffset] = [:]

  /// How often the secrets of an account in trouble are read again.
  private static let refreshEvery = Duration.seconds(5)

  /// Throws `SecretError` when a secret cannot be read.
  init(_ logins: [AccountLogin], probes: ProbePolicy) throws {
    self.probes = probes
    for login in logins {
      states[login.account.name] = try AccountState(login, probes: probes)
    }
    matchBreakers()
  }

  /// Makes a breaker for each credential that has none, and drops those of credentials that nobody uses. A new credential
  /// is unproven: one call at a time is made with it until one is accepted.
  private mutating func matchBreakers() {
    let used = Set(states.values.compactMap { $0.active?.fingerprint })
    breakers = breakers.filter { used.contains($0.key) }
    for fingerprint in used where breakers[fingerprint] == nil {
      breakersMade += 1
      breakers[fingerprint] = CircuitBreaker(
        threshold: 1, waits: probes.steps, unproven: true, firstGeneration: breakersMade << 32)
    }
  }

  /// What calls of the account are made with; nil while there is nothing.
  func credential(of account: String, at uptime: Duration) -> AccountState.ActiveCredential? {
    states[account]?.credential(at: uptime)
  }

  func breaker(of account: String, at uptime: Duration) -> CircuitBreaker? {
    credential(of: account, at: uptime).flatMap { breakers[$0.fingerprint] }
  }

  func isPausedByHand(_ account: String) -> Bool { states[account]?.isPausedByHand == true }

  /// Takes over what is on record after a start.
  mutating func resume(_ conditions: [Condition], at now: Moment) {
    takePauses(conditions)
    for condition in conditions {
      guard case .account(let name) = condition.subject, states[name] != nil,
        [.refused, .lockedOut].contains(condition.kind)
      else { continue }
      states[name]?.resumeLocked(cause: condition.cause, endsByCall: condition.kind == .refused, at: now)
      guard let fingerprint = states[name]?.active?.fingerprint else { continue }
      breakers[fingerprint]?.resumeOpen(at: now.uptime)
    }
  }

  mutating func takePauses(_ conditions: [Condition]) {
    let paused = Set(conditions.filter { $0.kind == .pausedByHand }.map(\.subject))
    for name in states.keys { states[name]?.isPausedByHand = paused.contains(.account(name)) }
  }

  /// Goes on where the last configuration ended, for accounts that log in as they did there. To be called after `resume`:
  /// an account begins as after a restart if its row says otherwise, because the last change could not be stored. All
  /// accounts do if the waits between probes have changed.
  mutating func takeOver(_ past: Accounts, at uptime: Duration) {
    clockOffsets = past.clockOffsets.filter { states[$0.key] != nil }
    guard probes == past.probes else { return }
    breakersMade = max(breakersMade, past.breakersMade)
    for (name, before) in past.states {
      guard let state = states[name], state.isTold == before.isTold, state.logsIn(as: before) else { continue }
      states[name]?.takeOver(before, at: uptime)
      // A refusal may have been told of another account with the same credential: this one begins with a probe.
      guard let fingerprint = before.active?.fingerprint, var breaker = past.breakers[fingerprint],
        state.isTold || !breaker.isOpen
      else { continue }
      breaker.abandon(at: uptime)
      breakers[fingerprint] = breaker
    }
    matchBreakers()
  }

  // MARK: Calls

  /// Takes a call through; nil where it must wait.
  mutating func enter(_ credential: AccountState.ActiveCredential, at uptime: Duration) -> CircuitBreaker.Permit? {
    breakers[credential.fingerprint]?.enter(at: uptime)
  }

  /// No call was made.
  mutating func release(
    _ permit: CircuitBreaker.Permit, _ credential: AccountState.ActiveCredential, at uptime: Duration
  ) {
    breakers[credential.fingerprint]?.release(permit, at: uptime)
  }

  /// What an answer to a call with this credential says of its accounts.
  mutating func record(
    _ observation: Observation, _ permit: CircuitBreaker.Permit,
    _ credential: AccountState.ActiveCredential, at now: Moment
  ) -> [ConditionChange] {
    switch observation {
    case .seen, .unrecognised, .absent, .busy, .forbidden, .misconfigured:
      return accept(permit, credential.fingerprint, at: now.wall)
    case .refused(let error), .skewed(_, let error):
      refuse(permit, credential.fingerprint, error, at: now)
      return []
    case .throttled, .garbled, .unreachable:
      breakers[credential.fingerprint]?.learnNothing(permit, at: now.uptime)
      return []
    }
  }

  private mutating func accept(
    _ permit: CircuitBreaker.Permit, _ fingerprint: String, at now: Timestamp
  ) -> [ConditionChange] {
    _ = breakers[fingerprint]?.succeed(permit)
    guard breakers[fingerprint]?.isOpen == false else { return [] }
    return accounts(with: fingerprint).flatMap { name in
      states[name]?.accepted()
      return tellLoggedIn(name, at: now)
    }
  }

  /// Not told yet: the secret may have been replaced, and is read again first.
  private mutating func refuse(
    _ permit: CircuitBreaker.Permit, _ fingerprint: String, _ error: APIError, at now: Moment
  ) {
    guard breakers[fingerprint]?.fail(permit, at: now.uptime) == .opened else { return }
    let names = accounts(with: fingerprint)
    // A metadata service that has no other hands out the same one again.
    if names.contains(where: { states[$0]?.secrets.areFetched == true }) { breakers[fingerprint]?.renew() }
    for name in names { states[name]?.rejected(error, at: now) }
  }

  private func accounts(with fingerprint: String) -> [String] {
    states.filter { $0.value.active?.fingerprint == fingerprint }.keys.sorted()
  }

  /// `account.resumed`, if the pause was told.
  private mutating func tellLoggedIn(_ name: String, at now: Timestamp) -> [ConditionChange] {
    guard states[name]?.isTold == true else { return [] }
    states[name]?.isTold = false
    return ConditionChange.loggedIn(account: name, at: now)
  }

  // MARK: Log-ins

  /// Takes the log-ins that are due, the longest due first. Accounts with the same user log in one by one, because wrong
  /// log-ins lock the user.
  mutating func takeLogins(at uptime: Duration) -> [AccountState] {
    var (methods, taken) = (Set<AccountSecrets.LoginMethod>(), [AccountState]())
    for (dueAt, state) in plannedLogins() where dueAt <= uptime && methods.insert(state.secrets.method).inserted {
      states[state.name]?.isLoggingIn = true
      taken.append(state)
    }
    return taken
  }

  /// By time. Those that wait for another account's log-in by the same method are left out: its end wakes them.
  private func plannedLogins() -> [(dueAt: Duration, AccountState)] {
    let busy = Set(states.values.filter(\.isLoggingIn).map(\.secrets.method))
    return states.values.compactMap { state in
      guard let dueAt = state.renewal.dueAt, !state.isPausedByHand,
        !busy.contains(state.secrets.method)
      else { return nil }
      return (dueAt, state)
    }.sorted { ($0.dueAt, $0.1.name) < ($1.dueAt, $1.1.name) }
  }

  mutating func record(
    _ account: String, _ secrets: AccountSecrets, _ result: Result<IssuedCredential, IssueFailure>, at now: Moment
  ) -> [ConditionChange] {
    states[account]?.isLoggingIn = false
    // The result says nothing if the secret was replaced meanwhile.
    guard states[account]?.secrets == secrets else { return [] }
    switch result {
    case .failure(let failure):
      states[account]?.failed(failure, at: now)
      guard case .refused = failure else { return [] }
      // The same method is not tried for other accounts right behind it.
      for (name, other) in states where name != account && other.secrets.method == secrets.method {
        states[name]?.spare(at: now.uptime)
      }
      return []
    case .success(let issued):
      states[account]?.granted(issued, at: now.uptime)
      matchBreakers()
      return states[account]?.unlock() == true ? tellLoggedIn(account, at: now.wall) : []
    }
  }

  /// `account.paused`, for accounts that cannot log in: at once where only a person can help, after `grace` where it may
  /// pass.
  mutating func tellLockouts(after grace: Duration, at now: Moment) -> [ConditionChange] {
    states.keys.sorted().compactMap { name in
      guard let state = states[name], let lockout = state.lockout,
        let time = state.tellAt(grace: grace, at: now.uptime), time <= now.uptime
      else { return nil }
      states[name]?.isTold = true
      return .loggedOut(
        lockout.endsByCall ? .refused : .lockedOut, account: name, lockout.error,
        cure: lockout.mayPass ? Self.patience : state.cure, since: lockout.since.wall, at: now.wall)
    }
  }

  private static let patience = "let this host reach what hands the credential out; it is asked again every minute"

  mutating func clockWasSet(by step: Duration) {
    for name in states.keys { states[name]?.clockWasSet(by: step) }
    for name in clockOffsets.keys { clockOffsets[name]?.shift(by: step) }
  }

  mutating func noteClock(_ offset: ClockOffset, of account: String) { clockOffsets[account] = offset }

  // MARK: Secrets that change

  /// Reads the secrets of accounts in trouble again; one whose content has changed is tried at once.
  mutating func refresh(at uptime: Duration, log: Logger) {
    guard let refreshAt, refreshAt <= uptime else { return }
    lastRefreshAt = uptime
    for name in states.filter(\.value.isInTrouble).keys.sorted() {
      do {
        guard try states[name]?.reread(at: uptime) == true else { continue }
        log.notice("a credential has changed and is tried", metadata: ["account": "\(name)"])
        matchBreakers()
      } catch {
        let reason = "\(error)"
        guard states[name]?.unreadable != reason else { continue }
        states[name]?.unreadable = reason
        log.warning(
          "a credential cannot be read again; the old one stays",
          metadata: ["account": "\(name)", "error": "\(reason)"])
      }
    }
  }

  /// At once where a refusal is new.
  private var refreshAt: Duration? {
    let troubled = states.values.filter(\.isInTrouble)
    if troubled.contains(where: { !$0.isReread }) { return .zero }
    return troubled.isEmpty ? nil : lastRefreshAt + Self.refreshEvery
  }

  /// When there is something to do: a log-in, a secret to read again, a lockout to tell.
  func nextWork(grace: Duration, at now: Moment) -> Duration? {
    var times = states.values.map { $0.tellAt(grace: grace, at: now.uptime) }
    times.append(plannedLogins().first?.dueAt)
    times.append(refreshAt)
    return times.compactMap(\.self).min()
  }
}

/// Hands what one configuration knew of the credentials to the next one.
///
/// Everything else that a reload keeps is in the database. What log-ins bring must never be there; without it each reload
/// would cost a log-in per account, and a refused call per wrong key, which the cloud locks after five. A restart of the
/// process begins without it. A poller writes it at its end if it was at work, and takes it when it begins to work.
package final class CredentialMemory: Sendable {
  private let last = Mutex<(accounts: Accounts, clock: ClockWatch)?>(nil)

  package init() {}

  /// - Parameter clock: what the times in `accounts` are by.
  func keep(_ accounts: Accounts, _ clock: ClockWatch) { last.withLock { $0 = (accounts, clock) } }

  /// Nil when there was no configuration before. The clock may have been set since that one ended.
  func take(at now: Moment) -> Accounts? {
    guard var last = last.withLock({ $0.take() }) else { return nil }
    if let step = last.clock.step(at: now) { last.accounts.clockWasSet(by: step) }
    return last.accounts
  }
}
