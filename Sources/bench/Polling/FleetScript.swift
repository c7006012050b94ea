import JobWatchCore
import PollPlanning

/// What happens to a fleet.
struct FleetScript: Sendable {
  var name: String
  /// Of simulated time.
  var minutes: Int
  /// Jobs of each type that were learned from before.
  var samples = 1000
  /// Every job is asked for this often, so far as the quota lets it.
  var fixed: Duration?
  /// In minutes; no call is made.
  var outage: Range<Int>?
  /// From a minute on, the share of the full quota that the cloud grants.
  var shares: [(minute: Int, share: Double)] = []
  var retention: Duration?
}

/// How large the fleet is.
struct FleetScale: Sendable {
  var beginsPerSecond: Double
  var quota: Quota

  /// Of 13,264 calls a minute, 200 a second are used: 95 % of them, in 1.05 minutes.
  static let full = FleetScale(
    beginsPerSecond: 51.5, quota: Quota(calls: 13_264, per: .minutes(1)))
  static let quick = FleetScale(
    beginsPerSecond: 5.15, quota: Quota(calls: 1327, per: .minutes(1)))

  /// Calls a second that a limiter of the quota grants.
  func granted(_ share: Double = 1) -> Double { RateLimiter(cap: quota(share)).rate }

  func quota(_ share: Double) -> Quota {
    Quota(calls: Int(Double(quota.calls) * share), per: quota.per)
  }
}
