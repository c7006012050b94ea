/// When a credential that runs out is fetched again: a token of the identity service, or the keys that a server's
/// metadata hand out. All times are uptimes. Until its end the old one stays in use.
///
/// A credential that worked, or was not tried for a while, and is refused before its time is fetched again at once: a
/// changed password ends all tokens. After one that never worked the next attempt waits, longer each time, because wrong
/// log-ins lock a user.
package struct CredentialRenewal: Sendable, Hashable {
  /// When to fetch the next one; nil: never, unless something happens.
  package private(set) var dueAt: Duration? = .zero
  /// When the present one is used no more; nil: it does not run out.
  package private(set) var endsAt: Duration?
  /// Refusals in a row of the credential.
  private var refusals = 0
  /// Refusals in a row of the log-in itself.
  private var denials = 0
  /// Attempts in a row without an answer.
  private var misses = 0
  private var isProven = false
  /// Of one that was not refused yet.
  private var grantedAt: Duration?
  /// When a refused one was last fetched again at once.
  private var lastAtOnce: Duration?
  private let steps: [Duration]

  /// A renewal begins when a quarter of the lifetime is left, and this at most. The vendor's SDK renews keys of a day
  /// with 40 minutes left.
  private static let longestLead = Duration.minutes(40)
  /// A credential is used until so long before its end, because lifetimes are whole seconds and a call takes its time.
  private static let margin = Duration.seconds(2)
  private static let firstRetry = Duration.seconds(1)
  private static let longestRetry = Duration.minutes(1)

  /// - Parameter steps: the waits after a first, second … refusal; the last repeats.
  package init(steps: [Duration]) { self.steps = steps.isEmpty ? [.minutes(1)] : steps }

  /// A credential was fetched at `uptime`.
  ///
  /// - Parameters:
  ///   - lifetime: nil: it does not run out.
  ///   - isNew: false where a metadata service hands out the same keys again, as it does until shortly before their
  ///     end.
  package mutating func granted(for lifetime: Duration?, isNew: Bool, at uptime: Duration) {
    (denials, misses) = (0, 0)
    if isNew { (isProven, grantedAt) = (false, uptime) }
    let usable = lifetime.map { $0 - min($0 / 4, Self.margin) }
    endsAt = usable.map { uptime + $0 }
    dueAt = usable.map { uptime + max($0 - min($0 / 4, Self.longestLead), Self.firstRetry) }
  }

  /// The cloud took what was fetched.
  package mutating func accepted() {
    refusals = 0
    isProven = true
  }

  /// The cloud did not take the credential. False: it worked until now, or may have, and is fetched again at once. That
  /// happens at most once in the last of `steps`: an endpoint that refuses what the others take would cause a log-in per
  /// call.
  package mutating func refused(at uptime: Duration) -> Bool {
    let mayHaveWorked = isProven || grantedAt.map { uptime - $0 > .minutes(1) } ?? false
    let isAtOnce = mayHaveWorked && lastAtOnce.map { uptime - $0 >= steps[steps.count - 1] } ?? true
    (isProven, grantedAt) = (false, nil)
    if isAtOnce {
      (dueAt, lastAtOnce) = (uptime, uptime)
      return false
    }
    dueAt = uptime + steps[min(refusals, steps.count - 1)]
    refusals += 1
    return true
  }

  /// The log-in was refused. The next one waits, even while the old credential is still accepted.
  package mutating func denied(at uptime: Duration) {
    dueAt = uptime + steps[min(denials, steps.count - 1)]
    denials += 1
  }

  /// The log-in under way was given up, without an outcome. After a refused one it may have been refused as well, and
  /// the next one waits as long as it did; else that is made at once.
  package mutating func abandon(at uptime: Duration) {
    guard denials > 0 else { return }
    dueAt = uptime + steps[min(denials, steps.count) - 1]
  }

  /// Another account was refused with the same log-in: one that is due waits as long as after a first refusal.
  package mutating func spare(at uptime: Duration) {
    dueAt = dueAt.map { max($0, uptime + steps[0]) }
  }

  /// No usable answer came.
  /// - Parameter retryAfter: the wait that the other side asks for, at least.
  package mutating func missed(at uptime: Duration, retryAfter: Duration = .zero) {
    let wait = Self.firstRetry.scaled(by: Double(1 << min(misses, 10)))
    misses += 1
    dueAt = uptime + max(min(wait, Self.longestRetry), retryAfter)
  }

  /// What it is fetched with has changed, or somebody asks for a new one.
  package mutating func renew(at uptime: Duration) {
    dueAt = uptime
    (refusals, denials, misses) = (0, 0, 0)
  }
}
