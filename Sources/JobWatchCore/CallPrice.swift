/// What a call costs at one (account, service), in seconds of latency: at least what the user says, and so much more
/// that the calls it leaves fit the quota.
package struct CallPrice: Sendable {
  /// Seconds of latency that one call is worth.
  package private(set) var value: Double
  /// What the user says, directly or by a target.
  package var least: Double

  package init(least: Double) {
    self.least = least
    value = least
  }
}
