import CloudAPI
import JobWatchCore
import Logging

/// Every account's way in, and how the cloud takes it.
///
/// There is one gate per credential, not per account: what the cloud locks after five refusals is the key. A key that
/// is configured and refused stays, and is probed. A credential that was fetched and is refused goes: the account's
/// lease says when the next is fetched.
struct CredentialBook {
  private(set) var accounts: [String: AccountAccess]
  private var gates: CredentialBreakers
  /// Accounts whose pause was told, until their resumption is.
  private var paused: Set<String> = []
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
    gates = CredentialBreakers(probes: probes)
    accounts = [:]
    for login in logins {
      let access = try AccountAccess(login, probes: probes)
      accounts[login.account.name] = access
      if let grant = access.grant { gates.add(grant.fingerprint) }
    }
  }

  /// What calls of the account are made with; nil while there is nothing.
  func grant(of account: String, at uptime: Duration) -> AccountAccess.ActiveCredential? {
    accounts[account]?.grant(at: uptime)
  }

  func gate(of account: String, at uptime: Duration) -> CircuitBreaker? {
    grant(of: account, at: uptime).flatMap { gates[$0.fingerprint] }
  }

  /// Changes the gate behind a fingerprint in place; nil when nobody uses that credential any more.
  mutating func withGate<Value>(_ fingerprint: String, _ body: (inout CircuitBreaker) -> Value)
    -> Value?
  {
    gates.with(fingerprint, body)
  }

  private func sharing(_ fingerprint: String) -> [String] {
    accounts.filter { $0.value.grant?.fingerprint == fingerprint }.keys.sorted()
  }

  /// Trouble that a restart finds on record.
  mutating func resumePaused(
    _ account: String, cause: String, endsByCall: Bool, at now: Moment
  ) {
    paused.insert(account)
    accounts[account]?.resumeLocked(
      cause: cause, endsByCall: endsByCall, at: now.wall)
    guard let fingerprint = accounts[account]?.grant?.fingerprint else { return }
    _ = withGate(fingerprint) { $0.resumeShut(at: now.uptime) }
  }

  /// Goes on where the book of the last configuration has ended, for accounts that get in as they did there. To be
  /// called after `resumePaused`: where the record says otherwise of a pause, because what was judged last could not be
  /// stored, it counts, and the account begins as after a restart. So does all when the probes are planned otherwise.
  mutating func takeOver(_ past: CredentialBook, at uptime: Duration) {
    guard probes == past.probes else { return }
    for (name, before) in past.accounts {
      guard paused.contains(name) == past.paused.contains(name),
        accounts[name]?.getsIn(as: before) == true
      else { continue }
      accounts[name]?.takeOver(before, isLoggingIn: past.loggingIn.contains(name), at: uptime)
      guard let fingerprint = before.grant?.fingerprint else { continue }
      // A refusal that was told of another account, which may be gone, is yet to be told of this one.
      let isUntold = past.gates[fingerprint]?.isShut == true && !paused.contains(name)
      if !isUntold { gates.takeOver(fingerprint, from: past.gates, at: uptime) }
      gates.add(fingerprint)
    }
  }

  // MARK: What calls bring

  /// The accounts that are to be told as resumed.
  mutating func accepted(_ pass: CircuitBreaker.Permit, _ fingerprint: String) -> [String] {
    let isOpen = withGate(fingerprint) { gate in
      _ = gate.succeed(pass)
      return !gate.isShut
    }
    guard isOpen == true else { return [] }
    return sharing(fingerprint).filter { name in
      accounts[name]?.accepted()
      return paused.remove(name) != nil
    }
  }

  /// The accounts that are to be told as paused.
  mutating func refused(
    _ pass: CircuitBreaker.Permit, _ fingerprint: String, _ complaint: APIError, at now: Moment
  ) -> [String] {
    guard withGate(fingerprint, { $0.fail(pass, at: now.uptime) }) == .shut else { return [] }
    let names = sharing(fingerprint)
    let told = names.filter { name in
      guard accounts[name]?.secrets.areFetched == true else { return true }
      return accounts[name]?.rejected(complaint, at: now) == true
    }
    // The same one may come back, from a metadata service that has no other.
    if names.contains(where: { accounts[$0]?.secrets.areFetched == true }) {
      _ = withGate(fingerprint) { $0.renew() }
    }
    paused.formUnion(told)
    return told
  }

  // MARK: Log-ins

  /// Takes the log-ins that are due, the longest due first. Wrong ones lock the user, so that accounts with the same
  /// one go one by one.
  mutating func takeLogins(except held: Set<String>, at uptime: Duration) -> [AccountAccess] {
    var busy = busyMeans
    var taken: [AccountAccess] = []
    for (dueAt, access) in plannedLogins(except: held) {
      guard dueAt <= uptime, busy.insert(access.secrets.means).inserted else { continue }
      loggingIn.insert(access.account.name)
      taken.append(access)
    }
    return taken
  }

  /// By time, and none that waits for another account's log-in with the same means: the end of that one wakes it.
  private func plannedLogins(except held: Set<String>) -> [(dueAt: Duration, AccountAccess)] {
    let busy = busyMeans
    return accounts.values.compactMap { access in
      guard let dueAt = access.lease.dueAt, !held.contains(access.account.name),
        !busy.contains(access.secrets.means)
      else { return nil }
      return (dueAt, access)
    }.sorted { ($0.dueAt, $0.1.account.name) < ($1.dueAt, $1.1.account.name) }
  }

  /// What log-ins are under way with.
  private var busyMeans: Set<AccountSecrets.LoginMethod> {
    Set(loggingIn.compactMap { accounts[$0]?.secrets.means })
  }

  /// What a log-in brought. True when the account is to be told as resumed.
  mutating func loggedIn(
    _ account: String, _ secrets: AccountSecrets,
    _ result: Result<IssuedCredential, IssueFailure>, at now: Moment
  ) -> Bool {
    loggingIn.remove(account)
    // The secret was replaced meanwhile: what the old one brought says nothing.
    guard var access = accounts[account], access.secrets == secrets else { return false }
    defer { accounts[account] = access }
    switch result {
    case .failure(let failure):
      access.failed(failure, at: now)
      if case .refused = failure { spare(secrets.means, at: now.uptime) }
      return false
    case .success(let issued):
      access.granted(issued, at: now.uptime)
      gates.add(issued.credential.fingerprint)
      accounts[account] = access
      dropUnusedGates()
      return access.unlock() && paused.remove(account) != nil
    }
  }

  /// A user or a key that was refused for one account is not tried for the others right behind it.
  private mutating func spare(_ means: AccountSecrets.LoginMethod, at uptime: Duration) {
    for (name, access) in accounts where access.secrets.means == means {
      accounts[name]?.spare(at: uptime)
    }
  }

  private mutating func dropUnusedGates() {
    gates.keep(only: Set(accounts.values.compactMap { $0.grant?.fingerprint }))
  }

  /// An account that cannot get in and has not been told so: at once where only a person can help, after `grace` where
  /// it may pass.
  func untoldLockout(grace: Duration, at now: Moment) -> AccountAccess? {
    accounts.values.first { access in
      guard let at = access.tellAt(grace: grace, at: now.uptime) else { return false }
      return at <= now.wall && !paused.contains(access.account.name)
    }
  }

  /// Lockouts that are not told yet are told as long after they began as they would have been.
  mutating func clockWasSet(by step: Duration) {
    for name in Array(accounts.keys) { accounts[name]?.clockWasSet(by: step) }
  }

  mutating func markTold(_ account: String) { paused.insert(account) }

  // MARK: Secrets that change

  /// Reads the secrets of accounts in trouble again; one whose content has changed is tried at once.
  mutating func refresh(at uptime: Duration, log: Logger) {
    guard uptime - lastRefreshAt >= Self.refreshEvery else { return }
    lastRefreshAt = uptime
    for name in troubled { reread(name, at: uptime, log: log) }
  }

  private mutating func reread(_ name: String, at uptime: Duration, log: Logger) {
    do {
      guard try accounts[name]?.reread(at: uptime) == true else { return }
      unreadable[name] = nil
      log.notice("a credential has changed and is tried", metadata: ["account": "\(name)"])
      // One that was refused long ago and is back begins anew.
      dropUnusedGates()
      if let grant = accounts[name]?.grant { gates.add(grant.fingerprint) }
    } catch {
      let reason = "\(error)"
      guard unreadable.updateValue(reason, forKey: name) != reason else { return }
      log.warning(
        "a credential cannot be read again; the old one stays",
        metadata: ["account": "\(name)", "error": "\(reason)"])
    }
  }

  private var troubled: [String] {
    accounts.filter { name, access in
      paused.contains(name) || access.lockout != nil
    }.keys.sorted()
  }

  /// When there is something to do: a log-in, a look at a secret, a lockout to tell.
  func nextWork(except held: Set<String>, grace: Duration, at now: Moment) -> Duration? {
    var times: [Duration] = troubled.isEmpty ? [] : [lastRefreshAt + Self.refreshEvery]
    if let login = plannedLogins(except: held).first { times.append(login.dueAt) }
    for (name, access) in accounts {
      if !paused.contains(name), let at = access.tellAt(grace: grace, at: now.uptime) {
        times.append(now.uptime + max(at - now.wall, .zero))
      }
    }
    return times.min()
  }
}
