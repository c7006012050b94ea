import JobWatchCore
import JobWatchStore

/// Accounts that are paused by hand: nothing is asked for them, whatever is due. Calls under way finish and count.
extension Poller {
  /// Takes over what is on record.
  func hold(_ conditions: [Transaction.Condition], at now: Moment) {
    let kind = HealthChange.Kind.held.rawValue
    let holds = conditions.filter { $0.kind == kind }
    for account in credentials.accounts.keys {
      if let hold = holds.first(where: { $0.subject == HealthChange.subject(account: account) }) {
        held.insert(account)
        troubles.begin(
          .account(account), kind, at: hold.since, cause: "the account was \(hold.cause)")
      } else if held.remove(account) != nil {
        troubles.end(.account(account), kind, at: now.wall)
      }
    }
  }

  func readiness(of key: EndpointKey, at uptime: Duration) -> Lane.Readiness {
    guard !held.contains(key.account), let lane = lanes[key] else { return .asleep }
    return lane.readiness(credentials.gate(of: key.account, at: uptime), at: uptime)
  }
}
