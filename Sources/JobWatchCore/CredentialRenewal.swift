/// When a credential that runs out is fetched anew: a token of the identity service, or the keys that a server's
/// metadata hand out. All times are uptimes.
///
/// ```
///  fetched            renewal is due            runs out
///  |---------------------|-------------------------|
///                        fails: asked again, sooner and sooner apart, and the old one stays in use
/// ```
/// A credential that worked and is refused before its time (a changed password ends all tokens) is fetched anew at
/// once. One that never worked is not: the next attempt waits, longer after each, because wrong log-ins lock a user.
package struct CredentialRenewal: Sendable, Hashable {
  /// When to fetch the next one; nil: never, unless something happens.
  package private(set) var dueAt: Duration? = .zero
  /// When the present one is not to be used any more; nil: it does not run out.
  package private(set) var endsAt: Duration?
  /// Refusals in a row of what was fetched.
  private var refusals = 0
  /// Refusals in a row of the log-in itself.
  private var denials = 0
  /// Attempts in a row without an answer.
  private var misses = 0
  private var isProven = false
  /// When a refused one was last fetched anew at once.
  private var lastAtOnce: Duration?
  private let steps: [Duration]

  /// A renewal begins when a quarter of the lifetime is left, but no more than this before the end: the vendor's SDK
  /// renews keys of a day with 40 minutes left.
  private static let longestLead = Duration.minutes(40)
  /// Not used any more so long before the end: lifetimes are told to the second, and a call takes its time.
  private static let margin = Duration.seconds(2)
  private static let firstRetry = Duration.seconds(1)
  private static let longestRetry = Duration.minutes(1)

  /// - Parameter steps: the waits after a first, second … refusal; the last repeats.
  package init(steps: [Duration]) { self.steps = steps.isEmpty ? [.minutes(1)] : steps }

  /// Fetched at `uptime`. `lifetime` nil: it does not run out. A metadata service hands out the same keys again until
  /// shortly before their end: then `isNew` is false, and what is known of them stays.
  package mutating func granted(for lifetime: Duration?, isNew: Bool, at uptime: Duration) {
    (denials, misses) = (0, 0)
    if isNew { isProven = false }
    let usable = lifetime.map { $0 - min($0 / 4, Self.margin) }
    endsAt = usable.map { uptime + $0 }
    dueAt = usable.map { uptime + max($0 - min($0 / 4, Self.longestLead), Self.firstRetry) }
  }

  /// The cloud took what was fetched.
  package mutating func accepted() {
    refusals = 0
    isProven = true
  }

  /// The cloud did not take what was fetched. False: it worked until now, and is fetched anew at once; but no oftener
  /// than the last step, lest one endpoint that refuses what the others take asks for a log-in per call.
  package mutating func refused(at uptime: Duration) -> Bool {
    let isAtOnce = isProven && lastAtOnce.map { uptime - $0 >= steps[steps.count - 1] } ?? true
    isProven = false
    if isAtOnce {
      (dueAt, lastAtOnce) = (uptime, uptime)
      return false
    }
    dueAt = uptime + steps[min(refusals, steps.count - 1)]
    refusals += 1
    return true
  }

  /// The log-in was refused. That the old credential works on, and is accepted all the while, does not make the next
  /// log-in any better: it waits.
  package mutating func denied(at uptime: Duration) {
    dueAt = uptime + steps[min(denials, steps.count - 1)]
    denials += 1
  }

  /// The log-in under way was given up, and nobody will say what it brought. After a refused one it may have been
  /// refused as well, so that the next one waits as long as it did; else that is made at once.
  package mutating func abandon(at uptime: Duration) {
    guard denials > 0 else { return }
    dueAt = uptime + steps[min(denials, steps.count) - 1]
  }

  /// Somebody else was refused with the same log-in: one that is due waits as long as after a first refusal.
  package mutating func spare(at uptime: Duration) {
    dueAt = dueAt.map { max($0, uptime + steps[0]) }
  }

  /// No usable answer. `retryAfter`: what the other side asked for, as a floor.
  package mutating func missed(at uptime: Duration, retryAfter: Duration = .zero) {
    let wait = Self.firstRetry.scaled(by: Double(1 << min(misses, 10)))
    misses += 1
    dueAt = uptime + max(min(wait, Self.longestRetry), retryAfter)
  }

  /// What it is fetched with has changed, or somebody asks for a look.
  package mutating func renew(at uptime: Duration) {
    dueAt = uptime
    (refusals, denials, misses) = (0, 0, 0)
  }
}
