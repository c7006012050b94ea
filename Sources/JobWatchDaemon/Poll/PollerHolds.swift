import JobWatchCore
import JobWatchStore

/// Accounts that are paused by hand: nothing is asked for them, whatever is due. Calls under way finish and count.
extension Poller {
  /// Takes over what is on record.
  func hold(_ conditions: [Condition]) {
    let paused = conditions.filter { $0.kind == .pausedByHand }.map(\.subject)
    held = Set(credentials.accounts.keys.filter { paused.contains(.account($0)) })
  }

  func readiness(of key: EndpointKey, at uptime: Duration) -> Lane.Readiness {
    guard !held.contains(key.account), let lane = lanes[key] else { return .asleep }
    return lane.readiness(credentials.gate(of: key.account, at: uptime), &queue, at: uptime)
  }
}
