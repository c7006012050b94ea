import CloudAPI
import JobWatchCore

/// What it takes to get in, beside the polls: log-ins, and accounts that cannot.
extension Poller {
  func startLogins(at now: Moment) {
    for access in credentials.takeLogins(except: held, at: now.uptime) {
      run { await self.logIn(access) }
    }
  }

  private func logIn(_ access: AccountAccess) async {
    let name = access.account.name
    let result = await access.login.obtain(access.secrets, at: signingTime(of: name))
    guard !isAbandoned else { return }
    let now = clock()
    // Once for each cause: it is tried again every minute.
    if case .failure(let failure) = result, failure.complaint != access.lockout?.complaint {
      log.warning(
        "an account cannot log in",
        metadata: ["account": "\(name)", "cause": "\(failure.complaint.text)"])
    }
    if credentials.loggedIn(name, access.secrets, result, at: now) {
      unsaved += ConditionChange.loggedIn(account: name, at: now.wall)
    }
    // Calls have slept until now, and a failure has a next attempt.
    alarm.ring()
  }

  /// Now, as the clouds of the account have it.
  private func signingTime(of account: String) -> Timestamp {
    let offset = lanes.first { $0.key.account == account }?.value.clockOffset.value
    return clock().wall + (offset ?? .zero)
  }

  /// What was judged and not stored, apart from any answer.
  func saveConditions() async throws {
    guard !unsaved.isEmpty else { return }
    let changes = unsaved
    unsaved = []
    do {
      try await store.write { [routes] transaction in
        for change in changes { try transaction.apply(change, routes: routes) }
      }
    } catch {
      unsaved = changes + unsaved
      throw error
    }
  }

  /// `account.paused`, for accounts that cannot get in.
  func tellLockouts(at now: Moment) {
    while let access = credentials.untoldLockout(grace: grace, at: now),
      let lockout = access.lockout
    {
      let name = access.account.name
      credentials.markTold(name)
      unsaved.append(
        .loggedOut(
          .lockedOut, account: name, lockout.complaint,
          cure: lockout.mayPass ? Self.patience : access.cure, since: lockout.since, at: now.wall))
    }
  }

  private static let patience =
    "let this host reach what hands the credential out; it is asked again every minute"
}
